"""The compiled explorer, which may need several searches for one result.

The first search goes by steps. With `cover`, a second search may prove the properties that are
still open. If closed tables turn out to be wrong, the search begins again without them. If a step
property is false of steps that a reduced search leaves out, the search begins again without the
reductions that leave out steps. If closed tables were too large, and the search is very long, the
search begins again with a higher limit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import NamedTuple

from pcheck.errors import Asymmetric, SpecError, Unreliable
from pcheck.language.actor import Actor
from pcheck.language.cluster import Cluster
from pcheck.language.names import group
from pcheck.search.clock import EXPLORING, Clock, OnProgress, Progress
from pcheck.search.compiled.machines import check_nodes
from pcheck.search.compiled.store import Store
from pcheck.search.compiled.tables import Tables
from pcheck.search.compiled.walk import Walk
from pcheck.search.garbage import without_garbage_collection
from pcheck.search.layers import COMPARING
from pcheck.search.limits import (
    INTERRUPT,
    STOPPING_EXCEPTIONS,
    Limits,
    Stop,
    entry_limit,
    state_limit,
    stop_reason,
)
from pcheck.search.outcome import SearchResult, TooManyNumbers
from pcheck.search.reductions.closure import (
    MAX_LOCAL_REACTIONS,
    MAX_LOCAL_REACTIONS_OF_LONG_SEARCH,
    Successors,
    Unclosed,
)
from pcheck.search.reductions.cover import rank_local_states
from pcheck.search.reductions.reduce import (
    ReducedCluster,
    reduce_cluster,
    with_every_step,
    without_tables,
)
from pcheck.search.reductions.unseen_steps import ForbidsUnseenSteps
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import Network

CLOSING = "closing tables"


def explore(
    model: ClusterModel,
    limits: Limits = Limits(),  # noqa: B008  (frozen)
    *,
    reductions: Iterable[str] = (),
    all_properties: bool = False,
    on_progress: OnProgress | None = None,
    clock: Clock | None = None,
) -> SearchResult:
    """Explore a cluster in machine code, with the same outcomes as `reference.explore`.

    With reductions, counts and depth are those of the reduced state space.
    """
    clock = clock or Clock(limits, on_progress)
    check_nodes(model)  # first: an interrupt of the reductions is reported as a search of no steps

    def search(reduced: ReducedCluster) -> Walk:
        return Walk(model, limits, reduced, all_properties, clock)

    def reduce(max_reactions: int) -> ReducedCluster:
        tick = clock.ticking(Progress(), CLOSING if reductions else EXPLORING)
        return reduce_cluster(model, reductions, tick, max_reactions)

    reductions = tuple(reductions)
    with without_garbage_collection():
        try:
            first = reduce(MAX_LOCAL_REACTIONS)
        except STOPPING_EXCEPTIONS as end:
            empty = search(reduce_cluster(model, ()))
            empty.stopped = stop_reason(end)
            return empty.report()
        found: list[SearchResult] = []
        result, reduced = None, first
        while result is None:
            try:
                result = _explore(search, reduced, reduce, found)
            except (Unclosed, ForbidsUnseenSteps) as error:
                # the text alone: the error keeps the whole search in memory
                other, why = _other_reductions(error), str(error)
            if result is None:
                reduced = other(model, reduced, why)
        for earlier in found:
            result = result.with_earlier(earlier)
        return result


def _other_reductions(
    error: Unclosed | ForbidsUnseenSteps,
) -> Callable[[ClusterModel, ReducedCluster, str], ReducedCluster]:
    """Return the function that gives the reductions of a search after an error."""
    return without_tables if isinstance(error, Unclosed) else with_every_step


def _explore(
    search: Callable[[ReducedCluster], Walk],
    reduced: ReducedCluster,
    reduce: Callable[[int], ReducedCluster],
    found: list[SearchResult],
) -> SearchResult:
    """Search by steps. If closed tables were too large, and the search is very long, begin again
    with a higher limit for the tables.

    If the tables turn out to be wrong, raise Unclosed. If the reductions cannot decide a step
    property, raise ForbidsUnseenSteps. The result of a search that begins again is added to
    `found`: its discoveries are right, because its tables and answers were right until then.
    """
    by_steps = search(reduced)
    if reduced.successors is not None:
        return _explore_with_cover(by_steps, reduced.successors, found)
    pause = by_steps.is_long if reduced.too_many else lambda: False
    if _advance(by_steps, found, pause):
        return by_steps.report()
    try:
        second = reduce(MAX_LOCAL_REACTIONS_OF_LONG_SEARCH)
    except STOPPING_EXCEPTIONS as end:
        by_steps.stopped = stop_reason(end)
        return by_steps.report()
    if second.too_many:
        _advance(by_steps, found)
        return by_steps.report()
    found.append(by_steps.report())
    del by_steps
    return _explore(search, second, reduce, found)


def _advance(
    by_steps: Walk, found: list[SearchResult], pause: Callable[[], bool] = lambda: False
) -> bool:
    """Search on, as `Walk.advance`; add the result to `found` if the search must begin again."""
    try:
        return by_steps.advance(pause)
    except (Unclosed, ForbidsUnseenSteps):
        found.append(by_steps.report())
        raise


def _explore_with_cover(
    by_steps: Walk, successors: Successors, found: list[SearchResult]
) -> SearchResult:
    """Search by steps until a proof with cover is worth trying; then try to prove the rest.

    If the proof fails, the search by steps continues.
    """
    if _advance(by_steps, found, by_steps.should_try_cover):
        return by_steps.report()
    fault = None
    try:
        proof = by_steps.proof(rank_local_states(successors))
        with by_steps.clock.halving():
            proof.advance()
        if proof.complete and not proof.judge.found:
            return by_steps.report(proof)
        if proof.stopped == INTERRUPT:
            raise KeyboardInterrupt
        del proof
    except (Asymmetric, Unreliable):  # the search by steps would not be sound either
        raise
    except (TooManyNumbers, ForbidsUnseenSteps):  # the search by steps may need fewer, or decide
        pass
    except SpecError as error:
        fault = error
    except STOPPING_EXCEPTIONS as end:
        by_steps.stopped = stop_reason(end)
        return by_steps.report()
    # To the shortest trace that shows the violation or fault, or to a limit.
    _advance(by_steps, found)
    if fault is not None and by_steps.stopped is not None:
        raise fault
    return by_steps.report()


class RecordedSearch(NamedTuple):
    """All states up to some depth, the begin of each level, and all transitions between states."""

    tables: Tables
    store: Store
    begins: list[int]  # and the end of the last level


def record(model: ClusterModel, limits: Limits, clock: Clock) -> RecordedSearch | None:
    """Record everything up to the first level with a violation, or return None at a limit of work.

    `limits` are of work. The limits of the clock, and Ctrl-C, are raised.

    Only `prune` is on. A pruned state can take the same steps as the state that it represents, with
    the same labels, except for steps that no shortest trace takes.
    """

    def recorded(reduced: ReducedCluster) -> Walk:
        search = Walk(model, limits, reduced, False, clock, records=True)
        search.progress.activity = COMPARING
        search.advance()
        return search

    with without_garbage_collection():
        search = None
        with suppress(Unclosed):
            tick = clock.ticking(Progress(states=1), COMPARING)
            search = recorded(reduce_cluster(model, ["prune"], tick))
        search = search or recorded(reduce_cluster(model, ()))
    if search.stopped == INTERRUPT:
        raise KeyboardInterrupt
    if search.stopped in (state_limit(limits.states or 0), entry_limit(limits.entries or 0)):
        return None
    if search.stopped is not None:
        raise Stop(search.stopped)
    return RecordedSearch(search.tables, search.store, search.levels)


def warm_up() -> None:
    """Load the functions of the kernel that every search needs, by calling each of them."""
    _search_idle_nodes(())


def compile_kernel() -> None:
    """Compile every function of the kernel, so that none is compiled during a search."""
    search = _search_idle_nodes(("symmetry", "cover"))
    assert search.reduced.successors is not None
    search.proof(rank_local_states(search.reduced.successors)).run()
    search.store.flush(search.tables.orbits.arrays, len(search.store))
    search.level_judge.noted.grow(search.store)


def _search_idle_nodes(reductions: Iterable[str]) -> Walk:
    """Return a search of two nodes that do nothing, with arrays that had to grow."""
    nodes = group("idle", 2)
    cluster = Cluster({nodes: lambda _: Actor()}, (), interchangeable=[nodes])
    idle = ClusterModel(cluster, Network(), 0)
    search = Walk(idle, Limits(), reduce_cluster(idle, reductions), False, Clock(Limits(), None))
    search.run()
    first, *others = search.tables.machines.sizes()
    search.store.widen([first << 9, *others])
    for number in range(1 << 10):
        search.tables.receptions.add(0, number, 0, number)
    return search
