"""The levels of a search: a bar chart of the new states on each level, and a description."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from pcheck.render.text.paragraphs import Paragraph
from pcheck.render.text.printed import as_html, as_text
from pcheck.render.text.quantities import after_steps
from pcheck.search.limits import stop_phrase
from pcheck.search.outcome import SearchResult
from pcheck.text import counted

HEIGHT = 6  # rows of bars; the axis takes two more rows
MAX_PITCH = 8  # columns of a bar with its gap
MIN_ROOM = 12  # columns, below which no chart is drawn
UNICODE, ASCII = "▁▂▃▄▅▆▇█", ".:#"  # the top of a bar, from low to full


class Levels:
    """The chart of one search. `widths` are the numbers of new states that the bars show."""

    def __init__(self, search: SearchResult) -> None:
        self.search, self.widths = search, search.widths
        self.peak, self.drawn = max(search.widths, default=0), sum(search.widths)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        margin = len(f"{self.peak:,}") + 2
        plot = Plot(self.widths, options.max_width - margin)
        yield Paragraph(self._heading(), "bold")
        if self.peak and plot.room >= MIN_ROOM:
            yield from plot.rows(margin, ascii_only=options.ascii_only)
        for line in self._description(plot.levels_per_bar):
            yield Paragraph(line)

    def __str__(self) -> str:
        return as_text(self)

    def _repr_html_(self) -> str:
        return as_html(self)

    @property
    def _is_by_steps(self) -> bool:
        """True if a level is a number of steps; the levels of a `cover` proof are not."""
        return "cover" not in self.search.reduced

    def _heading(self) -> str:
        if self._is_by_steps:
            return "New states by number of steps:"
        return "New states by level of the cover proof (a level is not a number of steps):"

    def _description(self, levels_per_bar: int) -> Iterator[str]:
        merged = f" Each bar shows the largest of {levels_per_bar} levels."
        yield self._counts() + merged * (levels_per_bar > 1)
        if self.search.reduced:
            yield self._reduced_space()
        if (end := self._end()) is not None:
            yield end

    def _counts(self) -> str:
        if not self.peak:
            return "No level was completed."
        at = self.widths.index(self.peak)
        where = after_steps(at) if self._is_by_steps else f"on level {at}"
        levels = counted(len(self.widths), "level")
        removed = self.drawn - self.search.states  # after they were counted
        note = "" if self._is_by_steps else f" (cover later removed {removed:,} of them)"
        peak = f"Largest level: {counted(self.peak, 'state')}, {where}."
        return f"{counted(self.drawn, 'state')} on {levels}{note}. {peak}"

    def _reduced_space(self) -> str:
        names = [name for name in self.search.reduced if name != "cover"]
        *others, last = names or ["cover"]
        listed = f"{', '.join(others)} and {last}" if others else last
        text = f"The bars count states of the reduced state space ({listed})."
        if not self._is_by_steps:
            return f"{text} A level number adds up how far each node has advanced."
        if "fuse" in self.search.reduced:
            return (
                f"{text} Steps are steps of the cluster: a fused step counts all that it combines."
            )
        return text

    def _end(self) -> str | None:
        """Return why the last levels are not drawn, or None if the search is complete."""
        search, last = self.search, len(self.widths) - 1
        if search.stopped is not None:
            more = search.states - self.drawn
            omitted = f", and its {counted(more, 'state')} are not drawn" if more else ""
            stopped = stop_phrase(search.stopped)
            return f"The search stopped {stopped}: level {last + 1} is incomplete{omitted}."
        if not search.complete:
            return f"The search stopped after level {last}, because the verdict was decided."
        return None


class Plot:
    """Bars as wide as the room allows; with too little room, a bar shows several levels."""

    def __init__(self, widths: Sequence[int], room: int) -> None:
        self.room = max(room, 1)
        self.levels = len(widths)
        self.levels_per_bar = max(1, -(-self.levels // self.room))
        self.bars = [
            max(widths[at : at + self.levels_per_bar])
            for at in range(0, self.levels, self.levels_per_bar)
        ]
        self.pitch = min(MAX_PITCH, self.room // max(len(self.bars), 1))
        self.bar = self.pitch - (self.pitch > 2)

    def rows(self, margin: int, *, ascii_only: bool) -> Iterator[Text]:
        """Yield the rows of the chart; `margin` is the width of the numbers on the left."""
        side, top, corner, floor = "|++-" if ascii_only else "│┤└─"
        peak = f"{max(self.bars):,}"
        for row in reversed(range(HEIGHT)):
            name, edge = (peak, top) if row == HEIGHT - 1 else ("", side)
            line = Text(f"{name:>{margin - 2}} {edge}", no_wrap=True)
            line.append(self._row(row, ASCII if ascii_only else UNICODE), "cyan")
            line.rstrip()
            yield line
        axis = floor * (len(self.bars) * self.pitch)
        yield Text(f"{0:>{margin - 2}} {corner}{axis}", no_wrap=True)
        yield Text(" " * margin + self._ticks(), no_wrap=True)

    def _row(self, row: int, ends: str) -> str:
        """Return the part of all bars in one row; row 0 is the lowest."""
        full, peak = len(ends), max(self.bars)
        line = ""
        for states in self.bars:
            height = max(round(states * HEIGHT * full / peak), 1) if states else 0
            part = min(max(height - row * full, 0), full)
            line += ((ends[part - 1] if part else " ") * self.bar).ljust(self.pitch)
        return line

    def _ticks(self) -> str:
        """Return round level numbers, each below the middle of its bar."""
        room = len(str(self.levels - 1)) + 2
        every = next(
            step for step in _round_numbers() if step * self.pitch >= room * self.levels_per_bar
        )
        line = ""
        for level in range(0, self.levels, every):
            middle = level // self.levels_per_bar * self.pitch + (self.bar - 1) // 2
            line = line.ljust(middle - (len(str(level)) - 1) // 2) + str(level)
        return line


def _round_numbers() -> Iterator[int]:
    """Yield 1, 2, 5, 10, 20, 50 and so on."""
    return (digit * 10**zeros for zeros in count() for digit in (1, 2, 5))
