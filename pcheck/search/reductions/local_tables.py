"""The table of each node: its local states, and the reaction of each to each letter.

A local state is an actor, up or down. It is represented by a configuration with an empty inbox, and
compared by identity, since each configuration is made only once. (Actors cannot be compared by
equality, because 1, True and 1.0 are equal in Python.)

A table is closed under all that the reductions need to know: `closure` closes it under all that any
node could ever do, and `met_tables` under what a search met.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Bundle, Config, Move, Node

Local: TypeAlias = Config

# For each node, the local states that follow each local state.
Successors = Sequence[Mapping[Local, Sequence[Local]]]


class Edge(NamedTuple):
    """A way out of a local state: on a letter, or without one by an action, crash or restart."""

    on: Letter | None
    label: Hashable
    next: Local
    bundle: Bundle | None  # None: a crash or a restart


def crash_or_restart(node: Node, local: Local) -> Edge | None:
    """Return the restart of a local state that is down, or the crash of one that is up, if any."""
    if not local.up:
        return Edge(None, "restart", node.config(local.actor, True, ()), None)
    if not node.may_crash:
        return None
    return Edge(None, "crash", node.config(node.handlers.after_crash(local.actor), False, ()), None)


def edges_of(node: Node, letter: Letter | None, moves: Iterable[Move]) -> Iterator[Edge]:
    """Yield the edges of a reaction to a letter, or of the actions if `letter` is None."""
    for move in moves:
        if move.actor is not None:
            yield Edge(letter, move.label, node.config(move.actor, True, ()), move.bundle)


class LocalTables:
    """The tables: for each node its local states with their edges, and the letters to the node.

    A letter that a local state ignores does not have an edge. An edge may lead to an *opaque* local
    state, which has no edges of its own: nothing is known about it. An open node has no table.
    """

    def __init__(self, model: ClusterModel) -> None:
        self.model = model
        self.edges: list[dict[Local, list[Edge]]] = [{} for _ in model.nodes]
        self.letters: list[dict[Letter, None]] = [{} for _ in model.nodes]
        self.open: set[int] = set()
        self.grows_if_open = ""  # the cause why nodes are open, as the end of a sentence

    def opaque(self, i: int) -> Iterator[Local]:
        """Yield each local state without edges that an edge of node i leads to."""
        known = self.edges[i]
        nexts = (edge.next for edges in known.values() for edge in edges)
        yield from dict.fromkeys(each for each in nexts if each not in known)

    def consuming_steps(self, i: int, local: Local) -> frozenset[Hashable]:
        """Return the letters and labels of a local state's deliveries, on `fifo` only.

        On `fifo`, a delivery that is ignored is a step too, since it consumes the letter.
        """
        node = self.model.nodes[i]
        if not (local.up and node.network.ignoring_is_a_step):
            return frozenset()
        letters = self.letters[i]
        return frozenset((a, label) for a in letters for label in self._labels(i, local, a))

    def _labels(self, i: int, local: Local, letter: Letter) -> Iterator[Hashable]:
        return (move.label for move in self.model.nodes[i].moves(local.actor, letter))

    def sizes(self) -> tuple[int, int]:
        """Return the number of local states in all tables, and the number of different letters."""
        return sum(map(len, self.edges)), len({letter for each in self.letters for letter in each})
