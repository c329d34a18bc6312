"""The traces to the decisions of a search, reconstructed under the limits of the check."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from pcheck.errors import SpecError
from pcheck.search.clock import Clock, Progress, Tick
from pcheck.search.judge import Found, Judge
from pcheck.search.limits import STOPPING_EXCEPTIONS, stop_reason
from pcheck.search.outcome import Discovery, Untraced
from pcheck.semantics.trace import Trace

W = TypeVar("W")
RECONSTRUCTING = "reconstructing the trace"


def trace_fault(
    error: SpecError, clock: Clock, progress: Progress, trace_of: Callable[[Tick], Trace[Any]]
) -> None:
    """Give a fault of the spec the trace that leads to it, unless a limit or Ctrl-C prevents it."""
    with suppress(*STOPPING_EXCEPTIONS), clock.extending():
        error.trace = trace_of(clock.ticking(progress, RECONSTRUCTING))


def trace_decisions(
    judge: Judge[W],
    clock: Clock,
    progress: Progress,
    discovery_of: Callable[[str, Found[W], Tick], Discovery],
    steps_to: Callable[[W], int],
) -> tuple[dict[str, Discovery], dict[str, Untraced]]:
    """Return the discovery of each decided property, and those that a limit or Ctrl-C stopped.

    A property stays decided if the reconstruction of its trace stops.
    """
    tick = clock.ticking(progress, RECONSTRUCTING)
    discoveries: dict[str, Discovery] = {}
    untraced: dict[str, Untraced] = {}
    for name, found in judge.found.items():
        try:
            with clock.extending():
                discoveries[name] = discovery_of(name, found, tick)
        except STOPPING_EXCEPTIONS as end:
            untraced[name] = Untraced(steps_to(found.where), found.why, stop_reason(end))
    return discoveries, untraced
