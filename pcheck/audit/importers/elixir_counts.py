"""Counts of the log of the Elixir Paxos: bytes, lines, conclusions, and facts without a rule."""

from __future__ import annotations

from collections import Counter

from pcheck.audit.importers.elixir_lines import COMMENTS, KINDS, Log
from pcheck.audit.importers.elixir_segments import Ballot, Segment, known_senders
from pcheck.audit.importers.elixir_tears import Reading


def bytes_of(reading: Reading, log: Log) -> dict[str, int]:
    """Count every byte of the log: in a line, in a comment, between lines, or unread."""

    def size(at: int, end: int) -> int:
        return log.byte(end) - log.byte(at)

    whole = [each for each in reading.events if each.end not in reading.mended]
    of_comments = sum(size(each.at, each.end) for each in whole if each.kind in COMMENTS)
    return {
        "bytes": log.size,
        "bytes of lines": sum(size(each.at, each.end) for each in whole) - of_comments,
        "bytes of mended lines": sum(reading.mended.values()),
        "bytes of comments": of_comments,
        "bytes between lines": reading.blanks,
        "bytes unread": sum(size(each.at, each.end) for each in reading.unread),
    }


def counts_of(reading: Reading, segments: list[Segment]) -> dict[str, int]:
    """Count the segments, the lines of each kind, and the instances, ballots and decisions."""
    kinds = Counter(each.kind for each in reading.events)
    ballots = [each for segment in segments for each in segment.ballots.values()]
    decided = {
        (segment.number, each.instance) for segment in segments for each in segment.of("decided")
    }
    deciders = {
        (segment.number, e.node, e.instance) for segment in segments for e in segment.of("decided")
    }
    return {
        "segments": len(segments),
        "segments with a decision": len({number for number, _ in decided}),
        "lines": len(reading.events),
        **{f"`{kind}` lines": kinds[kind] for kind in KINDS},
        "torn lines": reading.torn,
        "torn lines mended": len(reading.mended),
        "instances": sum(len(segment.instances) for segment in segments),
        "instances decided": len(decided),
        "decisions": kinds["decided"],
        "decisions repeated": kinds["decided"] - len(deciders),
        "ballots": len(ballots),
        "ballots with a majority of promises": sum(
            len(each.promises) >= segment.majority
            for segment in segments
            for each in segment.ballots.values()
        ),
        "ballots with a majority of votes": sum(
            len(each.votes) >= segment.majority
            for segment in segments
            for each in segment.ballots.values()
        ),
        "ballots of several leaders": len(ballots) - sum(map(_distinct, segments)),
        "accepts after the prepare of the ballot": sum(map(_promised, segments)),
        "clients that print before their node": sum(map(_early_clients, segments)),
    }


def _distinct(segment: Segment) -> int:
    return len({(each.instance, each.number) for each in segment.ballots.values()})


def _promised(segment: Segment) -> int:
    """Count the accepts at nodes that the prepare of the ballot has reached before."""
    return sum(
        any(
            each.node == accept.node and each.end < accept.end
            for ballot in segment.ballots_of(*key)
            for each in ballot.prepares
        )
        for key, accepts in segment.accepts.items()
        for accept in accepts
    )


def _early_clients(segment: Segment) -> int:
    decided: dict[str, int] = {}
    for event in segment.of("decided"):
        decided.setdefault(event.node, event.end)
    learned = segment.of("pN: decided")
    return sum(each.end < decided.get(each.node, each.end) for each in learned)


def inferred(segments: list[Segment]) -> dict[str, int]:
    """Count the conclusions about facts that a line does not name."""
    concluded = Counter(event.kind for segment in segments for event in segment.ballot_of)
    put_off = sum(
        each in segment.promise_of
        for segment in segments
        for each in segment.of("Probably recieved")
    )
    found: Counter[str] = Counter()
    for segment in segments:
        for ballot in segment.ballots.values():
            found.update(_senders(segment, ballot))
        found["instance of `p1: decided {:val, 201}`"] += sum(
            len(
                {
                    d.instance
                    for d in segment.of("decided")
                    if (d.node, d.value) == (e.node, e.value)
                }
            )
            == 1
            for e in segment.of("pN: decided")
        )
    return {
        "ballot and instance of `prepare from p1`": concluded["prepare from"],
        "ballot and instance of `Try to run prepared`": concluded["Try to run prepared"],
        "ballot and instance of `SET BALLOT VALUE {:val, 201}`": concluded["SET BALLOT VALUE"],
        "node of a comment": put_off,
        **found,
    }


def _senders(segment: Segment, ballot: Ballot) -> dict[str, int]:
    """Count the answers whose sender is known, and the majorities whose members are known."""
    accepts = segment.accepts.get((ballot.instance, ballot.number), [])
    promises, promisers = known_senders(ballot.prepares, ballot.prepared)
    votes, voters = known_senders(accepts, ballot.votes)
    return {
        "sender of `prepared`": promises,
        "all senders of a majority of `prepared`": segment.majority in promisers,
        "sender of `accepted`": votes,
        "all senders of a majority of `accepted`": segment.majority in voters,
    }


def unchecked(segments: list[Segment]) -> dict[str, int]:
    """Count the facts that no rule compares."""

    def count(*kinds: str) -> int:
        return sum(len(segment.of(*kinds)) for segment in segments)

    named = [
        each for segment in segments for each in segment.of("is leader") if each.node != each.leader
    ]
    unanswered = sum(
        max(0, len(accepts) - sum(len(each.votes) for each in segment.ballots_of(*key)))
        for segment in segments
        for key, accepts in segment.accepts.items()
    )
    return {
        "values proposed, which the log does not show": count("Propose"),
        "leaders that the detector names to other nodes": len(named),
        "accepts without a counted vote": unanswered,
        "lengths of message queues": count("message_queue_len"),
        "comments": count("I think"),
        "segments without a decision": sum(not segment.of("decided") for segment in segments),
    }
