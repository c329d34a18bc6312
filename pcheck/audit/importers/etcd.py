"""A log of etcd's raft, compared with the rules of raft over its logged fields.

The trace logger of go.etcd.io/raft (build tag `with_tla`) writes the events of all nodes to one
file, in the order in which they happen. Every rule follows from raft, or from the steps of etcd's
raft.go. Memory grows with the messages in flight, the nodes, the terms and the indexes of entries,
not with the lines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from pcheck.audit.checks import FieldAudit
from pcheck.audit.importers.etcd_events import (
    APPEND,
    MESSAGE_KINDS,
    REMEDY,
    VOTE_ANSWER,
    RaftEvent,
    read_event,
)
from pcheck.audit.importers.etcd_messages import MessageRules
from pcheck.audit.importers.etcd_rules import Ledger, RaftCluster, RaftNode
from pcheck.audit.importers.etcd_states import StateRules
from pcheck.audit.places import Place
from pcheck.errors import UsageError

KNOWN = """InitState BecomeFollower BecomeCandidate BecomeLeader Commit Replicate ChangeConf
    ApplyConfChange Ready""".split()
COUNTS = "events", "starts of nodes", "elected leaders", "messages sent", "messages received"


def audit_etcd(lines: Iterable[tuple[Place, str]]) -> FieldAudit:
    """Compare the events of the lines with the rules of raft, or raise UsageError."""
    audit = _Audit()
    for place, text in lines:
        if text.strip():
            audit.add(place, text)
    return audit.result()


class _Audit:
    """The comparison so far."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.cluster = RaftCluster()
        self.states = StateRules(self.ledger, self.cluster)
        self.messages = MessageRules(self.ledger, self.cluster)
        self.counts = Counter(dict.fromkeys(COUNTS, 0))
        self.unchecked: Counter[str] = Counter()

    def add(self, place: Place, text: str) -> None:
        event = read_event(place, text)
        if event is None:
            self.unchecked["lines of other output"] += 1
            return
        node = self._node_of(event)
        self.states.check(event, node)
        self.messages.check(event, node)
        self._count(event)

    def _node_of(self, event: RaftEvent) -> RaftNode:
        known = self.cluster.nodes.get(event.node)
        if event.name == "InitState":
            known = RaftNode(1 if known is None else known.starts + 1, voters=event.voters)
            self.cluster.nodes[event.node] = known
        elif known is None:
            raise UsageError(
                f"{event.place}: the first event of node {event.node} must be InitState, got "
                f"{event.name}; write the whole log, from the first start of each node"
            )
        return known

    def _count(self, event: RaftEvent) -> None:
        self.counts["events"] += 1
        self.counts["starts of nodes"] += event.name == "InitState"
        self.counts["elected leaders"] += event.name == "BecomeLeader"
        self.counts["messages sent"] += event.is_send
        self.counts["messages received"] += event.is_receive
        for what, times in _unchecked(event).items():
            self.unchecked[what] += times

    def result(self) -> FieldAudit:
        if not self.counts["events"]:
            raise UsageError(f"the log has no event of etcd's raft; {REMEDY}")
        undelivered = self.cluster.in_flight.total()
        counts = {**self.counts, "nodes": len(self.cluster.nodes)}
        unchecked = self.unchecked + Counter({"messages that were never received": undelivered})
        return FieldAudit(
            "A log of etcd's raft, of its trace logger, compared with the rules of raft.",
            counts,
            self.ledger.checks(),
            dict(self.cluster.inferred),
            dict(unchecked),
        )


def _unchecked(event: RaftEvent) -> dict[str, int]:
    """Return what no rule reads of the event, and how often the event has it."""
    found = {"times of events (ts)": 1}
    message = event.message
    if message is not None and event.is_send and message.kind == APPEND:
        found["contents of sent entries"] = message.entries
        found["match and next of sent MsgApp (prop)"] = 1
    if message is not None and event.is_send and message.kind == VOTE_ANSWER:
        found["log of a voter against the log of its candidate"] = int(message.target != event.node)
    if message is not None and message.kind not in MESSAGE_KINDS:
        found[f"messages of the unknown kind {message.kind}"] = 1
    match event.name:
        case "Ready":
            found["writes to disk (Ready)"] = 1
        case "Replicate":
            found["proposed entries (Replicate)"] = 1
        case "ApplyConfChange":
            found["order of changes between nodes (ApplyConfChange)"] = 1
        case name if name not in KNOWN and not event.is_send and not event.is_receive:
            found[f"events of the unknown kind {name}"] = 1
    return found
