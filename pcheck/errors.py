"""What pcheck says when it cannot go on: always one line, and what to do about it.

PcheckError
  x SpecError       the spec is broken: its file, a handler, a state, a property
  x UsageError      the question does not fit the spec: an unknown option, a size below zero
  x TraceError      a saved run cannot be read
  x OutputError     what was asked for cannot be written
"""

from __future__ import annotations

import re
import sysconfig
import traceback
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from types import CodeType

LIBRARIES = ("stdlib", "platstdlib", "purelib", "platlib")
OWN_FOLDER = Path(__file__).resolve().parent


class PcheckError(Exception):
    """The root: its text is one line that says what is wrong and what to do."""

    def __str__(self) -> str:
        return " ".join(super().__str__().split())


class SpecError(PcheckError):
    """The spec is broken."""


class UsageError(PcheckError):
    """The question cannot be asked of this spec."""


class TraceError(PcheckError):
    """A saved run cannot be read."""


class OutputError(PcheckError):
    """What was asked for cannot be written."""


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


def place_of(code: CodeType) -> str:
    """Where a function stands: `specs/mine.py:31: `."""
    return f"{shown_path(code.co_filename)}:{code.co_firstlineno}: "


def place_raised(error: BaseException) -> str:
    """Where an exception came from: its last line that is not pcheck's own."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.lineno is not None and Path(frame.filename).suffix == ".py"
    ]
    outside = [frame for frame in frames if not is_own(frame.filename)]
    theirs = [frame for frame in outside if not _is_library(frame.filename)]
    outside = theirs or outside
    if not outside:
        return ""
    return f"{shown_path(outside[-1].filename)}:{outside[-1].lineno}: "


def blamed(error: BaseException, who: str) -> BaseException:
    """An exception of the user's code as an error of the spec; one of pcheck's own as it is."""
    place = place_raised(error)
    if isinstance(error, PcheckError) or not place:
        return error
    return SpecError(f"{place}{who} raised {described(error)}")


def has_place(text: str) -> bool:
    """Whether a message begins with a file and a line."""
    return re.match(r"\S+\.py:\d+: ", text) is not None


def _is_library(filename: str) -> bool:
    """Python itself, or something installed: the line that the user wrote stands above."""
    path = Path(filename).resolve()
    places = sysconfig.get_paths()
    return any(path.is_relative_to(Path(places[name]).resolve()) for name in LIBRARIES)


def is_own(filename: str) -> bool:
    """Whether a file is pcheck's own, the specs that ship inside the package apart."""
    path = Path(filename).resolve()
    return path.is_relative_to(OWN_FOLDER) and not path.is_relative_to(OWN_FOLDER / "specs")


def described(error: BaseException) -> str:
    """An exception in words: `KeyError: 'a9'`."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
