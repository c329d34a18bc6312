"""Actors with known executions, for clusters whose numbers of states can be computed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
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
    fixed,
    group,
    send,
    sometimes,
)

N, M = group("n", 1), group("m", 1)
N1, M1 = Id("n1"), Id("m1")


@dataclass(frozen=True)
class Ticker(Actor):
    """Counts up to `end` by its own actions."""

    end: int = fixed(1)
    at: int = 0

    def actions(self) -> Iterator[Action]:
        if self.at < self.end:
            yield action("ticks", self.but(at=self.at + 1))


@dataclass(frozen=True)
class Turner(Actor):
    """Cycles through `size` states."""

    size: int = fixed(3)
    at: int = 0

    def actions(self) -> Iterator[Action]:
        yield action("turns", self.but(at=(self.at + 1) % self.size))


@dataclass(frozen=True)
class Idle(Actor):
    """Does nothing."""


@dataclass(frozen=True)
class Ball:
    n: int


@dataclass(frozen=True)
class Player(Actor):
    """Returns the ball to its sender until the ball was hit `hits` times."""

    serves_to: Id | None = fixed(None)
    hits: int = fixed(3)
    served: bool = False

    def actions(self) -> Iterator[Action]:
        if self.serves_to is not None and not self.served:
            yield action("serves", self.but(served=True), send(self.serves_to, Ball(1)))

    def receive(self, msg: Any, src: Id) -> Step:
        return (self, send(src, Ball(msg.n + 1))) if msg.n < self.hits else None


def nothing() -> Property:
    """Return a property that sees nothing and always holds."""

    @always(sees=[])
    def anything(seen: Seen) -> str | None:
        return None

    return anything


def cluster(parts: Mapping[Group, Callable[[int], Actor]], *properties: Property) -> Cluster:
    return Cluster(parts, properties=properties or (nothing(),))


def tickers(count: int, end: int, *properties: Property) -> Cluster:
    return cluster({group("n", count): lambda i: Ticker(end=end)}, *properties)


def independent(count: int, end: int) -> tuple[int, int, int]:
    """Return the states, transitions and depth of `count` tickers that count up to `end`."""
    each = end + 1
    return each**count, count * end * each ** (count - 1), count * end


def never_at(*values: int, name: str = "never_there") -> Property:
    """Return the property that the nodes never hold these values in their field `at`."""

    def test(seen: Seen) -> str | None:
        return f"they are at {values}" if at(seen) == values else None

    return always(sees=["at"], name=name)(test)


def once_at(*values: int, name: str = "once_there") -> Property:
    return sometimes(sees=["at"], name=name)(lambda seen: at(seen) == values)


def no_step(bad: Callable[[tuple[int, ...], tuple[int, ...]], bool]) -> Property:
    """Return the property that no step is bad for the values of `at` before and after it."""

    def test(before: Seen, after: Seen) -> str | None:
        old, new = at(before), at(after)
        return f"{old} to {new}" if bad(old, new) else None

    return always(sees=["at"], name="no_such_step")(test)


def at(seen: Seen) -> tuple[int, ...]:
    return tuple(value for _, value in seen.field("at"))
