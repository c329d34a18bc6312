"""The properties of decisions: when a value is chosen, and what nodes may decide.

The properties are stated apart from any algorithm. A node takes part in one instance, whose nodes
are in the field `nodes`, and knows the values proposed there, `proposals`. A node reports each vote
and announces its decision to its clients.

Ballots are not unique: two leaders may take the same ballot, and a vote for one of these leaders is
not a vote for the other. So a value is chosen once a majority has voted for the value in the same
ballot of the same leader. That is also all that this leader can observe.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from pcheck import Group, History, Id, Property, Seen, Set, Value, always, milestone, sometimes

from .consensus import Vote, voters_of, words


@dataclass(frozen=True)
class Prepared:
    """A node reports that it promised a ballot."""

    ballot: int
    last: Vote | None  # its latest vote


@dataclass(frozen=True)
class Accepted:
    """A node reports its vote and the leader that asked for the vote."""

    vote: Vote
    leader: Id


@dataclass(frozen=True)
class Decided:
    """A node announces its decision to its clients."""

    value: Value


def chosen(seen: Seen) -> Mapping[Accepted, Set[Id]]:
    """Return each vote that a majority of an instance cast for one leader, with its voters."""
    nodes = dict(seen.field("nodes"))
    said = ((vote, node) for node, vote in seen.sent(Accepted))
    return voters_of(said, lambda vote: len(nodes[vote.leader]) // 2)


def decisions(seen: Seen) -> list[tuple[Group, Id, Value]]:
    """Return each announced decision: the nodes of the instance, the node and the value."""
    nodes = dict(seen.field("nodes"))
    return [(nodes[node], node, decided.value) for node, decided in seen.sent(Decided)]


def two_majorities_in_an_instance(history: History) -> Iterator[str]:
    """Yield the majority behind each of two chosen values, then the common voters."""
    nodes, voters = dict(history.seen.field("nodes")), chosen(history.seen)
    when = {each: history.since(lambda seen: each in chosen(seen)) for each in voters}  # noqa: B023
    pairs = combinations(sorted(voters, key=lambda each: when[each]), 2)
    first, second = next(
        (a, b)
        for a, b in pairs
        if a.vote.value != b.vote.value and nodes[a.leader] == nodes[b.leader]
    )
    for each in (first, second):
        yield (
            f"{each.vote.value} is chosen by step {when[each]}: {words(voters[each])}, a majority, "
            f"voted for it in ballot {each.vote.ballot} of {each.leader}."
        )
    both = [node for node in voters[first] if node in voters[second]]
    yield f"Any two majorities have a node in common: here {words(both)}, voting for both."
    yield from both


def votes_by_leader(history: History) -> Iterator[str]:
    """Yield every vote with the leader that asked for it."""
    for node, accepted in history.seen.sent(Accepted):
        vote = accepted.vote
        yield f"{node} voted for {vote.value} in ballot {vote.ballot} of {accepted.leader}."


def decisions_and_votes(history: History) -> Iterator[str]:
    """Yield every decision, then every vote."""
    for _, node, value in decisions(history.seen):
        yield f"{node} has decided {value}."
        yield node
    yield from votes_by_leader(history)


@always(sees=[Accepted, "nodes"], explain=two_majorities_in_an_instance)
def agreement(seen: Seen) -> str | None:
    """At most one value is ever chosen in an instance."""
    values: dict[Group, Value] = {}
    nodes = dict(seen.field("nodes"))
    for accepted in chosen(seen):
        value = accepted.vote.value
        other = values.setdefault(nodes[accepted.leader], value)
        if other != value:
            return f"{words([other, value])} are both chosen"
    return None


@always(sees=[Accepted, "proposals"])
def validity(seen: Seen) -> str | None:
    """Every vote is for a proposed value."""
    proposed = {value for _, values in seen.field("proposals") for value in values}
    unknown = {accepted.vote.value for accepted in seen.messages(Accepted)} - proposed
    return f"nobody proposed {words(unknown)}, and there are votes for it" if unknown else None


@always(sees=[Decided, Accepted, "nodes"], explain=decisions_and_votes)
def only_the_chosen_is_decided(seen: Seen) -> str | None:
    """A node decides on a value only after the value is chosen."""
    nodes, decided = dict(seen.field("nodes")), decisions(seen)
    votes = chosen(seen) if decided else ()
    values = {(nodes[accepted.leader], accepted.vote.value) for accepted in votes}
    for instance, node, value in decided:
        if (instance, value) not in values:
            return f"{node} has decided {value}, which is not chosen"
    return None


@always(sees=[Decided, "nodes"], explain=decisions_and_votes)
def nodes_agree(seen: Seen) -> str | None:
    """No two nodes of an instance decide on different values."""
    for (part, node, value), (other_part, other, other_value) in combinations(decisions(seen), 2):
        if part == other_part and node != other and value != other_value:
            return f"{node} has decided {value}, but {other} has decided {other_value}"
    return None


@always(sees=[Decided, "nodes"], explain=decisions_and_votes)
def a_decision_is_final(seen: Seen) -> str | None:
    """A node never announces two different decisions."""
    for (_, node, value), (_, other, other_value) in combinations(decisions(seen), 2):
        if node == other and value != other_value:
            return f"{node} has decided both {value} and {other_value}"
    return None


@always(sees=[Accepted, "nodes"], explain=votes_by_leader)
def one_leader_per_ballot(seen: Seen) -> str | None:
    """All votes in a ballot of an instance are for the same leader and the same value."""
    nodes = dict(seen.field("nodes"))
    first: dict[tuple[Group, int], Accepted] = {}
    for accepted in seen.messages(Accepted):
        ballot = accepted.vote.ballot
        other = first.setdefault((nodes[accepted.leader], ballot), accepted)
        if other != accepted:
            both = words(f"{each.vote.value} of leader {each.leader}" for each in (other, accepted))
            return f"there are votes for {both} in ballot {ballot}"
    return None


@sometimes(sees=[Decided], alias="decided")
def something_is_decided(seen: Seen) -> bool:
    """A node decides in some execution.

    Without this property, a spec that does nothing would satisfy all the others.
    """
    return bool(seen.messages(Decided))


@sometimes(sees=[Decided, "killed"], alias="survived")
def a_killed_leader_is_survived(seen: Seen) -> bool:
    """In some execution a leader is killed before it announces a decision, and a node decides."""
    return bool(seen.sent(Decided)) and any(killed for _, killed in seen.field("killed"))


@sometimes(sees=[Decided, Accepted, "nodes"], alias="told")
def another_node_is_told(seen: Seen) -> bool:
    """A node decides in some execution, although no majority voted for it as the leader.

    Only such a leader finds a decision by itself, so another node told this node.
    """
    leaders = {accepted.leader for accepted in chosen(seen)}
    return any(node not in leaders for _, node, _ in decisions(seen))


@milestone(sees=[Accepted, "nodes"])
def a_value_is_chosen(seen: Seen) -> Mapping[Accepted, str]:
    """A value is chosen. No node of the algorithm can observe that moment."""
    return {
        each: f"{each.vote.value} is chosen: {words(voters)}, a majority, voted in ballot "
        f"{each.vote.ballot} of {each.leader}"
        for each, voters in chosen(seen).items()
    }


def deciding(*, told: bool, survived: bool) -> list[Property]:
    """Return the properties of decisions.

    With `told`, there are nodes that a leader informs, and a node must be told in some execution.
    With `survived`, another leader can follow a killed leader, and must do so in some execution.
    """
    return [
        *(agreement, validity, only_the_chosen_is_decided, nodes_agree, a_decision_is_final),
        *(one_leader_per_ballot, something_is_decided),
        *([another_node_is_told] if told else ()),
        *([a_killed_leader_is_survived] if survived else ()),
    ]
