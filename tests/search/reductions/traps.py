"""Small protocols that a careless pass gets wrong, and what can be seen of them under one.

`at` is the local state of a node, with the numbers of the tables in the pass's test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass
from typing import Any, TypeAlias

import pytest

from pcheck import (
    Action,
    Actor,
    Id,
    Property,
    Seen,
    Step,
    action,
    always,
    broadcast,
    fixed,
    sometimes,
    volatile,
)
from pcheck.search.reductions.closure import Closure, Edge
from tests.search.alike import Asked
from tests.search.reductions.reducing import check_reduced, observations, reduced_search

Finding: TypeAlias = dict[str, int]  # the messages seen, then the fields; and after how many steps
Rewrites: TypeAlias = Callable[[Edge], Edge | None]


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
    """What a trap is about: `reaches(X)` is lost, or found where it is not."""


@dataclass(frozen=True)
class Y:
    pass


NOBODY: tuple[Id, ...] = ()


@dataclass(frozen=True)
class Walker(Actor):
    at: int = 0


@dataclass(frozen=True)
class Poster(Actor):
    """Sends all that it has in one step."""

    to: tuple[Id, ...] = fixed()
    messages: tuple[object, ...] = fixed()
    posted: bool = False

    def actions(self) -> Iterator[Action]:
        if not self.posted:
            sends = [broadcast(self.to, message) for message in self.messages]
            yield action("posts", self.but(posted=True), *sends)


@dataclass(frozen=True)
class Echo(Actor):
    """Sends X whenever it is handed something, and stays as it is."""

    def receive(self, msg: object, src: Id) -> Step:
        return self, broadcast(NOBODY, X())


@dataclass(frozen=True)
class Forgetful(Actor):
    """(0, 0) -i-> (1, 1) silent; only after a crash it is in (1, 0) -j-> sends X."""

    durable: int = 0
    memory: int = volatile(0)

    def actions(self) -> Iterator[Action]:
        match self.durable, self.memory:
            case 0, 0:
                yield action("i", self.but(durable=1, memory=1))
            case 1, 0:
                yield action("j", self.but(durable=2), broadcast(NOBODY, X()))


def reaches(*kinds: type[Any], name: str = "reaches") -> Property:
    """Some run sends all of these."""
    return sometimes(sees=kinds, name=name)(lambda seen: all(map(seen.sent, kinds)))


def watches(*what: type[Any] | str) -> Property:
    """Sees this, and has nothing against it: so no run is ever asked for."""

    def nothing_against_it(seen: Seen) -> str | None:
        return None

    return always(sees=what)(nothing_against_it)


def exact_sights(asked: Asked) -> Finding:
    """All that can be seen, which is the same under every subset of the passes."""
    check_reduced(asked)
    levels = observations(asked.runs(), 1_000)
    assert levels is not None
    return shown(levels)


def caught(asked: Asked, *reductions: str) -> Finding:
    """All that is seen under passes of which one is wrong, as the comparison says."""
    with pytest.raises(AssertionError):
        check_reduced(asked, [reductions])
    return shown(reduced_search(asked, reductions)[1])


def shown(levels: dict[Any, int]) -> Finding:
    """`A X`, or `1 2` for fields, in the order of the least number of steps to it."""
    texts = {}
    for (sent, values), level in levels.items():
        kinds = sorted(message[0].__name__ for _, message in sent)
        texts[" ".join([*kinds, *(str(value[1]) for value in values)])] = level
    assert len(texts) == len(levels)
    return texts


def rewritten(closure: Closure, how: Rewrites) -> Closure:
    """A closed table in which every edge is what `how` makes of it; None: it is forgotten."""
    other = copy(closure)
    other.edges = [
        {local: [new for edge in edges if (new := how(edge))] for local, edges in table.items()}
        for table in closure.edges
    ]
    return other


def is_act(edge: Edge) -> bool:
    return edge.on is None and edge.bundle is not None
