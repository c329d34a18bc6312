"""A run as text: a lane for each node, messages between them, and beside that what happened.

As one would draw it on a blackboard, if that is wide enough; else each message only where it is
delivered; else in words alone. In ASCII where nothing better can be written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from pcheck.render.text.lanes import ALL, ASCII, UNICODE, Lanes
from pcheck.render.text.paragraphs import fitting
from pcheck.text import printable
from pcheck.traces.timeline import Event, Timeline

NOTHING, BANNER = Text(), "bold yellow"
LEAST_TEXT = 34  # columns left for words, below which lanes are drawn closer, or not at all


class TraceText:
    """Draws itself as wide as it is let."""

    def __init__(
        self, timeline: Timeline, notes: Mapping[int, str], upto: int | None = None
    ) -> None:
        """`notes` stand beside the steps of these numbers; the steps after `upto` are left out."""
        self.timeline, self.notes, self.upto = timeline, notes, upto
        self.margin = len(str(len(timeline.events))) + 3

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = options.max_width - self.margin
        lanes = self._lanes(width, ascii_only=options.ascii_only)
        if lanes is not None:
            yield _row(Text(" " * self.margin), lanes.header())
            width -= lanes.width
        down: frozenset[str] = frozenset()
        for event in self.timeline.events[: self.upto]:
            yield from self._step(event, down, lanes, width)
            down = event.down

    def _lanes(self, width: int, *, ascii_only: bool) -> Lanes | None:
        """The form that fits: wires, arrows where a message is delivered, or nothing."""
        for wired in (True, False):
            lanes = Lanes(self.timeline, ASCII if ascii_only else UNICODE, wired=wired)
            if width - lanes.width >= LEAST_TEXT:
                return lanes
        return None

    def _step(
        self, event: Event, down: frozenset[str], lanes: Lanes | None, width: int
    ) -> Iterator[Text]:
        number, no_number = (f"{text:>{self.margin - 2}}  " for text in (event.number, ""))
        for nth, (drawn, still, words) in enumerate(self._blocks(event, down, lanes, width)):
            for at, line in enumerate(words):
                left = Text(number if nth == at == 0 else no_number, "dim")
                yield _row(left, drawn if at == 0 else still, line)

    def _blocks(
        self, event: Event, down: frozenset[str], lanes: Lanes | None, width: int
    ) -> Iterator[tuple[Text, Text, Iterable[Text]]]:
        """The rows of one step: what is drawn in the first of some lines, and in the others."""
        words = list(self._event(event, width, wired=lanes is not None and lanes.wired))
        if lanes is None:
            yield NOTHING, NOTHING, words
        else:
            yield lanes.event(event, down), lanes.still(event, 0), words
        for nth, sent in enumerate(event.sends):
            words = list(_wrapped(f"{sent}{self._lost(event, nth)}", width, 4, "green", 2))
            if lanes is None:
                yield NOTHING, NOTHING, words
            else:
                yield lanes.departure(event, nth), lanes.still(event, nth + 1), words
        for line in event.milestones:
            if lanes is None:
                yield NOTHING, NOTHING, _wrapped(f"=== {line} ===", width, 4, BANNER)
            else:
                drawn, still = lanes.banner(event), lanes.still(event, ALL)
                yield drawn, still, _wrapped(line, width, 1, BANNER, 1)

    def _event(self, event: Event, width: int, *, wired: bool) -> Iterator[Text]:
        note = self.notes.get(event.number)
        yield from _wrapped(event.label, width, 2, "bold red" if note else "bold")
        if event.sent_in is not None and not wired:
            yield from _wrapped(f"(sent in step {event.sent_in})", width, 2, "dim", 2)
        if note is not None:
            yield from _wrapped(note, width, 4, "red", 2)
        if event.changes:
            yield from _wrapped(", ".join(event.changes), width, 4, "", 2)

    def _lost(self, event: Event, nth: int) -> str:
        """Who never gets it: in words, whatever is drawn."""
        never, what = self.timeline.without_end(event.number, nth), self.timeline.what_is_lost
        if not never:
            return ""
        every = len(never) == len(event.sends[nth].to)
        return f" ({what})" if every else f" ({what}: {', '.join(never)})"


def _row(*parts: Text) -> Text:
    line = Text(no_wrap=True)
    for part in parts:
        line.append_text(part)
    line.rstrip()
    return line


def _wrapped(text: str, width: int, indent: int, style: str, first: int = 0) -> Iterator[Text]:
    """Lines of at most `width`, broken at a space, else after a comma or bracket, else anywhere."""
    prefix, text = " " * first, printable(text)
    while text and len(prefix) + cell_len(text) > width:
        room = fitting(text, max(8, width - len(prefix)))
        at = max(text.rfind(" ", 1, room + 1), 0)
        if at < max(room // 2, 1):
            at = max(text.rfind(mark, 1, room) + 1 for mark in ("(", ",", "=", "/")) or room
        yield Text(prefix + text[:at].rstrip(), style)
        prefix, text = " " * indent, text[at:].lstrip()
    yield Text(prefix + text, style)
