"""Estimated widths of texts, and texts cut or broken to fit a width, without access to a font.

The widths of letters are those of Arial, which Helvetica and Liberation Sans share. In a monospaced
font a wide character takes two columns, as in a terminal.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from rich.cells import cell_len

MONOSPACED_COLUMN = 6.7  # the width of a monospaced letter at font size 11
WIDTH_CLASSES = {  # in units of the font size
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
LETTER_WIDTHS = {char: wide for wide, chars in WIDTH_CLASSES.items() for char in chars} | {
    "M": 0.83
}
BOLD_FACTOR = 1.07
# When the middle of a name is cut: the share of the remaining letters that are before the cut.
KEPT_START_SHARES = 0.5, 0.2, 0.8, 0.0, 1.0


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the estimated width of a text at a font size."""
    ems = sum(LETTER_WIDTHS.get(char) or _width(char) for char in text)
    return ems * size * (BOLD_FACTOR if bold else 1)


def monospaced_width(text: str) -> float:
    """Return the width of a text in a monospaced font at size 11."""
    return cell_len(text) * MONOSPACED_COLUMN


def cut(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """Return a text whose end is replaced by an ellipsis if the text is wider than the room."""
    if text_width(text, size, bold=bold) <= room:
        return text
    while text and text_width(f"{text}…", size, bold=bold) > room:
        text = text[:-1]
    return f"{text.rstrip()}…"


def shortened(names: Iterable[str], size: float, room: float) -> list[str]:
    """Return the names, with an ellipsis in the middle of each name that is wider than the room.

    The shares of KEPT_START_SHARES are tried in turn, and the first share that keeps the most names
    distinct is used. Most names differ at their starts or at their ends.
    """
    full = list(names)
    attempts = [
        [_without_middle(name, size, room, share) for name in full] for share in KEPT_START_SHARES
    ]
    return max(attempts, key=lambda attempt: len({*attempt}))


def _without_middle(text: str, size: float, room: float, share: float) -> str:
    """Return a text that fits the room; `share` is the share of letters kept before the cut."""
    found, kept = text, len(text)
    while kept > 1 and text_width(found, size) > room:
        kept -= 1
        begin = round(kept * share)
        found = f"{text[:begin].rstrip()}…{text[len(text) - kept + begin :].lstrip()}"
    return found


def break_text(text: str, size: float, room: float, *, bold: bool = False) -> list[str]:
    """Return the lines of a text, none of them wider than the room.

    A line ends at a space if possible, otherwise after a punctuation mark, otherwise at any letter.
    """
    lines = []
    while text_width(text, size, bold=bold) > room and len(text) > 1:
        lengths = range(1, len(text) + 1)
        too_long = next(n for n in lengths if text_width(text[:n], size, bold=bold) > room)
        at = _break(text, max(too_long - 1, 1))
        lines.append(text[:at].rstrip())
        text = text[at:].lstrip()
    return [*lines, text]


def _break(text: str, max_letters: int) -> int:
    """Return the number of letters of the first line, at most `max_letters`."""
    at = text.rfind(" ", 1, max_letters + 1)
    if at < max_letters // 2:
        at = max(text.rfind(mark, 1, max_letters) + 1 for mark in "(,=/")
    return at if at >= max(max_letters // 4, 1) else max_letters


def _width(char: str) -> float:
    if unicodedata.combining(char):
        return 0.0
    return 1.0 if unicodedata.east_asian_width(char) in "WF" else 0.72
