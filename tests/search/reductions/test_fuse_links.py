"""A careless fuse leaves steps out of a chain: traps F2 to F6, each with a version that does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from pcheck import Action, Id, Step, action, broadcast, fixed
from pcheck.search.reductions.automaton import MacroStep
from pcheck.search.reductions.fuse import Fused
from pcheck.semantics.node import Config, StepKind
from tests.search.alike import Case
from tests.search.parts import N, cluster
from tests.search.reductions.careless_fuse import NETS, CarelessFused, FuseBy, TimesOut, posted
from tests.search.reductions.reducing import reduced_search
from tests.search.reductions.traps import (
    NOBODY,
    A,
    B,
    C,
    Forgetful,
    Walker,
    X,
    caught,
    exact_observations,
    reaches,
    watches,
)

# F2


class ActionsOnlyFirst(CarelessFused):
    """Allows an action only as the first step of a chain."""

    def _steps(self, config: Config, labels: tuple[str, ...]) -> tuple[MacroStep, ...]:
        steps = super()._steps(config, labels)
        return tuple(s for s in steps if not labels or self.kind_of(config, s) is not StepKind.ACT)


class ActionsAreSilent(CarelessFused):
    """Treats every action as silent, even if the action sends something."""

    def _is_silent(self, config: Config, step: MacroStep) -> bool:
        return super()._is_silent(config, step) or self.kind_of(config, step) is StepKind.ACT


@NETS
@pytest.mark.parametrize("wrong", [ActionsOnlyFirst, ActionsAreSilent])
def test_actions_belong_to_a_chain_or_end_it(
    network: str, wrong: type[Fused], fuse_by: FuseBy
) -> None:
    case = Case(posted(lambda _: TimesOut(), (A(),), reaches(X)), network)
    assert exact_observations(case) == {"": 0, "X": 4}
    fuse_by(wrong)
    assert caught(case, "fuse") == {"": 0}


# F3


class CrashesOnlyFirst(CarelessFused):
    """Allows a crash only as the first step of a chain."""

    def _steps(self, config: Config, labels: tuple[str, ...]) -> tuple[MacroStep, ...]:
        return tuple(s for s in super()._steps(config, labels) if not (labels and s.crashes))


@NETS
def test_a_chain_may_crash_after_silent_steps(network: str, fuse_by: FuseBy) -> None:
    case = Case(cluster({N: lambda _: Forgetful()}, reaches(X)), network, crashes=1)
    assert exact_observations(case) == {"": 0, "X": 4}
    fuse_by(CrashesOnlyFirst)
    assert caught(case, "fuse") == {"": 0}


# F4, F5


@dataclass(frozen=True)
class BetweenAAndC(Walker):
    """0 -A-> 1 silent, 1 -C-> 3 sends X; either 1 -B-> 2 is a dead end, or B is ignored."""

    dead_end: bool = fixed()

    def receive(self, msg: object, src: Id) -> Step:
        match self.at, msg:
            case 0, A():
                return self.but(at=1)
            case 1, B() if self.dead_end:
                return self.but(at=2)
            case 1, C():
                return self.but(at=3), broadcast(NOBODY, X())
        return None


class LossesApart(CarelessFused):
    """Allows a loss only as a step of its own."""

    def _is_silent(self, config: Config, step: MacroStep) -> bool:
        return super()._is_silent(config, step) and self.kind_of(config, step) is not StepKind.LOSE

    def _steps(self, config: Config, labels: tuple[str, ...]) -> tuple[MacroStep, ...]:
        steps = super()._steps(config, labels)
        return tuple(s for s in steps if not labels or self.kind_of(config, s) is not StepKind.LOSE)


def test_a_loss_belongs_to_a_chain_on_fifo(fuse_by: FuseBy) -> None:
    """X needs a delivery of A, a loss of B and a delivery of C."""
    receives = BetweenAAndC(dead_end=True)
    case = Case(posted(lambda _: receives, (A(), B(), C()), reaches(X)), "fifo")
    assert exact_observations(case) == {"": 0, "X": 4}
    fuse_by(LossesApart)
    assert caught(case, "fuse") == {"": 0}


class ActorsMustChange(CarelessFused):
    """Leaves out silent steps that do not change the actor: ignored letters, and losses.

    Both must be left out for the trap: otherwise B can be lost if it cannot be ignored.
    """

    def _steps(self, config: Config, labels: tuple[str, ...]) -> tuple[MacroStep, ...]:
        steps = super()._steps(config, labels)
        return tuple(s for s in steps if s.bundle.sends or s.next.actor is not config.actor)


def test_a_chain_ignores_the_head_of_a_queue_on_fifo(fuse_by: FuseBy) -> None:
    receives = BetweenAAndC(dead_end=False)
    case = Case(posted(lambda _: receives, (A(), B(), C()), reaches(X)), "fifo")
    assert exact_observations(case) == {"": 0, "X": 4}
    fuse_by(ActorsMustChange)
    assert caught(case, "fuse") == {"": 0}


# F6


@dataclass(frozen=True)
class NeedsTwo(Walker):
    """0 -A-> 1 -A-> 2 silent, 2 -j-> 3 sends X."""

    def actions(self) -> Iterator[Action]:
        if self.at == 2:
            yield action("j", self.but(at=3), broadcast(NOBODY, X()))

    def receive(self, msg: object, src: Id) -> Step:
        return self.but(at=self.at + 1) if self.at < 2 else None


class ConsumesNothing(CarelessFused):
    """Follows local states only, and never removes a letter from the inbox."""

    def _steps(self, config: Config, labels: tuple[str, ...]) -> tuple[MacroStep, ...]:
        return tuple(
            step._replace(next=self.node.config(step.next.actor, step.next.up, config.inbox))
            for step in super()._steps(config, labels)
        )


@pytest.mark.parametrize("network", ["once", "lossy", "fifo"])
def test_a_chain_consumes_copies(network: str, fuse_by: FuseBy) -> None:
    """Otherwise the trace found cannot be replayed."""
    case = Case(posted(lambda _: NeedsTwo(), (A(),), watches(X)), network)
    shortest = Case(posted(lambda _: NeedsTwo(), (A(),), reaches(X)), network)
    assert exact_observations(case) == exact_observations(shortest) == {"": 0}
    fuse_by(ConsumesNothing)
    assert caught(case, "fuse") == {"": 0, "X": 4}
    with pytest.raises(AssertionError, match="a step that the cluster cannot"):
        reduced_search(shortest, ["fuse"])
