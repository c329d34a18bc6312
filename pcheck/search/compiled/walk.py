"""One breadth-first search of the product of all machines, with the kernel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import Any

from pcheck.errors import SpecError
from pcheck.search.clock import Clock, Progress, Tick
from pcheck.search.compiled import kernel, slices
from pcheck.search.compiled.covering import Cover
from pcheck.search.compiled.discovering import discovery
from pcheck.search.compiled.judging import LevelJudge
from pcheck.search.compiled.kernel import HEAD, LISTED, TERMINAL, TRANSITIONS
from pcheck.search.compiled.reconstruct import steps_to, trace_to
from pcheck.search.compiled.store import MAX_STATES, Store
from pcheck.search.compiled.tables import NO_STATES, Tables
from pcheck.search.compiled.threads import Threads
from pcheck.search.growth import growing_nodes
from pcheck.search.judge import Found, Judge
from pcheck.search.limits import (
    STOPPING_EXCEPTIONS,
    Limits,
    Stop,
    depth_limit,
    entry_limit,
    state_limit,
    stop_reason,
)
from pcheck.search.outcome import Discovery, SearchResult, TooManyNumbers
from pcheck.search.reductions.cover import Ranks
from pcheck.search.reductions.reduce import ReducedCluster
from pcheck.search.tracing import trace_decisions, trace_fault
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.trace import Trace

PROVING = "proving by a second search, with cover"
STATES_AT_ONCE = 50_000  # that are expanded between two checks of the limits
ENTRIES_PER_REACTION, STATES_PER_REACTION = 25, 120  # that take as long as one reaction


class Walk:
    """A search, level by level: fills the tables that the kernel needs, and judges each level."""

    def __init__(
        self,
        model: ClusterModel,
        limits: Limits,
        reduced: ReducedCluster,
        all_properties: bool,
        clock: Clock,
        tables: Tables | None = None,
        records: bool = False,
        threads: Threads | None = None,
    ) -> None:
        """Prepare a search by steps; with ranked tables, one by ranks that drops covered states."""
        self.model, self.limits, self.reduced, self.clock = model, limits, reduced, clock
        self.progress = Progress(states=1, is_reduced=bool(reduced.on))
        self.judge: Judge[tuple[int, ...]] = Judge(model.properties, all_properties=all_properties)
        self.tables = tables or Tables(model, reduced.automata, reduced.views)
        self.cover = Cover(self.tables) if self.tables.ranks is not None else None
        self.traces_later, self.reserve = False, 0  # whether the caller traces faults; see `Clock`
        self._fault_at: int | None = None  # the index of a state
        self.complete = False
        self.stopped: str | None = None
        first = self.tables.vectors.initial()
        self.level_judge = LevelJudge(self.tables, self.judge, reduced)
        self.threads, self.records = threads or Threads(1), records
        self.store = Store(self.tables.machines.sizes(), first, self.threads, records=records)
        self.levels = [0, 1]  # where each complete level begins, and where the last one ends
        self.depth = 0  # of the last level that has a state
        self.sizes = [[1] * len(model.nodes)]  # at each level, the configurations of each node

    def run(self) -> SearchResult:
        """Search to the end, and return the result."""
        self.advance()
        return self.report()

    def advance(self, pause: Callable[[], bool] = lambda: False) -> bool:
        """Search on; return True at the end, or False when `pause()` is true after a level."""
        try:
            return self._search(pause)
        except STOPPING_EXCEPTIONS as end:
            self.stopped = stop_reason(end)
            try:
                self._settle()
            except STOPPING_EXCEPTIONS:  # no memory for the successors, or another Ctrl-C
                self.store.discard_buffer()
            if not self._is_beyond():
                with suppress(*STOPPING_EXCEPTIONS):
                    self.level_judge.judge_from(self.store, self.levels, whole=False)
            return True
        except TooManyNumbers as error:
            if self.judge.found and self.cover is None:
                error.found = self.report()
            raise

    @property
    def work(self) -> int:
        """The work so far, in about the time of one reaction of a handler.

        It counts what is done, and no time, so it is the same on every machine.
        """
        return (
            self.tables.asked
            + self.tables.entries // ENTRIES_PER_REACTION
            + len(self.store) // STATES_PER_REACTION
            + self.level_judge.judged
        )

    def proof(self, ranks: Ranks) -> Walk:
        """Return a search by ranks for the properties that are still open."""
        tables = self.tables.ranked(ranks)
        parts = self.model, self.limits, self.reduced, False, self.clock, tables, False
        search = Walk(*parts, self.threads)
        search.judge.open, search.judge.samples = list(self.judge.open), self.judge.samples
        search.level_judge.begin_with(self.level_judge, int(self.store.cursor[TRANSITIONS]))
        search.progress.level, search.progress.activity = self.progress.level, PROVING
        return search

    def _search(self, pause: Callable[[], bool]) -> bool:
        """Search level by level. A level is a number of steps of the cluster (or a sum of ranks).

        The next level holds what rows of cost 1 lead to from the last level, rows of cost 2 from
        the level before, and so on. No state is left when as many empty levels follow each other
        as the highest cost.
        """
        levels, progress = self.levels, self.progress
        if not progress.widths:
            self.level_judge.judge_from(self.store, levels, whole=True)
            progress.widths.append(1)
        while levels[-1] > levels[-1 - min(self.tables.max_cost, len(levels) - 1)]:
            if self.judge.decided:
                return True
            if pause():
                return False
            cost = 1
            while cost <= min(self.tables.max_cost, len(levels) - 1):  # max_cost may grow
                if levels[-1 - cost] < levels[-cost]:
                    self._expand_level(levels[-1 - cost], levels[-cost], cost)
                cost += 1
            self.level_judge.judge_from(self.store, levels, whole=True)
            levels.append(len(self.store))
            progress.widths.append(levels[-1] - levels[-2])
            if levels[-1] > levels[-2]:
                self.depth = len(levels) - 2
            self.sizes.append([*map(len, self.tables.machines.configs)])
            if self.cover is None:
                progress.level = self.depth
            else:
                self.cover.drop(self.store, levels[-2], levels[-1])
            self.check_limits()
        self.complete = True
        return True

    def make_room(self) -> None:
        """Make room for each number in fields and arrays: the kernel does not check."""
        sizes = self.tables.machines.sizes()
        if self.store.layout.is_outgrown(sizes):
            self.store.widen(sizes)
        self.tables.make_room(sizes)

    def _expand_level(self, start: int, end: int, cost: int) -> None:
        """Take the rows of one cost out of the states of one level."""
        only_states = not (self.records or self.judge.has_step_properties or self.limits.entries)
        if only_states and len(self.store) >= slices.MIN_STATES:
            self.slices.expand_level(start, end, cost)
        else:
            self.expand_states(start, end, cost)

    @cached_property
    def slices(self) -> slices.Slices:
        """The slices of the levels of this search."""
        return slices.Slices(self.tables, self.store, self)

    def expand_states(self, start: int, end: int, cost: int, listed: Any = NO_STATES) -> None:
        """Take the rows of one cost out of some states, or of those that are listed."""
        store, noted = self.store, self.level_judge.noted
        most = MAX_STATES if len(listed) else STATES_AT_ONCE
        limits = cost, self.max_states(), most, self.limits.entries or MAX_STATES
        store.cursor[HEAD], store.cursor[LISTED] = listed[0] if len(listed) else start, 0
        while True:
            self.make_room()
            with self._blaming():
                status = self.tables.search(store, noted.arrays(store), listed, end, limits)
            if status == kernel.LEVEL:
                break
            if status == kernel.FULL:
                store.grow()
            elif status == kernel.LIMIT:
                raise Stop(self._limit())
            elif status == kernel.NOTES:
                noted.grow(store)
            elif status != kernel.SLICE:
                with self._blaming():
                    self.tables.fill(status, store.cursor)
            self.check_limits()

    def max_states(self) -> int:
        """Return the number of states at which the search stops; beyond the last level, no more."""
        return self.levels[-1] if self._is_beyond() else self.limits.states or MAX_STATES

    def _is_beyond(self) -> bool:
        """Return whether the level that is searched is beyond the limit of steps."""
        return self.limits.depth is not None and len(self.levels) - 1 > self.limits.depth

    def _limit(self) -> str:
        if self._is_beyond():
            return depth_limit(self.limits.depth or 0)
        return state_limit(self.max_states())

    @contextmanager
    def _blaming(self) -> Iterator[None]:
        """Give a fault of the spec the trace that leads to it."""
        try:
            yield
        except SpecError as error:
            if self._settle() == kernel.LIMIT:  # the fault is beyond the limit of states
                raise Stop(self._limit()) from None
            self._fault_at = int(self.store.cursor[HEAD])
            if not self.traces_later:
                self.trace_fault(error)
            raise

    def trace_fault(self, error: SpecError) -> None:
        """Give a fault of a handler the trace to the state where the handler was called."""
        if self._fault_at is not None and self.cover is None:
            at = self._fault_at
            trace_fault(error, self.clock, self.progress, lambda tick: self._trace(at, tick))

    def _settle(self) -> int:
        """Insert the successors in the buffer, so that states and transitions fit together."""
        while True:
            self.make_room()
            status = self.store.flush(self.tables.orbits.arrays, self.max_states())
            if status == kernel.FULL:
                self.store.grow()
            elif status in (kernel.VIEWS, kernel.IMAGE):
                self.tables.fill(status, self.store.cursor)
            else:
                return status

    def check_limits(self) -> None:
        """Report the progress, and stop the search if a limit of time or memory is reached."""
        progress, cursor = self.progress, self.store.cursor
        progress.states, progress.transitions = len(self.store), int(cursor[TRANSITIONS])
        progress.queue = len(self.store) - int(cursor[HEAD])
        self.clock.reserved = self.reserve * progress.transitions  # bytes
        self.clock.check(progress)
        if self.limits.entries is not None and self.tables.entries > self.limits.entries:
            raise Stop(entry_limit(self.limits.entries))

    # -- reporting -----------------------------------------------------------------------------

    def _trace(self, index: int, tick: Tick) -> Trace[State]:
        """Return the trace to a state."""
        return trace_to(index, self.tables, self.store, self.levels, tick)

    def report(self, proof: Walk | None = None) -> SearchResult:
        """Return the result of this search; the counts are those of the proof, if one is given."""
        last = proof or self
        on = [name for name in self.reduced.on if name != "cover" or proof is not None]
        seconds, symmetry = self.clock.seconds(), last.level_judge.symmetry
        configs = self.tables.machines.configs_by_level
        by_name = {prop.name: prop for prop in self.model.properties}
        last.tables.mark_sent()

        def discover(name: str, found: Found[tuple[int, ...]], tick: Tick) -> Discovery:
            trace, names = self._trace(found.where[0], tick), self.level_judge.symmetry
            return discovery(by_name[name], found, trace, self.tables, names, tick)

        discoveries, untraced = trace_decisions(
            *(self.judge, self.clock, self.progress, discover),
            lambda where: steps_to(where, self.levels),
        )
        return SearchResult(
            properties=self.model.properties,
            states=len(last.store) - (last.cover.dropped if last.cover is not None else 0),
            transitions=int(last.store.cursor[TRANSITIONS]),
            depth=last.depth,
            widths=tuple(last.progress.widths[: last.depth + 1]),
            complete=last.complete,
            stopped=last.stopped,
            discoveries=discoveries,
            untraced=untraced,
            seconds=seconds,
            memory=last.store.bytes,
            engine="compiled",
            terminal=int(last.store.cursor[TERMINAL]) if last.complete and not on else None,
            growing=growing_nodes(configs(self.sizes)) if self.stopped is not None else (),
            samples=self.judge.samples,
            reduced=tuple(on),
            skipped=self.reduced.skipped,
            assumptions=symmetry.assumptions if symmetry is not None else (),
            peak=max(self.clock.peak, self.clock.memory()),
        )
