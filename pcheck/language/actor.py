"""The language that a protocol is written in: an actor is its state, and says what it becomes.

An actor is a frozen dataclass. `receive` answers a message, `offers` lists what the actor may do of
itself; both answer with a step: the next state, or that and what is sent, or None for "ignored".
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import MISSING, dataclass
from typing import Any, Self, TypeAlias

from pcheck.language.names import Id
from pcheck.language.values import FIXED

VOLATILE = "pcheck: volatile"  # metadata key of a field that a crash sets back


def fixed(default: Any = MISSING) -> Any:
    """A field that never changes (peers, own value): no part of the state."""
    return dataclasses.field(default=default, kw_only=True, compare=False, metadata={FIXED: True})


def volatile(default: Any = MISSING) -> Any:
    """A field that a crash sets back to the value that it had in the beginning."""
    return dataclasses.field(default=default, metadata={VOLATILE: True})


@dataclass(frozen=True)
class Actor:
    """A node's role. Subclass it with @dataclass(frozen=True); `me` is the node's own name."""

    me: Id = fixed(Id("?"))

    def actions(self) -> Iterable[Action]:
        """What the node may do of itself, now."""
        return ()

    def receive(self, msg: object, src: Id) -> Step:
        """What the node does with a message; None ignores it."""
        return None

    def but(self, **changes: Any) -> Self:
        """The same node with these fields changed."""
        return dataclasses.replace(self, **changes)


@dataclass(frozen=True)
class Send:
    """A message on its way to each of some nodes."""

    receivers: tuple[Id, ...]
    message: object


def send(to: Id, message: object) -> Send:
    return Send((to,), message)


def broadcast(to: Iterable[Id], message: object) -> Send:
    """One copy to each; a broadcast to nobody is still something that an outsider sees."""
    return Send(tuple(dict.fromkeys(to)), message)


@dataclass(frozen=True)
class Either:
    """A choice that is left open: each way has a label, which the trace shows."""

    ways: tuple[tuple[str, Step], ...]


def either(*ways: tuple[str, Step]) -> Either:
    return Either(ways)


@dataclass(frozen=True)
class Action:
    """Something that a node may do of itself."""

    label: str
    step: Step


def action(label: str, step: Step, *sends: Send) -> Action:
    """`action("starts ballot 1", self.but(started=1), broadcast(self.acceptors, Prepare(1)))`"""
    if sends and not isinstance(step, Actor):
        raise TypeError(
            "action(label, step, *sends): what is sent goes beside a state, or into the step"
        )
    return Action(label, (step, *sends) if isinstance(step, Actor) and sends else step)


Step: TypeAlias = Actor | tuple[Actor, *tuple[Send, ...]] | Either | None
