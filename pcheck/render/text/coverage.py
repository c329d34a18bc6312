"""The printed coverage: the source of each handler, and how many calls ran each line."""

from __future__ import annotations

import linecache
from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment

from pcheck.coverage.lines import Coverage
from pcheck.coverage.source import Source
from pcheck.render.text.lines import Line, segments
from pcheck.render.text.paragraphs import Paragraph, fitting
from pcheck.render.text.printed import as_html, as_text
from pcheck.search.outcome import SearchResult
from pcheck.text import counted, printable, shown_path

NEVER_RAN = "never"


class CoverageTable:
    """The coverage of one search."""

    def __init__(self, coverage: Coverage, search: SearchResult) -> None:
        self.coverage, self.search = coverage, search

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Paragraph(self._heading(), "bold")
        yield Paragraph(self._about())
        for source in self.coverage.sources:
            yield ""
            yield from self._function(source, console, options.max_width)

    def __str__(self) -> str:
        return as_text(self)

    def _repr_html_(self) -> str:
        return as_html(self)

    def _heading(self) -> str:
        counts = [n for source in self.coverage.sources for n in self.coverage.of(source).values()]
        ran, everything = sum(map(bool, counts)), counted(len(counts), "line")
        return f"Coverage: {ran} of {everything} of the nodes' code ran."

    def _about(self) -> str:
        text = (
            "Each number counts the different situations in which a line ran: a state of a node, "
            "or a state and a message."
        )
        if self.search.reduced:
            text += (
                " The reductions leave out situations, and add some that no execution leads to; "
                "use --reduce none for exact numbers."
            )
        if not self.search.complete:
            text += " The search is not complete, so other lines may run later."
        return text

    def _function(
        self, source: Source, console: Console, width: int
    ) -> Iterator[RenderableType | Segment]:
        place = f"{shown_path(source.file)}:{source.first}"
        yield Paragraph(f"{source.name}, {place}", "bold")
        yield from segments(self._lines(source, width), console)

    def _lines(self, source: Source, width: int) -> Iterator[Line]:
        counts = self.coverage.of(source)
        margin = max(len(NEVER_RAN), *(len(f"{count:,}") for count in counts.values()))
        for number in range(source.first, max(counts, default=source.first) + 1):
            count = counts.get(number)
            left = "" if count is None else f"{count:,}" if count else NEVER_RAN
            style = "bold red" if count == 0 else ""
            text = linecache.getline(source.file, number).expandtabs()
            indent = " " * (len(text) - len(text.lstrip()))
            line = f"{left:>{margin + 2}}  {number:>4}  {indent}{printable(text)}".rstrip()
            yield [(line[: fitting(line, width)], style)]
