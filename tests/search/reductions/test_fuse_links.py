"""A careless fuse leaves links out of a chain: traps F2 to F6, each with a version that does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from pcheck import Action, Id, Step, action, broadcast, fixed
from pcheck.search.reductions.automaton import Step as Row
from pcheck.search.reductions.fuse import Fused
from pcheck.semantics.node import Config, StepKind
from tests.search.alike import Asked
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
    exact_sights,
    reaches,
    watches,
)

# F2


class ActsOnlyAtFirst(CarelessFused):
    """A chain is made of deliveries, and ends where no more can be delivered."""

    def _steps(self, config: Config, labels: tuple[str, ...]) -> tuple[Row, ...]:
        steps = super()._steps(config, labels)
        return tuple(s for s in steps if not labels or self.does(config, s) is not StepKind.ACT)


class ActsAreSilent(CarelessFused):
    """A time-out is nobody's business."""

    def _is_loud(self, config: Config, step: Row) -> bool:
        return super()._is_loud(config, step) and self.does(config, step) is not StepKind.ACT


@NETS
@pytest.mark.parametrize("wrong", [ActsOnlyAtFirst, ActsAreSilent])
def test_acts_are_links_of_a_chain_or_its_end(
    network: str, wrong: type[Fused], fuse_by: FuseBy
) -> None:
    asked = Asked(posted(lambda _: TimesOut(), (A(),), reaches(X)), network)
    assert exact_sights(asked) == {"": 0, "X": 4}
    fuse_by(wrong)
    assert caught(asked, "fuse") == {"": 0}


# F3


class CrashesOnlyAtFirst(CarelessFused):
    """A node crashes where a chain begins, never in the midst of one."""

    def _steps(self, config: Config, labels: tuple[str, ...]) -> tuple[Row, ...]:
        return tuple(s for s in super()._steps(config, labels) if not (labels and s.crashes))


@NETS
def test_a_crash_comes_after_silent_steps_too(network: str, fuse_by: FuseBy) -> None:
    asked = Asked(cluster({N: lambda _: Forgetful()}, reaches(X)), network, crashes=1)
    assert exact_sights(asked) == {"": 0, "X": 4}
    fuse_by(CrashesOnlyAtFirst)
    assert caught(asked, "fuse") == {"": 0}


# F4, F5


@dataclass(frozen=True)
class BetweenAAndC(Walker):
    """0 -A-> 1 silent, 1 -C-> 3 sends X; and 1 -B-> 2, a dead end, or B is ignored."""

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


class LosesApart(CarelessFused):
    """A loss is a step of its own, and no link of a chain."""

    def _is_loud(self, config: Config, step: Row) -> bool:
        return super()._is_loud(config, step) or self.does(config, step) is StepKind.LOSE

    def _steps(self, config: Config, labels: tuple[str, ...]) -> tuple[Row, ...]:
        steps = super()._steps(config, labels)
        return tuple(s for s in steps if not labels or self.does(config, s) is not StepKind.LOSE)


def test_in_fifo_a_loss_is_a_link_of_a_chain(fuse_by: FuseBy) -> None:
    """A, lose B, C."""
    receives = BetweenAAndC(dead_end=True)
    asked = Asked(posted(lambda _: receives, (A(), B(), C()), reaches(X)), "fifo")
    assert exact_sights(asked) == {"": 0, "X": 4}
    fuse_by(LosesApart)
    assert caught(asked, "fuse") == {"": 0}


class LinksChangeTheActor(CarelessFused):
    """What leaves the actor as it was is no link of a chain: a letter ignored, and one lost.

    The latter must be forgotten too: where B cannot be passed by ignoring it, it can be lost.
    """

    def _steps(self, config: Config, labels: tuple[str, ...]) -> tuple[Row, ...]:
        steps = super()._steps(config, labels)
        return tuple(s for s in steps if s.bundle.sends or s.next.actor is not config.actor)


def test_in_fifo_a_head_that_is_ignored_is_passed_within_a_chain(fuse_by: FuseBy) -> None:
    receives = BetweenAAndC(dead_end=False)
    asked = Asked(posted(lambda _: receives, (A(), B(), C()), reaches(X)), "fifo")
    assert exact_sights(asked) == {"": 0, "X": 4}
    fuse_by(LinksChangeTheActor)
    assert caught(asked, "fuse") == {"": 0}


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
    """A chain is one of local states alone."""

    def _steps(self, config: Config, labels: tuple[str, ...]) -> tuple[Row, ...]:
        return tuple(
            step._replace(next=self.node.config(step.next.actor, step.next.up, config.inbox))
            for step in super()._steps(config, labels)
        )


@pytest.mark.parametrize("network", ["once", "lossy", "fifo"])
def test_a_copy_is_consumed_within_a_chain(network: str, fuse_by: FuseBy) -> None:
    """And if it were not, the run that is found could not be taken."""
    asked = Asked(posted(lambda _: NeedsTwo(), (A(),), watches(X)), network)
    shortest = Asked(posted(lambda _: NeedsTwo(), (A(),), reaches(X)), network)
    assert exact_sights(asked) == exact_sights(shortest) == {"": 0}
    fuse_by(ConsumesNothing)
    assert caught(asked, "fuse") == {"": 0, "X": 4}
    with pytest.raises(AssertionError, match="a step that the cluster cannot"):
        reduced_search(shortest, ["fuse"])
