"""What pcheck says when it cannot go on: always one line, and what to do about it.

PcheckError
  x SpecError       the spec is broken: its file, a handler, a state, a property
  x UsageError      the question does not fit the spec: an unknown option, a size below zero
  x TraceError      a saved run cannot be read
  x OutputError     what was asked for cannot be written
"""

from __future__ import annotations

import inspect
import re
import sysconfig
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path
from typing import Any

LIBRARIES = ("stdlib", "platstdlib", "purelib", "platlib")
OWN_FOLDER = Path(__file__).resolve().parent


class PcheckError(Exception):
    """The root: its text is one line that says what is wrong and what to do."""

    def __str__(self) -> str:
        return printable(re.sub(r"_pcheck_[0-9a-f]{12}\.", "", super().__str__()))


class SpecError(PcheckError):
    """The spec is broken; `run` leads to where that showed, if a search met it."""

    run: Any = None  # a Path


class Unreliable(SpecError):
    """A handler is no function of its arguments, or changes them: nothing it says can be used."""


class Asymmetric(SpecError):
    """What is declared interchangeable is told apart: no search that believes it can go on."""


class UsageError(PcheckError):
    """The question cannot be asked of this spec."""


class TraceError(PcheckError):
    """A saved run cannot be read."""


class OutputError(PcheckError):
    """What was asked for cannot be written."""


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


def place_of(function: Callable[..., Any]) -> str:
    """Where a function or a class stands: `specs/mine.py:31: `."""
    if isinstance(function, type):
        with suppress(OSError, TypeError):
            file, line = inspect.getsourcefile(function), inspect.findsource(function)[1] + 1
            return f"{shown_path(file)}:{line}: " if file is not None else ""
        return ""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return f"{shown_path(code.co_filename)}:{code.co_firstlineno}: " if code is not None else ""


def place_raised(error: BaseException) -> str:
    """Where an exception came from: the last line that the user wrote."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.lineno is not None and Path(frame.filename).suffix == ".py"
    ]
    theirs = [frame for frame in frames if is_users(frame.filename)]
    return f"{shown_path(theirs[-1].filename)}:{theirs[-1].lineno}: " if theirs else ""


def blamed(error: BaseException, who: str) -> BaseException:
    """An exception of the user's code as an error of the spec; one of pcheck's own as it is."""
    place = place_raised(error)
    if isinstance(error, PcheckError) or not place:
        return error
    return SpecError(f"{place}{who} raised {described(error)}")


def has_place(text: str) -> bool:
    """Whether a message begins with a file and a line."""
    return re.match(r"\S+\.py:\d+: ", text) is not None


def is_users(filename: str) -> bool:
    """Whether a file is a spec, or the user's: not pcheck, not Python, nothing installed."""
    path = Path(filename).resolve()
    if path.is_relative_to(OWN_FOLDER / "specs"):
        return True
    installed = (Path(sysconfig.get_path(name)).resolve() for name in LIBRARIES)
    return not any(path.is_relative_to(place) for place in (OWN_FOLDER, *installed))


def described(error: BaseException) -> str:
    """An exception in words: `KeyError: 'a9'`."""
    text = printable(str(error))
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
