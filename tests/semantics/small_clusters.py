"""Clusters so small that a test can list all their executions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pcheck import (
    Action,
    Actor,
    Cluster,
    Group,
    Id,
    Property,
    Seen,
    Step,
    action,
    always,
    broadcast,
    fixed,
    group,
    send,
    volatile,
)
from pcheck.search.reference import explore
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS
from tests.runs import Labels, complete_traces, counts

A, B = group("a", 1), group("b", 1)
A1, A2, B1 = Id("a1"), Id("a2"), Id("b1")
EVERY = tuple(NETWORKS)


@dataclass(frozen=True)
class Ask:
    n: int = 1


@dataclass(frozen=True)
class Answer:
    pass


def seeing(*sees: Any, name: str = "anything") -> Property:
    """Return a property that always holds, with this footprint."""

    def test(seen: Seen) -> None:
        pass

    return always(sees=sees, name=name)(test)


def explored(
    roles: dict[Group, Callable[[int], Actor]],
    network: str,
    crashes: int = 0,
    sees: tuple[Any, ...] = (),
) -> tuple[set[Labels], tuple[int, int, int]]:
    """Return all executions, and the numbers of states and transitions, and the depth."""
    cluster = Cluster(roles, properties=[seeing(*sees)])
    search = explore(ClusterModel(cluster, NETWORKS[network], crashes))
    return complete_traces(ClusterModel(cluster, NETWORKS[network], crashes)), counts(search)


@dataclass(frozen=True)
class Asker(Actor):
    asked: bool = False
    answered: bool = False

    def actions(self) -> Iterator[Action]:
        if not self.asked:
            yield action("asks", self.but(asked=True), send(B1, Ask()))

    def receive(self, msg: object, src: Id) -> Step:
        return self.but(answered=True) if msg == Answer() else None


class Answerer(Actor):
    """A node that answers each message and has no state."""

    def receive(self, msg: object, src: Id) -> Step:
        return (self, send(src, Answer())) if msg == Ask() else None


DIALOGUE: dict[Group, Callable[[int], Actor]] = {A: lambda i: Asker(), B: lambda i: Answerer()}
ASKS, HEARS, LEARNS = "a1 asks", "b1 <- a1: Ask(n=1)", "a1 <- b1: Answer()"
NO_ASK, NO_ANSWER = "lost: a1 -> b1: Ask(n=1)", "lost: b1 -> a1: Answer()"


class Echo(Asker):
    def actions(self) -> Iterator[Action]:
        if not self.asked:
            yield action("asks", self.but(asked=True), send(B1, Ask()), send(B1, Ask()))


@dataclass(frozen=True)
class Tally(Actor):
    limit: int = fixed(3)
    count: int = 0

    def receive(self, msg: object, src: Id) -> Step:
        return self.but(count=self.count + 1) if self.count < self.limit else None


ECHO: dict[Group, Callable[[int], Actor]] = {A: lambda i: Echo(), B: lambda i: Tally()}


@dataclass(frozen=True)
class Crier(Actor):
    to: Group = fixed()
    cried: bool = False
    heard: bool = False

    def actions(self) -> Iterator[Action]:
        if not self.cried and self.me == A1:
            yield action("cries", self.but(cried=True), broadcast(self.to, Ask()))

    def receive(self, msg: object, src: Id) -> Step:
        return None if self.heard else self.but(heard=True)


@dataclass(frozen=True)
class Writer(Actor):
    """A node that writes a page while its note is not 5, and then sets its note to 5."""

    pages: int = 0
    note: int = volatile(0)

    def actions(self) -> Iterator[Action]:
        if self.note != 5:
            yield action("writes", self.but(pages=1, note=5))


class Idle(Actor):
    pass
