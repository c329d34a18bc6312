"""The fuse: how many states are left where steps of a node are fused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pcheck import Action, action, broadcast, group
from tests.search.alike import Asked
from tests.search.parts import Ticker, cluster
from tests.search.reductions.careless_fuse import NETS, TimesOut, posted
from tests.search.reductions.reducing import check_reduced
from tests.search.reductions.traps import NOBODY, A, X, reaches


@dataclass(frozen=True)
class CountsAndTells(Ticker):
    """Counts to its end, and sends X there."""

    def actions(self) -> Iterator[Action]:
        if self.at < self.end:
            sends = [broadcast(NOBODY, X())] if self.at + 1 == self.end else []
            yield action("ticks", self.but(at=self.at + 1), *sends)


@NETS
def test_silent_steps_of_one_node_are_not_shuffled_with_those_of_others(network: str) -> None:
    """Three nodes that count to 3: 4^3 states. Each has told or has not: 2^3."""
    asked = Asked(cluster({group("n", 3): lambda _: CountsAndTells(end=3)}), network)
    assert check_reduced(asked, [(), ("fuse",)]) == {"": 64, "fuse": 8}


def test_a_step_that_is_only_seen_by_the_next_is_left_out() -> None:
    """Nothing posted, A waits, and X is sent; not the states 1 and 2 of who was handed A."""
    asked = Asked(posted(lambda _: TimesOut(), (A(),), reaches(X)), "once")
    assert check_reduced(asked, [(), ("fuse",)]) == {"": 5, "fuse": 3}
