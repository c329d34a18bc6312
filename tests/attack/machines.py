"""The actors of random protocols: a machine follows the rules in its table.

Rules mention nodes only by what they are to the node: itself, the sender, the name in the message,
the name that the node holds, the members of a group. Only a rule about the *first* node of a group
distinguishes the nodes of that group, and only a rule about v1 distinguishes values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from pcheck.language.actor import (
    Action,
    Actor,
    Send,
    Step,
    action,
    either,
    fixed,
    volatile,
)
from pcheck.language.names import Group, Id, Value
from pcheck.language.values import Set
from tests.attack.messages import KINDS, Content, Page, content, packed

VALUES = (Value("v1"), Value("v2"))
MAX_ACTIONS = 2  # in one local state
NOTHING = Content()


class Sending(NamedTuple):
    """A message that a rule sends: to whom, of which kind, and the name in the message."""

    to: str
    kind: int
    name: str


class Way(NamedTuple):
    """One alternative of a rule; a way without a state ignores the message."""

    at: int | None
    changes: tuple[str, ...] = ()
    sends: tuple[Sending, ...] = ()
    value: str = "none"


class Rule(NamedTuple):
    """A condition, and the alternatives of the step where the condition is true."""

    condition: str
    ways: tuple[Way, ...]


# For each state `at`, the rules on each kind of message, and then those of the actions.
Table = tuple[tuple[Rule | None, ...], ...]


@dataclass(frozen=True)
class Machine(Actor):
    """An actor that follows a table; all its fields are durable."""

    table: Table = fixed()
    mine: Group = fixed()
    groups: tuple[Group, ...] = fixed()
    at: int = 0
    count: int = 0
    held: Page = Page()
    heard: Set[Id] = Set()

    def receive(self, msg: object, src: Id) -> Step:
        rule = self.table[self.at][KINDS.index(type(msg))]
        if rule is None:
            return None
        about = content(msg)
        return self._step(rule, src, about) if self._is_true(rule.condition, src, about) else None

    def actions(self) -> Iterator[Action]:
        for number, rule in enumerate(self.table[self.at][len(KINDS) :]):
            if rule is not None and self._is_true(rule.condition, None, NOTHING):
                yield action(f"acts {number}", self._step(rule, None, NOTHING))

    def _name(self, what: str, src: Id | None, about: Content) -> Id | None:
        """Return the name that a rule mentions, or None if there is none."""
        match what:
            case "me":
                return self.me
            case "src":
                return src
            case "name":
                return about.name
            case "held":
                return self.held.names[0]
            case "first0" | "first1":
                return next(iter(self.groups[int(what[-1])]), None)
        return None

    def _is_true(self, condition: str, src: Id | None, about: Content) -> bool:
        if condition == "always":
            return True
        match condition.split():
            case [one, "is", other]:
                return self._name(one, src, about) == self._name(other, src, about)
            case [one, "was", "heard"]:
                return self._name(one, src, about) in self.heard
            case [one, "is", "not", "heard"]:
                return self._name(one, src, about) not in self.heard
            case [one, "is", "in", "mine"]:
                return self._name(one, src, about) in self.mine
            case ["value", "is", "the", "first"]:
                return about.value == VALUES[0]
            case ["count", "is", number]:
                return self.count == int(number)
            case [number, "were", "heard"]:
                return len(self.heard) >= int(number)
        return True

    def _step(self, rule: Rule, src: Id | None, about: Content) -> Step:
        steps: list[tuple[str, Step]] = []
        for number, way in enumerate(rule.ways):
            own = {"its": about.value, "first": VALUES[0]}.get(way.value)
            for value in VALUES if way.value == "any" else [own]:
                picked = f"way {number}, {value}" if way.value == "any" else f"way {number}"
                steps.append((picked, self._way(way, src, about, value)))
        return either(*steps) if len(steps) > 1 else steps[0][1]

    def _way(self, way: Way, src: Id | None, about: Content, value: Value | None) -> Step:
        if way.at is None:
            return None
        after = self.but(at=way.at)
        for change in way.changes:
            after = after._changed(change, src, about)
        sends = [
            Send(self._receivers(to, src, about), packed(kind, self._name(name, src, about), value))
            for to, kind, name in way.sends
        ]
        return after, *sends

    def _changed(self, change: str, src: Id | None, about: Content) -> Machine:
        match change.split():
            case ["hold", what]:
                return self.but(held=Page((self._name(what, src, about),)))
            case ["hear", "nobody"]:
                return self.but(heard=Set())
            case ["hear", what]:
                name = self._name(what, src, about)
                return self.but(heard=self.heard.plus(*[name] if name is not None else []))
        return self.but(count=1 - self.count)

    def _receivers(self, to: str, src: Id | None, about: Content) -> tuple[Id, ...]:
        if to.startswith("all"):
            return self.groups[int(to[-1])].ids
        if to == "others":
            return tuple(node for node in self.mine if node != self.me)
        name = self._name(to, src, about)
        return (name,) if name is not None else ()


@dataclass(frozen=True)
class Forgetful(Machine):
    """A machine that forgets names in a crash."""

    held: Page = volatile(Page())
    heard: Set[Id] = volatile(Set())


@dataclass(frozen=True)
class Restarting(Machine):
    """A machine that begins again after a crash, but does not forget its count."""

    at: int = volatile(0)
    held: Page = volatile(Page())
