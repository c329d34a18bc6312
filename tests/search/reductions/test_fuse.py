"""Fuse: the numbers of states that remain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pcheck import Action, action, broadcast, group
from tests.search.alike import Case
from tests.search.parts import Ticker, cluster
from tests.search.reductions.careless_fuse import NETS, TimesOut, posted
from tests.search.reductions.reducing import check_reduced
from tests.search.reductions.traps import NOBODY, A, X, reaches


@dataclass(frozen=True)
class CountsAndSends(Ticker):
    """Counts to its end, and sends X there."""

    def actions(self) -> Iterator[Action]:
        if self.at < self.end:
            sends = [broadcast(NOBODY, X())] if self.at + 1 == self.end else []
            yield action("ticks", self.but(at=self.at + 1), *sends)


@NETS
def test_silent_steps_of_nodes_are_not_interleaved(network: str) -> None:
    """Three nodes that count to 3 have 4^3 states; fused, each has sent X or not: 2^3."""
    case = Case(cluster({group("n", 3): lambda _: CountsAndSends(end=3)}), network)
    assert check_reduced(case, [(), ("fuse",)]) == {"": 64, "fuse": 8}


def test_states_within_a_chain_are_left_out() -> None:
    """Three states remain: nothing sent, A undelivered, X sent. The states 1 and 2 of n1 do not."""
    case = Case(posted(lambda _: TimesOut(), (A(),), reaches(X)), "once")
    assert check_reduced(case, [(), ("fuse",)]) == {"": 5, "fuse": 3}
