"""The arrows of a diagram: each message is one, from where it is sent to where it ends."""

from __future__ import annotations

import re
from math import dist

import pytest

from pcheck import show
from pcheck.loading.setup import prepare
from pcheck.loading.spec import of_builder
from pcheck.render.diagram.picture import diagram_svg
from tests.render.diagram.drawn import (
    SVG,
    Events,
    Picture,
    every_run,
    kept_run,
    middle,
    numbers,
    packed,
    picture,
)
from tests.render.diagram.examples import echoes
from tests.render.every_run import along, the_run

RIM = 6.5  # of an event, where an arrow's head touches it


@every_run
def test_every_message_stands_in_it_once(name: str) -> None:
    timeline = the_run(name).timeline
    found = [
        (
            each.about("sent"),
            each.about("end"),
            "pc-lost" in each.kinds,
            "pc-under-way" in each.kinds,
        )
        for each in picture(name).flights
    ]
    assert found == [
        (
            flight.sent,
            flight.end,
            flight.lost is not None or (flight.end is None and not timeline.losing_is_a_step),
            flight.end is None and timeline.losing_is_a_step,
        )
        for flight in timeline.flights
    ]


@every_run
def test_whoever_points_at_a_message_is_told_all_of_it(name: str) -> None:
    for flight, drawn in zip(the_run(name).timeline.flights, picture(name).flights, strict=True):
        title = drawn.element.find(f"{SVG}title")
        assert title is not None
        begins = f"{show(flight.message)} from {flight.src} to {flight.dst}"
        steps = [flight.sent, *flight.delivered, *([flight.lost] if flight.lost else [])]
        said, numbered = (title.text or "").rsplit(": ", 1)
        assert packed(said) == packed(begins)
        assert numbers(re.sub(r"[^\d ]", "", numbered)) == steps


@every_run
def test_an_arrow_goes_from_where_a_message_is_sent_to_where_it_is_delivered(name: str) -> None:
    events, count_of = Events(name), 0
    for flight, drawn in zip(the_run(name).timeline.flights, picture(name).flights, strict=True):
        ways, heads = drawn.paths("pc-way"), drawn.paths("pc-head")
        delivered = [way[0] + way[-1] for way in ways[: len(flight.delivered)]]
        start = events.at(flight.src, flight.sent)
        ends = [events.at(flight.dst, number) for number in flight.delivered]
        assert delivered == [start + end for end in ends]
        gaps = [dist(head[0], end) for head, end in zip(heads, ends, strict=True)]
        assert gaps == [pytest.approx(RIM, abs=0.1)] * len(ends)
        straight = [len(way) == 2 for way in ways[: len(ends)]]
        assert straight == [flight.src != flight.dst] * len(ends)
        count_of += len(ends)
    assert count_of == sum(len(flight.delivered) for flight in the_run(name).timeline.flights)


@every_run
def test_a_message_that_a_step_loses_ends_in_a_cross_beside_the_lane_it_goes_to(name: str) -> None:
    events = Events(name)
    for flight, drawn in zip(the_run(name).timeline.flights, picture(name).flights, strict=True):
        if flight.lost is None:
            continue
        ways, (cross,) = drawn.paths("pc-way"), drawn.paths("pc-cross")
        start, end = ways[-1]
        x, y = events.at(flight.dst, flight.lost)
        assert start == pytest.approx(events.at(flight.src, flight.sent))
        assert (abs(end[0] - x), end[1]) == pytest.approx((17, y))
        assert end == pytest.approx(middle(cross), abs=0.1)


@every_run
def test_what_is_never_delivered_hangs_beside_its_sender_and_only_what_is_lost_is_crossed(
    name: str,
) -> None:
    events, timeline = Events(name), the_run(name).timeline
    named: dict[tuple[int, int], str] = {}
    for flight, drawn in zip(timeline.flights, picture(name).flights, strict=True):
        if flight.end is None:
            (way,), crosses = drawn.paths("pc-way"), drawn.paths("pc-cross")
            _, y = events.at(flight.src, flight.sent)
            lost = [] if timeline.losing_is_a_step else [pytest.approx(way[-1], abs=0.1)]
            assert [middle(cross) for cross in crosses] == lost
            assert y < way[-1][1] < events.y.get(flight.sent + 1, picture(name).height)
            assert drawn.all("pc-head") == []
            key = flight.sent, flight.nth
            named[key] = named.get(key, "") + drawn.words("pc-word")
        elif flight.lost is None:
            assert drawn.all("pc-cross") == []
    for (sent, nth), names in named.items():
        never = [f.dst for f in timeline.flights if (f.sent, f.nth, f.end) == (sent, nth, None)]
        assert sorted(packed(names.replace(",", ""))) == sorted(packed("".join(never)))


@kept_run
def test_a_delivered_message_is_named_beside_its_arrow(name: str) -> None:
    for flight, drawn in zip(the_run(name).timeline.flights, picture(name).flights, strict=True):
        if flight.delivered:
            label = re.sub(r"\w+=", "", show(flight.message))
            words = [each.text or "" for each in drawn.all("pc-word")]
            assert [each for each in words if each != label and len(each) < 30] == []
            assert [each for each in words if not label.startswith(each.removesuffix("…"))] == []
            assert len(words) == len(flight.delivered)


def test_what_comes_back_to_its_lane_bulges_and_never_into_the_words() -> None:
    steps = [f"{e} {does}" for e in ("e1", "e2") for does in ("starts", f"<- {e}: Again(left=1)")]
    drawn = Picture(diagram_svg(along(prepare(of_builder(echoes), {}, network="once"), *steps)))
    lanes = drawn.lanes()
    ways = [each.paths("pc-way")[0] for each in drawn.flights if each.about("end")]
    bulges = [
        [round(x - lane) for x, _ in way] for way, lane in zip(ways, lanes.values(), strict=True)
    ]
    assert bulges == [[0, 40, 40, 0], [0, -40, -40, 0]]
