"""Printed lines made of styled pieces. A long trace has many lines, so each must cost little.

A `Text` of Rich can be wrapped, aligned and highlighted, and printing one takes ten times as long.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from rich.console import Console
from rich.segment import Segment

Piece: TypeAlias = tuple[str, str]  # a text without line breaks, and its style
Line: TypeAlias = list[Piece]


def joined(*lines: Line) -> Line:
    """Return the pieces of these lines as one line, without blanks at its end."""
    line = [piece for each in lines for piece in each]
    while line:
        text, style = line.pop()
        if kept := text.rstrip():
            line.append((kept, style))
            break
    return line


def plain(line: Line) -> str:
    """Return the text of a line."""
    return "".join(text for text, _ in line)


def segments(lines: Iterable[Line], console: Console) -> Iterator[Segment]:
    """Yield the lines as Rich prints them."""
    end = Segment.line()
    for line in lines:
        for text, style in line:
            yield Segment(text, console.get_style(style) if style else None)
        yield end
