"""The store of the states: packed vectors, their parents and the hash slots, in growing arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np

from pcheck.search.compiled import kernel
from pcheck.search.compiled.kernel import BUFFER, CURSOR_SIZE, PENDING, READY, TAIL, TRANSITIONS
from pcheck.search.compiled.memory import longer, with_reserve, zeros
from pcheck.search.compiled.threads import Threads, shares

# The arrays grow in few, large steps. Room that is not used yet costs nothing, and a copy needs new
# memory, which the system may be slow to provide.
FIRST_ROOM, SECOND_ROOM = 1 << 15, 1 << 22  # states
MAX_STATES = (1 << 32) - 2  # the index of a state plus one fits in half a hash slot
FIRST_SLOTS, SECOND_SLOTS = 1 << 18, 1 << 23


class Layout:
    """The bit field of each machine's number: its word, its shift and its width."""

    def __init__(self, min_widths: Iterable[int]) -> None:
        widths = list(min_widths)
        self.min_widths = tuple(widths)
        words: list[list[int]] = []  # the machines in each word
        for machine, width in enumerate(widths):
            free = (each for each in words if sum(widths[i] for i in each) + width <= 64)
            room = next(free, None)
            if room is None:
                words.append(room := [])
            room.append(machine)
        _share_spare_bits(widths, words)
        self.widths = tuple(widths)
        word, shift = [0] * len(widths), [0] * len(widths)
        for at, members in enumerate(words):
            for nth, machine in enumerate(members):
                word[machine] = at
                shift[machine] = sum(widths[i] for i in members[:nth])
        self.words = len(words)
        # for each machine, how many numbers fit in its field
        self.capacities = np.array([1 << min(width, 62) for width in self.widths], np.int64)
        self.word = np.array(word, np.uint64)
        self.shift = np.array(shift, np.uint64)
        self.mask = np.array([(1 << width) - 1 for width in self.widths], np.uint64)
        self.fields = self.word, self.shift, self.mask, odd_factors(len(widths))  # for the kernel

    def is_outgrown(self, sizes: Iterable[int]) -> bool:
        """Return whether there are more numbers of a machine than its field can hold."""
        return any(size > 1 << width for size, width in zip(sizes, self.widths))

    def bits(self, machines: Iterable[int]) -> Any:
        """Return for each word the bits that hold the numbers of these machines."""
        bits = np.zeros(self.words, np.uint64)
        for machine in machines:
            bits[self.word[machine]] |= self.mask[machine] << self.shift[machine]
        return bits

    def pack(self, vectors: Sequence[Sequence[int]]) -> Any:
        """Return an array with a row of words for each vector."""
        numbers = np.array(vectors, np.uint64).reshape(len(vectors), len(self.word))
        packed = np.zeros((len(vectors), self.words), np.uint64)
        for machine, word in enumerate(self.word):
            packed[:, word] |= numbers[:, machine] << self.shift[machine]
        return packed

    def unpack(self, vectors: Any) -> Any:
        """Return the numbers in one packed vector, or in each row of several."""
        return self.numbers_of(range(len(self.word)), vectors).tolist()

    def numbers_of(self, machines: range, vectors: Any) -> Any:
        """Return the numbers of some machines in one packed vector, or in several, as an array."""
        part = slice(machines.start, machines.stop)
        numbers = (vectors[..., self.word[part]] >> self.shift[part]) & self.mask[part]
        return numbers.astype(np.int64)


def _share_spare_bits(widths: list[int], words: list[list[int]]) -> None:
    """Widen the fields of each word by its spare bits: fields can then grow without a new layout.

    `words` lists the machines in each word.
    """
    for members in words:
        spare = 64 - sum(widths[i] for i in members)
        for nth, machine in enumerate(members):
            widths[machine] += spare // len(members) + (nth < spare % len(members))


def odd_factors(count: int) -> Any:
    """Return odd pseudorandom factors for hashes; the first ones are always the same."""
    mixed = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    for shift in (30, 27, 31):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(0xBF58476D1CE4E5B9)
    return mixed | np.uint64(1)


def width_for(size: int) -> int:
    """Return the bits for numbers below `size`, with room for at least twice as many numbers."""
    return max(4, (size - 1).bit_length() + 1)


