"""Questions about the future: whether a protocol can still reach its end, whoever stops.

A proposer has only as many ballots as an option allows. So the questions are asked only while
ballots are left: a protocol that used all of them would otherwise be blamed for that option.
"""

from typing import Any

from pcheck import Property, Seen, Tolerance, still_possible

from .consensus import Accepted
from .quorums import Quorum, chosen_votes


def ballots_left(seen: Seen) -> list[bool]:
    """Return for each proposer whether it has a ballot above all that acceptors promised."""
    promised = max(seen.values_of("promised"))
    left = zip(seen.field("ballots"), seen.field("started"), strict=True)
    return [any(ballot > promised for ballot in all_[begun:]) for (_, all_), (_, begun) in left]


def can_still_choose(quorum: Quorum) -> list[Property]:
    """Return the questions whether a quorum can still choose a value.

    The first one is asked while some proposer can start a new ballot: for acceptors that stop. The
    second one is asked while each proposer can: for proposers that stop.
    """

    def is_chosen(seen: Seen) -> bool:
        """A value can still be chosen, while some proposer has a ballot above all promises."""
        return bool(chosen_votes(lambda _: quorum, seen))

    def is_chosen_by_any(seen: Seen) -> bool:
        """A value can still be chosen, while each proposer has a ballot above all promises."""
        return is_chosen(seen)

    sees: list[Any] = [Accepted, "ballots", "started", "promised"]
    some = still_possible(
        sees=sees,
        while_=lambda seen: any(ballots_left(seen)),
        name="a_value_can_still_be_chosen",
        tolerance=Tolerance(
            "acceptors", (1, 2, 3, 4, 5), stop="a", scope={"proposers": 2, "rounds": 1}
        ),
    )
    each = still_possible(
        sees=sees,
        while_=lambda seen: all(ballots_left(seen)),
        name="any_proposer_can_still_succeed",
        tolerance=Tolerance("proposers", (1, 2, 3), stop="p", scope={"acceptors": 2, "rounds": 2}),
    )
    return [some(is_chosen), each(is_chosen_by_any)]
