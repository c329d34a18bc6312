"""Words that every package needs: numbers with nouns, hints for mistyped names, paths as typed."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path


def printable(text: str) -> str:
    """One line that cannot send commands to a terminal, whatever it quotes."""
    line = " ".join(text.split())
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)


def an(noun: str) -> str:
    """`a list`, `an int`."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint for a mistyped name: `; did you mean 'paxos'?`, or nothing."""
    close = get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def shown_path(path: str | Path) -> str:
    """A path as the user would type it: relative where that is shorter."""
    full = Path(path).resolve()
    try:
        return str(full.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(full)


def counted(number: int, noun: str) -> str:
    """`1 step`, `14 steps`, `no crashes`."""
    plural = f"{noun}es" if noun.endswith("sh") else f"{noun}s"
    return f"{f'{number:,}' if number else 'no'} {noun if number == 1 else plural}"
