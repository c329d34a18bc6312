"""The lines between states: straight to the next row, otherwise curved."""

from __future__ import annotations

from math import hypot

from pcheck.render.state_graph.lines import FREE_DISTANCE, RADIUS, step_line
from pcheck.render.svg.points import Point

A, BELOW, BESIDE = Point(0, 0), Point(30, 84), Point(54, 0)


def test_a_downward_line_is_straight_and_ends_at_the_rims_of_states() -> None:
    path, spots = step_line(A, Point(0, 84), [])
    assert path == f"M0.0,{RADIUS}.0 L0.0,66.0"
    assert all(spot.x == 0 and RADIUS < spot.y < 66 for spot in spots)


def test_opposite_steps_are_two_lines() -> None:
    for other in (BELOW, BESIDE):
        forth, back = step_line(A, other, []), step_line(other, A, [])
        assert hypot(forth.spots[0].x - back.spots[0].x, forth.spots[0].y - back.spots[0].y) > 20


def test_a_step_to_the_same_state_is_a_loop() -> None:
    path, (spot,) = step_line(A, A, [])
    assert " C" in path
    assert hypot(spot.x, spot.y) > RADIUS


def test_an_upward_line_is_bent_around_a_state() -> None:
    start, between = Point(0, 168), Point(-24, 84)
    straight, around = step_line(start, A, []), step_line(start, A, [between])
    nearest = min(hypot(spot.x - between.x, spot.y - between.y) for spot in around.spots)
    assert straight.spots[0] == between
    assert nearest >= FREE_DISTANCE
