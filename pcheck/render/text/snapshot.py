"""The state after one step of a trace: the fields of each node, and the messages in flight."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from pcheck.language.printing import show
from pcheck.render.text.paragraphs import padded, wrap
from pcheck.text import counted, printable
from pcheck.traces.flights import Flight
from pcheck.traces.timeline import Fields, Timeline

CHANGED = "bold reverse"


class NodeFields:
    """The fields of each node, as in `a1  *promised = 2, vote = None`.

    A star marks a field that the step changed.
    """

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


class InFlight:
    """The messages in flight, in at most `max_lines` lines: only the latest, if there are many."""

    def __init__(self, timeline: Timeline, at: int, max_lines: int) -> None:
        self.timeline, self.at, self.max_lines = timeline, at, max_lines

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if not self.timeline.flights:
            return
        messages = list(_messages(self._flights()))
        lines = self._lines(messages or ["none"], options)
        for omitted in range(1, len(messages) + 1):
            if len(lines) > self.max_lines:
                lines = self._lines(_with_omitted(messages[omitted:], omitted), options)
        for line in lines:
            yield Text(line, "cyan", no_wrap=True)

    def _lines(self, parts: list[str], options: ConsoleOptions) -> list[str]:
        return wrap(f"in flight: {', '.join(parts)}", options.max_width)

    def _flights(self) -> list[Flight]:
        """Return the flights in the order of sending.

        On a network on which a loss is not a step, a message that is never delivered is lost at
        once.
        """
        stays_in_flight = self.timeline.losing_is_a_step
        return [
            each
            for each in self.timeline.flights
            if each.sent <= self.at
            and (stays_in_flight if each.end is None else each.end > self.at)
        ]


def _with_omitted(messages: list[str], omitted: int) -> list[str]:
    """Return the messages that are named, with the number of those that are omitted."""
    return [*messages, f"and {omitted} more"] if messages else [counted(omitted, "message")]


def _messages(flights: Iterable[Flight]) -> Iterator[str]:
    """Yield each message once, with all its receivers."""
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
    """Yield a text beside a name, wrapped at spaces."""
    at = 0
    for line in wrap(text.plain, width - cell_len(name.plain)) or [""]:
        at = text.plain.index(line, at)
        yield name + text[at : at + len(line)]
        at += len(line)
        name = Text(" " * cell_len(name.plain))
