"""Helpers for the text of messages: articles, plurals, spelling hints and printable paths."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path


def printable(text: str) -> str:
    """Return the text as one line, with every control character escaped.

    Otherwise a text that an error quotes could send commands to the terminal.
    """
    line = " ".join(text.split())
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)


def an(noun: str) -> str:
    """Return the noun with its indefinite article: `a list`, `an int`."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a hint at the known name most like `name`: `; did you mean 'paxos'?`, or ""."""
    close = get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def one_of(words: Iterable[str]) -> str:
    """Return the words as a choice: `set, once, lossy or fifo`."""
    return _joined(words, "or")


def all_of(words: Iterable[str]) -> str:
    """Return the words as a list: `rounds, clocks and leases`."""
    return _joined(words, "and")


def _joined(words: Iterable[str], conjunction: str) -> str:
    *others, last = words
    return f"{', '.join(others)} {conjunction} {last}" if others else last


MAX_LISTED = 8  # names in an error


def unknown(
    noun: str, name: str, known: Iterable[str], *, of: str = "", listed_by: str = ""
) -> str:
    """Return the error for an unknown name: `unknown bug 'x' of raft; did you mean 'y'?`.

    Without a name that is near, the error lists all known names; if there are many, the error names
    the command `listed_by`, which lists them.
    """
    names = list(known)
    expected = f"; expected {one_of(names)}" if names else "; none is defined"
    if listed_by and len(names) > MAX_LISTED:
        expected = f"; `{listed_by}` lists all {len(names)}"
    owner = f" of {of}" if of else ""
    hint = nearest(name, names) or nearest(name.lower(), names)
    return f"unknown {noun} {name!r}{owner}{hint or expected}"


def shown_path(path: str | Path) -> str:
    """Return the path relative to the current folder if it lies inside, otherwise in full."""
    full = Path(path).resolve()
    try:
        return str(full.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(full)


def counted(number: int, noun: str) -> str:
    """Return the number with its noun: `1 step`, `14 steps`, `no crashes`."""
    plural = f"{noun}es" if noun.endswith("sh") else f"{noun}s"
    return f"{f'{number:,}' if number else 'no'} {noun if number == 1 else plural}"
