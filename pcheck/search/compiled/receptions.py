"""Growing arrays, and the hash table of receptions, which the kernel reads and fills, too."""

from __future__ import annotations

from typing import Any

import numpy as np

from pcheck.search.compiled import kernel
from pcheck.search.compiled.numbers import too_many
from pcheck.search.compiled.parts import larger
from pcheck.search.outcome import TooManyNumbers

MAX_ENTRIES = 1 << 30  # of one growing array, so that each position fits in 32 bits


class Growing:
    """A one-dimensional array that grows by `append`."""

    def __init__(self, kind: Any) -> None:
        self.array = np.zeros(64, kind)
        self._used = 0

    def append(self, value: int) -> None:
        """Append a value; the array is replaced by a larger copy if it is full."""
        if self._used == len(self.array):
            if self._used >= MAX_ENTRIES:
                raise too_many_entries()
            self.array = np.concatenate([self.array, np.zeros_like(self.array)])
        self.array[self._used] = value
        self._used += 1

    def __len__(self) -> int:
        return self._used


class Rows:
    """The rows of all configurations: the next configuration, and the effects."""

    def __init__(self, filled: Any) -> None:
        self._filled = filled
        self.next, self.bundle = np.zeros(64, np.int32), np.zeros(64, np.int32)

    def append(self, after: int, effects: int) -> None:
        """Append a row."""
        self.make_room(1)
        at = self._filled[kernel.ROWS_FILLED]
        self.next[at], self.bundle[at] = after, effects
        self._filled[kernel.ROWS_FILLED] += 1

    def make_room(self, more: int) -> None:
        """Make room for some more rows."""
        needed, room = int(self._filled[kernel.ROWS_FILLED]) + more, len(self.next)
        if needed > MAX_ENTRIES:
            raise too_many_entries()
        if needed > room:
            room = min(max(2 * room, needed), MAX_ENTRIES)
            self.next, self.bundle = larger(self.next, (room,)), larger(self.bundle, (room,))

    def __len__(self) -> int:
        return int(self._filled[kernel.ROWS_FILLED])


class Receptions:
    """A hash table (machine, configuration, bundle) -> configuration, which the kernel can read."""

    def __init__(self, filled: Any) -> None:
        self._filled = filled
        self.table = np.zeros((1 << 10, 2), np.uint64)

    def add(self, machine: int, number: int, bundle: int, after: int) -> None:
        """Add a reception."""
        self.make_room()
        self._filled[kernel.RECEPTIONS_FILLED] += 1
        kernel.add_reception(self.table, machine, number, bundle, after)

    def of_watchers(self, filled: Any, nodes: int) -> Receptions:
        """Return only the receptions of machines that are no nodes, in a table of their own."""
        other = Receptions(filled)
        machines = self.table[:, 0] >> np.uint64(2 * kernel.NUMBER_BITS)
        found = self.table[(self.table[:, 1] != 0) & (machines >= nodes)]
        filled[kernel.RECEPTIONS_FILLED] = len(found)
        other.table = np.zeros((max(1 << 10, 1 << (2 * len(found)).bit_length()), 2), np.uint64)
        kernel.move_receptions(found, other.table)
        return other

    def make_room(self) -> None:
        """Make room for a reception: the table grows before it is more than half full."""
        if 2 * self._filled[kernel.RECEPTIONS_FILLED] >= len(self.table):
            table = np.zeros((2 * len(self.table), 2), np.uint64)
            kernel.move_receptions(self.table, table)
            self.table = table


def too_many_entries() -> TooManyNumbers:
    """Return the error for more entries than an array can have."""
    return too_many(MAX_ENTRIES, "steps of single nodes")
