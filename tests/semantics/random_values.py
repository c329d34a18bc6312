"""Random values of every supported kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from random import Random
from typing import Any, NamedTuple

from pcheck import Actor, Id, Map, Set, Value, fixed


class Colour(Enum):
    RED = 1
    BLUE = 2


class Point(NamedTuple):
    x: Any
    y: Any


@dataclass(frozen=True)
class Vote:
    ballot: Any
    value: Any

    @cached_property
    def pair(self) -> tuple[Any, Any]:
        return self.ballot, self.value


@dataclass(frozen=True, slots=True)
class Slotted:
    value: Any


@dataclass(frozen=True)
class Keeper(Actor):
    peers: tuple[Id, ...] = fixed(())
    one: Any = None
    two: Any = None


LEAVES: list[Callable[[], Any]] = [
    lambda: None,
    lambda: True,
    lambda: 1,
    lambda: 1.0,
    lambda: int("1000"),
    lambda: "".join(["a", "1"]),
    lambda: Id("a1"),
    lambda: Value("a1"),
    lambda: b"1",
    lambda: Colour.RED,
    lambda: Colour.BLUE,
]


def drawn(random: Random, depth: int = 3) -> Any:
    """Return a random value. The same state of `random` gives an equal value, made anew."""
    kind = random.randrange(10) if depth else 0
    if kind < 3:
        return random.choice(LEAVES)()
    parts = [drawn(random, depth - 1) for _ in range(2)]
    makers: list[Callable[..., Any]] = [Vote, Point, lambda *two: two, lambda *two: two[:1]]
    makers += [lambda a, b: Set([a, b]), lambda a, b: Map([(a, b)]), lambda a, _: Slotted(a)]
    return makers[kind - 3](*parts)
