"""Slices of a large level, which several threads expand together.

The threads only read the tables. A state that needs an entry which is not there is *deferred*, and
a successor whose representative needs one is *late*: both are left to the one thread that may call
handlers. The other new states are in the order of the states before them. So neither the states,
nor their order, nor the numbers in the tables depend on how many threads there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import accumulate
from typing import Any, Protocol
from weakref import proxy

import numpy as np

from pcheck.search.compiled import kernel
from pcheck.search.compiled.kernel import (
    BUFFER,
    DEFERRED,
    FOUND,
    HEAD,
    LATE,
    TAIL,
    TERMINAL,
    TRANSITIONS,
)
from pcheck.search.compiled.noted_steps import NO_NOTES
from pcheck.search.compiled.store import MAX_STATES, Store
from pcheck.search.compiled.tables import NO_STATES, Tables
from pcheck.search.compiled.threads import shares

MIN_STATES = 1 << 20  # a search with fewer states is not sliced
STATES_IN_SLICE = 1 << 17
FIRST_ROOM = 1 << 18  # successors that are found in a slice
_NO_ORIGINS = np.zeros(0, np.uint32)


class Search(Protocol):
    """A search that can do everything with one thread, too."""

    def expand_states(self, start: int, end: int, cost: int, listed: Any) -> None: ...

    def make_room(self) -> None: ...

    def max_states(self) -> int: ...

    def after_slice(self, cost: int) -> None: ...


class Slices:
    """One slice after the other, and the threads that expand them."""

    def __init__(
        self,
        tables: Tables,
        store: Store,
        search: Search,
    ) -> None:
        """Prepare to expand slices of a search that notes no steps."""
        self._tables, self._store, self._threads = tables, store, store.threads
        self._search = proxy(search)  # which owns these slices: a cycle would keep its memory
        self._parts = [_Part(tables) for _ in range(self._threads.count)]
        self._begin(FIRST_ROOM // len(self._parts))

    def _begin(self, room: int) -> None:
        """Make new arrays, with room for what is found in each part."""
        self._room, self._words = room, self._store.layout.words
        whole = room * len(self._parts)
        # vectors, states before them, whether they are new, their slots, and their checks
        self._found = (
            *(np.zeros((whole, self._words), np.uint64), np.zeros(whole, np.uint32)),
            *(np.zeros(whole, np.bool_), np.zeros(whole, np.uint64), np.zeros(whole, np.uint16)),
        )
        for nth, part in enumerate(self._parts):
            part.make_room(nth * room, room, self._words)

    def expand_level(self, start: int, end: int, cost: int) -> None:
        """Take the rows of one cost out of the states of one level."""
        for begin in range(start, end, STATES_IN_SLICE):
            self.expand_slice(range(begin, min(begin + STATES_IN_SLICE, end)), cost)
            self._search.after_slice(cost)

    def expand_slice(self, states: range, cost: int) -> None:
        """Take the rows of one cost out of the states of one slice.

        If there could be too many states then, one thread does all, and stops at the limit.
        """
        self._search.make_room()  # for numbers that are new since the last slice
        store = self._store
        if not self._threads.run_whole(partial(self._expand, states, cost)):
            self._search.expand_states(states.start, states.stop, cost, NO_STATES)
            return
        layout = store.layout  # of the late successors; each of them may change it
        for vectors, origins in self._late():
            store.put(vectors, origins, layout)
            self._search.expand_states(states.stop, states.stop, cost, NO_STATES)
        deferred = self._deferred()
        if len(deferred):
            self._search.expand_states(states.start, states.stop, cost, deferred)
        store.cursor[HEAD] = states.stop

    def _expand(self, states: range, cost: int) -> bool:
        """Expand some states as far as no table lacks an entry; count their transitions.

        Return False, and do nothing, if there could be too many states then.
        """
        if len(self._store) + self._room * len(self._parts) > MAX_STATES:
            return False
        while not self._find(states, cost):
            self.forget()
            self._begin(2 * self._room)
        is_new = self._found[2]
        new = [int(np.count_nonzero(is_new[slice(*part.places)])) for part in self._parts]
        if len(self._store) + sum(new) > self._search.max_states():
            self.forget()
            return False
        self._store_new(new)
        return True

    def _find(self, states: range, cost: int) -> bool:
        """Let each thread expand its share of some states; return whether there was room."""
        self._store.make_room(self._room * len(self._parts), states.start)
        if self._words != self._store.layout.words:
            self._begin(self._room)
        ranges = shares(states.start, states.stop, len(self._parts))
        return kernel.FULL not in self._threads.run(
            partial(self._expand_part, part, begin, end, cost)
            for part, (begin, end) in zip(self._parts, ranges)
        )

    def forget(self) -> None:
        """Forget what the threads found."""
        for part in self._parts:
            kernel.forget_part(self._store.slots, self._found[3], *part.places)

    def _store_new(self, new: list[int]) -> None:
        """Store the new states of each part, and count the transitions that led to states."""
        store, firsts = self._store, list(accumulate(new, initial=len(self._store)))
        arrays = store.states, store.slots, self._found, store.layout.fields
        if self._threads.count > 1:
            self._threads.run(
                partial(kernel.store_part, *arrays, *part.places, first)
                for part, first in zip(self._parts, firsts)
            )
        store.cursor[TAIL] = firsts[-1]
        for part in self._parts:
            store.cursor[TRANSITIONS] += part.count(TRANSITIONS) - part.count(LATE)
            store.cursor[TERMINAL] += part.count(TERMINAL)

    def _places(self) -> tuple[Any, ...]:
        """Return the arrays for what is found.

        All that one thread finds is new, so that it is stored at once, after the other states.
        """
        if self._threads.count > 1:
            return self._found
        return self._store.states[len(self._store) :], _NO_ORIGINS, *self._found[2:]

    def _expand_part(self, part: _Part, begin: int, end: int, cost: int) -> int:
        """Expand the states of one part; return why the kernel stopped."""
        store, tables = self._store, self._tables
        part.cursor[:] = 0
        part.cursor[HEAD] = begin
        arrays = (
            store.states, store.slots, *part.buffer, self._places(), part.late,
            store.layout.fields, (*tables.orbits.arrays[:-2], *part.scratch),
            *tables.arrays_of_steps, *NO_NOTES, part.deferred, part.cursor,
        )  # fmt: skip
        expand: Any = kernel.expand_part
        status: int = expand(*arrays, end, cost, len(store), part.first, self._room)
        return status

    def _deferred(self) -> Any:
        """Return the states that were not expanded, in their order."""
        return np.concatenate([part.deferred[: part.count(DEFERRED)] for part in self._parts])

    def _late(self) -> Iterator[tuple[Any, Any]]:
        """Yield the late successors and their origins, as many as fit the buffer of the store."""
        for part in self._parts:
            for begin in range(0, part.count(LATE), BUFFER):
                end = min(begin + BUFFER, part.count(LATE))
                vectors, origins = part.late
                yield vectors[begin:end], origins[begin:end]


class _Part:
    """The states of a slice that one thread expands."""

    first: int  # place of what it finds
    buffer: tuple[Any, ...]  # vectors, hashes, origins, and whether they are late
    late: tuple[Any, Any]  # vectors and origins

    def __init__(self, tables: Tables) -> None:
        self.cursor = np.zeros(kernel.CURSOR_SIZE, np.int64)
        self.deferred = np.zeros(STATES_IN_SLICE, np.int64)
        self.scratch = [each.copy() for each in tables.orbits.arrays[-2:]]

    def make_room(self, first: int, room: int, words: int) -> None:
        """Make new arrays."""
        self.first = first
        self.buffer = (
            *(np.zeros((BUFFER, words), np.uint64), np.zeros(BUFFER, np.uint64)),
            *(np.zeros((BUFFER, 2), np.uint32), np.zeros(BUFFER, np.bool_)),
        )
        self.late = np.zeros((room, words), np.uint64), np.zeros((room, 2), np.uint32)

    def count(self, entry: int) -> int:
        """Return an entry of the cursor."""
        return int(self.cursor[entry])

    @property
    def places(self) -> tuple[int, int]:
        """The range of the places of all that it found: the begin and the end."""
        return self.first, self.first + self.count(FOUND)
