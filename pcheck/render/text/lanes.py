"""The left half of a drawn run: a lane for each node, and between them the messages on their way.

A message leaves its sender's lane, waits beside its receiver's (in the inbox, so to speak), and
turns into it where it is delivered. Where there is no room for that, it is only drawn when it is
delivered.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import TypeAlias

from rich.cells import cell_len
from rich.text import Text

from pcheck.render.text.paragraphs import padded
from pcheck.semantics.node import StepKind
from pcheck.text import printable
from pcheck.traces.timeline import Event, Flight, Timeline

LEAST_PITCH, GUTTER = 4, 2
MARKS = {StepKind.CRASH: "X", StepKind.RESTART: "R"}
Cell: TypeAlias = tuple[str, str]  # what stands there, and its style
BLANK: Cell = " ", ""
ALL = sys.maxsize


@dataclass(frozen=True)
class Glyphs:
    """What is drawn with. Lanes and messages differ, and neither is mistaken for the other."""

    lane: str
    down: str
    leaves: Mapping[tuple[bool, bool], str]  # a lane that a message leaves, to the left, right
    waits: str
    along: str
    turns: Mapping[tuple[int, bool], str]  # into waiting, from a side; the last of several or not
    ends: Mapping[tuple[int, bool], str]  # out of waiting, towards a side; for good or not
    heads: Mapping[int, str]
    event: str
    sender: str
    lost: str
    under_way: str
    banner: str


UNICODE = Glyphs(
    lane="┃",
    down="╎",
    leaves={(True, False): "┨", (False, True): "┠", (True, True): "╂"},
    waits="│",
    along="─",
    turns={(1, True): "╮", (1, False): "┬", (-1, True): "╭", (-1, False): "┬"},
    ends={(1, True): "╰", (1, False): "├", (-1, True): "╯", (-1, False): "┤"},
    heads={1: "►", -1: "◄"},
    event="●",
    sender="○",
    lost="╳",
    under_way="…",
    banner="═",
)
ASCII = Glyphs(
    lane="|",
    down=".",
    leaves=dict.fromkeys([(True, False), (False, True), (True, True)], "+"),
    waits=":",
    along="-",
    turns=dict.fromkeys([(1, True), (1, False), (-1, True), (-1, False)], "+"),
    ends=dict.fromkeys([(1, True), (1, False), (-1, True), (-1, False)], "+"),
    heads={1: ">", -1: "<"},
    event="*",
    sender="o",
    lost="x",
    under_way="~",
    banner="=",
)


class Lanes:
    """One row at a time. `wired`: messages are drawn from their sending on."""

    def __init__(self, timeline: Timeline, glyphs: Glyphs, *, wired: bool) -> None:
        self.timeline, self.glyphs, self.wired = timeline, glyphs, wired
        self.order = {lane: at for at, lane in enumerate(timeline.lanes)}
        flights = timeline.flights if wired else ()
        self.places = _places((each for each in flights if each.end is not None), self._side)
        self.at, self.width = self._layout()
        self.leaving: dict[tuple[int, int], list[Flight]] = {}
        self.ending: dict[int, Flight] = {}
        for flight in flights:
            self.leaving.setdefault((flight.sent, flight.nth), []).append(flight)
            lost = [flight.lost] if flight.lost is not None else []
            self.ending |= dict.fromkeys([*flight.delivered, *lost], flight)

    def header(self) -> Text:
        line = ""
        for lane, at in self.at.items():
            line = padded(line, at) + printable(lane)
        return Text(line, "bold")

    def event(self, event: Event, down: frozenset[str]) -> Text:
        """The row of a step; `down` is who was down before it."""
        cells = self._still(event.number - 1, ALL, down)
        if event.node in self.at:
            if event.src is not None and event.src in self.at:
                self._arrive(cells, event)
            if event.kind is not StepKind.LOSE:
                mark = MARKS.get(event.kind, self.glyphs.event)
                cells[self.at[event.node]] = mark, "bold"
        return _text(cells)

    def departure(self, event: Event, nth: int) -> Text:
        """The row in which the nth message of those that a step sends leaves."""
        cells = self._still(event.number, nth, event.down)
        leaving = self.leaving.get((event.number, nth), [])
        if not leaving:
            return _text(cells)
        start, ends = self.at[event.node], {self._end(flight): flight for flight in leaving}
        left, right = min([start, *ends]), max([start, *ends])
        self._draw(cells, range(left, right + 1))
        cells[start] = self.glyphs.leaves[left < start, right > start], "cyan"
        for end, flight in ends.items():
            if flight.end is None:
                lost = self.glyphs.under_way if self.timeline.losing_is_a_step else self.glyphs.lost
                cells[end] = lost, "red"
            else:
                side = 1 if end > start else -1
                cells[end] = self.glyphs.turns[side, end in (left, right)], "cyan"
        return _text(cells)

    def still(self, event: Event, sent: int) -> Text:
        """A row in which nothing happens, after so many messages of a step have left."""
        return _text(self._still(event.number, sent, event.down))

    def banner(self, event: Event) -> Text:
        """A line across all lanes."""
        cells = self._still(event.number, ALL, event.down)
        line = self.glyphs.banner, "bold yellow"
        return _text([line if cell == BLANK else cell for cell in cells])

    def _still(self, number: int, sent: int, down: frozenset[str]) -> list[Cell]:
        """Lanes, and the messages that wait after so many of a step have left."""
        cells = [BLANK] * self.width
        for lane, at in self.at.items():
            cells[at] = self.glyphs.down if lane in down else self.glyphs.lane, "dim"
        for flight, place in self.places.items():
            gone = flight.sent < number or (flight.sent == number and flight.nth < sent)
            if gone and flight.end is not None and flight.end > number:
                cells[self._column(flight, place)] = self.glyphs.waits, "cyan"
        return cells

    def _arrive(self, cells: list[Cell], event: Event) -> None:
        """From where it waits into the lane; from lane to lane where it was not drawn waiting."""
        assert event.src is not None
        flight, end = self.ending.get(event.number), self.at[event.node]
        lost = event.kind is StepKind.LOSE
        if flight is not None:
            side, start = self._side(flight), self._column(flight, self.places[flight])
            turn = self.glyphs.ends[-side, flight.end == event.number]
            cells[start] = turn, "cyan"
        elif event.src == event.node:
            return
        else:
            start = self.at[event.src]
            side = -1 if start < end else 1
            cells[start] = self.glyphs.sender, "cyan"
        self._draw(cells, range(min(start, end), max(start, end)))
        cells[end + side] = (
            (self.glyphs.lost, "red") if lost else (self.glyphs.heads[-side], "cyan")
        )

    def _draw(self, cells: list[Cell], columns: Iterable[int]) -> None:
        """A line that passes behind whatever stands upright."""
        for column in columns:
            if cells[column] == BLANK:
                cells[column] = self.glyphs.along, "cyan"

    def _side(self, flight: Flight) -> int:
        """On which side of its receiver's lane a message waits: on that of its sender."""
        return -1 if self.order[flight.src] < self.order[flight.dst] else 1

    def _column(self, flight: Flight, place: int) -> int:
        return self.at[flight.dst] + self._side(flight) * (2 + place)

    def _end(self, flight: Flight) -> int:
        """Where a message goes when it leaves: to its place, or no further than to a lost end."""
        place = self.places.get(flight)
        return self._column(flight, place) if place is not None else self._column(flight, -1)

    def _layout(self) -> tuple[dict[str, int], int]:
        """The column of each lane, with room for what waits beside it; and the width of all."""
        most: dict[tuple[str, int], int] = {}
        for flight, place in self.places.items():
            key = flight.dst, self._side(flight)
            most[key] = max(most.get(key, 0), place + 2)  # and one for the head of the arrow
        at: dict[str, int] = {}
        column, before = 0, ""
        for lane in self.timeline.lanes:
            room = most.get((lane, -1), 0)
            if at:
                column += max(
                    LEAST_PITCH,
                    cell_len(printable(before)) + 2,
                    2 + most.get((before, 1), 0) + room,
                )
            at[lane], before = column, lane
        return at, column + 1 + most.get((before, 1), 0) + GUTTER


def _places(flights: Iterable[Flight], side: Callable[[Flight], int]) -> dict[Flight, int]:
    """Where each waits, nearest to the lane who ends first: so the fewest lines cross."""
    places: dict[Flight, int] = {}
    beside: dict[tuple[str, int], list[Flight]] = {}
    for flight in sorted(flights, key=lambda each: (each.end, each.sent, each.nth)):
        others = beside.setdefault((flight.dst, side(flight)), [])
        taken = {places[other] for other in others if (other.end or 0) > flight.sent}
        places[flight] = next(place for place in count() if place not in taken)
        others.append(flight)
    return places


def _text(cells: Iterable[Cell]) -> Text:
    return Text.assemble(*cells, no_wrap=True)
