"""The choice of a search engine. All engines give the same answers; only the time differs.

The engine `auto` begins with the reference explorer. If the model has more than some thousands of
states, the compiled engine starts again from the beginning, with every reduction. So small clusters
never pay for loading machine code. If the reductions need much preparation, the compiled engine
first searches without them. The choice depends only on the numbers of nodes and states, so
that no reported count depends on the machine. Reductions that the user names are applied by the
compiled engine from the start.

A cluster that is too large for the compiled engine is explored by the reference engine instead, and
the result says so. If the user names the compiled engine or a reduction, that is an error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pcheck.errors import Asymmetric, ParameterName, Unreliable, UsageError
from pcheck.language.model import Model
from pcheck.language.property import Kind, Property
from pcheck.search import future, progress, reference
from pcheck.search.clock import Clock, OnProgress, Progress
from pcheck.search.demands import check_engine_of_a_model, demands, opened, without_compiled
from pcheck.search.future import Recorded, Tolerated, decided
from pcheck.search.hidden_state import HiddenStateTest
from pcheck.search.limits import (
    INTERRUPT,
    STOPPING_EXCEPTIONS,
    state_limit,
    stop_phrase,
    stop_reason,
)
from pcheck.search.options import SearchOptions
from pcheck.search.outcome import SearchResult, TooManyNumbers, Verdict
from pcheck.search.reductions.symmetric import compare_names
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.text import all_of

MAX_REFERENCE_STATES = 10_000
MAX_REFERENCE_STATES_OF_MANY_NODES = 1_000
MIN_MANY_NODES = 7  # a cluster with at least 7 nodes is likely to have many states
COMPARING_NAMES = "comparing interchangeable names"
NAMES_NOT_COMPARED = "not every handler was compared for interchangeable names"
NOT_FOR_QUESTIONS = "a reduction may leave out states from which a condition cannot become true"
NOT_FOR_CYCLES = "a cycle may need the steps that a reduction leaves out"
OnNote = Callable[[str], None]
LOADING, COMPILING = "loading the machine code", "compiling the machine code"


def explore(
    model: Model[Any],
    options: SearchOptions = SearchOptions(),  # noqa: B008  (frozen)
    *,
    on_progress: OnProgress | None = None,
    on_note: OnNote = lambda _: None,
    clock: Clock | None = None,
) -> SearchResult:
    """Explore a model with the engine that `options` name, or with one that suits its size.

    Then test that no answer of the model's code depended on hidden state.
    """
    if not isinstance(model, ClusterModel):
        check_engine_of_a_model(options)
    elif model.begins_elsewhere:  # the reductions assume that nodes begin in their first states
        options = replace(options, reductions="none")
    clock, test = clock or Clock(options.limits, on_progress), HiddenStateTest(model)
    checkpoint = opened(model, options, clock, on_note)
    options = replace(options, checkpoint=checkpoint)
    try:
        try:
            search = _explore(model, options, clock, on_note)
        except (Asymmetric, Unreliable) as error:
            raise test.explained(error, clock) from None
        result = test.result(search, clock)
        if checkpoint is not None:
            checkpoint.end(is_decided=result.verdict is not Verdict.INCOMPLETE)
        return result
    finally:
        if checkpoint is not None:
            checkpoint.close()


def _explore(
    model: Model[Any], options: SearchOptions, clock: Clock, on_note: OnNote
) -> SearchResult:
    """Explore a model with the engine that `options` name, or with one that suits its size."""
    if any(prop.kind is Kind.CAN_AVOID for prop in model.properties):
        return _avoiding(model, options, clock)
    if any(prop.is_question for prop in model.properties):
        return decided(record(model, options, clock, on_note), clock)
    if not isinstance(model, ClusterModel) or options.engine == "reference":
        return _reference(model, options, clock)
    if options.engine == "compiled" or options.demands_reductions:
        return _compiled_only(model, options, clock, on_note)
    return _reference_then_compiled(model, options, clock, on_note)


def _reference_then_compiled(
    model: ClusterModel, options: SearchOptions, clock: Clock, on_note: OnNote
) -> SearchResult:
    """Explore with the reference engine, and start again with the compiled one beyond a size."""
    max_states, many_nodes = options.limits.states, len(model.nodes) >= MIN_MANY_NODES
    size = MAX_REFERENCE_STATES_OF_MANY_NODES if many_nodes else MAX_REFERENCE_STATES
    size = size if max_states is None else min(size, max_states)
    small = replace(options, limits=replace(options.limits, states=size))
    first = _reference(model, small, clock)
    if INTERRUPT in (each.stopped for each in first.untraced.values()):
        return replace(first, stopped=INTERRUPT)
    if first.stopped != state_limit(size) or size == max_states:
        return _with_names_compared(first, model, clock)
    try:
        second = _compiled_or_reference(model, options, clock, on_note)
    except (KeyboardInterrupt, MemoryError) as error:
        return replace(first, stopped=stop_reason(error))
    second = second.with_earlier(first)
    if options.reductions is None and "symmetry" not in second.reduced:
        second = _with_names_compared(second, model, clock)
    if _is_behind(second, first):
        stopped, seconds, note = second.stopped, second.seconds, second.note
        return replace(first, stopped=stopped, seconds=seconds, note=note)
    return second


def _with_names_compared(search: SearchResult, model: ClusterModel, clock: Clock) -> SearchResult:
    """Raise Asymmetric if a handler distinguishes names that the spec declares interchangeable.

    This search did not use the declaration, but a larger search of the same spec would.
    """
    if not model.interchangeable or search.stopped is not None:
        return search
    try:
        with clock.extending():
            compare_names(model, clock.ticking(Progress(), COMPARING_NAMES))
    except STOPPING_EXCEPTIONS as end:
        stopped = stop_phrase(stop_reason(end))
        return search.with_warnings([f"{NAMES_NOT_COMPARED}: the comparison stopped {stopped}"])
    return search


def _is_behind(second: SearchResult, first: SearchResult) -> bool:
    """Return whether the second search stopped before it got as far as the first one."""
    fewer = not second.reduced and second.states < first.states
    stopped = second.stopped is not None and second.verdict is Verdict.INCOMPLETE
    return stopped and (second.depth < first.depth or fewer)


def _compiled_or_reference(
    model: ClusterModel, options: SearchOptions, clock: Clock, on_note: OnNote
) -> SearchResult:
    """Explore with the compiled engine, or with the reference engine if there are too many numbers.

    The reference engine starts anew: the states of the compiled search have no numbers outside it.
    What the compiled search found remains found.
    """
    try:
        return _compiled(model, options, clock, on_note)
    except TooManyNumbers as error:
        why, found = str(error), error.found  # alone: the error keeps the whole search in memory
    without = without_compiled(options)
    if options.checkpoint is not None:
        options.checkpoint.give_up()
    if len(without) > 1:
        on_note(f"{why}; the reference engine goes on, without {all_of(without)}")
    note = f"T{why[1:]}. So the reference engine explored the cluster, without {all_of(without)}."
    result = replace(_reference(model, options, clock), note=note)
    return result.with_earlier(found) if found is not None else result


def _compiled_only(
    model: ClusterModel, options: SearchOptions, clock: Clock, on_note: OnNote
) -> SearchResult:
    """Explore with the compiled engine, or raise UsageError if there are too many numbers."""
    try:
        return _compiled(model, options, clock, on_note)
    except TooManyNumbers as error:
        text = f"{error}; leave out"
    demanded = {"engine": options.engine == "compiled", "reduce": options.demands_reductions}
    first, *others = (ParameterName(name) for name, is_demanded in demanded.items() if is_demanded)
    raise UsageError(text, first, *(part for each in others for part in ("and", each)))


def _avoiding(model: Model[Any], options: SearchOptions, clock: Clock) -> SearchResult:
    """Answer questions whether a condition can be avoided for ever."""
    if not isinstance(model, ClusterModel):
        raise UsageError("a question with @can_avoid needs a Cluster")
    if model.network.name == "set":
        text = (
            "set keeps every message for ever, so nothing repeats; a question with @can_avoid needs"
        )
        raise UsageError(
            ParameterName("network"), text, ParameterName("network"), "once, lossy or fifo"
        )
    if options.engine == "compiled" or options.demands_reductions:
        text = "a question with @can_avoid is answered by the reference engine, without reductions"
        raise UsageError(text)
    from pcheck.search import livelock  # loads networkx, which takes a while

    return livelock.explore(
        model, options.limits, clock, dict.fromkeys(options.reduction_names, NOT_FOR_CYCLES)
    )


def tolerated(
    model: ClusterModel,
    question: Property,
    options: SearchOptions,
    clock: Clock,
    on_note: OnNote = lambda _: None,
) -> tuple[SearchResult, Tolerated]:
    """Return a search, and how many nodes may stop until its question has the answer no."""
    test = HiddenStateTest(model)
    try:
        recorded = record(model, options, clock, on_note)
        found = future.tolerated(recorded, question, len(model.stop_nodes), clock)
    except (Asymmetric, Unreliable) as error:
        raise test.explained(error, clock) from None
    search = replace(recorded.search, asked={question.name: found.asked}, stopped=found.stopped)
    return test.result(search, clock), found


def record(model: Model[Any], options: SearchOptions, clock: Clock, on_note: OnNote) -> Recorded:
    """Explore a model for questions about the future, with the reference search if it is small."""
    limits = options.limits
    if not isinstance(model, ClusterModel) or options.engine == "reference":
        return progress.record(model, limits, clock)
    first: Recorded | None = None
    if options.engine == "auto" and not options.demands_reductions:
        size = min(limits.states or MAX_REFERENCE_STATES, MAX_REFERENCE_STATES)
        first = progress.record(model, replace(limits, states=size), clock)
        if first.search.stopped != state_limit(size) or size == limits.states:
            return first
    from pcheck.search.compiled import warm_up

    names, net = options.reduction_names, model.network
    # where a loss is a step, and a delivery that changes nothing is not, `prune` leaves losses out
    prunes = "prune" in names and net.losing_is_a_step <= net.ignoring_is_a_step
    recorded: Recorded
    try:
        compiled = _load(warm_up.progress, clock, on_note)
        recorded = compiled.record(model, limits, clock, prunes=prunes)
    except TooManyNumbers as error:
        if options.engine == "compiled" or options.demands_reductions:
            raise UsageError(f"{error}; leave out {' and '.join(demands(options))}") from None
        return progress.record(model, limits, clock)
    except STOPPING_EXCEPTIONS as end:
        if first is None:
            first = progress.record(model, replace(limits, states=1), clock)
        return first._replace(search=replace(first.search, stopped=stop_reason(end)))
    others = (name for name in names if not (prunes and name == "prune"))
    skipped = dict.fromkeys(others, NOT_FOR_QUESTIONS)
    search = recorded.search
    return recorded._replace(search=replace(search, skipped={**search.skipped, **skipped}))


def _reference(model: Model[Any], options: SearchOptions, clock: Clock) -> SearchResult:
    return reference.explore(
        model, options.limits, all_properties=options.all_properties, clock=clock
    )


def _first_reactions(model: ClusterModel) -> int:
    """Return how many reactions the first closed tables may have, after a search by the reference.

    To close them takes less time than that search took.
    """
    return len(model.asked) + MAX_REFERENCE_STATES // 4


def _compiled(
    model: ClusterModel, options: SearchOptions, clock: Clock, on_note: OnNote
) -> SearchResult:
    """Explore with the compiled engine. Numba loads slowly, so it is loaded only when needed."""
    from pcheck.search.compiled import warm_up

    explorer = _load(warm_up.explorer, clock, on_note)
    search: SearchResult = explorer.explore(
        model,
        options.limits,
        reductions=options.reduction_names,
        all_properties=options.all_properties,
        clock=clock,
        first_reactions=_first_reactions(model) if options.reductions is None else None,
        threads=options.threads,
        disk=options.disk,
        checkpoint=options.checkpoint,
    )
    return search


def _load(load: Callable[..., Any], clock: Clock, on_note: OnNote) -> Any:
    """Return a module of the compiled engine, which takes a while to load."""
    clock.begin(LOADING)
    with clock.excluding():
        return load(on_note, lambda: clock.begin(COMPILING))
