"""Rules about the messages and the printed numbers of a segment: each answer has its question."""

from __future__ import annotations

from collections import Counter

from pcheck.audit.importers.elixir_lines import Event
from pcheck.audit.importers.elixir_rules import Compared, Rule, before
from pcheck.audit.importers.elixir_segments import Segment


def arrives_once(segment: Segment) -> Compared:
    seen: Counter[tuple[str, str | tuple[int, int]]] = Counter()
    for event in segment.of("prepare from", "accept"):
        key: tuple[str, str | tuple[int, int]]
        if event.kind == "accept":
            key = event.node, (event.instance, event.ballot)
            leaders = segment.ballots_of(event.instance, event.ballot)
            allowed, request = max(1, len(leaders)), "this accept"
        else:
            key = event.node, event.leader
            sent = before(event, segment.of("sending all prepare"))
            allowed = sum(each.node == event.leader for each in sent)
            request = f"a prepare of {event.leader}"
        seen[key] += 1
        broken = f"{event.node} receives {request} {seen[key]} times, and {allowed} was sent"
        yield event, broken if seen[key] > allowed else ""


def promises_have_prepares(segment: Segment) -> Compared:
    received: Counter[tuple[str, int, int]] = Counter()
    put_off = {
        segment.promise_of[each]
        for each in segment.of("Probably recieved")
        if each in segment.promise_of
    }
    for event in segment.of("prepared"):
        key = event.node, event.instance, event.ballot
        ballot = segment.ballots.get(key)
        asked = len(before(event, ballot.prepares)) if ballot else 0
        broken = _too_many(received[key] + 1, asked, "`prepared`", "`prepare from`")
        yield event, broken
        received[key] += event not in put_off  # a promise put off arrives again


def votes_have_accepts(segment: Segment) -> Compared:
    received: Counter[tuple[int, int]] = Counter()
    for event in segment.of("accepted"):
        key = event.instance, event.ballot
        received[key] += 1
        if (event.node, *key) not in segment.ballots:
            yield event, f"{event.node} has sent no prepare of ballot {event.ballot}"
        else:
            asked = len(before(event, segment.accepts.get(key, ())))
            yield event, _too_many(received[key], asked, "`accepted`", "`accept`")


def promises_are_counted(segment: Segment) -> Compared:
    if segment.unplaced:
        return
    for event in segment.of("prepared"):
        broken = f"{event.node} goes on without counting this promise"
        yield event, broken if event in segment.uncounted else ""


def counts_are_right(segment: Segment) -> Compared:
    counted: Counter[tuple[str, int, int]] = Counter()
    for event in segment.of("Try to run prepared"):
        promise = segment.promise_of.get(event)
        if promise is None:
            yield event, f"{event.node} has received no promise to count"
            continue
        key = promise.node, promise.instance, promise.ballot
        counted[key] += 1
        expected = _numbers(len(segment.nodes), counted[key], counted[key] > segment.majority)
        printed = " ".join(event.fields[each] for each in ("size", "nth", "is_past"))
        yield event, "" if printed == expected else f"expected {expected}"


def reports_are_votes(segment: Segment) -> Compared:
    for ballot in segment.ballots.values():
        votes = [_vote(segment, each, ballot.instance) for each in ballot.prepares]
        for event in ballot.prepared:
            if event.report in votes:
                votes.remove(event.report)
                yield event, ""
            else:
                left = " or ".join(sorted({_shown(each) for each in votes}))
                yield event, f"expected {left}" if left else "no node is left that may promise"


def leader_is_named(segment: Segment) -> Compared:
    for event in segment.of("sending all prepare"):
        named = [
            each
            for each in before(event, segment.of("is leader"))
            if each.node == each.leader == event.node
        ]
        yield event, "" if named else f"{event.node} has not been named leader"


def instance_is_proposed(segment: Segment) -> Compared:
    for event in segment.of("sending all prepare"):
        known = {each.instance for each in before(event, segment.of("Propose"))}
        broken = f"no node has proposed in instance {event.instance}"
        yield event, "" if event.instance in known else broken


