"""A node that counts: what its handlers answer to one message, and what errors say of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pcheck import Actor, Id, fixed, volatile
from pcheck.semantics.handlers import Handlers, Way
from pcheck.semantics.network import Letter
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
    """Return the reaction of a new node of this role to a Ping from b1."""
    asked = handlers(role)
    return asked.reaction(asked.begin, Letter(B1, message or Ping()))


def actions(role: type[Counter]) -> tuple[tuple[str, tuple[Way, ...]], ...]:
    asked = handlers(role)
    return asked.actions(asked.begin)


def check_reaction(role: type[Counter], text: str, below: int = 0) -> None:
    """Check the error about the answer to a Ping: its line (from `receive` on) and its text."""
    where = place(role.receive, below)
    on = f"[on Ping(n=1) from b1, in state {role.__name__}(n=0, recent=0)]"
    assert fault(lambda: reaction(role)) == f"{where}a1 {text} {on}"


def check_offers(role: type[Counter], text: str, below: int = 0) -> None:
    """Check the error about the offers: its line (from `offers` on) and its text."""
    where = place(role.actions, below)
    on = f"[on its actions, in state {role.__name__}(n=0, recent=0)]"
    assert fault(lambda: actions(role)) == f"{where}a1 {text} {on}"
