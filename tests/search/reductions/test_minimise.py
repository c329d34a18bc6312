"""Minimise: the numbers of states that remain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pcheck import Actor, Id, Step, broadcast, group
from tests.search.alike import Case
from tests.search.parts import N1, N, cluster
from tests.search.reductions.reducing import check_reduced
from tests.search.reductions.traps import (
    NOBODY,
    A,
    Forgetful,
    Poster,
    X,
    exact_observations,
    reaches,
)


def test_the_classes_depend_on_whether_nodes_may_crash() -> None:
    """Without crashes (0, 0) and (1, 1) are merged, since (1, 0) is unreachable.

    With one crash all 8 reachable states stay distinct: 00 and 11 up, 00 and 10 down, then 00, 11
    and 10 up again, and 20. The tables of a node depend on whether the node may crash.
    """
    parts: dict[Any, Callable[[int], Actor]] = {N: lambda _: Forgetful()}
    sizes = {
        crashes: check_reduced(
            Case(cluster(parts, reaches(X)), crashes=crashes), [(), ("minimise",)]
        )
        for crashes in (0, 1)
    }
    assert sizes == {0: {"": 2, "minimise": 1}, 1: {"": 8, "minimise": 8}}


@dataclass(frozen=True)
class Remembers(Actor):
    """Remembers the order of senders, and sends X when all three have sent."""

    heard: tuple[Id, ...] = ()

    def receive(self, msg: object, src: Id) -> Step:
        if src in self.heard:
            return None
        after = self.but(heard=(*self.heard, src))
        return (after, broadcast(NOBODY, X())) if len(after.heard) == 3 else after


def test_an_order_that_does_not_matter_is_forgotten() -> None:
    """Each of three senders has not sent, or its letter is undelivered or delivered.

    With the order of deliveries there are 1 * 2^3 + 3 * 2^2 + 6 * 2 + 6 states, without it 3^3.
    """
    parts: dict[Any, Callable[[int], Actor]] = {
        N: lambda _: Remembers(),
        group("m", 3): lambda _: Poster(to=(N1,), messages=(A(),)),
    }
    case = Case(cluster(parts, reaches(X)), "once")
    assert exact_observations(case) == {"": 0, "X": 6}
    assert check_reduced(case, [(), ("minimise",)]) == {"": 38, "minimise": 27}
