"""Where the states are: packed vectors, their parents, and the hash slots; all of them grow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from pcheck.search.compiled import kernel
from pcheck.search.compiled.kernel import BUFFER, CURSOR_SIZE, PENDING, READY, TAIL, TRANSITIONS

# Few moves: room that is not used yet costs nothing, and what is moved needs new memory, which may
# have to come from far.
FIRST_ROOM, SECOND_ROOM = 1 << 15, 1 << 22  # states
FIRST_SLOTS, SECOND_SLOTS = 1 << 18, 1 << 23


class Layout:
    """Which bits of which word hold the number of each machine."""

    def __init__(self, least: Iterable[int]) -> None:
        widths = list(least)
        words: list[list[int]] = []  # the machines in each
        for machine, width in enumerate(widths):
            free = (each for each in words if sum(widths[i] for i in each) + width <= 64)
            room = next(free, None)
            if room is None:
                words.append(room := [])
            room.append(machine)
        for members in words:  # bits that would lie idle let a field grow without a new layout
            spare = 64 - sum(widths[i] for i in members)
            for nth, machine in enumerate(members):
                widths[machine] += spare // len(members) + (nth < spare % len(members))
        self.widths = tuple(widths)
        word, shift = [0] * len(widths), [0] * len(widths)
        for at, members in enumerate(words):
            for nth, machine in enumerate(members):
                word[machine] = at
                shift[machine] = sum(widths[i] for i in members[:nth])
        self.words = len(words)
        self.most = [1 << width for width in self.widths]  # numbers that fit
        self.word = np.array(word, np.uint64)
        self.shift = np.array(shift, np.uint64)
        self.mask = np.array([(1 << width) - 1 for width in self.widths], np.uint64)
        self.fields = self.word, self.shift, self.mask, _factors(len(widths))  # for the kernel

    def bits(self, machines: Iterable[int]) -> Any:
        """For each word, the bits that hold the numbers of these machines."""
        bits = np.zeros(self.words, np.uint64)
        for machine in machines:
            bits[self.word[machine]] |= self.mask[machine] << self.shift[machine]
        return bits

    def pack(self, vectors: Sequence[Sequence[int]]) -> Any:
        """Each in a row of words."""
        numbers = np.array(vectors, np.uint64).reshape(len(vectors), len(self.word))
        packed = np.zeros((len(vectors), self.words), np.uint64)
        for machine, word in enumerate(self.word):
            packed[:, word] |= numbers[:, machine] << self.shift[machine]
        return packed

    def unpack(self, vectors: Any) -> Any:
        """The numbers in one vector, or in each row of several."""
        return ((vectors[..., self.word] >> self.shift) & self.mask).tolist()


def _factors(machines: int) -> Any:
    """Odd numbers without a pattern, the same for a machine whatever the layout."""
    mixed = np.arange(1, machines + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    for shift in (30, 27, 31):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(0xBF58476D1CE4E5B9)
    return mixed | np.uint64(1)


def width_for(size: int) -> int:
    """Bits for numbers below `size`, with room to grow to twice as many and more."""
    return max(4, (size - 1).bit_length() + 1)


def _longer(old: Any, used: int, room: int) -> Any:
    """A copy with more room, of which nothing is touched before it is used."""
    new = np.empty((room, *old.shape[1:]), old.dtype)
    new[:used] = old[:used]
    return new


class Store:
    """The states in the order in which they were found: it is the queue of the search as well."""

    def __init__(self, sizes: list[int], first: list[int], *, records: bool = False) -> None:
        """Where it records, it keeps every transition, too, in the order of where they begin."""
        self.layout = Layout(map(width_for, sizes))
        self.states = np.zeros((FIRST_ROOM, self.layout.words), np.uint64)
        self.parents = np.zeros(FIRST_ROOM, np.uint32)
        self.slots = np.zeros(FIRST_SLOTS, np.uint64)
        self.cursor = np.zeros(CURSOR_SIZE, np.int64)
        self.hashes = np.zeros(BUFFER, np.uint64)
        self.origins = np.zeros(BUFFER, np.uint32)
        self.edges = np.zeros(FIRST_ROOM if records else 0, np.uint64)
        self.vectors = np.zeros((BUFFER, self.layout.words), np.uint64)
        self.states[:1] = self.layout.pack([first])
        self.cursor[TAIL] = 1
        kernel.rebuild(self.states, 1, self.slots, self.layout.fields)

    def __len__(self) -> int:
        return int(self.cursor[TAIL])

    @property
    def bytes(self) -> int:
        """What holds the states: room that waits for more has never been touched."""
        each = self.states.itemsize * self.layout.words + self.parents.itemsize
        return int(len(self) * each + self.slots.nbytes)

    def numbers(self, index: int) -> list[int]:
        numbers: list[int] = self.layout.unpack(self.states[index])
        return numbers

    @property
    def transitions(self) -> tuple[Any, Any]:
        """Where each began, and where it led: of those that were recorded."""
        edges = self.edges[: int(self.cursor[TRANSITIONS] - self.cursor[PENDING])]
        return edges >> np.uint64(32), edges & np.uint64(0xFFFFFFFF)

    def flush(self, orbits: Any, most: int) -> int:
        """Inserts what waits in the buffer."""
        return kernel.flush(
            self.states, self.parents, self.slots, self.vectors, self.hashes, self.origins,
            self.edges, self.layout.fields, orbits, self.cursor, most,
        )  # fmt: skip

    def grow(self) -> None:
        """Makes room for at least one more buffer. An interrupt anywhere leaves what was there."""
        needed = len(self) + BUFFER
        room = max(needed, SECOND_ROOM, 2 * len(self.states))
        if needed > len(self.states):
            self.states = _longer(self.states, len(self), room)
        if needed > len(self.parents):
            self.parents = _longer(self.parents, len(self), room)
        taken = int(self.cursor[TRANSITIONS])
        if 0 < len(self.edges) < taken:
            self.edges = _longer(self.edges, taken - int(self.cursor[PENDING]), 2 * taken)
        if 5 * needed > 3 * len(self.slots):
            self.slots = np.zeros(0, np.uint64)  # gives the old ones back first
            slots = np.zeros(max(SECOND_SLOTS, 1 << (5 * needed // 3).bit_length()), np.uint64)
            kernel.rebuild(self.states, len(self), slots, self.layout.fields)
            self.slots = slots

    def forget(self) -> None:
        """Drops what waits in the buffer, and the slots, which are not needed for what is kept."""
        self.cursor[TRANSITIONS] -= self.cursor[PENDING]
        self.cursor[PENDING] = self.cursor[READY] = 0
        self.slots = np.zeros(0, np.uint64)

    def widen(self, sizes: list[int]) -> None:
        """The same states with wider fields, where a number no longer fits.

        The slots stay: a state is hashed by its numbers, wherever they lie.
        """
        old, new = self.layout, Layout(map(width_for, sizes))
        states = np.zeros((len(self.states), new.words), np.uint64)
        kernel.repack(self.states, states, len(self), old.fields, new.fields)
        vectors = np.zeros((BUFFER, new.words), np.uint64)
        pending = int(self.cursor[PENDING])
        kernel.repack(self.vectors, vectors, pending, old.fields, new.fields)
        # one statement without a call in it: no interrupt comes between
        self.layout, self.states, self.vectors = new, states, vectors
