"""Of two states that differ only in what waits, the one where more waits can do for both.

Theorem. Let a state lie *below* another if each node is in the same local state, the same can be
seen, no fewer crashes are spent, and all that waits for a node waits for it in the other, too.
Whatever can happen in the lower one can happen in the upper one, and leads to states of which the
same is true: what waits is never in the way, on every network but `fifo`, and the budget of crashes
only refuses. So all that can be seen from the lower one can be seen from the upper one, in as many
steps, and the lower one may be dropped. (States with an order like this are well-structured
transition systems; dropping what is covered is how their coverability is decided.)

With the other passes: these give each state successors that reach all that the state itself can
reach, in no more steps. By induction on the steps that are left to a sight, dropping does no harm
to them, nor they to it.

What is lost is the number of steps that lead *to* a state: the upper one may be further away. So
this search only proves. Where it meets a property that is decided, a search by steps goes on.

That the upper one is there in time hangs on the order of the search. Each local state has a rank,
which no step of its node makes less: its place in the closed table, where loops are taken for one.
A row costs by how much it raises the rank. So a level holds all states whose ranks have one sum,
the states below each other among them, before any of these is expanded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pcheck.search.compiled import kernel
from pcheck.search.compiled.store import Store
from pcheck.search.compiled.tables import Tables
from pcheck.search.reductions.closure import Local
from pcheck.search.reductions.reduce import Ways
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Config

Ranks = Sequence[Mapping[Local, int]]


def ranked(ways: Ways) -> Ranks:
    """For each node the rank of each of its local states."""
    return [_ranks(after) for after in ways]


def _ranks(after: Mapping[Local, Sequence[Local]]) -> dict[Local, int]:
    import networkx as nx  # takes a while, and most searches do without

    graph: Any = nx.condensation(nx.DiGraph(dict(after)))  # type: ignore[arg-type]
    return {
        local: rank
        for rank, loops in enumerate(nx.topological_generations(graph))
        for loop in loops
        for local in graph.nodes[loop]["members"]
    }


class Cover:
    """What a level is asked: for each configuration its local state, and what waits there."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self.dropped = 0
        self._locals: list[dict[Local, int]] = [{} for _ in tables.nodes]
        self._places: list[dict[tuple[Letter, int], int]] = [{} for _ in tables.nodes]
        self._known: list[list[tuple[int, int]]] = [[] for _ in tables.nodes]

    def drop(self, store: Store, start: int, end: int) -> None:
        """Marks the states of a level that lie below others of it."""
        first, local, waiting = self._rows()
        self.dropped += kernel.drop_below(
            store.states, store.parents, start, end, store.layout.fields, first, local, waiting
        )

    def _rows(self) -> tuple[Any, Any, Any]:
        """For each configuration of each node a row: its local state, and bits for what waits."""
        for i, known in enumerate(self._known):
            configs = self._tables.configs[i].all
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
        node = self._tables.nodes[i].node
        local = self._locals[i].setdefault(node.local(config), len(self._locals[i]))
        places, bits = self._places[i], 0
        for letter, copies in Counter(config.inbox).items():
            for nth in range(copies):
                bits |= 1 << places.setdefault((letter, nth), len(places))
        return local, bits
