"""Rules over the messages of a log: sent before received, true of the sender, and answers."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pcheck.audit.importers.etcd_events import (
    APPEND,
    APPEND_ANSWER,
    CANDIDATE,
    HEARTBEAT,
    HEARTBEAT_ANSWER,
    LEADER,
    MESSAGE_KINDS,
    NOBODY,
    SNAPSHOT,
    VOTE,
    VOTE_ANSWER,
    RaftEvent,
    RaftMessage,
)
from pcheck.audit.importers.etcd_rules import (
    Answered,
    KnownEntries,
    Ledger,
    RaftCluster,
    RaftNode,
    RaftRule,
)

REQUESTS = {  # by the response: a stale leader may get a MsgAppResp for a heartbeat
    VOTE_ANSWER: {VOTE},
    APPEND_ANSWER: {APPEND, SNAPSHOT, HEARTBEAT},
    HEARTBEAT_ANSWER: {HEARTBEAT},
}


@dataclass
class MessageRules:
    """The rules that compare a message with the state of its node and with earlier messages.

    A MsgVoteResp is logged before the state has the vote. A received message is logged before the
    state has the effect of the message.
    """

    ledger: Ledger
    cluster: RaftCluster

    def check(self, event: RaftEvent, node: RaftNode) -> None:
        if event.message is not None and event.is_send:
            self._check_send(event, node, event.message)
        elif event.message is not None and event.is_receive:
            self._check_receive(event, node, event.message)

    def _check_send(self, event: RaftEvent, node: RaftNode, message: RaftMessage) -> None:
        self.cluster.in_flight[_compared(message)] += 1
        if message.kind in MESSAGE_KINDS:
            wrong = _untrue(event, message)
            self.ledger.compare(RaftRule.TRUE, event, not wrong, f"sends {message} {wrong}")
        if message.kind in REQUESTS and message.target != event.node:
            self._check_response(event, node, message)
        elif message.kind == APPEND_ANSWER and node.elected == event.term:
            node.entries.replace(node.inherited + 1, message.index, message.term)
        if message.kind == VOTE_ANSWER and not message.reject:
            self.ledger.compare(
                RaftRule.GRANT,
                event,
                event.vote in (NOBODY, message.target),
                f"grants its vote in term {event.term} to node {message.target}, "
                f"expected node {event.vote}, for which it voted",
            )
            if event.vote == NOBODY:
                node.vote = message.target
                self.cluster.inferred["votes, from granted responses"] += 1
        if message.kind == HEARTBEAT:
            highest = node.acknowledged.get(message.target, 0)
            self.ledger.compare(
                RaftRule.HEARTBEAT,
                event,
                message.commit <= highest,
                f"sends {message}, expected a commit of at most {highest} as acknowledged",
            )
        self._check_entry(event, node, message)

    def _check_response(self, event: RaftEvent, node: RaftNode, message: RaftMessage) -> None:
        request, node.request = node.request, None
        wrong = ""
        if request is None:
            wrong = "without a request since its last response"
        elif request.kind not in REQUESTS[message.kind] or request.source != message.target:
            wrong = f"after {request}"
        elif message.kind == APPEND_ANSWER and not message.reject:
            highest = max(event.commit, request.index + request.entries)
            if message.index > highest:
                wrong = f"after {request}, expected an index of at most {highest}"
        self.ledger.compare(RaftRule.ANSWER, event, not wrong, f"sends {message} {wrong}")
        if request is not None and message.kind == APPEND_ANSWER and not message.reject:
            self._accept(event, node, request)

    def _accept(self, event: RaftEvent, node: RaftNode, request: RaftMessage) -> None:
        """Compare the entry before the accepted entries; older requests change no entry."""
        if request.kind == SNAPSHOT:
            node.entries = KnownEntries()
        is_stale = request.term != event.term or request.index < node.commit_at_request
        if request.kind != APPEND or is_stale:
            return
        known = node.entries.term_of(request.index)
        if known is not None:
            self.ledger.compare(
                RaftRule.AFTER,
                event,
                known == request.log_term,
                f"accepts {request}, expected a rejection, as its entry {request.index} has term "
                f"{known}",
            )
        if known != request.log_term:
            node.entries.replace(request.index, request.index, request.log_term)
        if request.entries:  # may replace all later entries
            last = request.index + request.entries
            inherited = self.cluster.inherited.get(request.term, last)
            node.entries.replace(request.index + 1, request.index, 0)
            node.entries.replace(max(request.index, inherited) + 1, last, request.term)

    def _check_entry(self, event: RaftEvent, node: RaftNode, message: RaftMessage) -> None:
        """Compare the term that a message gives to an entry with what is known of the entry."""
        is_reject = message.kind == APPEND_ANSWER and message.reject and message.log_term > 0
        if not is_reject and message.kind not in (APPEND, VOTE):
            return
        index = message.reject_hint if is_reject else message.index
        is_elected = message.kind == APPEND and node.elected == event.term
        if not is_elected and index > event.commit:
            return
        wrong = self._wrong_of_leader(event, node, message) if is_elected else ""
        if index <= event.commit:
            known = self.cluster.committed_entries.setdefault(index, message.log_term)
            if known != message.log_term and not wrong:
                wrong = f"{known} as in an earlier message"
        self.ledger.compare(
            RaftRule.ENTRY,
            event,
            not wrong,
            f"gives entry {index} the term {message.log_term} in {message}, expected {wrong}",
        )

    def _wrong_of_leader(self, event: RaftEvent, node: RaftNode, message: RaftMessage) -> str:
        """Return the term that the entry must have, or an empty text if the entry has that term."""
        term = message.log_term
        if message.index > node.inherited:
            return "" if term == event.term else f"{event.term}, the term of the leader"
        if term >= event.term:
            return f"a term below {event.term}, the term of the leader"
        known = self.cluster.leader_entries.setdefault((event.term, message.index), term)
        return "" if term == known else f"{known} as in an earlier message"

    def _check_receive(self, event: RaftEvent, node: RaftNode, message: RaftMessage) -> None:
        key = _compared(message)
        was_sent = self.cluster.in_flight[key] > 0 and message.target == event.node
        self.ledger.compare(
            RaftRule.SENT,
            event,
            was_sent,
            f"receives {message}, expected an equal message, sent to the node and not yet received",
        )
        self.cluster.in_flight[key] -= 1
        if self.cluster.in_flight[key] <= 0:
            del self.cluster.in_flight[key]
        node.request, node.commit_at_request = message, event.commit
        if message.kind in (APPEND, HEARTBEAT) and message.term >= event.term:
            node.told = max(node.told, message.commit)
        elif message.kind == SNAPSHOT and message.term >= event.term:
            node.told = max(node.told, message.entries)
        elif message.kind == VOTE_ANSWER:
            self._learn_vote(event, node, message)
        elif message.kind == APPEND_ANSWER:
            self._learn_append(event, node, message)

    def _learn_vote(self, event: RaftEvent, node: RaftNode, message: RaftMessage) -> None:
        self.cluster.answered.setdefault(message.source, Answered()).add(message, False)
        if message.reject:
            return
        key = (message.source, message.term)
        voted = self.cluster.granted.setdefault(key, event.node)
        self.ledger.compare(
            RaftRule.GRANT,
            event,
            voted == event.node,
            f"receives the vote of node {message.source} in term {message.term}, "
            f"expected node {voted} to have it",
        )
        if event.role == CANDIDATE and message.term == event.term:
            node.grants.add(message.source)

    def _learn_append(self, event: RaftEvent, node: RaftNode, message: RaftMessage) -> None:
        answered = self.cluster.answered.setdefault(message.source, Answered())
        answered.add(message, not message.reject)
        if event.role == LEADER and message.term == event.term and not message.reject:
            highest = max(message.index, node.acknowledged.get(message.source, 0))
            node.acknowledged[message.source] = highest


def _compared(message: RaftMessage) -> RaftMessage:
    """Return the message without what the network may change: a newer snapshot may be sent."""
    return replace(message, entries=0) if message.kind == SNAPSHOT else message


def _untrue(event: RaftEvent, message: RaftMessage) -> str:
    """Return how the message contradicts the state of its sender, or an empty text."""
    if (message.source, message.term) != (event.node, event.term):
        return f"in term {event.term}, expected its own name and term"
    match message.kind:
        case "MsgApp" | "MsgHeartbeat" | "MsgSnap" if event.role != LEADER:
            return f"as {event.role}, expected {LEADER}"
        case "MsgApp" if message.commit != event.commit:
            return f"with commit {message.commit}, expected {event.commit}"
        case "MsgApp" if message.index + message.entries > event.log:
            return f"with last index {event.log}, expected at least its entries"
        case "MsgHeartbeat" if message.commit > event.commit:
            return f"with commit {message.commit}, expected at most {event.commit}"
        case "MsgSnap" if message.entries > event.commit:
            return f"with commit {event.commit}, expected at least the snapshot"
        case "MsgVote" if event.role != CANDIDATE:
            return f"as {event.role}, expected {CANDIDATE}"
        case "MsgVote" if message.index != event.log:
            return f"with last index {event.log}, expected {message.index}"
        case "MsgAppResp" if not message.reject and message.index > event.log:
            return f"with last index {event.log}, expected at least {message.index}"
        case "MsgAppResp" if message.reject and message.reject_hint > event.log:
            return f"with last index {event.log}, expected at least {message.reject_hint}"
    return ""
