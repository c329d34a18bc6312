"""A parser for diagrams: their elements by class, and the places of their events."""

from __future__ import annotations

import re
from functools import cache
from xml.etree import ElementTree

from pcheck.render.diagram.picture import diagram_svg
from tests.render.findings import FINDINGS, SAVED, each_of, finding_named

SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = {"svg", "title", "desc", "style", "g", "rect", "path", "circle", "text"}
Point = tuple[float, float]
every_finding = each_of(FINDINGS)
every_saved = each_of(SAVED)


def numbers(text: str) -> list[float]:
    return [float(each) for each in re.findall(r"-?[\d.]+", text)]


class Picture:
    """A parsed diagram."""

    def __init__(self, text: str) -> None:
        self.root = ElementTree.fromstring(text)
        self.steps = self.groups("pc-step")
        self.flights = self.groups("pc-flight")
        self.milestones = self.groups("pc-milestone")
        _, _, self.width, self.height = numbers(self.root.attrib["viewBox"])

    def groups(self, kind: str) -> list[Group]:
        return [Group(each) for each in self.root.iter(f"{SVG}g") if kind in classes(each)]

    def names(self) -> list[ElementTree.Element]:
        """Return the names above the lanes, without those below."""
        texts = [name.element.find(f"{SVG}text") for name in self.groups("pc-name")]
        found = [each for each in texts if each is not None]
        return found[: len(found) // len({each.get("y") for each in found} or "1")]

    def lanes(self) -> dict[str, float]:
        """Return the x coordinate of each lane by its name."""
        return {each.text or "": float(each.attrib["x"]) for each in self.names()}

    def lines(self, kind: str) -> list[str]:
        return [each.text or "" for each in self.root.iter(f"{SVG}text") if kind in classes(each)]


class Group:
    """The group of a step, a message or a milestone."""

    def __init__(self, element: ElementTree.Element) -> None:
        self.element, self.kinds = element, classes(element)

    def about(self, name: str) -> int | None:
        value = self.element.get(f"data-{name}")
        return None if value is None else int(value)

    def all(self, kind: str) -> list[ElementTree.Element]:
        return [each for each in self.element.iter() if kind in classes(each)]

    def words(self, kind: str) -> str:
        return "".join(each.text or "" for each in self.all(kind))

    def paths(self, kind: str) -> list[list[Point]]:
        return [points(each.attrib["d"]) for each in self.all(kind)]


def classes(element: ElementTree.Element) -> list[str]:
    return element.get("class", "").split()


def points(path: str) -> list[Point]:
    found = numbers(path)
    return list(zip(found[::2], found[1::2], strict=True))


@cache
def text_of(name: str) -> str:
    return diagram_svg(finding_named(name))


@cache
def picture(name: str) -> Picture:
    return Picture(text_of(name))


def packed(text: str) -> str:
    """Return a text without blanks, because lines may be broken anywhere."""
    return "".join(text.split())


def is_short_for(drawn: str, name: str) -> bool:
    """Return whether a drawn name is a name, or a name without letters in the middle."""
    begin, cut, end = drawn.partition("…")
    whole = drawn == name
    return (whole or cut == "…") and name.startswith(begin) and name.endswith(end)


class Events:
    """The places of the events of a trace, by lane and step number."""

    def __init__(self, name: str) -> None:
        timeline, lanes = finding_named(name).timeline, picture(name).lanes()
        columns = [timeline.first, *(event.columns for event in timeline.events)]
        names = dict.fromkeys(str(lane) for each in columns for lane in each)
        self.x = dict(zip(names, lanes.values(), strict=True))
        assert [each for each in zip(lanes, names) if not is_short_for(*each)] == []
        self.y = {
            each.about("step"): float(each.all("pc-number")[0].attrib["y"]) - 4
            for each in picture(name).steps
        }

    def at(self, lane: str, number: int) -> Point:
        return self.x[str(lane)], self.y[number]


def middle(corners: list[Point]) -> Point:
    return sum(x for x, _ in corners) / 4, sum(y for _, y in corners) / 4
