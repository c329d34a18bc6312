"""Minimise: merge the local states of a node that no future input can distinguish.

Theorem. Let ~ be the coarsest partition of the local states in a node's closed table that

- refines what the properties see of the node, and whether the node is up,
- on `fifo`, where an ignored letter is consumed, refines the labels of the delivery of each letter,
- and is stable under every input: each letter, each action by its label, crash and restart.

What a step sends is compared exactly, which is finer than any network or property requires. An
input without a reaction counts as a reaction that does not leave the class and sends nothing. Then
two configurations with equivalent local states and the same inbox are bisimilar, label by label, so
one may represent the other.

Changes. Equivalent local states look the same to the properties, and equal inputs make both send
the same. So a step and the step that represents it change the observation alike. A step inside a
class that sends nothing keeps the observation: it is unseen (see `unseen_steps`).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from pcheck.search.reductions.automaton import Automaton, Quotient
from pcheck.search.reductions.local_tables import Edge, Local, LocalTables
from pcheck.semantics.node import Config


class Minimised(Quotient):
    """A node whose local state is replaced by the representative of its class."""

    def __init__(self, inner: Automaton, representatives: Mapping[Local, Local]) -> None:
        super().__init__(inner)
        self.representatives = representatives

    def representative(self, config: Config) -> Config:
        local = self.representatives.get(self.node.local(config))
        if local is None:  # the table does not contain the local state
            return config
        return self.node.config(local.actor, local.up, config.inbox)


def class_representatives(tables: LocalTables, i: int) -> dict[Local, Local]:
    """Return, for each local state of a node, the first local state of its class in the table.

    An opaque local state is a class of its own, and not in the result.
    """
    known, seen = tables.edges[i], tables.model.observer.keys_of
    opaque = tuple(tables.opaque(i))
    edges = {**known, **{local: [] for local in opaque}}
    kinds: dict[Local, Hashable] = {
        local: (local.up, seen(i, local), tables.consuming_steps(i, local)) for local in known
    }
    class_of = _numbered(kinds | {local: nth for nth, local in enumerate(opaque)})
    while True:
        finer = _numbered(
            {local: (class_of[local], _reactions(local, edges, class_of)) for local in edges}
        )
        if len(set(finer.values())) == len(set(class_of.values())):
            break
        class_of = finer
    first: dict[int, Local] = {}
    return {local: first.setdefault(class_of[local], local) for local in known}


def _reactions(
    local: Local, edges: dict[Local, list[Edge]], class_of: dict[Local, int]
) -> frozenset[Hashable]:
    """Return the reactions of a local state that leave its class or send something."""
    return frozenset(
        (edge.on, edge.label, class_of[edge.next], edge.bundle)
        for edge in edges[local]
        if class_of[edge.next] != class_of[local] or (edge.bundle is not None and edge.bundle.sends)
    )


def _numbered(keys: dict[Local, Hashable]) -> dict[Local, int]:
    """Return a number for each local state; local states with equal keys get the same number."""
    numbers: dict[Hashable, int] = {}
    return {local: numbers.setdefault(key, len(numbers)) for local, key in keys.items()}
