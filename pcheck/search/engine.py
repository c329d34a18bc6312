"""The choice of an explorer. All give the same answers; which one is asked is a matter of time.

`auto` begins with the reference explorer. Where that meets some thousands of states, the compiled
engine starts anew, with every pass: small clusters never pay for loading machine code, and the
choice depends on the numbers of nodes and states alone, so that no count depends on the machine.
Whoever names passes gets the compiled engine from the start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from pcheck.errors import UsageError
from pcheck.language.model import Model
from pcheck.search import reference
from pcheck.search.limits import Clock, Limits, Watch, ended_by, state_limit
from pcheck.search.outcome import Search, Verdict
from pcheck.search.reductions.reduce import PASSES, named
from pcheck.semantics.cluster_model import Runs
from pcheck.text import nearest

SMALL, VERY_SMALL = 10_000, 1_000
MANY_NODES = 7  # of which it is likely that they have many states
ENGINES = ("auto", "reference", "compiled")
Say = Callable[[str], None]


def explore(
    model: Model[Any],
    limits: Limits,
    *,
    engine: str = "auto",
    reduce: str | None = None,
    all_properties: bool = False,
    watch: Watch | None = None,
    say: Say = lambda _: None,
) -> Search:
    """The answer of the engine that is asked for, or of the one that suits the size.

    `reduce` names passes, or is `all` or `none`; None leaves it to the engine.
    """
    if engine not in ENGINES:
        hint = nearest(engine, ENGINES) or f"; there is {', '.join(ENGINES)}"
        raise UsageError(f"there is no engine {engine!r}{hint}")
    if engine == "compiled" and not isinstance(model, Runs):
        raise UsageError("the compiled engine takes clusters: a Model has --engine reference only")
    passes = PASSES if reduce is None else named(reduce)
    if reduce is not None and passes and engine == "reference":
        raise UsageError(f"--reduce {reduce}: the reference engine looks at everything")
    if reduce is not None and passes and not isinstance(model, Runs):
        raise UsageError(f"--reduce {reduce}: a Model has no nodes, and the passes need some")
    clock = Clock(limits, watch)
    named_some = reduce is not None and bool(passes)
    if (engine == "compiled" or named_some) and isinstance(model, Runs):
        return _compiled(model, limits, passes, all_properties, clock, say)
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
        whole = _compiled(model, limits, passes, all_properties, clock, say)
    except (KeyboardInterrupt, MemoryError) as end:
        return replace(first, stopped=ended_by(end))
    whole = whole.and_before(first.discoveries)
    if _is_behind(whole, first):
        return replace(first, stopped=whole.stopped, seconds=whole.seconds)
    return whole


def _is_behind(whole: Search, first: Search) -> bool:
    """Whether a search was stopped before it came as far as the one before it."""
    fewer = not whole.reduced and whole.states < first.states
    stopped = whole.stopped is not None and whole.verdict is Verdict.INCOMPLETE
    return stopped and (whole.depth < first.depth or fewer)


def _compiled(
    model: Runs,
    limits: Limits,
    passes: Iterable[str],
    all_properties: bool,
    clock: Clock,
    say: Say,
) -> Search:
    """Numba takes some time to load, so it is loaded only here: that is no time of the search."""
    from pcheck.search.compiled import warm_up

    with clock.waiting():
        explorer = warm_up.explorer(say)
    search: Search = explorer.explore(
        model, limits, passes=passes, all_properties=all_properties, clock=clock
    )
    return search
