"""Growing arrays, and the hash table of receptions, that the kernel reads."""

from __future__ import annotations

from typing import Any

import numpy as np

from pcheck.search.compiled import kernel
from pcheck.search.compiled.kernel import MISSING
from pcheck.search.compiled.machines import MOST_NUMBERS


class Growing:
    """A one-dimensional array that is appended to."""

    def __init__(self, kind: Any) -> None:
        self.array = np.zeros(64, kind)
        self._used = 0

    def append(self, value: int) -> None:
        if self._used == len(self.array):
            self.array = np.concatenate([self.array, np.zeros_like(self.array)])
        self.array[self._used] = value
        self._used += 1

    def __len__(self) -> int:
        return self._used


class Receptions:
    """(machine, configuration, bundle) -> configuration: a hash table that the kernel can read."""

    def __init__(self, *, noting: bool) -> None:
        self._noting = noting  # whether it is noted which state first used each
        self._used = 0
        self.table, self.used_by = self._room(1 << 10)

    def add(self, machine: int, number: int, bundle: int, after: int) -> None:
        if 2 * self._used >= len(self.table):
            old = self.table, self.used_by
            self.table, self.used_by = self._room(2 * len(self.table))
            kernel.move_receptions(*old, self.table, self.used_by)
        self._used += 1
        kernel.add_reception(self.table, machine, number, bundle, after)

    def used(self, machine: int, since: int, most: int) -> list[tuple[int, int, int, int]]:
        """Receptions that were first taken by a transition after `since` and up to `most`.

        In the order of these, (state before it, configuration, bundle, configuration after).
        """
        took, mine = (
            self.used_by[:, 0],
            self.table[:, 0] >> np.uint64(2 * kernel.NUMBER_BITS) == machine,
        )
        (at,) = np.nonzero((took > since) & (took <= most) & mine)
        return [
            (
                int(self.used_by[i, 1]),
                int(self.table[i, 0]) >> kernel.NUMBER_BITS & MOST_NUMBERS - 1,
                int(self.table[i, 0]) & MOST_NUMBERS - 1,
                int(self.table[i, 1]) + MISSING,
            )
            for i in at[np.argsort(took[at])]
        ]

    def _room(self, size: int) -> tuple[Any, Any]:
        return np.zeros((size, 2), np.uint64), np.zeros((size if self._noting else 0, 2), np.int64)
