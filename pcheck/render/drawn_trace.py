"""A trace that is drawn when it is printed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pcheck.errors import PcheckError
from pcheck.semantics.trace import Trace
from pcheck.text import counted


@dataclass(frozen=True, eq=False, repr=False)
class DrawnTrace(Trace[Any]):
    """A trace whose text is its drawing; it is equal to the trace without the drawing."""

    draw: Callable[[], str]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Trace):
            return NotImplemented
        return (self.states, self.labels) == (other.states, other.labels)

    def __hash__(self) -> int:
        return hash((self.states, self.labels))

    def __str__(self) -> str:
        """Return the drawing, or only the labels if a limit of the check stopped the drawing."""
        try:
            return self.draw()
        except PcheckError as error:
            steps = (f"{number} {label}" for number, label in enumerate(self.labels, start=1))
            return "\n".join([*steps, str(error)])

    def __repr__(self) -> str:
        return f"<trace of {counted(len(self), 'step')}>"


def drawn(trace: Trace[Any] | None, draw: Callable[[], str]) -> DrawnTrace | None:
    """Return a trace that `draw` draws, or None without a trace."""
    return DrawnTrace(trace.states, trace.labels, draw) if trace is not None else None
