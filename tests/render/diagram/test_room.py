"""The layout of a diagram: nothing is outside of the diagram, and nothing overlaps."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise
from math import cos, dist, radians, sin
from xml.etree import ElementTree

from tests.render.diagram.drawn import (
    SVG,
    Events,
    Point,
    classes,
    every_finding,
    every_saved,
    numbers,
    picture,
    points,
)
from tests.render.findings import finding_named

EM, BOLD = 0.45, 0.5  # just below the mean width of letters, also of those of code
NARROW = "'.,:;| "  # letters of half this width; a dict of texts has many


@every_finding
def test_nothing_is_outside(name: str) -> None:
    drawn = picture(name)
    outside = [
        each.attrib
        for each in drawn.root.iter()
        for x, y in corners(each)
        if not (0 <= x <= drawn.width and 0 <= y <= drawn.height)
    ]
    assert outside == []


def corners(element: ElementTree.Element) -> Iterator[Point]:
    """Yield the extreme points of an element, or the places of its letters."""
    get = {
        key: float(element.get(key, 0)) for key in ("x", "y", "width", "height", "cx", "cy", "r")
    }
    if element.tag == f"{SVG}path":
        yield from points(element.attrib["d"])
    elif element.tag == f"{SVG}circle":
        yield get["cx"] - get["r"], get["cy"] - get["r"]
        yield get["cx"] + get["r"], get["cy"] + get["r"]
    elif element.tag == f"{SVG}rect":
        yield get["x"], get["y"]
        yield get["x"] + get["width"], get["y"] + get["height"]
    elif element.tag == f"{SVG}text":
        yield from letters(element)


def letters(element: ElementTree.Element) -> Iterator[Point]:
    """Yield the approximate place of each letter of a text."""
    x, y = float(element.get("x", 0)), float(element.get("y", 0))
    turn = numbers(element.get("transform", ""))
    wide = {"pc-label": 13 * BOLD, "pc-word": 12 * EM, "pc-change": 12 * EM, "pc-note": 12 * EM}
    wide |= {"pc-reached": 12 * BOLD, "pc-ends": 13 * BOLD}
    step = next((wide[each] for each in classes(element) if each in wide), 0)
    right = 0.0
    for letter in element.text or "":
        if turn:
            left, top, angle = turn
            yield left + right * cos(radians(angle)), top + right * sin(radians(angle))
        else:
            yield x + right, y - 4
        right += step * (0.5 if letter in NARROW else 1)


@every_saved
def test_no_label_overlaps_another_label_or_an_event(name: str) -> None:
    words = [each for flight in picture(name).flights for each in flight.all("pc-word")]
    places = [[*letters(each)][::2] for each in words]
    near = [
        (one.text, other.text)
        for (one, own), (other, others) in combinations(zip(words, places), 2)
        if dist(own[0], others[0]) < 400 and min(dist(p, q) for p in own for q in others) < 8
    ]
    dots = [(float(e.attrib["cx"]), float(e.attrib["cy"])) for e in picture_dots(name)]
    on = [
        one.text
        for one, own in zip(words, places)
        if any(dist(letter, dot) < 9 for letter in own for dot in dots)
    ]
    assert (near, on) == ([], [])


def picture_dots(name: str) -> list[ElementTree.Element]:
    return [each for step in picture(name).steps for each in step.all("pc-dot")]


@every_saved
def test_no_arrow_touches_an_event_of_another_message(name: str) -> None:
    events = Events(name)
    dots = [events.at(m.node, m.number) for m in finding_named(name).timeline.events]
    through = [
        (way, dot)
        for flight in picture(name).flights
        for way in flight.paths("pc-way")
        for dot in dots
        if dot not in (way[0], way[-1]) and from_line(dot, way) < 5.5
    ]
    assert through == []


def from_line(point: Point, way: list[Point]) -> float:
    """Return the distance of a point and a straight arrow or sampled points of a curve."""
    if len(way) > 2:
        return min(dist(point, on_curve(way, at / 100)) for at in range(101))
    (x1, y1), (x2, y2), (x, y) = *way, point
    if not min(y1, y2) - 9 < y < max(y1, y2) + 9:
        return 9.0
    part = ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / dist(*way) ** 2
    at = min(1.0, max(0.0, part))
    return dist(point, (x1 + at * (x2 - x1), y1 + at * (y2 - y1)))


def on_curve(way: list[Point], at: float) -> Point:
    """Return the point after a part of a curve (de Casteljau)."""
    while len(way) > 1:
        pairs = pairwise(way)
        way = [(x1 + at * (x2 - x1), y1 + at * (y2 - y1)) for (x1, y1), (x2, y2) in pairs]
    return way[0]
