"""What pcheck says when it cannot go on: always one line, and what to do about it.

PcheckError
  x SpecError       the spec is broken: its file, a handler, a state, a property
  x UsageError      the question does not fit the spec: an unknown option, a size below zero
  x TraceError      a saved run cannot be read
  x OutputError     what was asked for cannot be written
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pcheck.text import printable


class PcheckError(Exception):
    """The root: its text is one line that says what is wrong and what to do."""

    def __str__(self) -> str:
        return _one_line(super().__str__())


class SpecError(PcheckError):
    """The spec is broken; `run` leads to where that showed, if a search met it."""

    trace: Any = None  # a Path


class Unreliable(SpecError):
    """A handler is no function of its arguments, or changes them: nothing it says can be used."""


class Asymmetric(SpecError):
    """What is declared interchangeable is told apart: no search that believes it can go on."""


class ParameterName(str):
    """The name of a parameter within an error: the command line writes it as a flag."""


class UsageError(PcheckError):
    """The question cannot be asked of this spec. The parts of the text stand with blanks between.

    `UsageError(ParameterName("max_states"), "must be above 0, got 0")` says "max_states must ...",
    and on the command line "--max-states must ...".
    """

    def __init__(self, *parts: str) -> None:
        super().__init__(" ".join(parts))
        self.parts = parts

    def spelled(self, flag: Callable[[str], str]) -> str:
        """Return the text in which `flag` has written the name of each parameter."""
        parts = (flag(each) if isinstance(each, ParameterName) else each for each in self.parts)
        return _one_line(" ".join(parts))


class TraceError(PcheckError):
    """A saved run cannot be read."""


class OutputError(PcheckError):
    """What was asked for cannot be written."""


def _one_line(text: str) -> str:
    """Return the text as one printable line, without the names under which specs are loaded."""
    return printable(re.sub(r"_pcheck_[0-9a-f]{12}\.", "", text))
