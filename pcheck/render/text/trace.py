"""The printed trace: a lane for each node, the messages between lanes, and each step in words.

On a wide screen, each message is a line from its sender to its delivery. On a narrower screen, it
is an arrow at its delivery. On the narrowest screens, the trace consists of words alone. The
drawing uses ASCII if the output cannot encode Unicode.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult

from pcheck.render.text.glyphs import ASCII, UNICODE
from pcheck.render.text.lanes import ALL, Lanes
from pcheck.render.text.lines import Line, Piece, joined, segments
from pcheck.render.text.paragraphs import fitting
from pcheck.text import printable
from pcheck.traces.timeline import Event, Timeline, is_down

NO_LANES: Line = []
BANNER_STYLE = "bold yellow"
MIN_TEXT_WIDTH = 34  # columns for words, below which the lanes take less room, or none


class TraceText:
    """A trace, printed in the form that fits the width."""

    def __init__(
        self, timeline: Timeline, notes: Mapping[int, str], upto: int | None = None
    ) -> None:
        """`notes` are printed beside the steps of their numbers; `upto` is the last step shown."""
        self.timeline, self.notes, self.upto = timeline, notes, upto
        self.margin = len(str(len(timeline.events))) + 3

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        return segments(self.lines(options), console)

    def lines(self, options: ConsoleOptions) -> Iterator[Line]:
        """Yield the lines of the trace."""
        width = options.max_width - self.margin
        glyphs = ASCII if options.ascii_only else UNICODE
        lanes = Lanes.fitting(self.timeline, glyphs, width - MIN_TEXT_WIDTH)
        if lanes is not None:
            yield joined([(" " * self.margin, "")], lanes.header())
            width -= lanes.width
        first = self.timeline.first.items()
        down = frozenset(name for name, fields in first if is_down(fields))
        for event in self.timeline.events[: self.upto]:
            self.timeline.tick()
            yield from self._step(event, down, lanes, width)
            down = event.down

    def _step(
        self, event: Event, down: frozenset[str], lanes: Lanes | None, width: int
    ) -> Iterator[Line]:
        number, no_number = (f"{text:>{self.margin - 2}}  " for text in (event.number, ""))
        for nth, (first, others, lines) in enumerate(self._blocks(event, down, lanes, width)):
            for at, line in enumerate(lines):
                left = number if nth == at == 0 else no_number, "dim"
                yield joined([left], first if at == 0 else others, [line])

    def _blocks(
        self, event: Event, down: frozenset[str], lanes: Lanes | None, width: int
    ) -> Iterator[tuple[Line, Line, Iterable[Piece]]]:
        """Yield blocks of text lines, each with the lanes for its first line and for the others."""
        lines = list(self._event_lines(event, width, wired=lanes is not None and lanes.wired))
        if lanes is None:
            yield NO_LANES, NO_LANES, lines
        else:
            yield lanes.event(event, down), lanes.still(event, 0), lines
        for nth, sent in enumerate(event.sends):
            lines = list(_wrapped(f"{sent}{self._unreached(event, nth)}", width, 4, "green", 2))
            if lanes is None:
                yield NO_LANES, NO_LANES, lines
            else:
                yield lanes.departure(event, nth), lanes.still(event, nth + 1), lines
        for line in event.milestones:
            if lanes is None:
                yield NO_LANES, NO_LANES, _wrapped(f"=== {line} ===", width, 4, BANNER_STYLE)
            else:
                drawn, still = lanes.banner(event), lanes.still(event, ALL)
                yield drawn, still, _wrapped(line, width, 1, BANNER_STYLE, 1)

    def _event_lines(self, event: Event, width: int, *, wired: bool) -> Iterator[Piece]:
        note = self.notes.get(event.number)
        yield from _wrapped(event.label, width, 2, "bold red" if note else "bold")
        if event.sent_in is not None and not wired:
            yield from _wrapped(f"(sent in step {event.sent_in})", width, 2, "dim", 2)
        if note is not None:
            yield from _wrapped(note, width, 4, "red", 2)
        if event.effects:
            yield from _wrapped(", ".join(event.effects), width, 4, "", 2)

    def _unreached(self, event: Event, nth: int) -> str:
        """Return the receivers that a message never reaches: ` (never delivered to a3)`."""
        receivers = self.timeline.unreached_receivers(event.number, nth)
        if not receivers:
            return ""
        words, is_all = self.timeline.unreached_words, len(receivers) == len(event.sends[nth].to)
        return f" ({words})" if is_all else f" ({words} to {', '.join(receivers)})"


def _wrapped(text: str, width: int, indent: int, style: str, first: int = 0) -> Iterator[Piece]:
    """Yield lines of at most `width` columns, the later ones indented.

    A line ends at a space if possible, otherwise after a comma or bracket, otherwise anywhere.
    """
    prefix, text = " " * first, printable(text)
    while text and len(prefix) + cell_len(text) > width:
        room = fitting(text, max(8, width - len(prefix)))
        at = max(text.rfind(" ", 1, room + 1), 0)
        if at < max(room // 2, 1):
            at = max(text.rfind(mark, 1, room) + 1 for mark in ("(", ",", "=", "/")) or room
        yield prefix + text[:at].rstrip(), style
        prefix, text = " " * indent, text[at:].lstrip()
    yield prefix + text, style
