"""The left half of a drawn trace: a lane for each node, and the messages between the lanes.

The line of a message leaves the lane of its sender and runs down beside the lane of its receiver.
At the delivery it turns into that lane. On a narrow screen, a message is only an arrow at its
delivery.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import cached_property
from typing import TypeAlias

from rich.cells import cell_len

from pcheck.render.text.glyphs import Glyphs
from pcheck.render.text.lines import Line
from pcheck.render.text.paragraphs import padded
from pcheck.render.text.tracks import FlightKey, key_of, tracks
from pcheck.semantics.node import StepKind
from pcheck.text import printable
from pcheck.traces.flights import Flight
from pcheck.traces.timeline import Event, Timeline

MIN_PITCH = 4  # columns from one lane to the next
GUTTER = 2  # columns between the lanes and the words
MARKS = {StepKind.CRASH: "X", StepKind.RESTART: "R"}
Cell: TypeAlias = tuple[str, str]  # a character, and its style
InFlight: TypeAlias = tuple[tuple[int, int], ...]
BLANK: Cell = " ", ""
ALL = sys.maxsize


class Lanes:
    """The lanes of a timeline, drawn row by row.

    If `wired` is true, each message is a line from its sending to its delivery.
    """

    def __init__(
        self, timeline: Timeline, glyphs: Glyphs, *, wired: bool, max_width: int = ALL
    ) -> None:
        """With more messages side by side than columns in `max_width`, draw no message."""
        self.timeline, self.glyphs, self.wired = timeline, glyphs, wired
        self.order = {lane: at for at, lane in enumerate(timeline.lanes)}
        flights = timeline.flights if wired else ()
        ended = (each for each in flights if each.end is not None)
        self.tracks = tracks(ended, self._side, max_width)
        self.at, self.width = self._layout()
        self.leaving: dict[tuple[int, int], list[Flight]] = {}
        self.ending: dict[int, Flight] = {}
        for flight in flights:
            self.leaving.setdefault((flight.sent, flight.nth), []).append(flight)
            lost = [flight.lost] if flight.lost is not None else []
            self.ending |= dict.fromkeys([*flight.delivered, *lost], flight)
        self._without_messages: dict[frozenset[str], list[Cell]] = {}  # by the nodes that are down

    @classmethod
    def fitting(cls, timeline: Timeline, glyphs: Glyphs, max_width: int) -> Lanes | None:
        """Return the lanes that fit: with whole messages, with arrows only, or None."""
        for wired in (True, False):
            lanes = cls(timeline, glyphs, wired=wired, max_width=max_width)
            if lanes.width <= max_width:
                return lanes
        return None

    def header(self) -> Line:
        """Return the row with the names of the lanes."""
        line = ""
        for lane, at in self.at.items():
            line = padded(line, at) + printable(lane)
        return [(line, "bold")]

    def event(self, event: Event, down: frozenset[str]) -> Line:
        """Return the row of a step; `down` are the nodes that are down before the step."""
        cells = self._cells(event.number - 1, ALL, down)
        if event.node in self.at:
            if event.src is not None and event.src in self.at:
                self._draw_arrival(cells, event)
            if event.kind is not StepKind.LOSE:
                mark = MARKS.get(event.kind, self.glyphs.event)
                cells[self.at[event.node]] = mark, "bold"
        return _line(cells)

    def departure(self, event: Event, nth: int) -> Line:
        """Return the row in which the nth message of a step leaves the lane of its sender."""
        cells = self._cells(event.number, nth, event.down)
        leaving = self.leaving.get((event.number, nth), [])
        if not leaving:
            return _line(cells)
        start, ends = self.at[event.node], {self._column(flight): flight for flight in leaving}
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
        return _line(cells)

    def still(self, event: Event, sent: int) -> Line:
        """Return a row without an event, after the first `sent` messages of a step have left."""
        return _line(self._cells(event.number, sent, event.down))

    def banner(self, event: Event) -> Line:
        """Return a row with a line across all lanes."""
        cells = self._cells(event.number, ALL, event.down)
        line = self.glyphs.banner, "bold yellow"
        return _line([line if cell == BLANK else cell for cell in cells])

    def _cells(self, number: int, sent: int, down: frozenset[str]) -> list[Cell]:
        """Return the lanes and the vertical lines of the messages in flight.

        The moment is the one after the first `sent` messages of a step have left.
        """
        if down not in self._without_messages:
            cells = [BLANK] * self.width
            for lane, at in self.at.items():
                cells[at] = self.glyphs.down if lane in down else self.glyphs.lane, "dim"
            self._without_messages[down] = cells
        cells = self._without_messages[down].copy()
        for nth, column in self._in_flight[number]:
            if nth < sent:
                cells[column] = self.glyphs.in_flight, "cyan"
        return cells

    @cached_property
    def _in_flight(self) -> list[InFlight]:
        """The columns of the messages in flight after each step.

        Each has its position among the messages of the step, or -1 if an earlier step sent it.
        """
        numbers = range(len(self.timeline.events) + 1)
        begins: list[list[Flight]] = [[] for _ in numbers]
        ends: list[list[Flight]] = [[] for _ in numbers]
        for flight in self.timeline.flights if self.wired else ():
            if flight.end is not None:
                begins[flight.sent].append(flight)
                ends[flight.end].append(flight)
        found: list[InFlight] = []
        earlier: dict[FlightKey, tuple[int, int]] = {}  # sent by earlier steps
        passing: InFlight = ()
        for number in numbers:
            for flight in ends[number]:
                del earlier[key_of(flight)]
            if ends[number] or (number and begins[number - 1]):
                passing = tuple(earlier.values())
            new = [(each.nth, self._column(each)) for each in begins[number]]
            found.append((*passing, *new) if new else passing)
            earlier |= {key_of(each): (-1, self._column(each)) for each in begins[number]}
        return found

    def _draw_arrival(self, cells: list[Cell], event: Event) -> None:
        """Draw the end of a message: from its vertical line, or without one from lane to lane."""
        assert event.src is not None
        flight, end = self.ending.get(event.number), self.at[event.node]
        is_lost = event.kind is StepKind.LOSE
        if flight is not None:
            side, start = self._side(flight), self._column(flight)
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
        return self._side_of(flight.src, flight.dst)

    def _side_of(self, src: str, dst: str) -> int:
        return -1 if self.order[src] < self.order[dst] else 1

    def _column(self, flight: Flight) -> int:
        """Return the column of a message.

        A message that is never delivered and never lost ends beside the lane of its receiver.
        """
        track = self.tracks.get(key_of(flight), -1)
        return self.at[flight.dst] + self._side(flight) * (2 + track)

    def _layout(self) -> tuple[dict[str, int], int]:
        """Return the column of each lane, with room for the messages beside it, and the width."""
        beside: dict[tuple[str, int], int] = {}  # columns beside a lane, on one side
        for (_, _, src, dst), track in self.tracks.items():
            key = dst, self._side_of(src, dst)
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


def _line(cells: Iterable[Cell]) -> Line:
    """Return cells as a line, in which a piece has all neighbouring cells of one style."""
    line: Line = []
    text, style = "", ""
    for character, cell_style in cells:
        if cell_style == style:
            text += character
        else:
            line.append((text, style))
            text, style = character, cell_style
    line.append((text, style))
    return line
