"""Minimise: how many states are left where states of a node behave alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pcheck import Actor, Id, Step, broadcast, group
from tests.search.alike import Asked
from tests.search.parts import N1, N, cluster
from tests.search.reductions.reducing import check_reduced
from tests.search.reductions.traps import NOBODY, A, Forgetful, Poster, X, exact_sights, reaches


def test_without_crashes_there_are_other_classes() -> None:
    """(0, 0) and (1, 1) are one, since nothing leads to (1, 0).

    With one crash all that is reachable stays apart: up 00, 11; down 00, 10; then 00, 11 and 10
    up again, 20 after that. Each node's table is made for one number of crashes.
    """
    parts: dict[Any, Callable[[int], Actor]] = {N: lambda _: Forgetful()}
    sizes = {
        crashes: check_reduced(
            Asked(cluster(parts, reaches(X)), crashes=crashes), [(), ("minimise",)]
        )
        for crashes in (0, 1)
    }
    assert sizes == {0: {"": 2, "minimise": 1}, 1: {"": 8, "minimise": 8}}


@dataclass(frozen=True)
class Remembers(Actor):
    """Notes in which order it heard the others, and sends X when it has heard all three."""

    heard: tuple[Id, ...] = ()

    def receive(self, msg: object, src: Id) -> Step:
        if src in self.heard:
            return None
        after = self.but(heard=(*self.heard, src))
        return (after, broadcast(NOBODY, X())) if len(after.heard) == 3 else after


def test_an_order_that_nobody_asks_about_is_forgotten() -> None:
    """Each of three has not posted, or its letter waits, or is one of the k that were heard.

    In order: 1 * 2^3 + 3 * 2^2 + 6 * 2 + 6 states. As a set: 3^3.
    """
    parts: dict[Any, Callable[[int], Actor]] = {
        N: lambda _: Remembers(),
        group("m", 3): lambda _: Poster(to=(N1,), messages=(A(),)),
    }
    asked = Asked(cluster(parts, reaches(X)), "once")
    assert exact_sights(asked) == {"": 0, "X": 6}
    assert check_reduced(asked, [(), ("minimise",)]) == {"": 38, "minimise": 27}
