"""Parts of small protocols that a careless reduction gets wrong, and their observations.

The docstrings of actors show steps as `0 -A-> 1`: on the message or action A, the field `at`
changes from 0 to 1. A step is *silent* if it sends nothing.
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
from pcheck.language.seen import Sees
from pcheck.search.reductions.closure import Closure
from pcheck.search.reductions.local_tables import Edge
from tests.search.alike import Case
from tests.search.reductions.reducing import check_reduced, observations, reduced_search

Depths: TypeAlias = dict[str, int]  # by an observation as text, the least number of steps
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
    """The message at stake: a careless reduction loses `reaches(X)`, or finds it wrongly."""


@dataclass(frozen=True)
class Y:
    pass


NOBODY: tuple[Id, ...] = ()


@dataclass(frozen=True)
class Walker(Actor):
    """The base class of actors with a local state `at`."""

    at: int = 0


@dataclass(frozen=True)
class Poster(Actor):
    """Sends all its messages in one step."""

    to: tuple[Id, ...] = fixed()
    messages: tuple[object, ...] = fixed()
    posted: bool = False

    def actions(self) -> Iterator[Action]:
        if not self.posted:
            sends = [broadcast(self.to, message) for message in self.messages]
            yield action("posts", self.but(posted=True), *sends)


@dataclass(frozen=True)
class Echo(Actor):
    """Sends X on every message, without changing its state."""

    def receive(self, msg: object, src: Id) -> Step:
        return self, broadcast(NOBODY, X())


@dataclass(frozen=True)
class Forgetful(Actor):
    """(0, 0) -i-> (1, 1) silent, then by crash and restart (1, 0), then -j-> sends X."""

    durable: int = 0
    memory: int = volatile(0)

    def actions(self) -> Iterator[Action]:
        match self.durable, self.memory:
            case 0, 0:
                yield action("i", self.but(durable=1, memory=1))
            case 1, 0:
                yield action("j", self.but(durable=2), broadcast(NOBODY, X()))


def reaches(*kinds: type[Any], name: str = "reaches") -> Property:
    """Return the property that some execution sends a message of each type."""
    return sometimes(sees=kinds, name=name)(lambda seen: all(map(seen.sent, kinds)))


def watches(*what: Sees) -> Property:
    """Return a property that sees messages, fields or UP, and is never false."""

    def never_false(seen: Seen) -> str | None:
        return None

    return always(sees=what)(never_false)


def exact_observations(case: Case) -> Depths:
    """Return all observations, after checking that every subset of the reductions keeps them."""
    check_reduced(case)
    levels = observations(case.model(), 1_000)
    assert levels is not None
    return as_texts(levels)


def caught(case: Case, *reductions: str) -> Depths:
    """Return the observations under wrong reductions, after checking that the comparison fails."""
    with pytest.raises(AssertionError):
        check_reduced(case, [reductions])
    return as_texts(reduced_search(case, reductions)[1])


def as_texts(levels: dict[Any, int]) -> Depths:
    """Return the depths of observations by text: `A X` for messages, `1 2` for fields."""
    texts = {}
    for (sent, values), level in levels.items():
        kinds = sorted(message[0].__name__ for _, message in sent)
        texts[" ".join([*kinds, *(str(value[1]) for value in values)])] = level
    assert len(texts) == len(levels)
    return texts


def rewritten(closure: Closure, how: Rewrites) -> Closure:
    """Return closed tables whose edges are rewritten by `how`; None removes an edge."""
    other = copy(closure)
    other.edges = [
        {local: [new for edge in edges if (new := how(edge))] for local, edges in table.items()}
        for table in closure.edges
    ]
    return other


def is_act(edge: Edge) -> bool:
    return edge.on is None and edge.bundle is not None
