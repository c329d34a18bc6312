"""The compiled version of `cover`: drops the states of a level that lie below others.

The theorem, and what "below" means, are in `pcheck.search.reductions.cover`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from pcheck.search.compiled import kernel
from pcheck.search.compiled.store import Store
from pcheck.search.compiled.tables import Tables
from pcheck.search.compiled.threads import shares
from pcheck.search.reductions.local_tables import Local
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Config

_NO_ROWS: Any = np.zeros(0, np.int32), np.zeros((0, 1), np.uint64), np.zeros(0, np.int64)


class Cover:
    """The local state and the inbox of each numbered configuration, as arrays for the kernel.

    A local state is a number. An inbox is a set of bits, with one bit for the first copy of a
    letter, one for the second copy, and so on. An inbox contains another one if its bits do.
    """

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self.dropped = 0
        self._locals: list[dict[Local, int]] = [{} for _ in tables.machines.nodes]
        self._bits: list[dict[tuple[Letter, int], int]] = [{} for _ in tables.machines.nodes]
        self._rows: list[list[tuple[int, int]]] = [[] for _ in tables.machines.nodes]
        # for each composed node, the local states, the inboxes, and the bits of each letter
        self._composed = [_NO_ROWS for _ in tables.machines.nodes]

    def drop(self, store: Store, start: int, end: int) -> None:
        """Mark the states of a level that lie below other states of the level as dropped."""
        store.threads.run_whole(partial(self._drop, store, store.states, start, end))

    def _drop(self, store: Store, states: Any, start: int, end: int) -> None:
        """Find the kinds of the states with all threads, then compare the states of each kind."""
        first_row, local, inboxes = self._arrays()
        fields, threads = store.layout.fields, store.threads
        kinds = np.zeros(end - start, np.uint64)
        threads.run(
            partial(kernel.kinds_of, states, start, *part, fields, first_row, local, kinds)
            for part in shares(start, end, threads.count)
        )
        latest = np.full(1 << (2 * (end - start)).bit_length(), -1, np.int64)
        earlier = np.full(end - start, -1, np.int64)
        arrays = fields, first_row, local, inboxes, kinds, latest, earlier

        def drop(nth: int) -> int:
            return kernel.drop_below(states, start, end, *arrays, nth, threads.count)

        self.dropped += sum(threads.run(partial(drop, nth) for nth in range(threads.count)))

    def _arrays(self) -> tuple[Any, Any, Any]:
        """Return where the rows of each node begin, and the local state and inbox of each row."""
        tables = [
            self._composed_rows(i) if composed else self._rows_of(i)
            for i, composed in enumerate(self._tables.composition.is_composed)
        ]
        first_row = np.cumsum([0, *(len(local) for local, _ in tables[:-1])]).astype(np.int64)
        inboxes = _stacked([inboxes for _, inboxes in tables])
        return first_row, np.concatenate([local for local, _ in tables]), inboxes

    def _composed_rows(self, i: int) -> tuple[Any, Any]:
        """Return the local states and inboxes of a composed node; those of before are kept."""
        pool, (known, inboxes, most) = self._tables.composition.pool, self._composed[i]
        local, copies = pool.table(i, len(known))
        more = copies.max(axis=0, initial=1)
        if (more[: len(most)] > most).any():  # the bits of the inboxes of before have moved
            known, inboxes, most = _NO_ROWS
            local, copies = pool.table(i, 0)
            more = copies.max(axis=0, initial=1)
        most = np.concatenate([most, more[len(most) :]])
        rows = np.concatenate([known, local]), _stacked([inboxes, inbox_bits(copies, most)])
        self._composed[i] = *rows, most
        return rows

    def _rows_of(self, i: int) -> tuple[Any, Any]:
        """Return the local states and inboxes of a node that is not composed."""
        rows, configs = self._rows[i], self._tables.machines.configs[i].all
        rows += [self._row(i, config) for config in configs[len(rows) :]]
        words = 1 + len(self._bits[i]) // 64
        packed = b"".join(inbox.to_bytes(8 * words, "little") for _, inbox in rows)
        local = np.array([local for local, _ in rows], np.int32)
        return local, np.frombuffer(packed, "<u8").reshape(-1, words)

    def _row(self, i: int, config: Config) -> tuple[int, int]:
        """Return the number of a configuration's local state, and the bits of its inbox."""
        node = self._tables.machines.nodes[i].node
        local = self._locals[i].setdefault(node.local(config), len(self._locals[i]))
        bits, inbox = self._bits[i], 0
        for letter, copies in Counter(config.inbox).items():
            for nth in range(copies):
                inbox |= 1 << bits.setdefault((letter, nth), len(bits))
        return local, inbox


def inbox_bits(copies: Any, most: Any) -> Any:
    """Return inboxes as sets of bits, given the copies of each letter, and the most that it has."""
    letters = np.repeat(np.arange(len(most)), most)
    nth = np.arange(len(letters)) - np.repeat(np.cumsum(most) - most, most)
    bits = np.packbits(copies[:, letters] > nth, axis=1, bitorder="little")
    padded = np.zeros((len(bits), 8 * (1 + bits.shape[1] // 8)), np.uint8)
    padded[:, : bits.shape[1]] = bits
    return padded.view("<u8")


def _stacked(parts: Sequence[Any]) -> Any:
    """Return rows of words one below the other; missing words are 0."""
    words = max(part.shape[1] for part in parts)
    return np.concatenate([np.pad(each, ((0, 0), (0, words - each.shape[1]))) for each in parts])
