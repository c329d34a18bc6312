"""A run as text: a lane for each node, arrows for deliveries, and beside them what happened.

Everything is plain ASCII, so that it survives any terminal and any file; colour only underlines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from pcheck.node import Does
from pcheck.story import Moment

LEAST_TEXT = 34  # columns left for words, below which the lanes are not drawn
MARKS = {Does.CRASH: "X", Does.RESTART: "R"}


class Trace:
    """Draws itself as wide as it is let; as bare lines where lanes and words do not both fit."""

    def __init__(
        self, lanes: Sequence[str], moments: Sequence[Moment], notes: Mapping[int, str]
    ) -> None:
        """`notes` stand beside the steps of these numbers."""
        self.lanes, self.moments, self.notes = tuple(lanes), moments, notes
        self.pitch = max([4, *(len(lane) + 2 for lane in self.lanes)])
        self.margin = len(str(len(moments))) + 3

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = options.max_width
        drawn = width - self.margin - self.pitch * len(self.lanes) >= LEAST_TEXT
        if drawn:
            header = "".join(lane.ljust(self.pitch) for lane in self.lanes)
            yield Text(f"{'':{self.margin}}{header}".rstrip(), style="bold", no_wrap=True)
        down: frozenset[str] = frozenset()
        for moment in self.moments:
            yield from self._moment(moment, down, width, drawn)
            down = moment.down

    def _moment(
        self, moment: Moment, down: frozenset[str], width: int, drawn: bool
    ) -> Iterator[Text]:
        left = self.margin + (self.pitch * len(self.lanes) if drawn else 0)
        words = list(self._words(moment, width - left))
        for at, line in enumerate(words):
            number = str(moment.number) if at == 0 else ""
            text = Text(f"{number:>{self.margin - 2}}  ", style="dim", no_wrap=True)
            if drawn:
                lanes = self._arrow(moment, down) if at == 0 else self._rest(moment.down)
                text.append(lanes, style="cyan" if at == 0 else "dim")
            yield text.append(line)
        for milestone in moment.milestones:
            yield from self._milestone(milestone, width)

    def _words(self, moment: Moment, width: int) -> Iterator[Text]:
        note = self.notes.get(moment.number)
        yield from _wrapped(moment.label, width, "  ", "bold red" if note else "bold")
        if moment.sent_in is not None:
            yield from _wrapped(f"(sent in step {moment.sent_in})", width, "  ", "dim", 2)
        if note is not None:
            yield from _wrapped(note, width, "    ", "red", 2)
        if moment.changes:
            yield from _wrapped(", ".join(moment.changes), width, "    ", "", 2)
        for sent in moment.sends:
            yield from _wrapped(sent, width, "    ", "green", 2)

    def _milestone(self, line: str, width: int) -> Iterator[Text]:
        for text in _wrapped(f"=== {line} ===", width - self.margin, "    ", "bold yellow"):
            yield Text(" " * self.margin, no_wrap=True).append(text)

    def _rest(self, down: frozenset[str]) -> str:
        return "".join((":" if lane in down else "|").ljust(self.pitch) for lane in self.lanes)

    def _arrow(self, moment: Moment, down: frozenset[str]) -> str:
        """`|   o--->*   |`: from the sender's lane to the receiver's."""
        drawn = list(self._rest(down))
        if moment.node not in self.lanes:
            return "".join(drawn)
        end = self.pitch * self.lanes.index(moment.node)
        drawn[end] = MARKS.get(moment.does, "*")
        if moment.src is not None and moment.src != moment.node:
            start = self.pitch * self.lanes.index(moment.src)
            low, high = sorted((start, end))
            drawn[low + 1 : high] = "-" * (high - low - 1)
            drawn[start] = "o"
            head = ">" if start < end else "<"
            if moment.does is Does.LOSE:
                head, drawn[end] = "x", ":" if moment.node in down else "|"
            drawn[end + (-1 if start < end else 1)] = head
        return "".join(drawn)


def _wrapped(text: str, width: int, indent: str, style: str, first: int = 0) -> Iterator[Text]:
    """Lines of at most `width`, broken at a space, else after a comma or bracket, else anywhere."""
    prefix = " " * first
    while len(prefix) + len(text) > width:
        room = max(8, width - len(prefix))
        at = max(text.rfind(" ", 1, room + 1), 0)
        if at < room // 2:
            at = max(text.rfind(mark, 1, room) + 1 for mark in ("(", ",", "=", "/")) or room
        yield Text(prefix + text[:at].rstrip(), style=style, no_wrap=True)
        prefix, text = indent, text[at:].lstrip()
    yield Text(prefix + text, style=style, no_wrap=True)
