"""The lines between states: straight down, otherwise bent out of the way."""

from __future__ import annotations

from math import hypot

from pcheck.render.state_graph.lines import FREE, RADIUS, line
from pcheck.render.svg.points import Point

A, BELOW, BESIDE = Point(0, 0), Point(30, 84), Point(54, 0)


def test_a_line_down_is_straight_and_ends_at_the_rims() -> None:
    path, spots = line(A, Point(0, 84), [])
    assert path == f"M0.0,{RADIUS}.0 L0.0,66.0"
    assert all(spot.x == 0 and RADIUS < spot.y < 66 for spot in spots)


def test_there_and_back_are_two_lines() -> None:
    for other in (BELOW, BESIDE):
        there, back = line(A, other, []), line(other, A, [])
        assert hypot(there.spots[0].x - back.spots[0].x, there.spots[0].y - back.spots[0].y) > 20


def test_a_step_that_stays_is_a_loop() -> None:
    path, (spot,) = line(A, A, [])
    assert " C" in path
    assert hypot(spot.x, spot.y) > RADIUS


def test_a_line_up_goes_around_who_stands_in_its_way() -> None:
    start, between = Point(0, 168), Point(-24, 84)
    straight, around = line(start, A, []), line(start, A, [between])
    nearest = min(hypot(spot.x - between.x, spot.y - between.y) for spot in around.spots)
    assert straight.spots[0] == between
    assert nearest >= FREE
