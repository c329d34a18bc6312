"""Rules about the test around the cluster: its lists of nodes, and the values of its clients."""

from __future__ import annotations

import re
from collections import Counter

from pcheck.audit.importers.elixir_rules import Compared, Rule, before
from pcheck.audit.importers.elixir_segments import Segment


def announced_was_decided(segment: Segment) -> Compared:
    for event in segment.of("Has already decided"):
        own = [each for each in before(event, segment.of("decided")) if each.node == event.node]
        values = {each.value for each in own if each.instance == event.instance}
        broken = f"{event.node} has not decided {event.value} in instance {event.instance}"
        yield event, "" if event.value in values else broken


def client_learns_decision(segment: Segment) -> Compared:
    """A client is a process of its own and may print before the node that told the client."""
    for event in segment.of("pN: decided"):
        values = {each.value for each in segment.of("decided") if each.node == event.node}
        broken = f"{event.node} has decided {' and '.join(sorted(values)) or 'nothing'}"
        yield event, "" if event.value in values else broken


def result_is_what_clients_learn(segment: Segment) -> Compared:
    for event in segment.of("result"):
        learned = [each.value for each in before(event, segment.of("pN: decided"))]
        numbers = sorted(number for value in learned for number in re.findall(r"\d+", value))
        is_same = sorted(re.findall(r"\d+", event.text)) == numbers
        yield event, "" if is_same else f"the clients learned {' '.join(learned) or 'nothing'}"


def clients_end(segment: Segment) -> Compared:
    learned = [each.node for each in segment.of("pN: decided")]
    for event in segment.of("message_queue_len"):
        broken = f"the client of {event.node} has learned no decision"
        yield event, "" if event.node in learned else broken


def nodes_have_started(segment: Segment) -> Compared:
    nodes, started = set(segment.nodes), set[str]()
    for event in segment.events:
        if "node" not in event.fields or event.kind == "Starting paxos":
            continue
        strangers = {event.node, event.fields.get("leader", event.node)} - nodes
        broken = f"not started: {' '.join(sorted(strangers))}" if strangers else ""
        if event.kind in ("started", "started with"):
            broken = broken or (f"{event.node} starts again" if event.node in started else "")
            started.add(event.node)
        yield event, broken


def lists_name_the_nodes(segment: Segment) -> Compared:
    nodes = set(segment.nodes)
    others = {"spare": _listed(segment, "kill"), "kill": _listed(segment, "spare")}
    for event in segment.of("started with", "spare", "kill"):
        expected = nodes - others.get(event.kind, frozenset())
        broken = f"expected {' '.join(sorted(expected, key=_number))}"
        yield event, "" if event.listed == expected else broken


def the_spared_decide(segment: Segment) -> Compared:
    if spared := _listed(segment, "spare"):
        for event in segment.of("pN: decided"):
            yield event, "" if event.node in spared else f"{event.node} was to be killed"


def _listed(segment: Segment, kind: str) -> frozenset[str]:
    """Return the nodes that most lines of this kind list."""
    lists = Counter(frozenset(each.listed) for each in segment.of(kind))
    return max(lists, key=lambda each: lists[each], default=frozenset())


def _number(name: str) -> int:
    return int(name[1:])


RULES = (
    Rule(
        "announced decisions were made",
        "A node that has already decided sends the value that it decided.",
        announced_was_decided,
    ),
    Rule(
        "clients learn decisions",
        "A client learns a value that its node decides in the segment.",
        client_learns_decision,
    ),
    Rule(
        "results are the clients' values",
        "The result of a test has the values that the clients learned.",
        result_is_what_clients_learn,
    ),
    Rule(
        "clients end with a decision",
        "A client that prints its message queue has learned a decision.",
        clients_end,
    ),
    Rule(
        "nodes have started",
        "A line names only nodes that the test has started, and each node starts once.",
        nodes_have_started,
    ),
    Rule(
        "lists name the nodes",
        "The test lists the nodes that started: all, or those to kill and those to spare.",
        lists_name_the_nodes,
    ),
    Rule(
        "spared nodes decide",
        "Only clients of nodes that the test spares learn a decision.",
        the_spared_decide,
    ),
)
