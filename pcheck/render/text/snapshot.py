"""What is so after a step of a run: the state of each node, and the messages on their way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from pcheck.language.printing import show
from pcheck.render.text.paragraphs import padded, wrap
from pcheck.text import counted, printable
from pcheck.traces.timeline import Fields, Flight, Timeline

CHANGED = "bold reverse"


class Nodes:
    """A line for each: `a1  *promised = 2, vote = None`. The star is for what this step changed."""

    def __init__(self, timeline: Timeline, at: int, *, changed_only: bool = False) -> None:
        self.before, self.now = timeline.after(max(at - 1, 0)), timeline.after(at)
        self.node = timeline.events[at - 1].node if at else ""
        self.names = [
            name
            for name, fields in self.now.items()
            if not changed_only or fields != self.before.get(name)
        ]
        self.left = max(map(cell_len, map(printable, self.now)), default=0) + 2

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for name in self.names:
            column = Text(padded(printable(name), self.left), "bold" if name == self.node else "")
            fields = _fields(self.now[name], self.before.get(name, {}))
            yield from _hanging(column, fields, options.max_width)


class Mail:
    """What is on its way, in at most so many lines: where there is too much, the latest."""

    def __init__(self, timeline: Timeline, at: int, most: int) -> None:
        self.timeline, self.at, self.most = timeline, at, most

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if not self.timeline.flights:
            return
        named = list(_letters(self._flying()))
        lines = self._lines(named or ["nothing"], options)
        for left in range(1, len(named) + 1):
            if len(lines) > self.most:
                lines = self._lines([counted(left, "other"), *named[left:]], options)
        for line in lines:
            yield Text(line, "cyan", no_wrap=True)

    def _lines(self, named: list[str], options: ConsoleOptions) -> list[str]:
        return wrap(f"on the way: {', '.join(named)}", options.max_width)

    def _flying(self) -> list[Flight]:
        """In the order in which they were sent. What is never delivered is lost from the start."""
        never_ends = self.timeline.losing_is_a_step
        return [
            each
            for each in self.timeline.flights
            if each.sent <= self.at and (never_ends if each.end is None else each.end > self.at)
        ]


def _letters(flights: Iterable[Flight]) -> Iterator[str]:
    """Each message once, with all to whom it goes."""
    for (_, _, src), same in groupby(flights, key=lambda each: (each.sent, each.nth, each.src)):
        to = list(same)
        yield f"{show(to[0].message)} from {src} to {' and '.join(each.dst for each in to)}"


def _fields(now: Fields, before: Fields) -> Text:
    parts = []
    for name, value in now.items():
        text = printable(f"{name} = {value}" if name else value)
        changed = before.get(name) != value
        parts.append(Text(f"*{text}", CHANGED) if changed else Text(text))
    return Text(", ").join(parts)


def _hanging(name: Text, text: Text, width: int) -> Iterator[Text]:
    """A text beside a name, broken at spaces."""
    at = 0
    for line in wrap(text.plain, width - cell_len(name.plain)) or [""]:
        at = text.plain.index(line, at)
        yield name + text[at : at + len(line)]
        at += len(line)
        name = Text(" " * cell_len(name.plain))
