"""A careless minimise leaves out steps that are needed: trap M6, with versions that do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from pcheck import Actor, Cluster, Id, Step, broadcast
from pcheck.search.reductions import quotients
from pcheck.search.reductions.automaton import MacroStep
from pcheck.search.reductions.minimise import Minimised
from pcheck.semantics.node import Config
from tests.search.alike import Case
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
    exact_observations,
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


def test_steps_that_only_consume_a_copy_are_left_out() -> None:
    """0 and 1 are merged, so the step that only consumes A is left out.

    The state 2 without A is lost, which only a kind of property that pcheck does not have would
    notice.

    Plain: nothing sent, then 0 with A and B, 1 with B, 2 with A, 2 with nothing, 3 with nothing.
    Minimised: nothing sent, 0 with A and B, 2 with A, 3 with nothing.
    """
    case = Case(wasting(A(), B()), "once")
    assert exact_observations(case) == {"": 0, "X": 3}
    assert check_reduced(case, [(), ("minimise",)]) == {"": 6, "minimise": 4}


class NeverWastes(Minimised):
    """Leaves out steps that only consume a copy, on every network."""

    def is_needed(self, config: Config, step: MacroStep) -> bool:
        same = step.next.actor is config.actor and step.next.up == config.up
        return not same or bool(step.bundle.sends)


def test_a_copy_is_consumed_to_reach_the_next_one_on_fifo(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise X is lost."""
    case = Case(wasting(A(), B(), A()), "fifo")
    assert exact_observations(case) == {"": 0, "X": 4}
    monkeypatch.setattr(quotients, "Minimised", NeverWastes)
    assert caught(case, "minimise") == {"": 0}


class OnlyChanges(Minimised):
    """Leaves out steps that do not change the actor, even if they send something."""

    def is_needed(self, config: Config, step: MacroStep) -> bool:
        return step.next.actor is not config.actor or step.next.up != config.up


@pytest.mark.parametrize("network", ["set", "once", "lossy"])
def test_a_step_that_only_sends_is_kept(network: str, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = {N: lambda _: Echo(), M: lambda _: Poster(to=(N1,), messages=(A(),))}
    case = Case(cluster(parts, reaches(X)), network)
    assert exact_observations(case) == {"": 0, "X": 2}
    monkeypatch.setattr(quotients, "Minimised", OnlyChanges)
    assert caught(case, "minimise") == {"": 0}
