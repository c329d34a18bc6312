"""Side conditions of `minimise`, dropped one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable

from pcheck.search.reductions import minimise
from pcheck.search.reductions.local_tables import Edge, Local
from pcheck.semantics.observer import Observer
from tests.attack.conditions import Patch, dropped
from tests.attack.dropped_in_tables import is_action, sends


def sends_to_nodes(edge: Edge) -> bool:
    return edge.bundle is not None and bool(edge.bundle.receivers)


def _compared_by(
    patch: Patch,
    key: Callable[[Edge, int], Hashable],
    is_compared: Callable[[Edge], bool] = lambda edge: True,
    says: Callable[[Edge], bool] = sends,
) -> None:
    """Compare reactions by a key, which takes an edge and the class that it leads to."""

    def reactions(
        local: Local, edges: dict[Local, list[Edge]], class_of: dict[Local, int]
    ) -> frozenset[Hashable]:
        return frozenset(
            key(edge, class_of[edge.next])
            for edge in edges[local]
            if is_compared(edge) and (class_of[edge.next] != class_of[local] or says(edge))
        )

    patch.setattr(minimise, "_reactions", reactions)


@dropped("classes refine what the properties see")
def _(patch: Patch) -> None:
    patch.setattr(Observer, "keys_of", lambda self, i, actor: ())


@dropped("classes refine what every property sees")
def _(patch: Patch) -> None:
    keys = Observer.keys_of
    patch.setattr(Observer, "keys_of", lambda self, i, actor: keys(self, i, actor)[:1])


@dropped("classes are stable under messages")
def _(patch: Patch) -> None:
    _compared_by(
        patch, lambda edge, to: (is_action(edge), to, edge.bundle), lambda edge: edge.on is None
    )


@dropped("classes distinguish messages")
def _(patch: Patch) -> None:
    _compared_by(
        patch,
        lambda edge, to: (edge.on is None, edge.label if edge.on is None else "", to, edge.bundle),
    )


@dropped("classes are stable under actions")
def _(patch: Patch) -> None:
    _compared_by(
        patch,
        lambda edge, to: (edge.on, edge.label, to, edge.bundle),
        lambda edge: not is_action(edge),
    )


@dropped("classes are stable under crashes")
def _(patch: Patch) -> None:
    _compared_by(
        patch,
        lambda edge, to: (edge.on, edge.label, to, edge.bundle),
        lambda edge: edge.label != "crash",
    )


@dropped("classes are stable under restarts")
def _(patch: Patch) -> None:
    _compared_by(
        patch,
        lambda edge, to: (edge.on, edge.label, to, edge.bundle),
        lambda edge: edge.label != "restart",
    )


@dropped("classes are stable, not only after one step")
def _(patch: Patch) -> None:
    def reactions(
        local: Local, edges: dict[Local, list[Edge]], class_of: dict[Local, int]
    ) -> frozenset[Hashable]:
        return frozenset((edge.on, edge.label, edge.bundle) for edge in edges[local] if sends(edge))

    patch.setattr(minimise, "_reactions", reactions)


@dropped("classes compare what is sent")
def _(patch: Patch) -> None:
    _compared_by(patch, lambda edge, to: (edge.on, edge.label, to))


@dropped("classes compare what is sent to nobody")
def _(patch: Patch) -> None:
    def key(edge: Edge, to: int) -> Hashable:
        sent = edge.bundle.sends if edge.bundle is not None else None
        to_nodes = sent and tuple(each for each in sent if each[1])
        return edge.on, edge.label, to, to_nodes

    _compared_by(patch, key, says=sends_to_nodes)


@dropped("classes compare how often a message is sent")
def _(patch: Patch) -> None:
    def key(edge: Edge, to: int) -> Hashable:
        return edge.on, edge.label, to, edge.bundle and frozenset(edge.bundle.sends)

    _compared_by(patch, key)


@dropped("classes compare the order of what is sent")
def _(patch: Patch) -> None:
    def key(edge: Edge, to: int) -> Hashable:
        sent = frozenset(Counter(edge.bundle.sends).items()) if edge.bundle else None
        return edge.on, edge.label, to, sent

    _compared_by(patch, key)
