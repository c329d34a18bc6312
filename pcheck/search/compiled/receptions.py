"""Growing arrays, and the hash table of receptions, which the kernel reads."""

from __future__ import annotations

from typing import Any

import numpy as np

from pcheck.search.compiled import kernel
from pcheck.search.compiled.kernel import MISSING
from pcheck.search.compiled.machines import MAX_NUMBERS
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

    def __init__(self, *, records_uses: bool) -> None:
        self._records_uses = records_uses  # of each reception the first transition that uses it
        self._used = 0
        self.table, self.used_by = self._room(1 << 10)

    def add(self, machine: int, number: int, bundle: int, after: int) -> None:
        """Add a reception; the table grows before it is more than half full."""
        if 2 * self._used >= len(self.table):
            old = self.table, self.used_by
            self.table, self.used_by = self._room(2 * len(self.table))
            kernel.move_receptions(*old, self.table, self.used_by)
        self._used += 1
        kernel.add_reception(self.table, machine, number, bundle, after)

    def first_used(self, machine: int, since: int, until: int) -> list[tuple[int, int, int, int]]:
        """Return the receptions of a machine first used by a transition in (since, until].

        Each is (state before it, configuration, bundle, configuration after it). The receptions are
        in the order of these transitions.
        """
        transition, of_machine = (
            self.used_by[:, 0],
            self.table[:, 0] >> np.uint64(2 * kernel.NUMBER_BITS) == machine,
        )
        (places,) = np.nonzero((transition > since) & (transition <= until) & of_machine)
        return [
            (
                int(self.used_by[i, 1]),
                int(self.table[i, 0]) >> kernel.NUMBER_BITS & MAX_NUMBERS - 1,
                int(self.table[i, 0]) & MAX_NUMBERS - 1,
                int(self.table[i, 1]) + MISSING,
            )
            for i in places[np.argsort(transition[places])]
        ]

    def _room(self, size: int) -> tuple[Any, Any]:
        """Return an empty table, and an array for the first uses if they are recorded."""
        uses = size if self._records_uses else 0
        return np.zeros((size, 2), np.uint64), np.zeros((uses, 2), np.int64)
