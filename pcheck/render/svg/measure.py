"""Texts measured, cut and broken, where there is no font to ask: near enough to place them.

Letters of different widths are those of Arial, which Helvetica and Liberation Sans share. In a
monospaced font a wide character takes two columns, as in a terminal.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from rich.cells import cell_len

COLUMN = 6.7  # the width of one letter of a monospaced font, at a size of 11
WIDTHS = {
    0.22: "ijl'|",
    0.28: " !,./:;I[\\]ft",
    0.34: '"()-`r{}',
    0.5: "*Jckszvxy^",
    0.6: "#$+0123456789<=>?FLTZ_abdeghnopqu~",
    0.72: "&ABCDEHKNPRSUVXYw",
    0.78: "GOQ",
    0.92: "%Wm",
    1.02: "@",
}
WIDTH = {char: wide for wide, chars in WIDTHS.items() for char in chars} | {"M": 0.83}
BOLD = 1.07
SHARES = 0.5, 0.2, 0.8, 0.0, 1.0  # of a name that is cut: how much of it stays before the cut


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return how wide a text is in letters of this size."""
    ems = sum(WIDTH.get(char) or _width(char) for char in text)
    return ems * size * (BOLD if bold else 1)


def monospaced(text: str) -> float:
    """Return how wide a text is in a monospaced font."""
    return cell_len(text) * COLUMN


def cut(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """Return as much of a text as there is room for."""
    if width(text, size, bold=bold) <= room:
        return text
    while text and width(f"{text}…", size, bold=bold) > room:
        text = text[:-1]
    return f"{text.rstrip()}…"


def shortened(names: Iterable[str], size: float, room: float) -> list[str]:
    """Return the names, without their middles where there is no room for them.

    Names mostly differ at an end. If two are alike at one end, then perhaps not at the other.
    """
    full = list(names)
    tried = [[_without_middle(name, size, room, share) for name in full] for share in SHARES]
    return max(tried, key=lambda found: len({*found}))


def _without_middle(text: str, size: float, room: float, share: float) -> str:
    """`share` is how much of what stays is its beginning."""
    found, kept = text, len(text)
    while kept > 1 and width(found, size) > room:
        kept -= 1
        begin = round(kept * share)
        found = f"{text[:begin].rstrip()}…{text[len(text) - kept + begin :].lstrip()}"
    return found


def broken(text: str, size: float, room: float, *, bold: bool = False) -> list[str]:
    """Return a text in lines that are no wider than the room.

    A line ends at a space, otherwise after a punctuation mark, otherwise anywhere.
    """
    lines = []
    while width(text, size, bold=bold) > room and len(text) > 1:
        most = next(n for n in range(1, len(text) + 1) if width(text[:n], size, bold=bold) > room)
        at = _break(text, max(most - 1, 1))
        lines.append(text[:at].rstrip())
        text = text[at:].lstrip()
    return [*lines, text]


def _break(text: str, most: int) -> int:
    at = text.rfind(" ", 1, most + 1)
    if at < most // 2:
        at = max(text.rfind(mark, 1, most) + 1 for mark in "(,=/")
    return at if at >= max(most // 4, 1) else most


def _width(char: str) -> float:
    if unicodedata.combining(char):
        return 0.0
    return 1.0 if unicodedata.east_asian_width(char) in "WF" else 0.72
