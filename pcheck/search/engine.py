"""The choice of an explorer. All give the same answers; which one is asked is a matter of time.

`auto` begins with the reference explorer. Where that meets some thousands of states, the compiled
engine starts anew, with every pass: small clusters never pay for loading machine code, and the
choice depends on the numbers of nodes and states alone, so that no count depends on the machine.
Whoever names passes gets the compiled engine from the start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pcheck.errors import ParameterName, UsageError
from pcheck.language.model import Model
from pcheck.search import reference
from pcheck.search.limits import Clock, OnProgress, ended_by, state_limit
from pcheck.search.options import SearchOptions
from pcheck.search.outcome import SearchResult, Verdict
from pcheck.semantics.cluster_model import ClusterModel

SMALL, VERY_SMALL = 10_000, 1_000
MANY_NODES = 7  # of which it is likely that they have many states
OnNote = Callable[[str], None]


def explore(
    model: Model[Any],
    options: SearchOptions = SearchOptions(),  # noqa: B008  (frozen)
    *,
    on_progress: OnProgress | None = None,
    on_note: OnNote = lambda _: None,
) -> SearchResult:
    """Explore a model with the engine that `options` name, or with one that suits its size."""
    clock = Clock(options.limits, on_progress)
    if not isinstance(model, ClusterModel):
        _check_engine_of_a_model(options)
        return _reference(model, options, clock)
    if options.engine == "reference":
        return _reference(model, options, clock)
    if options.engine == "compiled" or options.demands_reductions:
        return _compiled(model, options, clock, on_note)
    return _reference_then_compiled(model, options, clock, on_note)


def _check_engine_of_a_model(options: SearchOptions) -> None:
    """Raise an error if `options` demand an engine that needs the nodes of a cluster."""
    if options.engine == "compiled":
        text = "the compiled engine needs a Cluster; check a Model with"
        raise UsageError(text, ParameterName("engine"), "reference")
    if options.demands_reductions:
        text = "reductions need a Cluster; check a Model with"
        raise UsageError(text, ParameterName("reduce"), "none")


def _reference_then_compiled(
    model: ClusterModel, options: SearchOptions, clock: Clock, on_note: OnNote
) -> SearchResult:
    """Explore with the reference engine; where states are many, anew with the compiled one."""
    most = options.limits.states
    small = SMALL if len(model.nodes) < MANY_NODES else VERY_SMALL
    small = small if most is None else min(small, most)
    fewer = replace(options, limits=replace(options.limits, states=small))
    first = _reference(model, fewer, clock)
    if first.stopped != state_limit(small) or small == most:
        return first
    try:
        whole = _compiled(model, options, clock, on_note)
    except (KeyboardInterrupt, MemoryError) as end:
        return replace(first, stopped=ended_by(end))
    whole = whole.and_before(first.discoveries)
    if _is_behind(whole, first):
        return replace(first, stopped=whole.stopped, seconds=whole.seconds)
    return whole


def _is_behind(whole: SearchResult, first: SearchResult) -> bool:
    """Whether a search was stopped before it came as far as the one before it."""
    fewer = not whole.reduced and whole.states < first.states
    stopped = whole.stopped is not None and whole.verdict is Verdict.INCOMPLETE
    return stopped and (whole.depth < first.depth or fewer)


def _reference(model: Model[Any], options: SearchOptions, clock: Clock) -> SearchResult:
    return reference.explore(
        model, options.limits, all_properties=options.all_properties, clock=clock
    )


def _compiled(
    model: ClusterModel, options: SearchOptions, clock: Clock, on_note: OnNote
) -> SearchResult:
    """Numba takes some time to load, so it is loaded only here: that is no time of the search."""
    from pcheck.search.compiled import warm_up

    with clock.waiting():
        explorer = warm_up.explorer(on_note)
    search: SearchResult = explorer.explore(
        model,
        options.limits,
        reductions=options.reduction_names,
        all_properties=options.all_properties,
        clock=clock,
    )
    return search
