"""Small models and clusters whose diagrams contain cases that no shipped spec has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pcheck import (
    Action,
    Actor,
    Cluster,
    Id,
    Model,
    Seen,
    Step,
    action,
    group,
    send,
    sometimes,
    spec,
)


class Both(Model[tuple[int, int]]):
    """A model with one step that changes two columns."""

    def __init__(self) -> None:
        self.properties = (something_happens,)

    def initial(self) -> tuple[int, int]:
        return 0, 0

    def steps(self, state: tuple[int, int]) -> Iterator[tuple[str, tuple[int, int]]]:
        if state == (0, 0):
            yield "left & right <count>", (1, 2)

    def observe(self, state: tuple[int, int]) -> Seen:
        return Seen([], {})

    def columns(self, state: tuple[int, int]) -> dict[str, dict[str, str]]:
        return {"left": {"n": str(state[0])}, "right": {"n": str(state[1])}, "third": {}}


@sometimes(sees=[])
def something_happens(seen: Seen) -> bool:
    return False


@spec
def both() -> Both:
    return Both()


@dataclass(frozen=True)
class Again:
    left: int


@dataclass(frozen=True)
class Echo(Actor):
    """A node that sends messages to itself."""

    up: bool = False

    def actions(self) -> Iterator[Action]:
        if not self.up:
            yield action("starts", self.but(up=True), send(self.me, Again(1)))

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Again(left) if left:
                return self, send(src, Again(0))
        return None


@spec
def echoes() -> Cluster:
    return Cluster({group("e", 2): lambda _: Echo()}, properties=[something_happens])


def one_long() -> Cluster:
    return Cluster(
        {group("verylongknötchen", 12): lambda _: Echo()}, properties=[something_happens]
    )


def two_long() -> Cluster:
    """Return a cluster of nodes whose long names have equal ends."""
    groups = (
        group("europe_node_of_the_replicated_cluster", 6),
        group("asia_node_of_the_replicated_cluster", 6),
    )
    return Cluster({each: lambda _: Echo() for each in groups}, properties=[something_happens])
