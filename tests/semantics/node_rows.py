"""A node that takes higher numbers and answers, and its rows as a test compares them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from pcheck import Action, Actor, Id, Send, Step, action, send, volatile
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.node import Config, Interner, Node, Row, StepKind

A1, B1, C1 = Id("a1"), Id("b1"), Id("c1")


@dataclass(frozen=True)
class Ping:
    n: int


@dataclass(frozen=True)
class Pong:
    n: int


@dataclass(frozen=True)
class Counter(Actor):
    """Takes a higher number and answers; wakes up once."""

    top: int = 0
    recent: int = volatile(0)

    def actions(self) -> Iterator[Action]:
        if self.top == 0:
            yield action("wakes", self.but(top=1, recent=1), send(B1, Ping(1)))

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Ping(n) if n > self.top:
                return self.but(top=n, recent=n), send(src, Pong(n))
        return None


class Told(NamedTuple):
    """A row, in full."""

    label: str
    does: StepKind
    actor: Counter
    up: bool
    inbox: list[object]
    sends: list[tuple[object, tuple[Id, ...]]]


def node(network: str, actor: Actor | None = None, may_crash: bool = False) -> Node:
    begin = actor or Counter()
    return Node(begin.but(me=A1), NETWORKS[network], may_crash, Interner([A1, B1, C1]))


def after(it: Node, src: Id, *messages: object, start: Config | None = None) -> Config:
    """Return the node with these messages in its inbox, received in this order from one sender."""
    sends = tuple(Send((A1,), message) for message in messages)
    return it.receive(start or it.first, it.interner.bundle(src, sends))


def told(row: Row) -> Told:
    assert isinstance(row.next.actor, Counter)
    sends = [(letter.message, receivers) for letter, receivers in row.bundle.sends]
    inbox = [letter.message for letter in row.next.inbox]
    return Told(row.label, row.kind, row.next.actor, row.next.up, inbox, sends)


def rows(it: Node, config: Config) -> list[Told]:
    return [told(row) for row in it.rows(config)]


def labels(it: Node, config: Config) -> list[str]:
    return [row.label for row in it.rows(config)]
