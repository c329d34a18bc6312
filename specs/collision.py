"""Collisions: votes for different values in one ballot. Only fast ballots allow collisions."""

from __future__ import annotations

from collections.abc import Mapping

from pcheck import Property, Seen, Set, Value, milestone, sometimes

from .consensus import Accepted, words
from .quorums import QuorumOf, chosen_votes, voters


def collisions(seen: Seen) -> Mapping[int, Set[Value]]:
    """Return each ballot with votes for different values, with those values."""
    votes = voters(seen)
    values = {vote.ballot: Set(v.value for v in votes if v.ballot == vote.ballot) for vote in votes}
    return {ballot: rivals for ballot, rivals in values.items() if len(rivals) > 1}


@milestone(sees=[Accepted])
def a_collision(seen: Seen) -> Mapping[int, str]:
    """Votes in a ballot collide, so that ballot may never choose a value."""
    return {
        ballot: f"{words(values)} collide in ballot {ballot}"
        for ballot, values in collisions(seen).items()
    }


def chosen_fast(quorum_of: QuorumOf, fast: int) -> Property:
    """Return the property that some execution chooses a value in a ballot up to `fast`."""

    def test(seen: Seen) -> bool:
        """A value is chosen in a fast ballot in some execution."""
        return any(vote.ballot <= fast for vote in chosen_votes(quorum_of, seen))

    return sometimes(sees=[Accepted], name="chosen_fast")(test)


def chosen_after_a_collision(quorum_of: QuorumOf) -> Property:
    """Return the property that some execution chooses a value above a ballot with a collision."""

    def test(seen: Seen) -> bool:
        """Votes collide in some execution, and a value is chosen in a higher ballot."""
        first = min(collisions(seen), default=None)
        return any(
            first is not None and vote.ballot > first for vote in chosen_votes(quorum_of, seen)
        )

    return sometimes(sees=[Accepted], name="chosen_after_a_collision")(test)
