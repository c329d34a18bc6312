"""The errors that pcheck reports: each is one line that names the cause and the remedy.

PcheckError
  SpecError       the spec is broken: its file, a handler, a state or a property
    Unreliable    a handler is not deterministic, changes its arguments, or has hidden state
    Asymmetric    the spec distinguishes nodes or values declared interchangeable
  UsageError      the arguments do not fit the spec: an unknown option, a size below zero
  TraceError      a saved trace cannot be read or replayed
  OutputError     a file cannot be written
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pcheck.text import printable


class PcheckError(Exception):
    """The base class of all errors of pcheck; `str` of an error is one printable line."""

    def __str__(self) -> str:
        return _one_line(super().__str__())


class SpecError(PcheckError):
    """Raised when the spec is broken; `trace` leads to the state where a search met the fault."""

    trace: Any = None  # a Trace, or None if no search was running


class Unreliable(SpecError):
    """Raised when the answers of a handler or property depend on more than its arguments.

    Such a handler is not deterministic, changes its arguments, or has hidden state.
    """


class Asymmetric(SpecError):
    """Raised when a handler or property distinguishes names declared interchangeable."""


class ParameterName(str):
    """The name of a parameter in an error text; the command line prints the name as a flag."""


class UsageError(PcheckError):
    """Raised when the arguments do not fit the spec; blanks join the parts of the text.

    `UsageError(ParameterName("max_states"), "must be above 0, got 0")` reads "max_states must ...",
    and on the command line "--max-states must ...".
    """

    def __init__(self, *parts: str) -> None:
        super().__init__(" ".join(parts))
        self.parts = parts

    def spelled(self, flag: Callable[[str], str]) -> str:
        """Return the text of the error with `flag` applied to the name of each parameter."""
        parts = (flag(each) if isinstance(each, ParameterName) else each for each in self.parts)
        return _one_line(" ".join(parts))


class TraceError(PcheckError):
    """Raised when a saved trace cannot be read or replayed."""


class OutputError(PcheckError):
    """Raised when a file cannot be written."""


def _one_line(text: str) -> str:
    """Return the text as one printable line, without the module names given to loaded specs."""
    return printable(re.sub(r"_pcheck_[0-9a-f]{12}\.", "", text))
