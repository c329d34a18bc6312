"""Quorums other than majorities: which votes they choose, and the properties of the chosen values.

A quorum may have the size that an option names, and it may depend on the ballot, or on the
positions of the acceptors in a grid. Each property gets the quorums of the cluster as an argument,
whatever quorum a proposer uses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from pcheck import History, Id, Milestone, Property, Seen, Set, always, milestone, sometimes

from .consensus import CONSENSUS, Accepted, Promise, Vote, one_value_per_ballot, validity
from .consensus import voters_of, votes, words

A_MAJORITY = "a majority"


@dataclass(frozen=True)
class Quorum:
    """A condition on sets of acceptors: at least `size` acceptors, or one whole line of `lines`."""

    name: str  # "a fast quorum"
    size: int = 0
    lines: tuple[tuple[Id, ...], ...] = ()

    def is_in(self, acceptors: Collection[Id]) -> bool:
        """Return whether the acceptors contain a quorum."""
        if self.lines:
            return any(set(line) <= set(acceptors) for line in self.lines)
        return len(acceptors) >= self.size


def quorum_of_size(size: int, acceptors: int) -> Quorum:
    """Return the quorum of this size, named a majority if it is the smallest majority."""
    return Quorum(A_MAJORITY if size == acceptors // 2 + 1 else "a quorum", size)


QuorumOf: TypeAlias = Callable[[int], Quorum]  # the quorum that chooses in a ballot


def voters(seen: Seen) -> Mapping[Vote, Set[Id]]:
    """Return each vote with the acceptors that cast it."""
    return voters_of((accepted.vote, acceptor) for acceptor, accepted in seen.sent(Accepted))


def chosen_by(quorum_of: QuorumOf, seen: Seen) -> Mapping[Vote, Set[Id]]:
    """Return each chosen vote with the acceptors that cast it."""
    cast = voters(seen).items()
    return {vote: acceptors for vote, acceptors in cast if quorum_of(vote.ballot).is_in(acceptors)}


def chosen_votes(quorum_of: QuorumOf, seen: Seen) -> Collection[Vote]:
    """Return each chosen vote. The names of acceptors are read only if a quorum has lines."""
    counts = Counter(votes(seen))
    quorums = {vote: quorum_of(vote.ballot) for vote in counts}
    if any(quorum.lines for quorum in quorums.values()):
        return chosen_by(quorum_of, seen)
    return [vote for vote, count in counts.items() if count >= quorums[vote].size]


def consensus_by(quorum: Quorum) -> tuple[Property, ...]:
    """Return the properties of consensus for a quorum that chooses in every ballot."""
    if quorum.name == A_MAJORITY:
        return CONSENSUS

    def quorum_of(ballot: int) -> Quorum:
        return quorum

    agreement, reachable = agreement_by(quorum_of), some_value_chosen_by(quorum_of)
    return agreement, validity, one_value_per_ballot, reachable


def agreement_by(quorum_of: QuorumOf) -> Property:
    """Return the property that the quorums of `quorum_of` choose at most one value."""

    def test(seen: Seen) -> str | None:
        """At most one value is ever chosen."""
        values = {vote.value for vote in chosen_votes(quorum_of, seen)}
        return f"{words(values)} are both chosen" if len(values) > 1 else None

    def two_quorums(history: History) -> Iterator[str]:
        """Yield the quorum behind each of two chosen values, and what the higher ballot knew."""
        chosen = chosen_by(quorum_of, history.seen)
        low = min(chosen)
        high = min(vote for vote in chosen if vote.value != low.value)
        for vote in (low, high):
            when = history.since(lambda seen: vote in chosen_votes(quorum_of, seen))  # noqa: B023
            yield (
                f"{vote.value} is chosen by step {when}: {words(chosen[vote])}, "
                f"{quorum_of(vote.ballot).name}, voted for it in ballot {vote.ballot}."
            )
        if low.ballot < high.ballot:
            yield from promises_before_voting(history, high)
        both = Set(acceptor for acceptor in chosen[low] if acceptor in chosen[high])
        yield f"Acceptors that voted for both: {words(both) or 'none'}."
        yield from list(both)[:1]

    return always(sees=[Accepted], name="agreement", explain=two_quorums)(test)


def promises_before_voting(history: History, high: Vote) -> Iterator[str]:
    """Yield what each acceptor reported to the proposer of a ballot before the first vote there."""
    ballot = high.ballot
    voting = history.since(lambda seen: any(vote.ballot == ballot for vote in voters(seen)))
    reported = {
        pair[0]: pair[1].last
        for pair in history.seen.sent(Promise)
        if pair[1].ballot == ballot
        and history.since(lambda seen: pair in seen.sent(Promise)) < voting  # noqa: B023
    }
    yield f"Before the first vote in ballot {ballot}:"
    for acceptor in history.seen.group("a"):
        if acceptor in reported:
            last = reported[acceptor]
            vote = f"a vote for {last.value} in ballot {last.ballot}" if last else "no vote"
            yield f"- {acceptor} promised ballot {ballot} and reported {vote}."
        else:
            yield f"- {acceptor} did not promise ballot {ballot}."


def some_value_chosen_by(quorum_of: QuorumOf) -> Property:
    """Return the property that some execution chooses a value.

    Without this property, a spec that does nothing would satisfy all the others.
    """

    def test(seen: Seen) -> bool:
        """A value is chosen in some execution."""
        return bool(chosen_votes(quorum_of, seen))

    return sometimes(sees=[Accepted], name="some_value_chosen", alias="chosen")(test)


def a_value_is_chosen_by(quorum_of: QuorumOf) -> Milestone:
    """Return the milestone that a quorum of `quorum_of` chooses a value."""

    def test(seen: Seen) -> Mapping[Vote, str]:
        return {
            vote: f"{vote.value} is chosen: {words(acceptors)}, {quorum_of(vote.ballot).name}, "
            f"voted in ballot {vote.ballot}"
            for vote, acceptors in chosen_by(quorum_of, seen).items()
        }

    return milestone(sees=[Accepted])(test)


def a_quorum_says(quorum: Quorum, kind: type[Any], text: str) -> Milestone:
    """Return the milestone that a quorum made the same statement.

    A statement is `text` filled in with a message of `kind`.
    """

    def test(seen: Seen) -> Mapping[str, str]:
        said = [(text.format(message), acceptor) for acceptor, message in seen.sent(kind)]
        return {
            what: f"{words(acceptors)}, {quorum.name}, {what}"
            for what, acceptors in voters_of(said).items()
            if quorum.is_in(acceptors)
        }

    return milestone(sees=[kind])(test)
