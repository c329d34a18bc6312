"""The left half of a drawn trace: a lane for each node, and the messages between the lanes.

The line of a message leaves the lane of its sender and runs down beside the lane of its receiver.
At the delivery it turns into that lane. On a narrow screen, a message is only an arrow at its
delivery.
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
from pcheck.traces.flights import Flight
from pcheck.traces.timeline import Event, Timeline

MIN_PITCH = 4  # columns from one lane to the next
GUTTER = 2  # columns between the lanes and the words
MARKS = {StepKind.CRASH: "X", StepKind.RESTART: "R"}
Cell: TypeAlias = tuple[str, str]  # a character, and its style
BLANK: Cell = " ", ""
ALL = sys.maxsize


@dataclass(frozen=True)
class Glyphs:
    """The characters of a drawing; the lines of lanes and of messages look different."""

    lane: str
    down: str  # the lane of a node that is down
    leaves: Mapping[
        tuple[bool, bool], str
    ]  # a lane that a message leaves: (to the left, to the right)
    in_flight: str  # the vertical line of a message
    along: str  # the horizontal line of a message
    turns: Mapping[tuple[int, bool], str]  # begin a vertical line: (side, is it outermost)
    ends: Mapping[tuple[int, bool], str]  # leave a vertical line: (side, does it end)
    heads: Mapping[int, str]
    event: str
    sender: str
    lost: str
    unended: str  # the end of a message that is never delivered and never lost
    banner: str


UNICODE = Glyphs(
    lane="┃",
    down="╎",
    leaves={(True, False): "┨", (False, True): "┠", (True, True): "╂"},
    in_flight="│",
    along="─",
    turns={(1, True): "╮", (1, False): "┬", (-1, True): "╭", (-1, False): "┬"},
    ends={(1, True): "╰", (1, False): "├", (-1, True): "╯", (-1, False): "┤"},
    heads={1: "►", -1: "◄"},
    event="●",
    sender="○",
    lost="╳",
    unended="…",
    banner="═",
)
ASCII = Glyphs(
    lane="|",
    down=".",
    leaves=dict.fromkeys([(True, False), (False, True), (True, True)], "+"),
    in_flight=":",
    along="-",
    turns=dict.fromkeys([(1, True), (1, False), (-1, True), (-1, False)], "+"),
    ends=dict.fromkeys([(1, True), (1, False), (-1, True), (-1, False)], "+"),
    heads={1: ">", -1: "<"},
    event="*",
    sender="o",
    lost="x",
    unended="~",
    banner="=",
)


class Lanes:
    """The lanes of a timeline, drawn row by row.

    If `wired` is true, each message is a line from its sending to its delivery.
    """

    def __init__(self, timeline: Timeline, glyphs: Glyphs, *, wired: bool) -> None:
        self.timeline, self.glyphs, self.wired = timeline, glyphs, wired
        self.order = {lane: at for at, lane in enumerate(timeline.lanes)}
        flights = timeline.flights if wired else ()
        self.tracks = _tracks((each for each in flights if each.end is not None), self._side)
        self.at, self.width = self._layout()
        self.leaving: dict[tuple[int, int], list[Flight]] = {}
        self.ending: dict[int, Flight] = {}
        for flight in flights:
            self.leaving.setdefault((flight.sent, flight.nth), []).append(flight)
            lost = [flight.lost] if flight.lost is not None else []
            self.ending |= dict.fromkeys([*flight.delivered, *lost], flight)

    def header(self) -> Text:
        """Return the row with the names of the lanes."""
        line = ""
        for lane, at in self.at.items():
            line = padded(line, at) + printable(lane)
        return Text(line, "bold")

    def event(self, event: Event, down: frozenset[str]) -> Text:
        """Return the row of a step; `down` are the nodes that are down before the step."""
        cells = self._cells(event.number - 1, ALL, down)
        if event.node in self.at:
            if event.src is not None and event.src in self.at:
                self._draw_arrival(cells, event)
            if event.kind is not StepKind.LOSE:
                mark = MARKS.get(event.kind, self.glyphs.event)
                cells[self.at[event.node]] = mark, "bold"
        return _text(cells)

    def departure(self, event: Event, nth: int) -> Text:
        """Return the row in which the nth message of a step leaves the lane of its sender."""
        cells = self._cells(event.number, nth, event.down)
        leaving = self.leaving.get((event.number, nth), [])
        if not leaving:
            return _text(cells)
        start, ends = self.at[event.node], {self._end(flight): flight for flight in leaving}
        left, right = min([start, *ends]), max([start, *ends])
        self._draw_line(cells, range(left, right + 1))
        cells[start] = self.glyphs.leaves[left < start, right > start], "cyan"
        for end, flight in ends.items():
            if flight.end is None:
                mark = self.glyphs.unended if self.timeline.losing_is_a_step else self.glyphs.lost
                cells[end] = mark, "red"
            else:
                side = 1 if end > start else -1
                cells[end] = self.glyphs.turns[side, end in (left, right)], "cyan"
        return _text(cells)

    def still(self, event: Event, sent: int) -> Text:
        """Return a row without an event, after the first `sent` messages of a step have left."""
        return _text(self._cells(event.number, sent, event.down))

    def banner(self, event: Event) -> Text:
        """Return a row with a line across all lanes."""
        cells = self._cells(event.number, ALL, event.down)
        line = self.glyphs.banner, "bold yellow"
        return _text([line if cell == BLANK else cell for cell in cells])

    def _cells(self, number: int, sent: int, down: frozenset[str]) -> list[Cell]:
        """Return the lanes and the vertical lines of the messages in flight.

        The moment is the one after the first `sent` messages of a step have left.
        """
        cells = [BLANK] * self.width
        for lane, at in self.at.items():
            cells[at] = self.glyphs.down if lane in down else self.glyphs.lane, "dim"
        for flight, track in self.tracks.items():
            has_left = flight.sent < number or (flight.sent == number and flight.nth < sent)
            if has_left and flight.end is not None and flight.end > number:
                cells[self._column(flight, track)] = self.glyphs.in_flight, "cyan"
        return cells

    def _draw_arrival(self, cells: list[Cell], event: Event) -> None:
        """Draw the end of a message: from its vertical line, or without one from lane to lane."""
        assert event.src is not None
        flight, end = self.ending.get(event.number), self.at[event.node]
        is_lost = event.kind is StepKind.LOSE
        if flight is not None:
            side, start = self._side(flight), self._column(flight, self.tracks[flight])
            turn = self.glyphs.ends[-side, flight.end == event.number]
            cells[start] = turn, "cyan"
        elif event.src == event.node:
            return
        else:
            start = self.at[event.src]
            side = -1 if start < end else 1
            cells[start] = self.glyphs.sender, "cyan"
        self._draw_line(cells, range(min(start, end), max(start, end)))
        cells[end + side] = (
            (self.glyphs.lost, "red") if is_lost else (self.glyphs.heads[-side], "cyan")
        )

    def _draw_line(self, cells: list[Cell], columns: Iterable[int]) -> None:
        """Draw a horizontal line behind all vertical lines."""
        for column in columns:
            if cells[column] == BLANK:
                cells[column] = self.glyphs.along, "cyan"

    def _side(self, flight: Flight) -> int:
        """Return the side of the receiver's lane on which a message is drawn: the sender's side."""
        return -1 if self.order[flight.src] < self.order[flight.dst] else 1

    def _column(self, flight: Flight, track: int) -> int:
        return self.at[flight.dst] + self._side(flight) * (2 + track)

    def _end(self, flight: Flight) -> int:
        """Return the column in which the horizontal line of a departing message ends.

        A message that is never delivered and never lost ends beside the lane of its receiver.
        """
        return self._column(flight, self.tracks.get(flight, -1))

    def _layout(self) -> tuple[dict[str, int], int]:
        """Return the column of each lane, with room for the messages beside it, and the width."""
        beside: dict[tuple[str, int], int] = {}  # columns beside a lane, on one side
        for flight, track in self.tracks.items():
            key = flight.dst, self._side(flight)
            beside[key] = max(beside.get(key, 0), track + 2)  # one more for the arrowhead
        at: dict[str, int] = {}
        column, before = 0, ""
        for lane in self.timeline.lanes:
            room = beside.get((lane, -1), 0)
            if at:
                column += max(
                    MIN_PITCH,
                    cell_len(printable(before)) + 2,
                    2 + beside.get((before, 1), 0) + room,
                )
            at[lane], before = column, lane
        return at, column + 1 + beside.get((before, 1), 0) + GUTTER


def _tracks(flights: Iterable[Flight], side: Callable[[Flight], int]) -> dict[Flight, int]:
    """Return the track of each flight beside the lane of its receiver; track 0 is the nearest.

    Flights that end earlier get nearer tracks, so that few lines cross.
    """
    tracks: dict[Flight, int] = {}
    beside: dict[tuple[str, int], list[Flight]] = {}
    for flight in sorted(flights, key=lambda each: (each.end, each.sent, each.nth)):
        others = beside.setdefault((flight.dst, side(flight)), [])
        taken = {tracks[other] for other in others if (other.end or 0) > flight.sent}
        tracks[flight] = next(track for track in count() if track not in taken)
        others.append(flight)
    return tracks


def _text(cells: Iterable[Cell]) -> Text:
    return Text.assemble(*cells, no_wrap=True)
