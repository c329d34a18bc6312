"""A node that accepts higher numbers and answers, and its rows in a comparable form."""

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
    """A node that accepts a higher number and answers, and that wakes up once."""

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


class RowContent(NamedTuple):
    """The content of a row: messages instead of letters."""

    label: str
    kind: StepKind
    actor: Counter
    up: bool
    inbox: list[object]
    sends: list[tuple[object, tuple[Id, ...]]]


def node(network: str, actor: Actor | None = None, may_crash: bool = False) -> Node:
    """Return the node a1 on this network; the other nodes are b1 and c1."""
    begin = actor or Counter()
    return Node(begin.but(me=A1), NETWORKS[network], may_crash, Interner([A1, B1, C1]))


def after(it: Node, src: Id, *messages: object, start: Config | None = None) -> Config:
    """Return the configuration after these messages from one sender, received in this order."""
    sends = tuple(Send((A1,), message) for message in messages)
    return it.receive(start or it.first, it.interner.bundle(src, sends))


def content(row: Row) -> RowContent:
    """Return the content of a row."""
    assert isinstance(row.next.actor, Counter)
    sends = [(letter.message, receivers) for letter, receivers in row.bundle.sends]
    inbox = [letter.message for letter in row.next.inbox]
    return RowContent(row.label, row.kind, row.next.actor, row.next.up, inbox, sends)


def rows(it: Node, config: Config) -> list[RowContent]:
    """Return the content of each row of a configuration."""
    return [content(row) for row in it.rows(config)]


def labels(it: Node, config: Config) -> list[str]:
    """Return the label of each row of a configuration."""
    return [row.label for row in it.rows(config)]
