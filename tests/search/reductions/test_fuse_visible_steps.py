"""A careless fuse hides what is seen: traps F1 and F8, each with a version that falls into it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pcheck import Action, Actor, action, group
from pcheck.search.reductions.automaton import Step as Row
from pcheck.semantics.node import Config
from tests.search.alike import Asked
from tests.search.parts import N1, M, N, Ticker, cluster, once_at
from tests.search.reductions.careless_fuse import NETS, CarelessFused, FuseBy
from tests.search.reductions.traps import caught, exact_sights, watches

# F1


class ShowsNothing(CarelessFused):
    """Silent is what sends nothing."""

    def _is_loud(self, config: Config, step: Row) -> bool:
        return bool(step.bundle.sends)


@NETS
def test_a_step_that_changes_what_is_seen_is_loud(network: str, fuse_by: FuseBy) -> None:
    asked = Asked(cluster({N: lambda _: Ticker(end=2)}, watches("at")), network)
    assert exact_sights(asked) == {"0": 0, "1": 1, "2": 2}
    fuse_by(ShowsNothing)
    assert caught(asked, "fuse") == {"0": 0}


@dataclass(frozen=True)
class Holder(Actor):
    """Has something, and lets go of it."""

    holds: bool = True

    def actions(self) -> Iterator[Action]:
        if self.holds:
            yield action("lets go", self.but(holds=False))


class ShowsWhatIsEntered(CarelessFused):
    """Silent is what sends nothing and leads to nothing that anybody asks about."""

    def _is_loud(self, config: Config, step: Row) -> bool:
        after = step.next.actor
        assert isinstance(after, Holder)
        return bool(step.bundle.sends) or (super()._is_loud(config, step) and after.holds)


@NETS
def test_a_step_that_leaves_what_is_seen_is_loud(network: str, fuse_by: FuseBy) -> None:
    asked = Asked(cluster({group("n", 2): lambda _: Holder()}, watches("holds")), network)
    assert exact_sights(asked) == {
        "True True": 0,
        "False True": 1,
        "True False": 1,
        "False False": 2,
    }
    fuse_by(ShowsWhatIsEntered)
    assert caught(asked, "fuse") == {"True True": 0}


# F8


class JudgesNow(CarelessFused):
    """Silent is what changes no verdict as things stand: n1 at 1 is nothing as long as m1 is at 0.

    A node cannot know what others show by now, so this is what they show in the beginning.
    """

    def _is_loud(self, config: Config, step: Row) -> bool:
        after = step.next.actor
        assert isinstance(after, Ticker)
        return (after.me, after.at) != (N1, 1)


@NETS
def test_what_is_seen_is_loud_though_nothing_follows_from_it_yet(
    network: str, fuse_by: FuseBy
) -> None:
    """n1 ticks, m1 ticks: there it is. But n1 goes to 2 at once, if it need not stop at 1."""
    parts = {N: lambda _: Ticker(end=2), M: lambda _: Ticker(end=1)}
    asked = Asked(cluster(parts, once_at(1, 1)), network)
    assert exact_sights(asked) == {"0 0": 0, "1 0": 1, "0 1": 1, "2 0": 2, "1 1": 2, "2 1": 3}
    fuse_by(JudgesNow)
    assert caught(asked, "fuse") == {"0 0": 0, "0 1": 1, "2 0": 2, "2 1": 3}
