"""The arrows of a diagram: each message is an arrow from its sending event to its last event."""

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
    every_finding,
    every_saved,
    middle,
    numbers,
    packed,
    picture,
)
from tests.render.diagram.examples import echoes
from tests.render.findings import finding_along, finding_named

RIM = 6.5  # the radius of an event, at which the heads of arrows end


@every_finding
def test_a_diagram_contains_every_message_once(name: str) -> None:
    timeline = finding_named(name).timeline
    found = [
        (
            each.about("sent"),
            each.about("end"),
            "pc-lost" in each.kinds,
            "pc-in-flight" in each.kinds,
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


@every_finding
def test_the_tooltip_of_a_message_describes_the_message(name: str) -> None:
    for flight, drawn in zip(
        finding_named(name).timeline.flights, picture(name).flights, strict=True
    ):
        title = drawn.element.find(f"{SVG}title")
        assert title is not None
        begins = f"{show(flight.message)} from {flight.src} to {flight.dst}"
        steps = [flight.sent, *flight.delivered, *([flight.lost] if flight.lost else [])]
        said, numbered = (title.text or "").rsplit(": ", 1)
        assert packed(said) == packed(begins)
        assert numbers(re.sub(r"[^\d ]", "", numbered)) == steps


@every_finding
def test_an_arrow_leads_from_the_sending_event_to_the_delivery(name: str) -> None:
    events, count_of = Events(name), 0
    for flight, drawn in zip(
        finding_named(name).timeline.flights, picture(name).flights, strict=True
    ):
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
    assert count_of == sum(len(flight.delivered) for flight in finding_named(name).timeline.flights)


@every_finding
def test_a_message_that_a_step_loses_ends_in_a_cross_beside_the_receiver(name: str) -> None:
    events = Events(name)
    for flight, drawn in zip(
        finding_named(name).timeline.flights, picture(name).flights, strict=True
    ):
        if flight.lost is None:
            continue
        ways, (cross,) = drawn.paths("pc-way"), drawn.paths("pc-cross")
        start, end = ways[-1]
        x, y = events.at(flight.dst, flight.lost)
        assert start == pytest.approx(events.at(flight.src, flight.sent))
        assert (abs(end[0] - x), end[1]) == pytest.approx((17, y))
        assert end == pytest.approx(middle(cross), abs=0.1)


@every_finding
def test_an_undelivered_message_is_a_stub_beside_its_sender(name: str) -> None:
    """A stub has a cross if the message is lost, and none if the message is in flight."""
    events, timeline = Events(name), finding_named(name).timeline
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


@every_saved
def test_the_arrow_of_a_delivered_message_has_a_label(name: str) -> None:
    for flight, drawn in zip(
        finding_named(name).timeline.flights, picture(name).flights, strict=True
    ):
        if flight.delivered:
            label = re.sub(r"\w+=", "", show(flight.message))
            words = [each.text or "" for each in drawn.all("pc-word")]
            assert [each for each in words if each != label and len(each) < 25] == []
            assert [each for each in words if not label.startswith(each.removesuffix("…"))] == []
            assert len(words) == len(flight.delivered)


def test_a_message_from_a_node_to_itself_is_a_curve_away_from_the_texts() -> None:
    steps = [f"{e} {does}" for e in ("e1", "e2") for does in ("starts", f"<- {e}: Again(left=1)")]
    drawn = Picture(
        diagram_svg(finding_along(prepare(of_builder(echoes), {}, network="once"), *steps))
    )
    lanes = drawn.lanes()
    ways = [each.paths("pc-way")[0] for each in drawn.flights if each.about("end")]
    bulges = [
        [round(x - lane) for x, _ in way] for way, lane in zip(ways, lanes.values(), strict=True)
    ]
    assert bulges == [[0, 40, 40, 0], [0, -40, -40, 0]]
