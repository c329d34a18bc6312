"""The journal of one search: what a checkpoint keeps of it, and how the search goes on from there.

A state is a vector of numbers, and things get their numbers in the order in which table entries are
filled in. So a journal keeps this order, and the states with their parents. A search that goes on
takes each level from its journal: it fills in the same entries in the same order, for which it asks
the handlers again, and reads the states instead of expanding the level before. All else happens as
before: levels are judged, tables grow, proofs begin. In the middle of a level, the search goes on
from a *mark*: a position at which everything that it found fits together.

If a handler gives another answer than before, checksums differ, and the search ends with an error.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np

from pcheck.errors import Unreliable
from pcheck.search.checkpoint import Checkpoint, Part, Record
from pcheck.search.compiled import kernel
from pcheck.search.compiled.digest import Digest
from pcheck.search.compiled.journal_reader import (
    FILES,
    ROW,
    JournalReader,
    Place,
    Search,
    as_json,
    packed,
)
from pcheck.search.compiled.kernel import JOURNALED, NOTED, PENDING, TAIL
from pcheck.search.compiled.layout import Layout
from pcheck.search.compiled.noted_steps import NotedSteps
from pcheck.search.compiled.store import Store
from pcheck.search.compiled.tables import Tables

SECONDS_BETWEEN_MARKS = 0.1
FIRST_ROOM = 1 << 12  # entries
CHANGED = (
    "a handler answers otherwise than when the checkpoint in {} was made, although no file of the "
    "spec has changed; remove the folder to begin anew"
)


class _Mark(NamedTuple):
    """A position at which everything fits together."""

    cursor: Any
    entries: int  # so far
    sizes: list[int]  # of the machines
    levels: int  # that are whole
    counts: list[int]  # of the digest
    place: Place | None  # None: between two levels
    layout: Layout
    buffer: tuple[Any, ...]  # successors that are not in the store yet, in this layout


class Journal:
    """The journal of one search, which an earlier run of pcheck may have begun."""

    def __init__(
        self, checkpoint: Checkpoint, store: Store, tables: Tables, noted: NotedSteps
    ) -> None:
        self.checkpoint = checkpoint
        self._nth, record = checkpoint.begin(self)
        self._store, self._noted, self._digest = store, noted, Digest(tables)
        self._machines, self._sizes = tables.machines, list[int]()  # when a level was found
        self._saved: Record = record or {
            "states": 0, "layouts": [], "levels": [], "mark": None, "digest": [], "farthest": 0,
            "files": dict.fromkeys(map(self._name, FILES), Part()),
        }  # fmt: skip
        self._reader = JournalReader(checkpoint.folder, self._nth, record) if record else None
        self._unsaved: Record | None = None
        self._is_open = True
        self.entries = np.zeros((FIRST_ROOM, 3), np.int64)  # those that are not in the file yet
        self._levels: list[list[int]] = list(self._saved["levels"])
        self._dropped: list[Any] = []  # for each level since the last checkpoint, its states
        self._mark: _Mark | None = None
        self._next_mark = 0.0
        self._expected = self._saved["digest"]  # until it is compared

    def _name(self, kind: str) -> str:
        return f"{self._nth}.{kind}"

    # -- going on ------------------------------------------------------------------------------

    @property
    def is_behind(self) -> bool:
        """True if the search has not yet taken all that the journal holds."""
        return self._reader is not None and self._reader.has_more

    def take_level(self, search: Search) -> Place | None:
        """Take the next level; return the place where it goes on, or None if it is whole."""
        assert self._reader is not None
        place = self._reader.take_entries(search, self._noted)
        if self._machines.sizes() != self._reader.sizes:
            raise self.changed()
        self._reader.take_states(search)
        return place

    def take_dropped(self) -> int | None:
        """Return how many states of the level that was taken are dropped; None if not known."""
        return self._reader.dropped if self._reader is not None else None

    def prepare(self) -> None:
        """Prepare to expand states after the last level that was taken."""
        if self._reader is not None:
            self._reader.prepare(self._store, self._noted)

    # -- writing -------------------------------------------------------------------------------

    def make_room(self) -> None:
        """Make room for the entries that are filled in next."""
        if 2 * self._store.cursor[JOURNALED] >= len(self.entries):
            self.entries = np.concatenate([self.entries, np.zeros_like(self.entries)])

    def note(self, status: int, machine: int, number: int, bundle: int) -> None:
        """Note an entry that was not filled in by the kernel."""
        self.make_room()
        reason = kernel.ROWS if status == kernel.AUTOMATON else status
        entry = reason << kernel.MACHINE_BITS | machine, number, bundle
        self.entries[self._store.cursor[JOURNALED]] = entry
        self._store.cursor[JOURNALED] += 1

    def note_sizes(self) -> None:
        """Note how many numbers the machines have when a level is found, but not judged yet."""
        self._sizes = self._machines.sizes()

    def end_level(self, nth: int, start: int, end: int) -> None:
        """Note that a level is whole and was judged, and which of its states are dropped."""
        if nth < len(self._levels):  # it was taken from this journal
            return
        self._dropped.append(self._store.dropped(start, end))
        before = self._levels[-1][-1] if self._levels else 0
        ends = self._count_entries(), before + len(self._dropped[-1])
        self._levels.append([*self._store.cursor.tolist(), *self._sizes, *ends])

    def _count_entries(self) -> int:
        """Return how many entries there are, in the file and here."""
        return self._length("entries") // ROW + int(self._store.cursor[JOURNALED])

    def _length(self, kind: str) -> int:
        return Part(*self._saved["files"][self._name(kind)]).length

    def mark(self, place: Place | None) -> None:
        """Remember this position; write a checkpoint if it is time."""
        now = time.monotonic()
        if place is not None and now < self._next_mark:
            return
        self._next_mark = now + SECONDS_BETWEEN_MARKS
        store, counts = self._store, self._digest.counts()
        if not self._is_confirmed(counts):
            return
        pending = int(store.cursor[PENDING])
        buffer = store.vectors[:pending], store.hashes[:pending], store.origins[:pending]
        self._mark = _Mark(
            *(store.cursor.copy(), self._count_entries(), self._machines.sizes()),
            *(len(self._levels), counts, place),
            *(store.layout, tuple(each.copy() for each in buffer)),
        )
        if self.checkpoint.is_due:
            self.checkpoint.save()

    def _is_confirmed(self, counts: list[int]) -> bool:
        """Return whether all that the journal held was numbered again, in the same way."""
        if not self._expected:
            return True
        expected = [(count, crc) for count, crc in self._expected]
        if any(now < count for now, (count, _) in zip(counts, expected)):
            return False
        self._digest.advance([count for count, _ in expected])
        if self._digest.sums != expected:
            raise self.changed()
        self._expected = []
        return True

    def changed(self) -> Unreliable:
        """Return the error for a handler that answers otherwise than before."""
        return Unreliable(CHANGED.format(self.checkpoint.folder))

    def confirm(self) -> None:
        """Raise Unreliable unless a search that is over took all that its journal held."""
        if self.is_behind or not self._is_confirmed(self._digest.counts()):
            raise self.changed()

    def record(self) -> Record:
        """Append what is new at the last mark to the files, and return the record of the search."""
        mark, old = self._mark, self._saved
        if mark is None or not self._is_open:
            return old
        store, begin, end = self._store, old["states"], int(mark.cursor[TAIL])
        entries = mark.entries - self._length("entries") // ROW
        dropped = self._dropped[: mark.levels - len(old["levels"])]
        new = {
            "states": store.states[begin:end],
            "entries": self.entries[:entries],
            "dropped": np.concatenate([np.zeros(0, np.int64), *dropped]),
            "steps": self._noted.rows(self._length("steps") // ROW, int(mark.cursor[NOTED])),
        }
        files = {name: Part(*part) for name, part in old["files"].items()}
        for kind, rows in new.items():
            name = self._name(kind)
            data = np.ascontiguousarray(rows).view(np.uint8).reshape(-1)
            files[name] = self.checkpoint.append(name, files[name], data)
        self._digest.advance(mark.counts)
        farthest = int(kernel.farthest(store.states[begin:end], end - begin, store.layout.fields))
        layouts, layout = [*old["layouts"]], as_json(store.layout)
        if layouts and layouts[-1][1] == layout:
            del layouts[-1]
        self._unsaved = {
            "states": end,
            "layouts": [*layouts, [end, layout]],
            "farthest": max(old["farthest"], farthest),
            "levels": self._levels[: mark.levels],
            "mark": packed(*mark[:3], mark.place, mark.layout, mark.buffer),
            "digest": self._digest.sums,
            "files": files,
        }
        return self._unsaved

    def is_saved(self) -> None:
        """Forget what the files hold now."""
        if self._unsaved is None:
            return
        before, levels = self._length("entries"), len(self._saved["levels"])
        self._saved, self._unsaved = self._unsaved, None
        if not self._is_open:
            return
        saved = (self._length("entries") - before) // ROW
        del self._dropped[: len(self._saved["levels"]) - levels]
        rest = self.entries[saved : self._store.cursor[JOURNALED]].copy()
        self.entries[: len(rest)] = rest
        self._store.cursor[JOURNALED] = len(rest)

    def close(self) -> None:
        """Write what is new; the search is over, and its memory is needed for others."""
        with suppress(OSError):  # then what is written counts, and the rest is searched again
            self.record()
            self.is_saved()
        self._is_open = False
        del self._store, self._noted, self._digest, self._machines, self.entries
