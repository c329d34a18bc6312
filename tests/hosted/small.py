"""One or two hosted nodes with a program of a few lines, for tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pcheck import Cluster, group, sometimes, spec
from pcheck.hosted import Hosted, Net
from pcheck.language.cluster import Cluster as AnyCluster
from pcheck.language.seen import Seen
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS


@dataclass(frozen=True)
class Done:
    """A message that a program says, for properties."""

    what: object = None


class Box:
    """An object to which a test gives any attributes."""

    def __init__(self, **attributes: Any) -> None:
        vars(self).update(attributes)


@sometimes(sees=[Done])
def something_is_done(seen: Seen) -> bool:
    """Something is done in some execution."""
    return bool(seen.sent(Done))


def doing(
    act: Callable[[Any, Net], object],
    boot: Callable[[Any, Net], Any] = lambda disk, net: Box(),
    disk: Callable[[Any], Any] | None = None,
    nodes: int = 1,
    **options: Any,
) -> Callable[[], AnyCluster]:
    """Return a spec with one node, or with several equal ones, which may do one thing."""

    @dataclass(frozen=True)
    class Node(Hosted):
        def boot(self, disk: Any, net: Net) -> Any:
            return boot(disk, net)

        def can(self, it: Any, net: Net) -> Any:
            yield "acts", lambda: act(it, net)

    if disk is not None:
        Node.disk = lambda self, it: disk(it)  # type: ignore[method-assign]
    for name, value in options.items():
        setattr(Node, name, value)

    @spec
    def small() -> Cluster:
        """A program of a few lines."""
        return Cluster({group("n", nodes): lambda i: Node()}, properties=[something_is_done])

    return small


def steps_of(build: Callable[[], AnyCluster], *labels: str, crashes: int = 0) -> list[str]:
    """Return the labels that are possible after some steps."""
    model = ClusterModel(build(), NETWORKS["set"], crashes)
    state = model.initial()
    for label in labels:
        state = dict(model.steps(state))[label]
    return [label for label, _ in model.steps(state)]


def columns(build: Callable[[], AnyCluster], *labels: str, crashes: int = 0) -> dict[str, str]:
    """Return what a trace shows of the node after some steps."""
    model = ClusterModel(build(), NETWORKS["set"], crashes)
    state = model.initial()
    for label in labels:
        state = dict(model.steps(state))[label]
    return dict(model.columns(state)["n1"])
