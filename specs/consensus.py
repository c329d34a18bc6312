"""Consensus: when a value is chosen, and which properties the chosen values must have.

The properties are stated apart from any algorithm. They assume that the acceptors are the group `a`
and report each vote in an `Accepted` message. A value is chosen once a majority of the acceptors
voted for it in the same ballot, whatever quorum a node of the algorithm uses. If the options of a
spec name another quorum, that quorum chooses: see `quorums`. A proposer has a field `wants` with
its value, and a learner a field `learned` with the value that it learned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pcheck import History, Id, Milestone, Property, Seen, Set, Value, always, milestone, sometimes

K = TypeVar("K")


@dataclass(frozen=True, order=True)
class Vote:
    ballot: int
    value: Value


@dataclass(frozen=True)
class Accepted:
    """An acceptor reports its vote."""

    vote: Vote


@dataclass(frozen=True)
class Promise:
    """An acceptor promises a ballot and reports its latest vote."""

    ballot: int
    last: Vote | None


def ballots_of(nth: int, proposers: int, rounds: int) -> tuple[int, ...]:
    """Return the ballots of the nth proposer: nth, nth + proposers, ...

    No two proposers share a ballot.
    """
    return tuple(range(nth, rounds * proposers + 1, proposers))


def voters_of(
    said: Iterable[tuple[K, Id]], more_than: Callable[[K], int] = lambda _: 0
) -> Mapping[K, Set[Id]]:
    """Group the senders by what they said, if it was more than some number of senders."""
    voters: dict[K, set[Id]] = {}
    for statement, node in said:
        voters.setdefault(statement, set()).add(node)
    return {what: Set(nodes) for what, nodes in voters.items() if len(nodes) > more_than(what)}


def majorities(seen: Seen, said: Iterable[tuple[K, Id]]) -> Mapping[K, Set[Id]]:
    """Return each statement that a majority of the acceptors made, with those acceptors."""
    half = len(seen.group("a")) // 2
    return voters_of(said, lambda _: half)


def votes(seen: Seen) -> list[Vote]:
    """Return each vote once for every acceptor that reported it."""
    return [accepted.vote for accepted in seen.messages(Accepted)]


def chosen(seen: Seen, quorum: int = 0) -> list[Vote]:
    """Return the votes that `quorum` acceptors cast, or a majority if `quorum` is 0."""
    size = quorum or len(seen.group("a")) // 2 + 1
    return [vote for vote, count in Counter(votes(seen)).items() if count >= size]


def two_majorities(history: History) -> Iterator[str]:
    """Yield the majority behind each of two chosen values, then the common voters."""
    said = [(accepted.vote, acceptor) for acceptor, accepted in history.seen.sent(Accepted)]
    voters = majorities(history.seen, said)
    when = {vote: history.since(lambda seen: vote in chosen(seen)) for vote in voters}  # noqa: B023
    first = min(voters, key=lambda vote: when[vote])
    second = min((vote for vote in voters if vote.value != first.value), key=lambda v: when[v])
    for vote in (first, second):
        yield (
            f"{vote.value} is chosen by step {when[vote]}: {words(voters[vote])}, a majority, "
            f"voted for it in ballot {vote.ballot}."
        )
    both = [acceptor for acceptor in voters[first] if acceptor in voters[second]]
    yield f"Any two majorities have an acceptor in common: here {words(both)}, voting for both."
    yield from both


@always(sees=[Accepted], explain=two_majorities)
def agreement(seen: Seen) -> str | None:
    """At most one value is ever chosen."""
    values = {vote.value for vote in chosen(seen)}
    return f"{words(values)} are both chosen" if len(values) > 1 else None


@always(sees=[Accepted, "wants"])
def validity(seen: Seen) -> str | None:
    """Every vote is for a proposed value."""
    proposed = {value for _, value in seen.field("wants")}
    unknown = {vote.value for vote in votes(seen)} - proposed
    return f"nobody proposed {words(unknown)}, and there are votes for it" if unknown else None


@always(sees=[Accepted])
def one_value_per_ballot(seen: Seen) -> str | None:
    """All votes in the same ballot are for the same value."""
    different = set(votes(seen))
    ballots = Counter(vote.ballot for vote in different)
    if len(ballots) == len(different):
        return None
    split = max(ballots, key=lambda ballot: ballots[ballot])
    values = {vote.value for vote in different if vote.ballot == split}
    return f"there are votes for {words(values)} in ballot {split}"


@sometimes(sees=[Accepted], alias="chosen")
def some_value_chosen(seen: Seen) -> bool:
    """A value is chosen in some execution.

    Without this property, a spec that does nothing would satisfy all the others.
    """
    return bool(chosen(seen))


def can_be_chosen(value: Value, quorum: int = 0) -> Property:
    """Return the property that some execution chooses this value.

    A value is chosen by `quorum` votes in one ballot, or by a majority if `quorum` is 0.
    """

    def test(seen: Seen) -> bool:
        return any(vote.value == value for vote in chosen(seen, quorum))

    test.__doc__ = f"{value} is chosen in some execution."
    return sometimes(sees=[Accepted], name=f"{value}_can_be_chosen")(test)


@milestone(sees=[Accepted])
def a_value_is_chosen(seen: Seen) -> Mapping[Vote, str]:
    """A value is chosen. No node of the algorithm can observe that moment."""
    said = [(accepted.vote, acceptor) for acceptor, accepted in seen.sent(Accepted)]
    return {
        vote: f"{vote.value} is chosen: {words(voters)}, a majority, voted in ballot {vote.ballot}"
        for vote, voters in majorities(seen, said).items()
    }


CONSENSUS = (agreement, validity, one_value_per_ballot, some_value_chosen)


def a_majority_says(kind: type[Any], text: str) -> Milestone:
    """Return the milestone that a majority of the acceptors made the same statement.

    A statement is `text` filled in with a message of `kind`.
    """

    def test(seen: Seen) -> Mapping[str, str]:
        said = [(text.format(message), acceptor) for acceptor, message in seen.sent(kind)]
        return {
            what: f"{words(acceptors)}, a majority, {what}"
            for what, acceptors in majorities(seen, said).items()
        }

    return milestone(sees=[kind])(test)


def words(names: Iterable[str]) -> str:
    """Join the names, sorted: `v1 and v2`, or `a1, a2 and a3`."""
    *others, last = sorted(names) or [""]
    return f"{', '.join(others)} and {last}" if others else last
