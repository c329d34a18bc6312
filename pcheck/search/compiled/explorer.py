"""The compiled explorer, which may need several searches for one result.

The first search has closed tables, if closing them is little work. Otherwise a search without
reductions comes first: it may end soon. If not, the next search has the tables of what was met so
far. Its turns begin anew as long as what they meet refutes their tables. If a step property is
false of steps that a reduced search leaves out, the search begins again without the reductions that
leave out steps.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from pcheck.language.actor import Actor
from pcheck.language.cluster import Cluster
from pcheck.language.names import group
from pcheck.search.checkpoint import Checkpoint
from pcheck.search.clock import EXPLORING, Clock, OnProgress, Progress
from pcheck.search.compiled import kernel
from pcheck.search.compiled.machines import check_nodes
from pcheck.search.compiled.patience import Patience
from pcheck.search.compiled.resources import Resources
from pcheck.search.compiled.saved_walk import SavedWalk
from pcheck.search.compiled.threads import Threads, available_cores
from pcheck.search.compiled.turn import CLOSING, Refuted, Turn
from pcheck.search.compiled.walk import Walk
from pcheck.search.garbage import without_garbage_collection
from pcheck.search.limits import (
    STOPPING_EXCEPTIONS,
    Limits,
    state_limit,
    stop_reason,
)
from pcheck.search.outcome import ClosedTables, SearchResult
from pcheck.search.reductions.closure import MAX_LOCAL_REACTIONS
from pcheck.search.reductions.cover import rank_local_states
from pcheck.search.reductions.met import Met, MetUnknown
from pcheck.search.reductions.reduce import (
    ReducedCluster,
    reduce_cluster,
    with_every_step,
    without_tables,
)
from pcheck.search.reductions.unseen_steps import ForbidsUnseenSteps
from pcheck.search.reductions.walking import walk_at_random
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import Network

MAX_TURNS = 20
MAX_PAIRS = 60_000  # of a local state and a letter, in the first tables
REFUTED = f"each of {MAX_TURNS} searches met local states that refuted its tables"


def explore(
    model: ClusterModel,
    limits: Limits = Limits(),  # noqa: B008  (frozen)
    *,
    reductions: Iterable[str] = (),
    all_properties: bool = False,
    on_progress: OnProgress | None = None,
    clock: Clock | None = None,
    first_reactions: int | None = None,
    threads: int | None = None,
    disk: Path | None = None,
    checkpoint: Checkpoint | None = None,
) -> SearchResult:
    """Explore a cluster in machine code, with the same outcomes as `reference.explore`.

    With reductions, counts and depth are those of the reduced state space. If `first_reactions` are
    too few to close the tables, a search without reductions comes first. Large searches use
    `threads`, or all cores if None, and keep their states in the folder `disk`, if one is given.
    """
    clock = clock or Clock(limits, on_progress)
    check_nodes(model)  # first: an interrupt of the reductions is reported as a search of no steps
    clock.keeps_states_in_a_file = disk is not None
    resources = Resources(Threads(threads or available_cores()), disk)
    how = limits, all_properties, clock, resources, checkpoint
    searches = _Searches(model, tuple(reductions), *how)
    with without_garbage_collection():
        return searches.result(first_reactions)


class _Searches:
    """The searches for one result."""

    def __init__(
        self,
        model: ClusterModel,
        reductions: tuple[str, ...],
        limits: Limits,
        all_properties: bool,
        clock: Clock,
        resources: Resources,
        checkpoint: Checkpoint | None,
    ) -> None:
        self._resources, self._checkpoint = resources, checkpoint
        self._model, self._reductions, self._limits = model, reductions, limits
        self._all_properties, self._clock = all_properties, clock
        self._earlier: list[SearchResult] = []  # of searches that were exact until they ended

    def result(self, first_reactions: int | None) -> SearchResult:
        """Return the result of the last search, with the decisions of the earlier ones."""
        result, why = None, ""
        try:
            try:
                result = self._search(first_reactions)
            except ForbidsUnseenSteps as error:
                why = str(error)  # the text alone: the error keeps the whole search in memory
            if result is None:
                result = self._saved(with_every_step(self._model, self._reduced, why)).run()
        except STOPPING_EXCEPTIONS as end:
            empty = self._walk(reduce_cluster(self._model, ()))
            empty.stopped = stop_reason(end)
            result = empty.report()
        for earlier in self._earlier:
            result = result.with_earlier(earlier)
        return self._deepest(result)

    def _deepest(self, last: SearchResult) -> SearchResult:
        """Return the last result, or an earlier one that stopped at a greater depth."""
        if last.stopped is None:
            return last
        deepest = max([last, *self._earlier], key=lambda each: each.depth)
        if deepest is last:
            return last
        return replace(
            deepest,
            stopped=last.stopped,
            discoveries=last.discoveries,
            untraced=last.untraced,
        )

    def _search(self, first_reactions: int | None) -> SearchResult:
        """Search with closed tables, if they can be had, or with tables of what was met."""
        most, met = MAX_LOCAL_REACTIONS, Met(self._model)
        reduced = self._reduce(min(first_reactions or most, most))
        if reduced.is_unclosed and first_reactions is not None:
            plain = self._walk(reduce_cluster(self._model, (), met=met))
            closed = self._closed_beside(plain, met)
            if closed is None:
                return plain.report()
            reduced = closed
            self._earlier.append(plain.report())
        if reduced.is_unclosed:
            return self._in_turns(met)
        with suppress(MetUnknown):
            return self._turn(reduced, 1)
        return self._in_turns(met)

    def _closed_beside(self, plain: Walk, met: Met) -> ReducedCluster | None:
        """Search without reductions until reductions will pay; close the tables.

        Return None if the search ends before. The result has no closed tables if they are too
        large.
        """
        has_ended = plain.advance(Patience(plain, met).is_over)
        if has_ended and plain.stopped != state_limit(self._limits.states or 0):
            return None
        return self._reduce(MAX_LOCAL_REACTIONS)

    def _in_turns(self, met: Met) -> SearchResult:
        """Search with tables of what was met, and begin anew as long as they are refuted."""
        walk_at_random(self._model, met, MAX_PAIRS, self._clock.ticking(Progress(), CLOSING))
        for nth in range(1, MAX_TURNS + 1):
            reduced = self._reduce(met=met)
            with suppress(Refuted):
                return self._turn(reduced, nth)
        return self._saved(without_tables(self._model, reduced, REFUTED)).run()

    def _turn(self, reduced: ReducedCluster, nth: int) -> SearchResult:
        """Return the result of a turn; if it must begin anew, keep what it decided before."""
        turn = Turn(self._saved(reduced))
        try:
            result = turn.run()
        except (MetUnknown, ForbidsUnseenSteps, Refuted) as error:
            if turn.is_exact and not isinstance(error, Refuted):
                self._earlier.append(turn.report_of_begin())
            turn.walk.close()
            raise
        if reduced.quotients is None:
            return result
        return replace(result, tables=ClosedTables(*reduced.quotients.tables.sizes(), nth))

    def _reduce(
        self, reactions: int = MAX_LOCAL_REACTIONS, met: Met | None = None
    ) -> ReducedCluster:
        activity = CLOSING if self._reductions else EXPLORING
        tick = self._clock.ticking(Progress(), activity)
        self._reduced = reduce_cluster(self._model, self._reductions, tick, reactions, met)
        return self._reduced

    def _walk(self, reduced: ReducedCluster) -> Walk:
        parts = self._model, self._limits, reduced, self._all_properties, self._clock
        return Walk(*parts, resources=self._resources)

    def _saved(self, reduced: ReducedCluster) -> Walk:
        """Return a search that the checkpoint saves, if there is one."""
        if self._checkpoint is None:
            return self._walk(reduced)
        parts = self._model, self._limits, reduced, self._all_properties, self._clock
        return SavedWalk(self._checkpoint, *parts, None, self._resources)


def warm_up() -> None:
    """Load the functions of the kernel that every search needs, by calling each of them."""
    _search_idle_nodes(())


def compile_kernel() -> None:
    """Compile every function of the kernel, so that none is compiled during a search."""
    search = _search_idle_nodes(("symmetry", "cover"), threads=2)
    assert search.reduced.successors is not None
    search.proof(rank_local_states(search.reduced.successors)).run()
    search.slices.expand_slice(range(len(search.store)), 1)
    search.slices.forget()
    search.store.flush(search.tables.orbits.arrays, len(search.store))
    search.level_judge.noted.grow(search.store)
    search.tables.composition.pool.double()
    kernel.mix_each(search.tables.orbits.sums)


def _search_idle_nodes(reductions: Iterable[str], threads: int = 1) -> Walk:
    """Return a search of two nodes that do nothing, with arrays that had to grow."""
    nodes = group("idle", 2)
    cluster = Cluster({nodes: lambda _: Actor()}, (), interchangeable=[nodes])
    idle = ClusterModel(cluster, Network(), 0)
    clock, reduced = Clock(Limits(), None), reduce_cluster(idle, reductions)
    search = Walk(idle, Limits(), reduced, False, clock, resources=Resources(Threads(threads)))
    search.run()
    search.store.make_room(kernel.BUFFER, -(1 << 60))  # packs the states again
    for number in range(1 << 10):
        search.tables.receptions.add(0, number, 0, number)
    return search
