"""The places that errors name: the file and line of the user's code that caused the fault."""

from __future__ import annotations

import inspect
import re
import sysconfig
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from pcheck.errors import PcheckError, SpecError
from pcheck.text import printable, shown_path

LIBRARIES = ("stdlib", "platstdlib", "purelib", "platlib")
_HOSTED: set[Path] = set()
OWN_FOLDER = Path(__file__).resolve().parent


def place_of(function: Callable[..., Any]) -> str:
    """Return the place where a function or class is defined, `specs/mine.py:31: `, or ""."""
    if isinstance(function, type):
        with suppress(OSError, TypeError):
            file, line = inspect.getsourcefile(function), inspect.findsource(function)[1] + 1
            return f"{shown_path(file)}:{line}: " if file is not None else ""
        return ""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return f"{shown_path(code.co_filename)}:{code.co_firstlineno}: " if code is not None else ""


def place_raised(error: BaseException) -> str:
    """Return the place of the innermost line of user code in the exception's traceback, or ""."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.lineno is not None and Path(frame.filename).suffix == ".py"
    ]
    of_user = [frame for frame in frames if is_users(frame.filename)]
    return f"{shown_path(of_user[-1].filename)}:{of_user[-1].lineno}: " if of_user else ""


def blamed(error: BaseException, subject: str) -> BaseException:
    """Return a SpecError for an exception raised by user code, and any other exception itself."""
    place = place_raised(error)
    if isinstance(error, PcheckError) or not place:
        return error
    return SpecError(f"{place}{subject} raised {described(error)}")


def has_place(text: str) -> bool:
    """Return whether a message begins with the place of user code, a file and a line."""
    return re.match(r"\S+\.py:\d+: ", text) is not None


@cache
def is_users(filename: str) -> bool:
    """Return whether a file belongs to the user, is a shipped spec, or is hosted by a spec.

    Files of pcheck itself, of Python and of installed packages do not belong to the user.
    """
    path = Path(filename).resolve()
    if path.is_relative_to(OWN_FOLDER / "specs"):
        return True
    if any(path.is_relative_to(hosted) for hosted in _HOSTED):
        return True
    return not any(path.is_relative_to(place) for place in (OWN_FOLDER, *_installed()))


def add_hosted(path: Path) -> None:
    """Count a file or folder of an installed package as the user's: a spec runs its code."""
    if path.resolve() not in _HOSTED:
        _HOSTED.add(path.resolve())
        is_users.cache_clear()


@cache
def _installed() -> tuple[Path, ...]:
    """Return the folders of Python and of installed packages."""
    return tuple(Path(sysconfig.get_path(name)).resolve() for name in LIBRARIES)


def described(error: BaseException) -> str:
    """Return the type and the text of an exception: `KeyError: 'a9'`."""
    text = printable(str(error))
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
