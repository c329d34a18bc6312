"""The store of the states: packed vectors and the hash slots, in growing arrays."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from pcheck.search.compiled import kernel
from pcheck.search.compiled.kernel import BUFFER, CURSOR_SIZE, PENDING, READY, TAIL, TRANSITIONS
from pcheck.search.compiled.layout import Layout
from pcheck.search.compiled.memory import Room, RoomOnDisk, longer, with_reserve, zeros
from pcheck.search.compiled.threads import Threads, shares

# The arrays grow in few, large steps. Room that is not used yet costs nothing, and a copy needs new
# memory, which the system may be slow to provide.
FIRST_ROOM, SECOND_ROOM = 1 << 15, 1 << 22  # states
MAX_STATES = (1 << 32) - 2  # the index of a state plus one fits in half a hash slot
FIRST_BUCKETS, SECOND_BUCKETS = 1 << 15, 1 << 20  # of slots
MANY_STATES = 1 << 24
FIRST_DISTANCE = 1 << 14  # between a state and the state before it


def slots_for(states: int) -> int:
    """Return how many words of slots to have next; many slots grow by less, to save memory."""
    more = 7 * states // 2 if states < MANY_STATES else 4 * states // 3
    buckets = max(SECOND_BUCKETS, more * 10 // (9 * kernel.SLOTS_OF_BUCKET))
    return buckets * kernel.WORDS_OF_BUCKET


Slots = tuple[Any, Any, Any, Any]  # one memory as words, entries and bytes; and the checks
NO_CHECKS = np.zeros(0, np.uint16)


def views_of_slots(words: Any, checks: Any = NO_CHECKS) -> Slots:
    """Return the slots in an array of words as the kernel takes them."""
    return words, words.view(np.uint32), words.view(np.uint8), checks


NO_SLOTS = views_of_slots(np.zeros(0, np.uint64))


def rows_of(words: Any, length: int) -> Any:
    """Return the rows of some words in an array."""
    rows = len(words) // length
    return words[: rows * length].reshape(rows, length)


class Store:
    """The states in the order in which they were found: the list is also the search's queue."""

    def __init__(
        self,
        sizes: Callable[[], list[int]],
        first: list[int],
        threads: Threads,
        *,
        disk: Path | None = None,
        records: bool = False,
    ) -> None:
        """Store the initial state; keep the states in a file in the folder `disk`, if one is given.

        `sizes` returns how many numbers of each machine are in use now. With `records`, also keep
        all transitions, ordered by origin.
        """
        self.threads = threads
        self._sizes = sizes
        self.layout = Layout(sizes(), FIRST_DISTANCE)
        words = FIRST_ROOM * self.layout.words
        self._room = Room(words) if disk is None else RoomOnDisk(words, disk)
        self.states = rows_of(self._room.words, self.layout.words)
        self._checks = NO_CHECKS if disk is None else np.zeros(FIRST_ROOM, np.uint16)
        self._lines = zeros(FIRST_BUCKETS * kernel.WORDS_OF_BUCKET, np.uint64)
        self.slots, self._used_words = views_of_slots(self._lines, self._checks), len(self._lines)
        self.cursor = np.zeros(CURSOR_SIZE, np.int64)
        self.hashes = np.zeros(BUFFER, np.uint64)
        # of each successor in the buffer: the state before it, and the bundle
        self.origins = np.zeros((BUFFER, 2), np.uint32)
        # of each recorded transition: the state before it, the state after it, and the bundle
        self.edges = np.zeros((FIRST_ROOM if records else 0, 3), np.uint32)
        self.vectors = np.zeros((BUFFER, self.layout.words), np.uint64)
        self.states[:1] = self.layout.pack([first])
        self.cursor[TAIL] = 1
        self.layout.set_distances(self.states[:1], 1)  # which is not 0: the state is expanded
        self._rebuild(self.slots)

    def __len__(self) -> int:
        return int(self.cursor[TAIL])

    @property
    def bytes(self) -> int:
        """The memory of states and slots in bytes, without room that has never been touched."""
        each = self.states.itemsize * self.layout.words
        if len(self._checks):
            each += self._checks.itemsize
        return int(len(self) * each + self.slots[0].nbytes)

    def numbers(self, index: int) -> list[int]:
        """Return the vector of the state at `index`."""
        numbers: list[int] = self.layout.unpack(self.states[index])
        return numbers

    def parent(self, index: int) -> int:
        """Return the state before the state at `index`, which is not the first one."""
        return index - int(self.layout.distances(self.states[index]))

    def dropped(self, start: int, end: int) -> Any:
        """Return which of the states from `start` to `end` are dropped."""
        distances = self.layout.distances(self.states[start:end])
        return np.flatnonzero(distances == 0) + start

    def drop(self, rows: Any) -> None:
        """Drop some states: they are not expanded."""
        self.layout.set_distances(self.states, 0, rows)

    @property
    def transitions(self) -> tuple[Any, Any, Any]:
        """The states before and after each recorded transition, as indices, and the bundles."""
        edges = self.edges[: int(self.cursor[TRANSITIONS] - self.cursor[PENDING])]
        return edges[:, 0], edges[:, 1], edges[:, 2]

    def flush(self, orbits: Any, max_states: int) -> int:
        """Insert the successors in the buffer; return why the kernel stopped."""
        return kernel.flush(
            self.states, self.slots, self.vectors, self.hashes, self.origins,
            self.edges, self.layout.fields, orbits, self.cursor, max_states,
        )  # fmt: skip

    def put(self, vectors: Any, origins: Any, layout: Layout) -> None:
        """Put transitions into the buffer, which is empty. Their vectors may have an old layout."""
        self.put_again(vectors, origins, layout)
        self.cursor[TRANSITIONS] += len(origins)
        self.cursor[PENDING] = len(origins)

    def put_again(self, vectors: Any, origins: Any, layout: Layout) -> None:
        """Put transitions into the buffer that the cursor counts already."""
        count = len(origins)
        self.origins[:count] = origins
        kernel.repack(vectors, self.vectors, 0, count, layout.fields, self.layout.fields)

    def grow(self) -> None:
        """Make room for one more buffer, and for recorded transitions."""
        pending = int(self.cursor[PENDING])
        oldest = int(self.origins[:pending, 0].min(initial=len(self)))
        self.make_room(BUFFER, oldest)
        recorded = int(self.cursor[TRANSITIONS])
        if 0 < len(self.edges) < recorded:
            self.edges = longer(self.edges, recorded - pending, 2 * recorded)

    def make_room(self, count: int, oldest: int) -> None:
        """Make room for at least `count` more states, after the state `oldest` or later ones.

        An interrupt at any point loses no state.
        """
        needed = len(self) + count
        if needed - oldest > self.layout.farthest:
            self._lay_out(needed - oldest)
        if needed > len(self.states):
            more = max(needed, SECOND_ROOM, int(self._room.growth * len(self.states)))
            self.threads.run_whole(partial(self._grow_states, more))  # an interrupt waits
        if 0 < len(self._checks) < needed:
            self._checks = longer(self._checks, len(self), len(self.states))
            self.slots = *self.slots[:3], self._checks
        if needed > kernel.most_states(len(self.slots[0])):
            self.slots = NO_SLOTS  # until the new ones are whole: an interrupt may come between
            self.slots = self._new_slots(slots_for(needed))

    def _grow_states(self, count: int) -> None:
        words = self.layout.words
        self._room.grow(count * words, len(self) * words)
        self.states = rows_of(self._room.words, words)

    def _new_slots(self, words: int) -> Slots:
        """Return slots with all states, in the memory of the old ones if it has more addresses."""
        if words > len(self._lines):
            self._lines = np.zeros(0, np.uint64)  # frees the old slots first
            self._lines = with_reserve(words, np.uint64)
        else:
            self.threads.run(
                partial(self._lines[begin:end].fill, 0)
                for begin, end in shares(0, self._used_words, self.threads.count)
            )
        self._used_words = words
        slots = views_of_slots(self._lines[:words], self._checks)
        self._rebuild(slots)
        return slots

    def _rebuild(self, slots: Slots, start: int = 0) -> None:
        """Insert all states from `start` on into slots, with all threads."""
        count = self.threads.count if len(self) - start > BUFFER else 1
        self.threads.run(
            partial(kernel.rebuild, self.states, begin, end, slots, self.layout.fields)
            for begin, end in shares(start, len(self), count)
        )

    def add_unindexed(self, vectors: Any, layout: Layout) -> None:
        """Add states that were packed in a layout; the store has room for them.

        Until `index` is called, a search cannot go on.
        """
        tail, end = len(self), len(self) + len(vectors)
        new, fields = self.states[tail:end], self.layout.fields
        kernel.repack(vectors, new, 0, len(vectors), layout.fields, fields)
        self.cursor[TAIL] = end

    def index(self, start: int) -> None:
        """Insert the states from `start` on, which were added without."""
        self._rebuild(self.slots, start)

    def discard_buffer(self) -> None:
        """Discard the successors in the buffer, and free the slots. The search cannot go on."""
        self.cursor[TRANSITIONS] -= self.cursor[PENDING]
        self.cursor[PENDING] = self.cursor[READY] = 0
        self.slots, self._lines = NO_SLOTS, NO_SLOTS[0]

    def fit(self) -> None:
        """Make room in the fields for all numbers that are in use."""
        if self.layout.is_outgrown(self._sizes()):
            self._lay_out()

    def _lay_out(self, distance: int = 0) -> None:
        """Pack all states again, with room for all numbers and for some distance to a parent."""
        self.threads.run_whole(partial(self._repack, distance))  # an interrupt waits

    def _repack(self, distance: int) -> None:
        """Pack all states again, in the same memory.

        The slots stay valid: the hash of a state depends on its numbers, not on their fields.
        """
        old = self.layout
        farthest = kernel.farthest(self.states, len(self), old.fields)
        layout = Layout(self._sizes(), max(distance, farthest))
        words = layout.words
        vectors = np.zeros((BUFFER, words), np.uint64)
        pending = int(self.cursor[PENDING])
        kernel.repack(self.vectors, vectors, 0, pending, old.fields, layout.fields)
        self._room.grow((len(self) + BUFFER) * words, len(self) * old.words)
        self.states = packed = rows_of(self._room.words, old.words)
        states = rows_of(self._room.words, words)
        count = self.threads.count if words == old.words and len(self) > BUFFER else 1
        self.threads.run(
            partial(kernel.repack, packed, states, begin, end, old.fields, layout.fields)
            for begin, end in shares(0, len(self), count)
        )
        self.layout, self.states, self.vectors = layout, states, vectors
