"""How a search grew: the new states on each level, as bars, and in words what a level is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from pcheck.render.text.paragraphs import Paragraph
from pcheck.render.text.printed import as_html, as_text
from pcheck.search.outcome import SearchResult
from pcheck.text import counted

HEIGHT = 6  # rows of bars; two more stand below
WIDEST, LEAST = 8, 12  # columns: of a bar with its gap; of a plot that says anything
UNICODE, ASCII = "▁▂▃▄▅▆▇█", ".:#"  # how a bar ends, from low to full


class Levels:
    """`widths` are the numbers that are drawn."""

    def __init__(self, search: SearchResult) -> None:
        self.search, self.widths = search, search.widths
        self.peak, self.drawn = max(search.widths, default=0), sum(search.widths)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        margin = len(f"{self.peak:,}") + 2
        plot = Plot(self.widths, options.max_width - margin)
        yield Paragraph(self._heading(), "bold")
        if self.peak and plot.room >= LEAST:
            yield from plot.rows(margin, ascii_only=options.ascii_only)
        for line in self._says(plot.together):
            yield Paragraph(line)

    def __str__(self) -> str:
        return as_text(self)

    def _repr_html_(self) -> str:
        return as_html(self)

    @property
    def _by_steps(self) -> bool:
        """Whether a level is a number of steps."""
        return "cover" not in self.search.reduced

    def _heading(self) -> str:
        if self._by_steps:
            return "New states after so many steps:"
        return "New states on each level of a proof, which goes by another order than steps:"

    def _says(self, together: int) -> Iterator[str]:
        yield self._counts() + (f" A bar is the largest of {together} levels." * (together > 1))
        if self.search.reduced:
            yield self._of_what()
        if (end := self._end()) is not None:
            yield end

    def _counts(self) -> str:
        if not self.peak:
            return "Not even the first level was finished."
        at = self.widths.index(self.peak)
        where = f"after {counted(at, 'step')}" if self._by_steps else f"on level {at}"
        levels = counted(len(self.widths), "level")
        again = self.drawn - self.search.states  # dropped by a proof, after they were counted
        but = "" if self._by_steps else f", {again:,} of which cover dropped again"
        return f"{counted(self.drawn, 'state')} on {levels}{but}. The most: {self.peak:,}, {where}."

    def _of_what(self) -> str:
        *most, last = [name for name in self.search.reduced if name != "cover"] or ["cover"]
        names = f"{', '.join(most)} and {last} keep" if most else f"{last} keeps"
        kept = f"Drawn are the states that {names}: each stands for others."
        if not self._by_steps:
            return f"{kept} A level is the sum of how far each node has come."
        if "fuse" in self.search.reduced:
            return f"{kept} Steps are those of the cluster, also where fuse makes one of several."
        return kept

    def _end(self) -> str | None:
        """Why there is not more to be drawn, if there is."""
        search, last = self.search, len(self.widths) - 1
        if search.stopped is not None:
            more = search.states - self.drawn
            there = f", and the {counted(more, 'state')} met there are not drawn" if more else ""
            return (
                f"The search was ended by {search.stopped}: level {last + 1} is not whole{there}."
            )
        if not search.complete:
            return f"The search ended with level {last}, when all that was asked was decided."
        return None


class Plot:
    """Bars as wide as there is room for. Where there is too little, one stands for several."""

    def __init__(self, widths: Sequence[int], room: int) -> None:
        self.room = max(room, 1)
        self.levels = len(widths)
        self.together = max(1, -(-self.levels // self.room))
        self.bars = [
            max(widths[at : at + self.together]) for at in range(0, self.levels, self.together)
        ]
        self.pitch = min(WIDEST, self.room // max(len(self.bars), 1))
        self.bar = self.pitch - (self.pitch > 2)

    def rows(self, margin: int, *, ascii_only: bool) -> Iterator[Text]:
        side, top, corner, floor = "|++-" if ascii_only else "│┤└─"
        peak = f"{max(self.bars):,}"
        for row in reversed(range(HEIGHT)):
            name, edge = (peak, top) if row == HEIGHT - 1 else ("", side)
            line = Text(f"{name:>{margin - 2}} {edge}", no_wrap=True)
            line.append(self._across(row, ASCII if ascii_only else UNICODE), "cyan")
            line.rstrip()
            yield line
        across = floor * (len(self.bars) * self.pitch)
        yield Text(f"{0:>{margin - 2}} {corner}{across}", no_wrap=True)
        yield Text(" " * margin + self._ticks(), no_wrap=True)

    def _across(self, row: int, ends: str) -> str:
        """What is seen of all bars in one row, the lowest of which is 0."""
        full, most = len(ends), max(self.bars)
        line = ""
        for states in self.bars:
            high = max(round(states * HEIGHT * full / most), 1) if states else 0
            part = min(max(high - row * full, 0), full)
            line += ((ends[part - 1] if part else " ") * self.bar).ljust(self.pitch)
        return line

    def _ticks(self) -> str:
        """Round numbers of levels, each below the middle of its bar."""
        room = len(str(self.levels - 1)) + 2
        every = next(step for step in _round() if step * self.pitch >= room * self.together)
        line = ""
        for level in range(0, self.levels, every):
            middle = level // self.together * self.pitch + (self.bar - 1) // 2
            line = line.ljust(middle - (len(str(level)) - 1) // 2) + str(level)
        return line


def _round() -> Iterator[int]:
    """1, 2, 5, 10, 20, 50 and so on."""
    return (digit * 10**zeros for zeros in count() for digit in (1, 2, 5))
