"""The lanes of a diagram, their names, and the events on them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from pcheck import Cluster, spec
from pcheck.loading.setup import prepare
from pcheck.loading.spec import of_builder
from pcheck.render.diagram.picture import diagram_svg
from pcheck.semantics.node import StepKind
from tests.render.diagram.drawn import (
    SVG,
    Events,
    Picture,
    classes,
    every_run,
    picture,
    points,
    stands_for,
)
from tests.render.diagram.examples import both, one_long, two_long
from tests.render.every_run import along, the_run


@every_run
def test_an_event_stands_on_the_lane_of_whoever_acts_beside_its_words(name: str) -> None:
    events = Events(name)
    marks = {StepKind.CRASH: "pc-crash", StepKind.RESTART: "pc-up"}
    for event, step in zip(the_run(name).timeline.events, picture(name).steps, strict=True):
        kind = marks.get(event.kind, "pc-dot")
        found = [(float(e.get("cx", 0)), float(e.get("cy", 0))) for e in step.all(kind)]
        if event.kind is StepKind.CRASH:
            (corners,) = step.paths(kind)
            found = [(sum(x for x, _ in corners) / 4, sum(y for _, y in corners) / 4)]
        expected = [] if event.kind is StepKind.LOSE else [events.at(event.node, event.number)]
        assert [pytest.approx(each, abs=0.1) for each in found] == expected


@every_run
def test_time_goes_down(name: str) -> None:
    times = [*Events(name).y.values()]
    assert [(former, later) for former, later in pairwise(times) if later < former + 40] == []


def test_a_lane_is_dashed_while_its_node_is_down() -> None:
    name = "forgets-its-promise"
    crash, restart = (
        next(m.number for m in the_run(name).timeline.events if m.kind is does)
        for does in (StepKind.CRASH, StepKind.RESTART)
    )
    events = Events(name)
    down = [
        points(each.attrib["d"])
        for each in picture(name).root.iter(f"{SVG}path")
        if "pc-down" in classes(each)
    ]
    assert (crash, restart) == (14, 15)
    assert down == [[events.at("a2", 14), events.at("a2", 15)]]


def test_of_a_run_without_nodes_the_columns_are_lanes() -> None:
    drawn = picture("bare")
    assert [*drawn.lanes()] == ["leader", "a1", "a2"]
    assert (len(drawn.flights), len(drawn.steps)) == (0, len(the_run("bare").saved.steps))


def test_a_step_that_changes_other_columns_too_is_marked_on_their_lanes() -> None:
    drawn = Picture(diagram_svg(along(prepare(of_builder(both), {}), "left & right <count>")))
    lanes, (step,) = drawn.lanes(), drawn.steps
    (dot,), (also,) = step.all("pc-dot"), step.all("pc-also")
    xs = {"left": float(dot.attrib["cx"]), "right": float(also.attrib["cx"])}
    assert xs == {lane: lanes[lane] for lane in ("left", "right")}
    assert dot.attrib["cy"] == also.attrib["cy"]
    assert step.words("pc-change") == "n = 1, right: n = 2"


def test_a_run_without_steps_is_lanes_and_what_is_so_at_its_end() -> None:
    drawn = Picture(diagram_svg(along(prepare(of_builder(both), {}))))
    assert [*drawn.lanes()] == ["left", "right", "third"]
    assert (drawn.steps, drawn.flights, drawn.milestones) == ([], [], [])
    (end,) = drawn.groups("pc-end")
    assert end.words("pc-ends") == "something_happens is reached"


@pytest.mark.parametrize("builder", [one_long, two_long])
def test_long_names_stay_apart_and_whoever_points_at_one_is_told_all_of_it(
    builder: Callable[[], Cluster],
) -> None:
    shown = along(prepare(of_builder(spec(builder)), {}))
    drawn, boxes = Picture(diagram_svg(shown)), []
    full = [*shown.timeline.first]
    for name, place in zip(full, drawn.groups("pc-name"), strict=True):
        title, text = (place.element.find(f"{SVG}{each}") for each in ("title", "text"))
        assert (title is not None and title.text, text is not None) == (name, True)
        box = place.element.find(f"{SVG}rect")
        assert box is not None
        boxes.append((float(box.attrib["x"]), float(box.attrib["width"])))
    assert [each for each in zip(drawn.lanes(), full) if not stands_for(*each)] == []
    assert (len(drawn.lanes()), len({*full})) == (12, 12)
    assert [one for one, other in pairwise(boxes) if sum(one) > other[0]] == []
