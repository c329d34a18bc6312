"""A careless minimise leaves out steps that matter: trap M6, with versions that fall into it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from pcheck import Actor, Cluster, Id, Step, broadcast
from pcheck.search.reductions import reduce
from pcheck.search.reductions.automaton import Step as Row
from pcheck.search.reductions.minimise import Minimised
from pcheck.semantics.node import Config
from tests.search.alike import Asked
from tests.search.parts import N1, M, N, cluster
from tests.search.reductions.reducing import check_reduced
from tests.search.reductions.traps import (
    NOBODY,
    A,
    B,
    Echo,
    Poster,
    Walker,
    X,
    caught,
    exact_sights,
    reaches,
)


@dataclass(frozen=True)
class MayWaste(Walker):
    """0 -A-> 1 silent; 0 and 1 -B-> 2; 2 -A-> 3 sends X."""

    def receive(self, msg: object, src: Id) -> Step:
        match self.at, msg:
            case 0, A():
                return self.but(at=1)
            case ((0 | 1), B()):
                return self.but(at=2)
            case 2, A():
                return self.but(at=3), broadcast(NOBODY, X())
        return None


def wasting(*messages: object) -> Cluster:
    parts: dict[Any, Callable[[int], Actor]] = {
        N: lambda _: MayWaste(),
        M: lambda _: Poster(to=(N1,), messages=messages),
    }
    return cluster(parts, reaches(X))


def test_a_copy_is_not_wasted_where_nothing_is_gained_by_it() -> None:
    """0 and 1 are one, and so the step that only uses A up is left out.

    There is no `can_always`, which would miss what is lost by it: the state 2 without an A.

    Plain: nothing sent, then 0 with A and B, 1 with B, 2 with A, 2 with nothing, 3 with nothing.
    Minimised: nothing sent, 0 with A and B, 2 with A, 3 with nothing.
    """
    asked = Asked(wasting(A(), B()), "once")
    assert exact_sights(asked) == {"": 0, "X": 3}
    assert check_reduced(asked, [(), ("minimise",)]) == {"": 6, "minimise": 4}


class NeverWastes(Minimised):
    """Leaves steps that only use a copy up out on every network."""

    def matters(self, config: Config, step: Row) -> bool:
        same = step.next.actor is config.actor and step.next.up == config.up
        return not same or bool(step.bundle.sends)


def test_in_fifo_a_copy_is_wasted_to_get_at_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """The nearest to a goal that must stay in reach: here X itself is lost."""
    asked = Asked(wasting(A(), B(), A()), "fifo")
    assert exact_sights(asked) == {"": 0, "X": 4}
    monkeypatch.setattr(reduce, "Minimised", NeverWastes)
    assert caught(asked, "minimise") == {"": 0}


class OnlyChanges(Minimised):
    """Leaves steps out that leave the actor as it was, also those that send something."""

    def matters(self, config: Config, step: Row) -> bool:
        return step.next.actor is not config.actor or step.next.up != config.up


@pytest.mark.parametrize("network", ["set", "once", "lossy"])
def test_an_answer_is_a_step_though_it_changes_nothing(
    network: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = {N: lambda _: Echo(), M: lambda _: Poster(to=(N1,), messages=(A(),))}
    asked = Asked(cluster(parts, reaches(X)), network)
    assert exact_sights(asked) == {"": 0, "X": 2}
    monkeypatch.setattr(reduce, "Minimised", OnlyChanges)
    assert caught(asked, "minimise") == {"": 0}
