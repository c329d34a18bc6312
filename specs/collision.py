"""Collisions: votes for different values in one ballot, which only fast ballots allow."""

from __future__ import annotations

from collections.abc import Mapping

from pcheck import Property, Seen, Set, Value, milestone, sometimes

from .consensus import Accepted, words
from .quorums import QuorumOf, chosen_by, voters


def collisions(seen: Seen) -> Mapping[int, Set[Value]]:
    """The ballots with votes for different values, and these values."""
    votes = voters(seen)
    values = {vote.ballot: Set(v.value for v in votes if v.ballot == vote.ballot) for vote in votes}
    return {ballot: different for ballot, different in values.items() if len(different) > 1}


@milestone(sees=[Accepted])
def a_collision(seen: Seen) -> Mapping[int, str]:
    """From now on a ballot may come to nothing."""
    return {
        ballot: f"{words(values)} collide in ballot {ballot}"
        for ballot, values in collisions(seen).items()
    }


def chosen_fast(quorum_of: QuorumOf, fast: int) -> Property:
    """Ballots up to `fast` are fast."""

    def test(seen: Seen) -> bool:
        """In some run a value is chosen in a fast ballot."""
        return any(vote.ballot <= fast for vote in chosen_by(quorum_of, seen))

    return sometimes(sees=[Accepted], name="chosen_fast")(test)


def chosen_after_a_collision(quorum_of: QuorumOf) -> Property:
    def test(seen: Seen) -> bool:
        """In some run there is a collision, and a value is chosen in a higher ballot."""
        first = min(collisions(seen), default=None)
        return any(first is not None and vote.ballot > first for vote in chosen_by(quorum_of, seen))

    return sometimes(sees=[Accepted], name="chosen_after_a_collision")(test)
