"""A search that a checkpoint saves, and that goes on from where an earlier run saved it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pcheck.search.checkpoint import Checkpoint
from pcheck.search.clock import Clock
from pcheck.search.compiled import kernel
from pcheck.search.compiled.journal import Journal
from pcheck.search.compiled.journal_reader import Place
from pcheck.search.compiled.kernel import (
    HEAD,
    JOURNALED,
    MISSED,
    MISSED_AT,
    MISSED_BUNDLE,
    REPEAT,
    REPEATED,
)
from pcheck.search.compiled.resources import Resources
from pcheck.search.compiled.store import MAX_STATES
from pcheck.search.compiled.tables import NO_STATES, Tables
from pcheck.search.compiled.walk import Walk
from pcheck.search.limits import INTERRUPT, Limits
from pcheck.search.reductions.reduce import ReducedCluster
from pcheck.semantics.cluster_model import ClusterModel

ENTRIES = kernel.ROWS, kernel.RECEPTION, kernel.VIEWS, kernel.IMAGE, kernel.AUTOMATON
REPEATING = 1, MAX_STATES, MAX_STATES, MAX_STATES  # limits for the kernel


class SavedWalk(Walk):
    """A search with a journal. Levels that the journal holds are taken from there."""

    def __init__(
        self,
        checkpoint: Checkpoint,
        model: ClusterModel,
        limits: Limits,
        reduced: ReducedCluster,
        all_properties: bool,
        clock: Clock,
        tables: Tables | None,
        resources: Resources,
    ) -> None:
        super().__init__(model, limits, reduced, all_properties, clock, tables, False, resources)
        self.checkpoint = checkpoint
        self.journal = Journal(checkpoint, self.store, self.tables, self.level_judge.noted)

    def beside(self, tables: Tables) -> Walk:
        parts = self.model, self.limits, self.reduced, False, self.clock, tables
        return SavedWalk(self.checkpoint, *parts, self.resources)

    def advance(self, pause: Callable[[], bool] = lambda: False) -> bool:
        """Search on as `Walk.advance`; write a checkpoint if the search is stopped.

        How far a proof comes within a limit of time or memory is not the same in every run. So what
        comes after such a proof is not saved, and a search that goes on begins with the proof.
        """
        is_over = super().advance(pause)
        if self.stopped is not None:
            self.checkpoint.save()
            self.checkpoint.is_frozen |= self.cover is not None and self.stopped != INTERRUPT
        elif is_over:
            self.journal.confirm()
        else:
            self.journal.mark(None)
        return is_over

    def close(self) -> None:
        self.journal.close()

    def find_level(self, cost: int = 1, head: int = 0, is_sliced: bool | None = None) -> None:
        if self.journal.is_behind:
            place = self.journal.take_level(self)
            if place is None:
                return
            cost, is_sliced = place
            head = int(self.store.cursor[HEAD])
        self.journal.prepare()
        super().find_level(cost, head, is_sliced)
        self.journal.note_sizes()

    def end_level(self) -> None:
        dropped = self.journal.take_dropped()
        if dropped is None or self.cover is None:
            super().end_level()
        else:
            self.cover.dropped += dropped
        self.journal.end_level(len(self.levels) - 3, *self.levels[-2:])

    def _is_numbered(self, status: int) -> bool:
        """Return whether everything that an entry is about has a number, as it had before."""
        machine, number, bundle = (
            int(self.store.cursor[at]) for at in (MISSED, MISSED_AT, MISSED_BUNDLE)
        )
        is_bundle = status != kernel.RECEPTION or bundle < len(self.tables.effects)
        return is_bundle and number < self.tables.machines.sizes()[machine]

    def note_filled(self, status: int) -> None:
        if status in ENTRIES:
            cursor = self.store.cursor
            missed = (int(cursor[at]) for at in (MISSED, MISSED_AT, MISSED_BUNDLE))
            self.journal.note(status, *missed)

    def note_place(self, cost: int, *, is_sliced: bool) -> None:
        self.journal.mark(Place(cost, is_sliced))

    def journaled(self) -> Any:
        self.journal.make_room()
        return self.journal.entries

    def repeat(self, entries: Any) -> None:
        """Fill in entries that an earlier run filled in, in the same order."""
        store, notes = self.store, self.level_judge.noted
        store.cursor[JOURNALED], store.cursor[REPEATED] = len(entries), 0
        while store.cursor[REPEATED] < len(entries):
            self.make_room()
            parts = store, notes.arrays(store), NO_STATES, 0, REPEATING, entries, REPEAT
            status = self.tables.search(*parts)
            if status == REPEAT or (status in ENTRIES and not self._is_numbered(status)):
                raise self.journal.changed()
            if status not in (kernel.LEVEL, kernel.SLICE):
                self.tables.fill(status, store.cursor)
                store.cursor[REPEATED] += status in ENTRIES
            self.check_limits()
