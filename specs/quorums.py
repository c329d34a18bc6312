"""Quorums that need be no majorities: what is chosen by them, and how that is told.

Which acceptors are enough may differ from ballot to ballot, or be a matter of their places. Each
property is given the quorums that are in force: it asks no proposer what it takes for one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from pcheck import History, Id, Milestone, Property, Seen, Set, always, milestone, sometimes

from .consensus import Accepted, Vote, voters_of, words
from .paxos import Promise


@dataclass(frozen=True)
class Quorum:
    """Enough acceptors: so many of them, or the whole of one of these lines."""

    name: str  # "a fast quorum"
    least: int = 0
    lines: tuple[tuple[Id, ...], ...] = ()

    def is_in(self, who: Collection[Id]) -> bool:
        if self.lines:
            return any(set(line) <= set(who) for line in self.lines)
        return len(who) >= self.least


QuorumOf: TypeAlias = Callable[[int], Quorum]  # whose votes choose in this ballot


def voters(seen: Seen) -> Mapping[Vote, Set[Id]]:
    """Who gave each vote."""
    return voters_of((accepted.vote, acceptor) for acceptor, accepted in seen.sent(Accepted))


def chosen_by(quorum_of: QuorumOf, seen: Seen) -> Mapping[Vote, Set[Id]]:
    """What is chosen, and who voted for it."""
    voted = voters(seen).items()
    return {vote: who for vote, who in voted if quorum_of(vote.ballot).is_in(who)}


def agreement_by(quorum_of: QuorumOf) -> Property:
    """These quorums choose, whoever believes what."""

    def test(seen: Seen) -> str | None:
        """At most one value is ever chosen."""
        values = {vote.value for vote in chosen_by(quorum_of, seen)}
        return f"{words(values)} are both chosen" if len(values) > 1 else None

    def two_quorums(told: History) -> Iterator[str]:
        """Who is behind two chosen values, and what the higher ballot was told of the lower."""
        chosen = chosen_by(quorum_of, told.seen)
        low = min(chosen)
        high = min(vote for vote in chosen if vote.value != low.value)
        for vote in (low, high):
            when = told.since(lambda seen: vote in chosen_by(quorum_of, seen))  # noqa: B023
            yield (
                f"{vote.value} is chosen by step {when}: {words(chosen[vote])}, "
                f"{quorum_of(vote.ballot).name}, voted for it in ballot {vote.ballot}."
            )
        if low.ballot < high.ballot:
            yield from what_was_promised(told, high)
        both = Set(who for who in chosen[low] if who in chosen[high])
        yield f"Voting for both: {words(both) or 'nobody'}."
        yield from list(both)[:1]

    return always(sees=[Accepted], name="agreement", explain=two_quorums)(test)


def what_was_promised(told: History, high: Vote) -> Iterator[str]:
    """What its proposer may have known when it asked for votes in a ballot."""
    asked = told.since(lambda seen: any(vote.ballot == high.ballot for vote in voters(seen)))
    known = {
        pair[0]: pair[1].last
        for pair in told.seen.sent(Promise)
        if pair[1].ballot == high.ballot
        and told.since(lambda seen: pair in seen.sent(Promise)) < asked  # noqa: B023
    }
    yield f"Before the first vote in ballot {high.ballot}:"
    for who in told.seen.group("a"):
        last = known.get(who)
        voted = f"a vote for {last.value} in ballot {last.ballot}" if last else "no vote"
        yield f"- {who} " + (
            f"promised it, and told of {voted}." if who in known else "did not promise it."
        )


def some_value_chosen_by(quorum_of: QuorumOf) -> Property:
    def test(seen: Seen) -> bool:
        """In some run a value is chosen: the rest would be true of doing nothing, too."""
        return bool(chosen_by(quorum_of, seen))

    return sometimes(sees=[Accepted], name="some_value_chosen", alias="chosen")(test)


def a_value_is_chosen_by(quorum_of: QuorumOf) -> Milestone:
    def test(seen: Seen) -> Mapping[Vote, str]:
        return {
            vote: f"{vote.value} is chosen: {words(who)}, {quorum_of(vote.ballot).name}, "
            f"voted in ballot {vote.ballot}"
            for vote, who in chosen_by(quorum_of, seen).items()
        }

    return milestone(sees=[Accepted])(test)


def a_quorum_says(quorum: Quorum, kind: type[Any], text: str) -> Milestone:
    """The first moment that a quorum has said the same."""

    def test(seen: Seen) -> Mapping[str, str]:
        said = [(text.format(message), acceptor) for acceptor, message in seen.sent(kind)]
        return {
            what: f"{words(who)}, {quorum.name}, {what}"
            for what, who in voters_of(said).items()
            if quorum.is_in(who)
        }

    return milestone(sees=[kind])(test)
