"""The expansion of the states of a search with the kernel, which stops if an entry is missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from pcheck.errors import SpecError
from pcheck.search.clock import Clock, Progress, Tick
from pcheck.search.compiled import kernel, slices
from pcheck.search.compiled.covering import Cover
from pcheck.search.compiled.judging import LevelJudge
from pcheck.search.compiled.kernel import HEAD, LISTED, TRANSITIONS
from pcheck.search.compiled.reconstruct import trace_to
from pcheck.search.compiled.store import MAX_STATES, Store
from pcheck.search.compiled.tables import NO_JOURNAL, NO_STATES, Tables
from pcheck.search.judge import Judge
from pcheck.search.limits import Limits, Stop, depth_limit, entry_limit, state_limit
from pcheck.search.tracing import trace_fault
from pcheck.semantics.cluster_model import State
from pcheck.semantics.trace import Trace

STATES_AT_ONCE = 50_000  # that are expanded between two checks of the limits


class Expansion:
    """The states of a search, the tables that the kernel needs, and the levels so far."""

    limits: Limits
    clock: Clock
    progress: Progress
    tables: Tables
    store: Store
    judge: Judge[tuple[int, ...]]
    level_judge: LevelJudge
    cover: Cover | None
    traces_later: bool  # whether the caller traces faults
    levels: list[int]  # where each complete level begins, and where the last one ends
    records: bool  # whether all transitions are kept
    reserve: int  # bytes for later work, for each transition
    _is_sliced = False
    _fault_at: int | None = None  # the index of a state

    def make_room(self) -> None:
        """Make room for each number in fields and arrays: the kernel does not check."""
        self.store.fit()
        self.tables.make_room(self.tables.machines.sizes())

    def expand_level(self, start: int, end: int, cost: int, *, is_sliced: bool) -> None:
        """Take the rows of one cost out of the states of one level."""
        self._is_sliced = is_sliced
        if is_sliced:
            self.slices.expand_level(start, end, cost)
        else:
            self.expand_states(start, end, cost)

    @property
    def slices_pay(self) -> bool:
        """True if the search is large enough for slices, and needs no more than states."""
        only_states = not (self.records or self.judge.has_step_properties or self.limits.entries)
        return only_states and len(self.store) >= slices.MIN_STATES

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
            with self.blaming():
                notes = noted.arrays(store)
                status = self.tables.search(store, notes, listed, end, limits, self.journaled())
            if status == kernel.LEVEL:
                break
            if status == kernel.FULL:
                store.grow()
            elif status == kernel.LIMIT:
                raise Stop(self._limit())
            elif status == kernel.NOTES:
                noted.grow(store)
            elif status != kernel.SLICE:
                with self.blaming():
                    self.tables.fill(status, store.cursor)
                self.note_filled(status)
            if not self._is_sliced:
                self.note_place(cost, is_sliced=False)
            self.check_limits()

    def journaled(self) -> Any:
        """Return where the kernel notes the entries that it fills in, if the search is saved."""
        return NO_JOURNAL

    def note_filled(self, status: int) -> None:
        """Note that Python filled in what the kernel missed; a search that is saved does."""

    def note_place(self, cost: int, *, is_sliced: bool) -> None:
        """Note that the search may be saved here; a search that is saved does."""

    def after_slice(self, cost: int) -> None:
        """Check the limits after a slice."""
        self.note_place(cost, is_sliced=True)
        self.check_limits()

    def max_states(self) -> int:
        """Return the number of states at which the search stops; beyond the last level, no more."""
        return self.levels[-1] if self.is_beyond() else self.limits.states or MAX_STATES

    def is_beyond(self) -> bool:
        """Return whether the level that is searched is beyond the limit of steps."""
        return self.limits.depth is not None and len(self.levels) - 1 > self.limits.depth

    def _limit(self) -> str:
        if self.is_beyond():
            return depth_limit(self.limits.depth or 0)
        return state_limit(self.max_states())

    @contextmanager
    def blaming(self) -> Iterator[None]:
        """Give a fault of the spec the trace that leads to it."""
        try:
            yield
        except SpecError as error:
            if self.settle() == kernel.LIMIT:  # the fault is beyond the limit of states
                raise Stop(self._limit()) from None
            self._fault_at = int(self.store.cursor[HEAD])
            if not self.traces_later:
                self.trace_fault(error)
            raise

    def trace_fault(self, error: SpecError) -> None:
        """Give a fault of a handler the trace to the state where the handler was called."""
        if self._fault_at is not None and self.cover is None:
            at = self._fault_at
            trace_fault(error, self.clock, self.progress, lambda tick: self.trace_at(at, tick))

    def settle(self) -> int:
        """Insert the successors in the buffer, so that states and transitions fit together."""
        while True:
            self.make_room()
            status = self.store.flush(self.tables.orbits.arrays, self.max_states())
            if status == kernel.FULL:
                self.store.grow()
            elif status in (kernel.VIEWS, kernel.IMAGE):
                self.tables.fill(status, self.store.cursor)
                self.note_filled(status)
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

    def trace_at(self, index: int, tick: Tick) -> Trace[State]:
        """Return the trace to a state."""
        return trace_to(index, self.tables, self.store, self.levels, tick)
