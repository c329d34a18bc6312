"""Small protocols written as lines of text, for traps.

The line `00 A 11 X>n1 Y>` says: in the state 00, on a message A, the state becomes 11, and the node
sends X to n1 and Y to nobody. The first digit of a state is durable, the second one volatile. A
word in lower case instead of a message is an action. A receiver without a number is a whole group.
Several lines for one message are a choice. `!` instead of the next state is a handler that raises.
A line that ends with `@n1` is followed by n1 alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Self

from pcheck.language.actor import Action, Actor, Step, action, broadcast, either, fixed, volatile
from pcheck.language.cluster import Cluster
from pcheck.language.names import Group, Id, group
from pcheck.language.property import Property, always
from pcheck.language.seen import UP, Seen
from tests.attack.attack import Case


@dataclass(frozen=True)
class A:
    pass


@dataclass(frozen=True)
class B:
    pass


@dataclass(frozen=True)
class C:
    pass


@dataclass(frozen=True)
class X:
    pass


@dataclass(frozen=True)
class Y:
    pass


MESSAGES = {kind.__name__: kind for kind in (A, B, C, X, Y)}


@dataclass(frozen=True)
class Script(Actor):
    """An actor that follows lines of text."""

    lines: tuple[str, ...] = fixed()
    nodes: tuple[Id, ...] = fixed()
    at: int = 0
    mind: int = volatile(0)

    def actions(self) -> Iterator[Action]:
        for on, *rest in self._enabled():
            if on.islower():
                yield action(on, self._step(*rest))

    def receive(self, msg: object, src: Id) -> Step:
        steps = [self._step(*rest) for on, *rest in self._enabled() if on == type(msg).__name__]
        if len(steps) > 1:
            return either(*((f"way {number}", step) for number, step in enumerate(steps)))
        return steps[0] if steps else None

    def _enabled(self) -> Iterator[list[str]]:
        for line in self.lines:
            text, _, only = line.partition(" @")
            state, *rest = text.split()
            if state == f"{self.at}{self.mind}" and only in ("", str(self.me)):
                yield rest

    def _step(self, after: str, *sends: str) -> Step:
        if after == "!":
            raise ValueError("this state must not be reached")
        bundle = [
            broadcast(
                [node for node in self.nodes if to in (str(node), node[:-1])], MESSAGES[kind]()
            )
            for kind, _, to in (each.partition(">") for each in sends)
        ]
        return self.but(at=int(after[0]), mind=int(after[1])), *bundle


@dataclass(frozen=True)
class Listener(Script):
    """A script of a role of its own."""


@dataclass(frozen=True)
class Typed(Script):
    """A script whose state 1 is a number after the action i, and a truth value after k."""

    def actions(self) -> Iterator[Action]:
        yield from super().actions()
        if self.at == 0:
            yield action("k", self.but(at=True))


@dataclass(frozen=True)
class Rebooting(Script):
    """A script in which a crash of n2 in the state 10 leads to the state 50."""

    def but(self, **changes: Any) -> Self:
        moves = self.me == Id("n2") and self.at == 1 and "at" not in changes
        return super().but(**changes, **({"at": 5} if moves else {}))


def never(kind: type[Any] = X, senders: int = 1) -> Property:
    """Return the property that fewer than this number of nodes send a message of this kind."""

    def holds(seen: Seen) -> str | None:
        count = len({src for src, _ in seen.sent(kind)})
        return f"{count} nodes sent {kind.__name__}" if count >= senders else None

    return always(sees=[kind], name=f"never_{kind.__name__}")(holds)


def never_both() -> Property:
    """Return the property that X and Y are not both sent."""

    def holds(seen: Seen) -> str | None:
        both: list[type[Any]] = [X, Y]
        return "both were sent" if all(map(seen.sent, both)) else None

    return always(sees=[X, Y], name="never_both")(holds)


def never_by(name: str) -> Property:
    """Return the property that a node does not send X; it distinguishes the nodes of a group."""

    def holds(seen: Seen) -> str | None:
        return "X was sent" if Id(name) in [src for src, _ in seen.sent(X)] else None

    return always(sees=[X], name=f"never_by_{name}")(holds)


def never_down() -> Property:
    """Return the property that n1 is up."""

    def holds(seen: Seen) -> str | None:
        return None if seen.up(Id("n1")) else "n1 is down"

    return always(sees=[UP], name="never_down")(holds)


def always_something() -> Property:
    """Return the property that every step sends an X."""

    def holds(before: Seen, after: Seen) -> str | None:
        return "no X was sent" if before == after else None

    return always(sees=[X], name="always_something")(holds)


def never_idle_at(value: int, *nodes: str) -> Property:
    """Return the property that no step is unseen while these nodes, or some node, have a value."""

    def holds(before: Seen, after: Seen) -> str | None:
        there = {node for node, held in before.field("at") if held == value}
        is_there = there == set(map(Id, nodes)) if nodes else bool(there)
        return "nothing changed" if before == after and is_there else None

    return always(sees=["at"], name=f"never_idle_at_{value}")(holds)


def never_then(first: type[Any], then: type[Any], *nodes: str) -> Property:
    """Return the property that no step sends a message after another one, by these two nodes."""

    def is_sent(seen: Seen, nth: int) -> bool:
        senders = [src for src, _ in seen.sent((first, then)[nth])]
        return Id(nodes[nth]) in senders if nodes else bool(senders)

    def holds(before: Seen, after: Seen) -> str | None:
        is_late = is_sent(before, 0) and not is_sent(before, 1) and is_sent(after, 1)
        return "it was sent after the first one" if is_late else None

    name = f"never_{then.__name__}_after_{first.__name__}"
    return always(sees=[first, then], name=name)(holds)


def never_together() -> Property:
    """Return the property that no step sends the first X and the first Y."""

    def holds(before: Seen, after: Seen) -> str | None:
        new = [bool(after.sent(kind)) > bool(before.sent(kind)) for kind in (X, Y)]
        return "X and Y were sent" if all(new) else None

    return always(sees=[X, Y], name="never_together")(holds)


def never_at(value: int, field: str = "at") -> Property:
    """Return the property that no node has this value in a field."""

    def holds(seen: Seen) -> str | None:
        return "a node is there" if value in [held for _, held in seen.field(field)] else None

    return always(sees=[field], name=f"never_{field}_{value}")(holds)


def trap(
    network: str,
    scripts: Mapping[str, str],
    *,
    crashes: int = 0,
    crash_nodes: tuple[str, ...] | None = None,
    properties: Iterable[Property] = (never(),),
    interchangeable: tuple[str, ...] = (),
    roles: Mapping[str, type[Script]] = MappingProxyType({}),
    begins_apart: bool = False,
) -> Case:
    """Return the case of a protocol, given the lines of each group, such as `n` or `n3`.

    With `begins_apart`, the nodes of a group begin in different states.
    """

    def build() -> Cluster:
        groups = {name: group(name[0], int(name[1:] or 1)) for name in scripts}
        nodes = tuple(node for each in groups.values() for node in each)
        parts: dict[Group, Callable[[int], Actor]] = {}
        for name, text in scripts.items():
            script = roles.get(name, Script)(lines=tuple(text.split("; ")), nodes=nodes)
            parts[groups[name]] = lambda i, script=script: (  # type: ignore[misc]
                script.but(at=i - 1) if begins_apart else script
            )
        blocks = [groups[name] for name in interchangeable]
        return Cluster(parts, properties=properties, interchangeable=blocks)

    return Case(build, network, crashes, crash_nodes=crash_nodes)


@dataclass(frozen=True)
class Says:
    """A message with a name in it."""

    name: Id


@dataclass(frozen=True)
class Namer(Actor):
    """An actor that sends a name to every node, and remembers who has sent its own name.

    A node that remembers another node sends X.
    """

    everybody: Group = fixed()
    has_sent: bool = False
    known: Id | None = None

    def actions(self) -> Iterator[Action]:
        for node in self.everybody if not self.has_sent else ():
            sent = broadcast(self.everybody, Says(node))
            yield action(f"names {node}", self.but(has_sent=True), sent)
        if self.known is not None:
            yield action("answers", self.but(known=self.me), broadcast((), X()))

    def receive(self, msg: object, src: Id) -> Step:
        if isinstance(msg, Says) and msg.name == self.me != src and self.known is None:
            return self.but(known=src)
        return None


def namers(*properties: Property, size: int = 2) -> Case:
    """Return the case of some nodes that name each other."""
    nodes = group("n", size)

    def build() -> Cluster:
        parts = {nodes: lambda _: Namer(everybody=nodes)}
        return Cluster(parts, properties=properties, interchangeable=[nodes])

    return Case(build, "set", 0)


def never_named(name: str) -> Property:
    """Return the property that no node sends this name, whoever would send it."""

    def holds(seen: Seen) -> str | None:
        return f"{name} is named" if Says(Id(name)) in seen.messages(Says) else None

    return always(sees=[Says], name=f"never_named_{name}")(holds)


def never_known(senders: int = 1) -> Property:
    """Return the property that fewer than this number of nodes remember themselves."""

    def holds(seen: Seen) -> str | None:
        own = [node for node, known in seen.field("known") if known == node]
        return f"{len(own)} nodes remember themselves" if len(own) >= senders else None

    return always(sees=["known", Says], name="never_known")(holds)


def never_remembered(name: str) -> Property:
    """Return the property that no node remembers this name, whichever node it would be."""

    def holds(seen: Seen) -> str | None:
        return f"{name} is remembered" if Id(name) in seen.values_of("known") else None

    return always(sees=["known"], name=f"never_remembered_{name}")(holds)


@always(sees=["known", X])
def nobody_remembers(seen: Seen) -> str | None:
    return "a node remembers" if set(seen.values_of("known")) != {None} else None
