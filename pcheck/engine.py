"""The choice of an explorer. All give the same answers; which one is asked is a matter of time.

`auto` begins with the reference explorer. Where that meets some thousands of states, the compiled
engine starts anew: small clusters never pay for loading machine code, and the choice depends on the
numbers of nodes and states alone, so that no count depends on the machine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pcheck import reference
from pcheck.errors import UsageError, nearest
from pcheck.model import Model
from pcheck.search import Clock, Limits, Search, Watch, state_limit
from pcheck.semantics import Runs

SMALL, VERY_SMALL = 20_000, 1_000  # states
MANY_NODES = 7  # of which it is likely that they have many states
ENGINES = ("auto", "reference", "compiled")
Say = Callable[[str], None]


def explore(
    model: Model[Any],
    limits: Limits,
    *,
    engine: str = "auto",
    all_properties: bool = False,
    watch: Watch | None = None,
    say: Say = lambda _: None,
) -> Search:
    """The answer of the engine that is asked for, or of the one that suits the size."""
    if engine not in ENGINES:
        hint = nearest(engine, ENGINES) or f"; there is {', '.join(ENGINES)}"
        raise UsageError(f"there is no engine {engine!r}{hint}")
    if engine == "compiled" and not isinstance(model, Runs):
        raise UsageError("the compiled engine takes clusters: a Model has --engine reference only")
    clock = Clock(limits, watch)
    if engine == "compiled" and isinstance(model, Runs):
        return _compiled(model, limits, all_properties, clock, say)
    if engine == "reference" or not isinstance(model, Runs):
        return reference.explore(model, limits, all_properties=all_properties, clock=clock)
    small = SMALL if len(model.nodes) < MANY_NODES else VERY_SMALL
    small = small if limits.states is None else min(small, limits.states)
    first = reference.explore(
        model, replace(limits, states=small), all_properties=all_properties, clock=clock
    )
    if first.stopped != state_limit(small) or small == limits.states:
        return first
    try:
        whole = _compiled(model, limits, all_properties, clock, say)
    except KeyboardInterrupt:
        return replace(first, stopped="an interrupt")
    if whole.states < first.states and not whole.complete:
        return replace(first, stopped=whole.stopped, seconds=whole.seconds)
    return whole


def _compiled(model: Runs, limits: Limits, all_properties: bool, clock: Clock, say: Say) -> Search:
    """Numba takes some time to load, so it is loaded only here: that is no time of the search."""
    from pcheck.compile import loading

    with clock.waiting():
        explorer = loading.explorer(say)
    search: Search = explorer.explore(model, limits, all_properties=all_properties, clock=clock)
    return search
