"""Growing arrays, and the hash table of receptions, which the kernel reads."""

from __future__ import annotations

from typing import Any

import numpy as np

from pcheck.search.compiled import kernel
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
                raise TooManyNumbers(
                    f"the compiled engine takes at most {MAX_ENTRIES:,} steps of single nodes"
                )
            self.array = np.concatenate([self.array, np.zeros_like(self.array)])
        self.array[self._used] = value
        self._used += 1

    def __len__(self) -> int:
        return self._used


class Receptions:
    """A hash table (machine, configuration, bundle) -> configuration, which the kernel can read."""

    def __init__(self) -> None:
        self._used = 0
        self.table = np.zeros((1 << 10, 2), np.uint64)

    def add(self, machine: int, number: int, bundle: int, after: int) -> None:
        """Add a reception; the table grows before it is more than half full."""
        if 2 * self._used >= len(self.table):
            table = np.zeros((2 * len(self.table), 2), np.uint64)
            kernel.move_receptions(self.table, table)
            self.table = table
        self._used += 1
        kernel.add_reception(self.table, machine, number, bundle, after)
