"""Consensus: what it means that a value is chosen, and what must be true of it.

Stated apart from any algorithm. It takes acceptors, which are the group `a`, and a message that
says "I voted": a value is chosen once a majority of the acceptors voted for it in the same ballot.
Who proposes has a field `wants`, who learns has a field `learned`. Nobody's own opinion of what a
quorum is plays a part.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
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
    """An acceptor says that it voted."""

    vote: Vote


def ballots_of(nth: int, proposers: int, rounds: int) -> tuple[int, ...]:
    """Of so many proposers each has every so manyth: no two have one in common."""
    return tuple(range(nth, rounds * proposers + 1, proposers))


def voters_of(said: Iterable[tuple[K, Id]]) -> Mapping[K, Set[Id]]:
    """Who they are that said the same."""
    who: dict[K, set[Id]] = {}
    for what, node in said:
        who.setdefault(what, set()).add(node)
    return {what: Set(them) for what, them in who.items()}


def majorities(seen: Seen, said: Iterable[tuple[K, Id]]) -> Mapping[K, Set[Id]]:
    """What a majority of the acceptors said, and who they are."""
    most = len(seen.group("a")) // 2
    return {what: who for what, who in voters_of(said).items() if len(who) > most}


def votes(seen: Seen) -> list[Vote]:
    """Each vote as often as there are acceptors who said that they gave it."""
    return [accepted.vote for _, accepted in seen.sent(Accepted)]


def chosen(seen: Seen, quorum: int = 0) -> list[Vote]:
    """What so many voted for, or a majority."""
    least = quorum or len(seen.group("a")) // 2 + 1
    return [vote for vote, count in Counter(votes(seen)).items() if count >= least]


def two_majorities(told: History) -> Iterator[str]:
    """Who is behind each of two chosen values, and who is behind both."""
    said = [(accepted.vote, acceptor) for acceptor, accepted in told.seen.sent(Accepted)]
    voters = majorities(told.seen, said)
    when = {vote: told.since(lambda seen: vote in chosen(seen)) for vote in voters}  # noqa: B023
    first = min(voters, key=lambda vote: when[vote])
    other = min((vote for vote in voters if vote.value != first.value), key=lambda v: when[v])
    for vote in (first, other):
        yield (
            f"{vote.value} is chosen by step {when[vote]}: {words(voters[vote])}, a majority, "
            f"voted for it in ballot {vote.ballot}."
        )
    both = [acceptor for acceptor in voters[first] if acceptor in voters[other]]
    yield f"Any two majorities have an acceptor in common: here {words(both)}, voting for both."
    yield from both


@always(sees=[Accepted], explain=two_majorities)
def agreement(seen: Seen) -> str | None:
    """At most one value is ever chosen."""
    values = {vote.value for vote in chosen(seen)}
    return f"{words(values)} are both chosen" if len(values) > 1 else None


@always(sees=[Accepted, "wants"])
def validity(seen: Seen) -> str | None:
    """Only a value that somebody proposed is voted for."""
    proposed = {value for _, value in seen.field("wants")}
    strange = {vote.value for vote in votes(seen)} - proposed
    return f"nobody proposed {words(strange)}, and there are votes for it" if strange else None


@always(sees=[Accepted])
def one_value_per_ballot(seen: Seen) -> str | None:
    """Two votes in the same ballot are for the same value."""
    different = set(votes(seen))
    ballots = Counter(vote.ballot for vote in different)
    if len(ballots) == len(different):
        return None
    torn = max(ballots, key=lambda ballot: ballots[ballot])
    values = {vote.value for vote in different if vote.ballot == torn}
    return f"there are votes for {words(values)} in ballot {torn}"


@sometimes(sees=[Accepted], alias="chosen")
def some_value_chosen(seen: Seen) -> bool:
    """In some run a value is chosen: the rest would be true of doing nothing, too."""
    return bool(chosen(seen))


def can_be_chosen(value: Value) -> Property:
    """In some run this value is chosen."""

    def test(seen: Seen) -> bool:
        """In some run this one is chosen."""
        return any(vote.value == value for vote in chosen(seen))

    return sometimes(sees=[Accepted], name=f"{value}_can_be_chosen")(test)


@milestone(sees=[Accepted])
def a_value_is_chosen(seen: Seen) -> Mapping[Vote, str]:
    """The moment that the whole algorithm is about, and that nobody in it can see."""
    said = [(accepted.vote, acceptor) for acceptor, accepted in seen.sent(Accepted)]
    return {
        vote: f"{vote.value} is chosen: {words(who)}, a majority, voted in ballot {vote.ballot}"
        for vote, who in majorities(seen, said).items()
    }


CONSENSUS = (agreement, validity, one_value_per_ballot, some_value_chosen)


def a_majority_says(kind: type[Any], text: str) -> Milestone:
    """The first moment that a majority of the acceptors has said the same."""

    def test(seen: Seen) -> Mapping[str, str]:
        said = [(text.format(message), acceptor) for acceptor, message in seen.sent(kind)]
        return {
            what: f"{words(who)}, a majority, {what}"
            for what, who in majorities(seen, said).items()
        }

    return milestone(sees=[kind])(test)


def words(names: Iterable[str]) -> str:
    """`v1 and v2`"""
    return " and ".join(sorted(names))