def begins_once(segment: Segment) -> Compared:
    begun: Counter[str] = Counter()
    for event in segment.of("SET BALLOT VALUE 3 nil"):
        begun[event.node] += 1
        known = {each.instance for each in before(event, segment.of("Propose"))}
        yield (
            event,
            _too_many(begun[event.node], len(known), "instances begun", "instances proposed"),
        )
    sent: Counter[str] = Counter()
    for event in segment.of("SET BALLOT VALUE 2 nil"):
        sent[event.node] += 1
        prepares = before(event, segment.of("sending all prepare"))
        known_ballots = sum(each.node == event.node for each in prepares)
        yield event, _too_many(sent[event.node], known_ballots, "ballots begun", "prepares sent")


def dead_leaders_are_silent(segment: Segment) -> Compared:
    for event in segment.of("Leader has action to die"):
        later = [each for each in segment.events if each.end > event.end and each.is_of_node]
        spoken = [each.text for each in later if each.node == event.node]
        yield event, f'{event.node} prints "{spoken[0]}" afterwards' if spoken else ""


def death_was_asked(segment: Segment) -> Compared:
    for event in segment.of("Leader has action to die"):
        asked = [
            each
            for each in before(event, segment.of("Propose"))
            if each.fields["action"] == ":kill_before_decision" and each.node == event.node
        ]
        yield event, "" if asked else f"{event.node} proposed without :kill_before_decision"


def _vote(segment: Segment, prepare: Event, instance: int) -> tuple[int, str] | None:
    """Return the vote of a node in its highest ballot, when this prepare arrives."""
    accepts = before(prepare, segment.of("accept"))
    own = [each for each in accepts if (each.node, each.instance) == (prepare.node, instance)]
    return max(((each.ballot, each.value) for each in own), default=None)


def _shown(vote: tuple[int, str] | None) -> str:
    return "nil nil" if vote is None else f"{vote[0]} {vote[1]}"


def _numbers(size: int, nth: int, is_past: bool) -> str:
    return f"{size} {nth} {str(is_past).lower()}"


def _too_many(answers: int, asked: int, one: str, other: str) -> str:
    return f"{answers} {one} after {asked} {other}" if answers > asked else ""


RULES = (
    Rule(
        "a message arrives once",
        "A node receives each prepare and each accept at most once.",
        arrives_once,
    ),
    Rule(
        "promises have prepares",
        "A leader receives at most one promise for each node that its prepare has reached.",
        promises_have_prepares,
    ),
    Rule(
        "votes have accepts",
        "A leader receives at most one vote for each node that its accept has reached.",
        votes_have_accepts,
    ),
    Rule(
        "promises are counted",
        "A leader counts each promise or puts the promise off.",
        promises_are_counted,
    ),
    Rule(
        "counts are right",
        "A leader prints the size of its cluster, the promises it has received, and whether it "
        "had a majority before.",
        counts_are_right,
    ),
    Rule(
        "reports are votes",
        "A promise reports the latest vote of a node that the prepare has reached.",
        reports_are_votes,
    ),
    Rule(
        "leaders are named",
        "A node sends a prepare only after it was named leader.",
        leader_is_named,
    ),
    Rule(
        "instances are proposed",
        "A leader prepares only an instance in which a node has proposed.",
        instance_is_proposed,
    ),
    Rule(
        "instances and ballots begin once",
        "A node prints `SET BALLOT VALUE 3 nil` once an instance and `... 2 nil` once a prepare. "
        "Otherwise the node forgets what it promised.",
        begins_once,
    ),
    Rule(
        "dead leaders are silent",
        "A leader that dies before its decision prints nothing afterwards.",
        dead_leaders_are_silent,
    ),
    Rule(
        "deaths are asked for",
        "A leader dies before its decision only if it proposed with `:kill_before_decision`.",
        death_was_asked,
    ),
)
