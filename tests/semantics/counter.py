"""A node that counts, the results of its handlers, and checks of the errors about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pcheck import Actor, Id, fixed, volatile
from pcheck.semantics.handlers import Handlers
from pcheck.semantics.network import Letter
from pcheck.semantics.results import Way
from tests.errors import fault, place

A1, B1 = Id("a1"), Id("b1")


@dataclass(frozen=True)
class Ping:
    n: Any = 1


@dataclass(frozen=True)
class Pong:
    n: Any = 1


@dataclass
class Loose:
    n: int = 1


@dataclass(frozen=True)
class Counter(Actor):
    peers: Any = fixed(())
    n: Any = 0
    recent: int = volatile(0)


def handlers(role: type[Counter], **fields: Any) -> Handlers:
    """Return the handlers of the node a1; the other node of the cluster is b1."""
    return Handlers(role(me=A1, **fields), frozenset({A1, B1}))


def reaction(role: type[Counter], message: object = None) -> tuple[Way, ...]:
    """Return the reaction of a new node of this role to a message from b1."""
    node = handlers(role)
    return node.reaction(node.begin, Letter(B1, message or Ping()))


def actions(role: type[Counter]) -> tuple[tuple[str, tuple[Way, ...]], ...]:
    """Return the actions of a new node of this role."""
    node = handlers(role)
    return node.actions(node.begin)


def check_reaction(role: type[Counter], text: str, below: int = 0) -> None:
    """Check the error about the reaction to a Ping: its line, `below` `receive`, and its text."""
    where = f"[on Ping(n=1) from b1, in state {role.__name__}(n=0, recent=0)]"
    line = f"{place(role.receive, below)}receive() of a1 {text} {where}"
    assert fault(lambda: reaction(role)) == line


def check_actions(role: type[Counter], text: str, below: int = 0) -> None:
    """Check the error about the actions: its line, `below` `actions`, and its text."""
    where = f"[in state {role.__name__}(n=0, recent=0)]"
    line = f"{place(role.actions, below)}actions() of a1 {text} {where}"
    assert fault(lambda: actions(role)) == line
