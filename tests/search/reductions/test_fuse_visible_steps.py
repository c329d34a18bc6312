"""A careless fuse hides observations: traps F1 and F8, each with a version that does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pcheck import Action, Actor, action, group
from pcheck.search.reductions.automaton import MacroStep
from pcheck.semantics.node import Config
from tests.search.alike import Case
from tests.search.parts import N1, M, N, Ticker, cluster, once_at
from tests.search.reductions.careless_fuse import NETS, CarelessFused, FuseBy
from tests.search.reductions.traps import caught, exact_observations, watches

# F1


class ShowsNothing(CarelessFused):
    """Treats every step that sends nothing as silent."""

    def _is_silent(self, config: Config, step: MacroStep) -> bool:
        return not step.bundle.sends


@NETS
def test_a_step_that_changes_a_watched_field_is_not_silent(network: str, fuse_by: FuseBy) -> None:
    case = Case(cluster({N: lambda _: Ticker(end=2)}, watches("at")), network)
    assert exact_observations(case) == {"0": 0, "1": 1, "2": 2}
    fuse_by(ShowsNothing)
    assert caught(case, "fuse") == {"0": 0}


@dataclass(frozen=True)
class Holder(Actor):
    """Holds something until its action."""

    holds: bool = True

    def actions(self) -> Iterator[Action]:
        if self.holds:
            yield action("lets go", self.but(holds=False))


class ShowsWhatIsEntered(CarelessFused):
    """Treats a step that sends nothing as silent unless `holds` becomes true."""

    def _is_silent(self, config: Config, step: MacroStep) -> bool:
        after = step.next.actor
        assert isinstance(after, Holder)
        return not step.bundle.sends and (super()._is_silent(config, step) or not after.holds)


@NETS
def test_a_step_that_ends_a_watched_condition_is_not_silent(network: str, fuse_by: FuseBy) -> None:
    case = Case(cluster({group("n", 2): lambda _: Holder()}, watches("holds")), network)
    assert exact_observations(case) == {
        "True True": 0,
        "False True": 1,
        "True False": 1,
        "False False": 2,
    }
    fuse_by(ShowsWhatIsEntered)
    assert caught(case, "fuse") == {"True True": 0}


# F8


class JudgesNow(CarelessFused):
    """Treats a step as silent if it decides nothing as long as the other node is at 0.

    A node cannot know the current state of the other node, so its initial state is used: n1 at 1
    decides nothing while m1 is at 0.
    """

    def _is_silent(self, config: Config, step: MacroStep) -> bool:
        after = step.next.actor
        assert isinstance(after, Ticker)
        return (after.me, after.at) == (N1, 1)


@NETS
def test_a_visible_step_is_not_silent_if_it_decides_nothing_yet(
    network: str, fuse_by: FuseBy
) -> None:
    """(1, 1) needs a tick of each node, but the careless fuse moves n1 to 2 at once."""
    parts = {N: lambda _: Ticker(end=2), M: lambda _: Ticker(end=1)}
    case = Case(cluster(parts, once_at(1, 1)), network)
    assert exact_observations(case) == {"0 0": 0, "1 0": 1, "0 1": 1, "2 0": 2, "1 1": 2, "2 1": 3}
    fuse_by(JudgesNow)
    assert caught(case, "fuse") == {"0 0": 0, "0 1": 1, "2 0": 2, "2 1": 3}
