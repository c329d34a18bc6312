"""Local states that no future input can tell apart are one.

Theorem. Let ~ be the coarsest partition of a node's closed table that refines what the properties
see of it and whether it is up (on `fifo`, where an ignored letter is used up, also what each such
step is called), and is stable under every input: each letter, each act by its label,
crash and restart. What is sent is compared exactly, which is finer than any network or property. An
input without an answer is as good as one that changes nothing and sends nothing. Then two
configurations whose local states are equivalent, with the same inbox, are bisimilar, label by
label, and one may stand for the other.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from pcheck.search.reductions.automaton import Automaton, Quotient
from pcheck.search.reductions.closure import Closure, Edge, Local
from pcheck.semantics.node import Config


class Minimised(Quotient):
    """A node whose actor is the first met of its class."""

    def __init__(self, inner: Automaton, first_of: Mapping[Local, Local]) -> None:
        super().__init__(inner)
        self._first_of = first_of

    def stands_for(self, config: Config) -> Config:
        first = self._first_of[self.node.local(config)]
        return self.node.config(first.actor, first.up, config.inbox)


def classes(closure: Closure, i: int) -> dict[Local, Local]:
    """For each local state of a node the first met of its class."""
    edges, seen = closure.edges[i], closure.model.observer.seen_of
    kind: dict[Local, int] = _numbered(
        {local: (local.up, seen(i, local.actor), closure.used_up(i, local)) for local in edges}
    )
    while True:
        finer = _numbered({local: (kind[local], _ways(local, edges, kind)) for local in edges})
        if len(set(finer.values())) == len(set(kind.values())):
            break
        kind = finer
    first: dict[int, Local] = {}
    return {local: first.setdefault(kind[local], local) for local in edges}


def _ways(
    local: Local, edges: dict[Local, list[Edge]], kind: dict[Local, int]
) -> frozenset[Hashable]:
    return frozenset(
        (edge.on, edge.label, kind[edge.next], edge.bundle)
        for edge in edges[local]
        if kind[edge.next] != kind[local] or (edge.bundle is not None and edge.bundle.sends)
    )


def _numbered(keys: dict[Local, Hashable]) -> dict[Local, int]:
    numbers: dict[Hashable, int] = {}
    return {local: numbers.setdefault(key, len(numbers)) for local, key in keys.items()}