def slots_for(states: int) -> int:
    """Return how many slots to have next; many slots grow by less, to save memory."""
    few = max(SECOND_SLOTS, 7 * states // 2)
    return few if few < kernel.MANY_SLOTS else max(kernel.MANY_SLOTS, 2 * states)


class Store:
    """The states in the order in which they were found: the list is also the search's queue."""

    def __init__(
        self, sizes: list[int], first: list[int], threads: Threads, *, records: bool = False
    ) -> None:
        """Store the initial state. With `records`, also keep all transitions, ordered by origin."""
        self.threads = threads
        self.layout = Layout(map(width_for, sizes))
        self.states = np.zeros((FIRST_ROOM, self.layout.words), np.uint64)
        self.parents = np.zeros(FIRST_ROOM, np.uint32)
        self.slots = np.zeros(FIRST_SLOTS, np.uint64)
        self.cursor = np.zeros(CURSOR_SIZE, np.int64)
        self.hashes = np.zeros(BUFFER, np.uint64)
        # of each successor in the buffer: the state before it, and the bundle
        self.origins = np.zeros((BUFFER, 2), np.uint32)
        # of each recorded transition: the state before it, the state after it, and the bundle
        self.edges = np.zeros((FIRST_ROOM if records else 0, 3), np.uint32)
        self.vectors = np.zeros((BUFFER, self.layout.words), np.uint64)
        self.states[:1] = self.layout.pack([first])
        self.cursor[TAIL] = 1
        self._rebuild(self.slots)

    def __len__(self) -> int:
        return int(self.cursor[TAIL])

    @property
    def bytes(self) -> int:
        """The memory of states and slots in bytes, without room that has never been touched."""
        each = self.states.itemsize * self.layout.words + self.parents.itemsize
        return int(len(self) * each + self.slots.nbytes)

    def numbers(self, index: int) -> list[int]:
        """Return the vector of the state at `index`."""
        numbers: list[int] = self.layout.unpack(self.states[index])
        return numbers

    @property
    def transitions(self) -> tuple[Any, Any, Any]:
        """The states before and after each recorded transition, as indices, and the bundles."""
        edges = self.edges[: int(self.cursor[TRANSITIONS] - self.cursor[PENDING])]
        return edges[:, 0], edges[:, 1], edges[:, 2]

    def flush(self, orbits: Any, max_states: int) -> int:
        """Insert the successors in the buffer; return why the kernel stopped."""
        return kernel.flush(
            self.states, self.parents, self.slots, self.vectors, self.hashes, self.origins,
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
        self.vectors[:count], self.origins[:count] = 0, origins
        kernel.repack(vectors, self.vectors, count, layout.fields, self.layout.fields)

    def grow(self) -> None:
        """Make room for one more buffer, and for recorded transitions."""
        self.make_room(BUFFER)
        recorded = int(self.cursor[TRANSITIONS])
        if 0 < len(self.edges) < recorded:
            self.edges = longer(self.edges, recorded - int(self.cursor[PENDING]), 2 * recorded)

    def make_room(self, count: int) -> None:
        """Make room for at least `count` more states. An interrupt at any point loses no state."""
        needed = len(self) + count
        room = max(needed, SECOND_ROOM, 2 * len(self.states))
        if needed > len(self.states):
            self.states = longer(self.states, len(self), room)
        if needed > len(self.parents):
            self.parents = longer(self.parents, len(self), room)
        if needed > kernel.most_states(len(self.slots)):
            self.slots = np.zeros(0, np.uint64)  # frees the old slots first
            slots = zeros(slots_for(needed), np.uint64)
            self._rebuild(slots)
            self.slots = slots

    def _rebuild(self, slots: Any, start: int = 0) -> None:
        """Insert all states from `start` on into slots, with all threads."""
        count = self.threads.count if len(self) - start > BUFFER else 1
        self.threads.run(
            partial(kernel.rebuild, self.states, begin, end, slots, self.layout.fields)
            for begin, end in shares(start, len(self), count)
        )

    def add_unindexed(self, vectors: Any, parents: Any, layout: Layout) -> None:
        """Add states that were packed in a layout; the store has room for them.

        Until `index` is called, a search cannot go on.
        """
        tail, end = len(self), len(self) + len(vectors)
        new = self.states[tail:end]
        new[:] = 0
        kernel.repack(vectors, new, len(vectors), layout.fields, self.layout.fields)
        self.parents[tail:end] = parents
        self.cursor[TAIL] = end

    def index(self, start: int) -> None:
        """Insert the states from `start` on, which were added without."""
        self._rebuild(self.slots, start)

    def discard_buffer(self) -> None:
        """Discard the successors in the buffer, and free the slots. The search cannot go on."""
        self.cursor[TRANSITIONS] -= self.cursor[PENDING]
        self.cursor[PENDING] = self.cursor[READY] = 0
        self.slots = np.zeros(0, np.uint64)

    def widen(self, sizes: list[int]) -> None:
        """Pack all states again, with fields that are wide enough for numbers below `sizes`.

        The slots stay valid: the hash of a state depends on its numbers, not on their fields.
        """
        old, new = self.layout, Layout(map(width_for, sizes))
        states = with_reserve(len(self) + BUFFER, np.uint64, new.words)
        kernel.repack(self.states, states, len(self), old.fields, new.fields)
        vectors = np.zeros((BUFFER, new.words), np.uint64)
        pending = int(self.cursor[PENDING])
        kernel.repack(self.vectors, vectors, pending, old.fields, new.fields)
        # One statement without a call, so that no interrupt separates the three assignments.
        self.layout, self.states, self.vectors = new, states, vectors
