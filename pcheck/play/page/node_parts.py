"""The parts of an observation that come from one node, as a property with a footprint sees them.

Such a part holds the watched messages that the node sent, and its watched fields. It is read from
what a property sees, and its fields also from a local state: both give equal keys.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from pcheck.language.names import Id
from pcheck.language.reading import value_of, without_role
from pcheck.language.seen import UP, Seen, Sees
from pcheck.language.values import exact
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.node import Config

Fields = tuple[Hashable, ...]  # the exact value of each watched field; None if the node lacks it
NodePart = tuple[frozenset[Hashable], Fields]


def parts_of(
    seen: Seen,
    nodes: Sequence[Id],
    sees: Sequence[Sees],
    key_of: Callable[[object], Hashable],
) -> list[NodePart]:
    """Return the part of each node; `key_of` returns the exact key of a message."""
    sent: dict[Id, set[Hashable]] = {node: set() for node in nodes}
    for kind in sees:
        for src, message in seen.sent(kind) if isinstance(kind, type) else ():
            sent[src].add(key_of(message))
    rows = [_row(seen, nodes, what) for what in sees if not isinstance(what, type)]
    return [(frozenset(sent[node]), tuple([row.get(node) for row in rows])) for node in nodes]


def _row(seen: Seen, nodes: Sequence[Id], what: Sees) -> dict[Id, Hashable]:
    """Return the exact value of a field in each node that has it; for UP, of each node."""
    if isinstance(what, str):
        return {node: exact(value) for node, value in seen.field(what)}
    return {node: exact(seen.up(node)) for node in nodes}


def fields_of_local(model: ClusterModel, i: int, local: Config, sees: Sequence[Sees]) -> Fields:
    """Return the watched fields of a node in a local state."""

    def value(what: Sees) -> Hashable:
        if what is UP:
            return exact(local.up)
        assert isinstance(what, str)
        if not model.cluster.has_field(model.nodes[i].me, what):
            return None
        return exact(value_of(local.actor, without_role(what)))

    return tuple(value(what) for what in sees if not isinstance(what, type))
