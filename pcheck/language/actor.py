"""Actors and their steps: the state and the handlers of each node of a protocol.

An actor is a frozen dataclass whose fields are the state of the node. It has two handlers:
`receive` handles a message, and `actions` lists what the node may do without a message. Both give
steps. A step is the next state, a tuple of the next state and the messages to send, a choice made
with `either`, or None to change nothing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import MISSING, dataclass
from typing import Any, ClassVar, Self, TypeAlias

from pcheck.language.kinds import FACTS, FIXED
from pcheck.language.names import Group, Id
from pcheck.text import MAX_LISTED, an, nearest

VOLATILE = "pcheck: volatile"  # metadata key of a field that a crash resets


def fixed(default: Any = MISSING) -> Any:
    """Declare a field that never changes, such as the peers; the field is not part of the state."""
    return dataclasses.field(default=default, kw_only=True, compare=False, metadata={FIXED: True})


def volatile(default: Any = MISSING) -> Any:
    """Declare a field that a crash resets to its value in the initial state."""
    return dataclasses.field(default=default, metadata={VOLATILE: True})


@dataclass(frozen=True)
class Actor:
    """The role of a node; subclass Actor with @dataclass(frozen=True).

    The fixed field `me` holds the name of the node.
    """

    me: Id = fixed(Id("?"))
    own_properties: ClassVar[tuple[Any, ...]] = ()  # of each cluster with a node of this class

    def actions(self) -> Iterable[Action]:
        """Return what the node may do in this state without a message."""
        return ()

    def receive(self, msg: object, src: Id) -> Step:
        """Return the step that the node takes on a message from `src`, or None to ignore it."""
        return None

    def but(self, **changes: Any) -> Self:
        """Return a copy of the actor with these fields changed."""
        kind, held = type(self), self.__dict__
        names = FACTS[kind].plain_names
        if names is not None and changes.keys() <= names and len(held) == len(names):
            new = object.__new__(kind)  # faster than `replace`, with the same result
            new.__dict__.update(held)
            new.__dict__.update(changes)
            return new
        try:
            return dataclasses.replace(self, **changes)
        except TypeError:
            for name in changes:
                if name not in self.__dataclass_fields__:
                    kind = type(self)
                    text = f"{kind.__name__} has no field {name!r}{hint_at_field([kind], name)}"
                    raise TypeError(text) from None
            raise


def hint_at_field(kinds: Iterable[type[Actor]], name: str) -> str:
    """Return the end of an error about an unknown field: a missing annotation, or a like name."""
    known: list[str] = []
    for kind in kinds:
        value = getattr(kind, name, None)
        if hasattr(kind, name) and not callable(value) and not isinstance(value, property):
            written = f"{name}: {type(value).__name__} = {value!r}"
            return f"; {name} has no annotation in class {kind.__name__}: write {written}"
        known += [each.name for each in dataclasses.fields(kind) if each.name != "me"]
    fields = list(dict.fromkeys(known))
    expected = f"; the fields are {', '.join(fields)}" if 0 < len(fields) <= MAX_LISTED else ""
    return nearest(name, fields) or expected


@dataclass(frozen=True)
class Send:
    """A message and the nodes that receive it."""

    receivers: tuple[Id, ...]
    message: object


def send(to: Id, message: object) -> Send:
    """Return the sending of a message to one node."""
    if isinstance(to, Group):
        raise TypeError(f"send() needs one node, got the group {to.name}; write broadcast(...)")
    if isinstance(message, (Id, Group)):
        raise TypeError("send() needs the node first; write send(node, message)")
    return Send((to,), message)


def broadcast(to: Iterable[Id], message: object) -> Send:
    """Return the sending of a message to each of the nodes.

    The observer sees the message even if `to` is empty.
    """
    if isinstance(to, str):
        raise TypeError(f"broadcast() needs nodes, got the name {to!s}; write send(...)")
    if isinstance(message, (Id, Group)):
        raise TypeError("broadcast() needs the nodes first; write broadcast(nodes, message)")
    return Send(tuple(dict.fromkeys(to)), message)


@dataclass(frozen=True)
class Either:
    """A nondeterministic choice between labelled steps; a trace shows the label of the choice."""

    ways: tuple[tuple[str, Step], ...]


def either(*ways: tuple[str, Step]) -> Either:
    """Return a choice: `either(("retries", self.but(tries=1)), ("stops", None))`."""
    return Either(ways)


@dataclass(frozen=True)
class Action:
    """A labelled step that a node may take without a message."""

    label: str
    step: Step


def action(label: str, step: Step, *sends: Send) -> Action:
    """Return an action: `action("starts", self.but(started=True), broadcast(self.peers, Start()))`.

    With `sends`, the step must be the next state.
    """
    if sends and not isinstance(step, Actor):
        raise TypeError(
            "action(label, step, *sends): with sends, the step must be the next state, "
            f"got {an(type(step).__name__)}; put the sends into the step"
        )
    return Action(label, (step, *sends) if isinstance(step, Actor) and sends else step)


Step: TypeAlias = Actor | tuple[Actor, *tuple[Send, ...]] | Either | None
