"""Side conditions of `cover`, and of the reductions together, dropped one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pcheck.search.compiled import explorer
from pcheck.search.compiled.covering import Cover
from pcheck.search.compiled.store import Store
from pcheck.search.compiled.turn import Turn
from pcheck.search.outcome import SearchResult
from pcheck.search.reductions import reduce
from pcheck.search.reductions.cover import rank_local_states
from pcheck.semantics.node import Config
from tests.attack.conditions import Patch, dropped


def _rows_by(
    patch: Patch, change: Callable[[int, Config, tuple[int, int]], tuple[int, int]]
) -> None:
    row = Cover._row
    patch.setattr(Cover, "_row", lambda self, i, config: change(i, config, row(self, i, config)))


@dropped("each node is in the same local state in both")
def _(patch: Patch) -> None:
    _rows_by(patch, lambda i, config, row: (0, row[1]))


@dropped("every undelivered message is undelivered in the upper state, too")
def _(patch: Patch) -> None:
    _rows_by(patch, lambda i, config, row: (row[0], 0))


@dropped("undelivered messages are compared copy by copy")
def _(patch: Patch) -> None:
    row = Cover._row

    def distinct(self: Cover, i: int, config: Config) -> tuple[int, int]:
        inbox = tuple(dict.fromkeys(config.inbox))
        return row(self, i, Config(config.actor, config.up, inbox))

    patch.setattr(Cover, "_row", distinct)


def _blind(patch: Patch, machines: Callable[[Cover], Sequence[int]]) -> None:
    """Compare states without some machines."""

    def drop(self: Cover, store: Store, start: int, end: int) -> None:
        seen = store.states[:end] & ~store.layout.bits(machines(self))
        self._drop(store, seen, start, end)
        store.drop(np.flatnonzero(store.layout.distances(seen) == 0))

    patch.setattr(Cover, "drop", drop)


@dropped("the observation is the same")
def _(patch: Patch) -> None:
    _blind(patch, lambda cover: cover._tables.machines.watchers)


@dropped("the lower state has spent no fewer crashes")
def _(patch: Patch) -> None:
    _blind(patch, lambda cover: [cover._tables.machines.budget])


@dropped("cover is off on fifo")
def _(patch: Patch) -> None:
    reduced = reduce.reduce_cluster

    def reduce_cluster(model: Any, *arguments: Any) -> Any:
        with Patch.context() as inner:
            inner.setattr(type(model.network), "ignoring_is_a_step", False)
            return reduced(model, *arguments)

    patch.setattr(explorer, "reduce_cluster", reduce_cluster)


@dropped("a search with cover only proves")
def _(patch: Patch) -> None:
    def run(self: Turn) -> SearchResult:
        assert self.reduced.successors is not None
        return self.walk.proof(rank_local_states(self.reduced.successors)).run()

    patch.setattr(Turn, "run", run)
