"""Paragraphs and tables that are wrapped to the width and have no trailing blanks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from pcheck.render.text.lines import Line, joined, segments
from pcheck.text import printable

Cell = tuple[str, str]  # text and style


class Paragraph:
    """A paragraph, wrapped at spaces."""

    def __init__(self, text: str, style: str = "") -> None:
        self.text, self.style = text, style

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in wrap(self.text, options.max_width):
            yield Text(line, self.style, no_wrap=True)


class Rows:
    """A table of aligned short cells, with a longer text in the last column that is wrapped."""

    def __init__(self, rows: Iterable[tuple[Cell, ...]], indent: int = 2) -> None:
        self.rows, self.indent = list(rows), indent

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        return segments(self._lines(options), console)

    def _lines(self, options: ConsoleOptions) -> Iterator[Line]:
        widths = [
            max(cell_len(text) for text, _ in column) for column in zip(*self.rows, strict=True)
        ]
        left = self.indent + sum(widths[:-1]) + 2 * (len(widths) - 1)
        narrow = options.max_width - left < 24
        if left > options.max_width:
            yield from self._unaligned(options.max_width)
            return
        for *short, (long, style) in self.rows:
            line: Line = [(" " * self.indent, "")]
            for width, (text, cell_style) in zip(widths, short):
                line += (text, cell_style), (" " * (width - cell_len(text) + 2), "")
            margin = " " * (self.indent + 4 if narrow else left)
            words = wrap(long, options.max_width - len(margin))
            if words and not narrow:
                line.append((words.pop(0), style))
            yield joined(line)
            for rest in words:
                yield [(margin, ""), (rest, style)]

    def _unaligned(self, width: int) -> Iterator[Line]:
        """Yield the rows as wrapped text, for a width in which the columns do not fit."""
        for row in self.rows:
            for at, line in enumerate(wrap("  ".join(text for text, _ in row), width - 6)):
                yield [(" " * (self.indent if at == 0 else self.indent + 4) + line, "")]


def wrap(text: str, width: int) -> list[str]:
    """Return the lines of a text, each at most `width` columns wide; wide characters take two."""
    width, lines = max(width, 16), [""]
    for word in printable(text).split():
        while word:
            left = width - cell_len(lines[-1]) - bool(lines[-1])
            at = len(word) if cell_len(word) <= left else 0
            if cell_len(word) > width:
                at = fitting(word, left)
            if at:
                lines[-1] += f" {word[:at]}" if lines[-1] else word[:at]
                word = word[at:]
            if word:
                lines.append("")
    return [line for line in lines if line]


def fitting(text: str, columns: int) -> int:
    """Return the number of leading characters of a text that fit into these columns."""
    taken = accumulate(map(cell_len, text))
    return next((at for at, cells in enumerate(taken) if cells > columns), len(text))


def padded(text: str, columns: int) -> str:
    """Return the text with blanks up to this number of columns."""
    return text + " " * (columns - cell_len(text))
