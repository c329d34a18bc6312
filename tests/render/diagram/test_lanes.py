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
    every_finding,
    is_short_for,
    picture,
    points,
)
from tests.render.diagram.examples import both, one_long, two_long
from tests.render.findings import finding_along, finding_named


@every_finding
def test_an_event_is_on_the_lane_of_its_node_at_the_height_of_its_texts(name: str) -> None:
    events = Events(name)
    marks = {StepKind.CRASH: "pc-crash", StepKind.RESTART: "pc-up"}
    for event, step in zip(finding_named(name).timeline.events, picture(name).steps, strict=True):
        kind = marks.get(event.kind, "pc-dot")
        found = [(float(e.get("cx", 0)), float(e.get("cy", 0))) for e in step.all(kind)]
        if event.kind is StepKind.CRASH:
            (corners,) = step.paths(kind)
            found = [(sum(x for x, _ in corners) / 4, sum(y for _, y in corners) / 4)]
        expected = [] if event.kind is StepKind.LOSE else [events.at(event.node, event.number)]
        assert [pytest.approx(each, abs=0.1) for each in found] == expected


@every_finding
def test_time_runs_downwards(name: str) -> None:
    times = [*Events(name).y.values()]
    assert [(former, later) for former, later in pairwise(times) if later < former + 40] == []


def test_a_lane_is_dashed_while_its_node_is_down() -> None:
    name = "forgets-its-promise"
    crash, restart = (
        next(event.number for event in finding_named(name).timeline.events if event.kind is kind)
        for kind in (StepKind.CRASH, StepKind.RESTART)
    )
    events = Events(name)
    down = [
        points(each.attrib["d"])
        for each in picture(name).root.iter(f"{SVG}path")
        if "pc-down" in classes(each)
    ]
    assert (crash, restart) == (14, 15)
    assert down == [[events.at("a2", 14), events.at("a2", 15)]]


def test_the_columns_of_a_bare_model_are_lanes() -> None:
    drawn = picture("bare")
    assert [*drawn.lanes()] == ["leader", "a1", "a2"]
    assert (len(drawn.flights), len(drawn.steps)) == (0, len(finding_named("bare").saved.steps))


def test_a_step_is_marked_on_every_lane_that_it_changes() -> None:
    drawn = Picture(
        diagram_svg(finding_along(prepare(of_builder(both), {}), "left & right <count>"))
    )
    lanes, (step,) = drawn.lanes(), drawn.steps
    (dot,), (also,) = step.all("pc-dot"), step.all("pc-also")
    xs = {"left": float(dot.attrib["cx"]), "right": float(also.attrib["cx"])}
    assert xs == {lane: lanes[lane] for lane in ("left", "right")}
    assert dot.attrib["cy"] == also.attrib["cy"]
    assert step.words("pc-change") == "n = 1, right: n = 2"


def test_an_empty_trace_is_drawn_as_lanes_and_an_ending() -> None:
    drawn = Picture(diagram_svg(finding_along(prepare(of_builder(both), {}))))
    assert [*drawn.lanes()] == ["left", "right", "third"]
    assert (drawn.steps, drawn.flights, drawn.milestones) == ([], [], [])
    (end,) = drawn.groups("pc-end")
    assert end.words("pc-ends") == "something_happens is reached"


@pytest.mark.parametrize("builder", [one_long, two_long])
def test_long_names_are_shortened_distinctly_and_have_tooltips(
    builder: Callable[[], Cluster],
) -> None:
    finding = finding_along(prepare(of_builder(spec(builder)), {}))
    drawn, boxes = Picture(diagram_svg(finding)), []
    full = [*finding.timeline.first]
    for name, place in zip(full, drawn.groups("pc-name"), strict=True):
        title, text = (place.element.find(f"{SVG}{each}") for each in ("title", "text"))
        assert (title is not None and title.text, text is not None) == (name, True)
        box = place.element.find(f"{SVG}rect")
        assert box is not None
        boxes.append((float(box.attrib["x"]), float(box.attrib["width"])))
    assert [each for each in zip(drawn.lanes(), full) if not is_short_for(*each)] == []
    assert (len(drawn.lanes()), len({*full})) == (12, 12)
    assert [one for one, other in pairwise(boxes) if sum(one) > other[0]] == []
