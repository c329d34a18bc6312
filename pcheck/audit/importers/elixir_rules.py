"""Rules of Paxos over a segment: what is decided, who has a majority, and which ballots may follow.

"Before" means the order of the lines, which follows the order of the messages (`elixir_segments`).
A node prints `accept` when the request arrives. So a vote is certain only once its leader has
printed `accepted`, which names no sender: votes are counted, and not attributed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from pcheck.audit.importers.elixir_lines import Event
from pcheck.audit.importers.elixir_segments import Ballot, Segment

Compared = Iterator[tuple[Event, str]]  # an event, and how the event breaks the rule, or ""


class Rule(NamedTuple):
    name: str
    meaning: str
    compare: Callable[[Segment], Compared]


def before(event: Event, others: Iterable[Event]) -> list[Event]:
    return [each for each in others if each.end < event.end]


def one_decision(segment: Segment) -> Compared:
    first: dict[int, Event] = {}
    for event in segment.of("decided"):
        other = first.setdefault(event.instance, event)
        if other is not event:
            broken = f"{other.node} decided {other.value} before"
            yield event, broken if other.value != event.value else ""


def decided_what_was_asked(segment: Segment) -> Compared:
    for event in segment.of("decided"):
        asked = [each for each in before(event, segment.of("accept")) if _is_same(each, event)]
        broken = f"no accept of {event.value} in instance {event.instance} before"
        yield event, "" if asked else broken


def majority_of_votes(segment: Segment) -> Compared:
    for event in segment.of("decided", "Leader has action to die"):
        counted = [
            len(before(event, ballot.votes))
            for ballot in segment.ballots_of(event.instance)
            if event.value in values_of(segment, ballot)
        ]
        yield event, _too_few(segment, max(counted, default=0), f"votes for {event.value}")


def majority_of_promises(segment: Segment) -> Compared:
    for event in segment.of("accept", "SET BALLOT VALUE"):
        if event.kind == "accept":
            ballots = segment.ballots_of(event.instance, event.ballot)
        else:
            ballots = [segment.ballot_of[event]] if event in segment.ballot_of else []
        counted = [len(before(event, ballot.promises)) for ballot in ballots]
        yield event, _too_few(segment, max(counted, default=0), "promises of this ballot")


def one_value_in_a_ballot(segment: Segment) -> Compared:
    first: dict[tuple[int, int], Event] = {}
    for event in segment.of("accept", "SET BALLOT VALUE"):
        if event.kind == "accept":
            key = event.instance, event.ballot
        elif event in segment.ballot_of:
            key = segment.ballot_of[event].instance, segment.ballot_of[event].number
        else:
            continue
        other = first.setdefault(key, event)
        if other is not event:
            broken = f"the ballot has the value {other.value}"
            yield event, broken if other.value != event.value else ""


def safe_value(segment: Segment) -> Compared:
    for ballot in segment.ballots.values():
        reports = [each.report for each in ballot.prepared[: segment.majority] if each.report]
        asked = ballot.value
        if reports and asked:
            highest = max(number for number, _ in reports)
            safe = sorted({value for number, value in reports if number == highest})
            broken = f"a promise reports a vote for {safe[0]} in ballot {highest}"
            yield asked, "" if asked.value in safe else broken


def nothing_after_a_choice(segment: Segment) -> Compared:
    for ballot in segment.ballots.values():
        chosen = values_of(segment, ballot)
        if not chosen or len(ballot.votes) < segment.majority:
            continue
        for event in segment.of("accept"):
            if event.instance == ballot.instance and event.ballot > ballot.number:
                broken = f"a majority has voted for {sorted(chosen)[0]} in ballot {ballot.number}"
                yield event, "" if event.value in chosen else broken


def ballots_never_fall(segment: Segment) -> Compared:
    heard: dict[tuple[str, int], int] = {}
    for event in segment.of("prepare from", "accept"):
        found = arrival(segment, event)
        if found is None:
            continue
        instance, ballot = found
        highest = heard.get((event.node, instance), 0)
        heard[event.node, instance] = max(highest, ballot)
        if highest:
            is_broken = ballot < highest and _is_answered(segment, event)
            broken = f"{event.node} answers ballot {ballot} after ballot {highest}"
            yield event, broken if is_broken else ""


def higher_ballot(segment: Segment) -> Compared:
    for event in segment.of("sending all prepare"):
        numbers = [
            ballot
            for each in before(event, segment.of("prepare from", "accept", "sending all prepare"))
            if each.node == event.node
            for instance, ballot in [arrival(segment, each) or (0, 0)]
            if instance == event.instance
        ]
        if numbers:
            broken = f"{event.node} knows ballot {max(numbers)}"
            yield event, broken if event.ballot <= max(numbers) else ""


def one_leader_asks(segment: Segment) -> Compared:
    first: dict[tuple[int, int], Ballot] = {}
    for event in segment.of("SET BALLOT VALUE"):
        if event in segment.ballot_of:
            ballot = segment.ballot_of[event]
            other = first.setdefault((ballot.instance, ballot.number), ballot)
            broken = f"{other.leader} has asked in this ballot before"
            yield event, broken if other.leader != ballot.leader else ""


def arrival(segment: Segment, event: Event) -> tuple[int, int] | None:
    """Return the instance and the ballot of a message, or None if the log does not tell."""
    if event.kind != "prepare from":
        return event.instance, event.ballot
    ballot = segment.ballot_of.get(event)
    return (ballot.instance, ballot.number) if ballot else None


def values_of(segment: Segment, ballot: Ballot) -> set[str]:
    return {each.value for each in segment.accepts.get((ballot.instance, ballot.number), ())}


def _is_answered(segment: Segment, event: Event) -> bool:
    """Return whether all nodes that received this request answered, so that this node did, too."""
    if event.kind == "prepare from":
        ballot = segment.ballot_of[event]
        return len(ballot.promises) >= len(ballot.prepares)
    key = event.instance, event.ballot
    votes = [each for each in segment.of("accepted") if (each.instance, each.ballot) == key]
    return len(votes) >= len(segment.accepts[key])


def _is_same(one: Event, other: Event) -> bool:
    return (one.instance, one.value) == (other.instance, other.value)


def _too_few(segment: Segment, counted: int, noun: str) -> str:
    if counted >= segment.majority:
        return ""
    majority = f"a majority of {len(segment.nodes)} nodes is {segment.majority}"
    return f"{counted} {noun} are counted before, and {majority}"


RULES = (
    Rule("one decision", "All nodes decide the same value in an instance.", one_decision),
    Rule(
        "decided what was asked",
        "A node decides only a value that an accept of the instance carried before.",
        decided_what_was_asked,
    ),
    Rule(
        "majority of votes",
        "A node decides only after a leader has counted a majority of votes for the value.",
        majority_of_votes,
    ),
    Rule(
        "majority of promises",
        "A leader asks for votes only after it has counted a majority of promises of its ballot.",
        majority_of_promises,
    ),
    Rule(
        "one value in a ballot",
        "All accepts of a ballot, and its leader, have the same value.",
        one_value_in_a_ballot,
    ),
    Rule(
        "one leader asks in a ballot",
        "At most one leader asks for votes in a ballot of an instance.",
        one_leader_asks,
    ),
    Rule(
        "safe value",
        "A leader asks for the value of the vote with the highest ballot that its majority of "
        "promises reports.",
        safe_value,
    ),
    Rule(
        "nothing after a choice",
        "After a majority has voted for a value, higher ballots ask for the same value.",
        nothing_after_a_choice,
    ),
    Rule(
        "ballots never fall",
        "A node answers no ballot below one that it has received. The log shows an answer for "
        "certain if as many answers are counted as requests have arrived.",
        ballots_never_fall,
    ),
    Rule(
        "leaders take higher ballots",
        "A leader takes a ballot above all that it has received or sent in the instance.",
        higher_ballot,
    ),
)
