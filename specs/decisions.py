"""Nodes that decide: what it means that a value is chosen, and what must be true of decisions.

Stated apart from any algorithm. A node takes part in one instance, with those in its field `nodes`,
and knows what is proposed there, `proposals`. It says how it voted, and tells its clients what it
takes for decided. Ballots are not unique: two leaders may have one ballot, and then the votes for
the one are no votes for the other. So a value is chosen once a majority voted for it in the same
ballot of the same leader: that is what this leader can come to know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from pcheck import Group, History, Id, Property, Seen, Set, Value, always, milestone, sometimes

from .consensus import Vote, voters_of, words


@dataclass(frozen=True)
class Prepared:
    """A node says that it promised a ballot."""

    ballot: int
    last: Vote | None  # what it voted for last


@dataclass(frozen=True)
class Accepted:
    """A node says that it voted, and who had asked it to."""

    vote: Vote
    leader: Id


@dataclass(frozen=True)
class Decided:
    """A node tells its clients."""

    value: Value


def chosen(seen: Seen) -> Mapping[Accepted, Set[Id]]:
    """What a majority of an instance voted for, for one leader, and who they are."""
    nodes = dict(seen.field("nodes"))
    voters = voters_of((said, node) for node, said in seen.sent(Accepted))
    return {said: who for said, who in voters.items() if 2 * len(who) > len(nodes[said.leader])}


def told(seen: Seen) -> list[tuple[Group, Id, Value]]:
    """In which instance who has told what."""
    nodes = dict(seen.field("nodes"))
    return [(nodes[node], node, decided.value) for node, decided in seen.sent(Decided)]


def for_two_leaders(history: History) -> Iterator[str]:
    """Who is behind each of two values that are chosen, and who is behind both."""
    nodes, voters = dict(history.seen.field("nodes")), chosen(history.seen)
    when = {said: history.since(lambda seen: said in chosen(seen)) for said in voters}  # noqa: B023
    pairs = combinations(sorted(voters, key=lambda said: when[said]), 2)
    one, other = next(
        (a, b)
        for a, b in pairs
        if a.vote.value != b.vote.value and nodes[a.leader] == nodes[b.leader]
    )
    for said in (one, other):
        yield (
            f"{said.vote.value} is chosen by step {when[said]}: {words(voters[said])}, a majority, "
            f"voted for it in ballot {said.vote.ballot} of {said.leader}."
        )
    both = [node for node in voters[one] if node in voters[other]]
    yield f"Any two majorities have a node in common: here {words(both)}, voting for both."
    yield from both


def who_voted_for_whom(history: History) -> Iterator[str]:
    """Who has voted for what, in whose ballot."""
    for node, said in history.seen.sent(Accepted):
        vote = said.vote
        yield f"{node} voted for {vote.value} in ballot {vote.ballot} of {said.leader}."


def who_decided_what(history: History) -> Iterator[str]:
    """Who has decided what, and who had voted for it."""
    for _, node, value in told(history.seen):
        yield f"{node} has decided {value}."
        yield node
    yield from who_voted_for_whom(history)


@always(sees=[Accepted, "nodes"], explain=for_two_leaders)
def agreement(seen: Seen) -> str | None:
    """At most one value is ever chosen in an instance."""
    values: dict[Group, Value] = {}
    nodes = dict(seen.field("nodes"))
    for said in chosen(seen):
        other = values.setdefault(nodes[said.leader], said.vote.value)
        if other != said.vote.value:
            return f"{words([other, said.vote.value])} are both chosen"
    return None


@always(sees=[Accepted, "proposals"])
def validity(seen: Seen) -> str | None:
    """Only a value that is proposed is voted for."""
    proposed = {value for _, values in seen.field("proposals") for value in values}
    strange = {said.vote.value for _, said in seen.sent(Accepted)} - proposed
    return f"nobody proposed {words(strange)}, and there are votes for it" if strange else None


@always(sees=[Decided, Accepted, "nodes"], explain=who_decided_what)
def only_the_chosen_is_decided(seen: Seen) -> str | None:
    """A node decides on a value only once it is chosen."""
    nodes = dict(seen.field("nodes"))
    values = {(nodes[said.leader], said.vote.value) for said in chosen(seen)}
    for instance, node, value in told(seen):
        if (instance, value) not in values:
            return f"{node} has decided {value}, which is not chosen"
    return None


@always(sees=[Decided, "nodes"], explain=who_decided_what)
def nodes_agree(seen: Seen) -> str | None:
    """No two nodes of an instance decide on different values."""
    for (instance, one, its), (another, other, others) in combinations(told(seen), 2):
        if instance == another and one != other and its != others:
            return f"{one} has decided {its}, and {other} {others}"
    return None


@always(sees=[Decided, "nodes"], explain=who_decided_what)
def a_decision_is_final(seen: Seen) -> str | None:
    """No node ever tells two values: so what is decided does not change."""
    for (_, one, its), (_, other, others) in combinations(told(seen), 2):
        if one == other and its != others:
            return f"{one} has decided {its}, and then {others}, or the other way round"
    return None


@always(sees=[Accepted, "nodes"], explain=who_voted_for_whom)
def one_leader_per_ballot(seen: Seen) -> str | None:
    """Leaders may take the same ballot, but only one gets votes in it, and for one value."""
    nodes = dict(seen.field("nodes"))
    first: dict[tuple[Group, int], Accepted] = {}
    for _, said in seen.sent(Accepted):
        other = first.setdefault((nodes[said.leader], said.vote.ballot), said)
        if other != said:
            both = words(f"{each.vote.value} of {each.leader}" for each in (other, said))
            return f"there are votes for {both} in ballot {said.vote.ballot}"
    return None


@sometimes(sees=[Decided], alias="decided")
def something_is_decided(seen: Seen) -> bool:
    """In some run a node decides: the rest would be true of doing nothing, too."""
    return bool(seen.sent(Decided))


@sometimes(sees=[Decided, "killed"], alias="survived")
def a_killed_leader_is_survived(seen: Seen) -> bool:
    """In some run a node decides although a leader was killed that knew, and had told nobody."""
    return bool(seen.sent(Decided)) and any(killed for _, killed in seen.field("killed"))


@milestone(sees=[Accepted, "nodes"])
def a_value_is_chosen(seen: Seen) -> Mapping[Accepted, str]:
    """The moment that the whole algorithm is about, and that nobody in it can see."""
    return {
        said: f"{said.vote.value} is chosen: {words(who)}, a majority, voted in ballot "
        f"{said.vote.ballot} of {said.leader}"
        for said, who in chosen(seen).items()
    }


def deciding(*, survived: bool) -> list[Property]:
    """What must be true of decisions; and where another may lead after it, a leader is killed."""
    return [
        *(agreement, validity, only_the_chosen_is_decided, nodes_agree, a_decision_is_final),
        *(one_leader_per_ballot, something_is_decided),
        *([a_killed_leader_is_survived] if survived else ()),
    ]
