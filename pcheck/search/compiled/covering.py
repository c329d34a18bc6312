"""The states of one level that lie below others, found in machine code and marked."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from pcheck.search.compiled import kernel
from pcheck.search.compiled.store import Store
from pcheck.search.compiled.tables import Tables
from pcheck.search.reductions.closure import Local
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Config


class Cover:
    """What a level is asked: for each configuration its local state, and what waits there."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self.dropped = 0
        self._locals: list[dict[Local, int]] = [{} for _ in tables.machines.nodes]
        self._places: list[dict[tuple[Letter, int], int]] = [{} for _ in tables.machines.nodes]
        self._known: list[list[tuple[int, int]]] = [[] for _ in tables.machines.nodes]

    def drop(self, store: Store, start: int, end: int) -> None:
        """Marks the states of a level that lie below others of it."""
        first, local, waiting = self._rows()
        self.dropped += kernel.drop_below(
            store.states, store.parents, start, end, store.layout.fields, first, local, waiting
        )

    def _rows(self) -> tuple[Any, Any, Any]:
        """For each configuration of each node a row: its local state, and bits for what waits."""
        for i, known in enumerate(self._known):
            configs = self._tables.machines.configs[i].all
            known += [self._row(i, config) for config in configs[len(known) :]]
        sizes = [len(known) for known in self._known]
        first = np.cumsum([0, *sizes[:-1]]).astype(np.int64)
        words = 1 + max(map(len, self._places)) // 64
        local = np.array([local for known in self._known for local, _ in known], np.int32)
        bits = b"".join(
            bits.to_bytes(8 * words, "little") for known in self._known for _, bits in known
        )
        return first, local, np.frombuffer(bits, "<u8").reshape(-1, words)

    def _row(self, i: int, config: Config) -> tuple[int, int]:
        node = self._tables.machines.nodes[i].node
        local = self._locals[i].setdefault(node.local(config), len(self._locals[i]))
        places, bits = self._places[i], 0
        for letter, copies in Counter(config.inbox).items():
            for nth in range(copies):
                bits |= 1 << places.setdefault((letter, nth), len(places))
        return local, bits
