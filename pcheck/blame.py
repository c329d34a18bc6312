"""Where a fault lies: the file and the line of the user's code that an error must name."""

from __future__ import annotations

import inspect
import re
import sysconfig
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from pcheck.errors import PcheckError, SpecError
from pcheck.text import printable, shown_path

LIBRARIES = ("stdlib", "platstdlib", "purelib", "platlib")


OWN_FOLDER = Path(__file__).resolve().parent


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
