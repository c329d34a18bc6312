"""Rules over the states of the nodes: terms, votes, elections, commits and configurations."""

from __future__ import annotations

from dataclasses import dataclass

from pcheck.audit.importers.etcd_events import LEADER, NOBODY, RaftEvent
from pcheck.audit.importers.etcd_rules import (
    Ledger,
    RaftCluster,
    RaftNode,
    RaftRule,
    halves_shown,
    has_majority,
    names_shown,
    nodes_shown,
)

START_EVENTS = {"InitState", "BecomeFollower", "ApplyConfChange"}  # a start has only these


@dataclass
class StateRules:
    """The rules that compare the state of an event with the earlier event of the same node.

    InitState is logged before the node reads its disk: it shows term 0. The next BecomeFollower
    shows the state of the disk. A first start may then append and commit the configuration.
    """

    ledger: Ledger
    cluster: RaftCluster

    def check(self, event: RaftEvent, node: RaftNode) -> None:
        self.ledger.compare(
            RaftRule.WITHIN,
            event,
            event.commit <= event.log,
            f"has commit {event.commit}, expected at most its last index {event.log}",
        )
        if node.last is not None:
            node.is_starting = node.is_starting and event.name in START_EVENTS
            self._check_progress(event, node, node.last)
            self._check_vote(event, node, node.last)
            self._check_configuration(event, node, node.last)
            self._check_kind(event, node)
            self._check_commit(event, node, node.last)
        if not node.is_loading:
            highest = self.cluster.commits.get(event.term, 0)
            self.cluster.commits[event.term] = max(highest, event.commit)
        node.last = event

    def _check_progress(self, event: RaftEvent, node: RaftNode, last: RaftEvent) -> None:
        self.ledger.compare(
            RaftRule.TERM,
            event,
            event.term >= last.term,
            f"has term {event.term} after term {last.term}, expected at least {last.term}",
        )
        self.ledger.compare(
            RaftRule.COMMIT,
            event,
            event.commit >= last.commit,
            f"has commit {event.commit} after {last.commit}, expected at least {last.commit}",
        )
        if event.role != LEADER:
            return
        if last.role == LEADER and last.term == event.term:
            self.ledger.compare(
                RaftRule.APPEND,
                event,
                event.log >= last.log,
                f"is leader with last index {event.log}, expected at least {last.log} as before",
            )
        leaders = self.cluster.leaders.setdefault(event.term, set())
        others = leaders - {event.node}
        is_known = event.node in leaders
        leaders.add(event.node)
        self.ledger.compare(
            RaftRule.LEADER,
            event,
            is_known or not others,
            f"is leader in term {event.term}, expected no leader but {nodes_shown(others)}",
        )

    def _check_vote(self, event: RaftEvent, node: RaftNode, last: RaftEvent) -> None:
        """Compare the vote: a node grants its vote by a message first, or becomes candidate."""
        if not node.is_starting:
            expected = [node.vote] if event.term == last.term else [NOBODY, event.node]
            self.ledger.compare(
                RaftRule.VOTE,
                event,
                event.vote in expected or event.term < last.term,
                f"has vote {event.vote} in term {event.term}, expected {' or '.join(expected)}",
            )
        node.vote = event.vote

    def _check_configuration(self, event: RaftEvent, node: RaftNode, last: RaftEvent) -> None:
        is_restored = event.name == "ApplyConfChange" and not event.voters  # from a snapshot
        is_applied = last.name == "ApplyConfChange"
        self.ledger.compare(
            RaftRule.APPLY,
            event,
            is_restored
            or (
                event.voters == node.voters and (is_applied or event.old_voters == last.old_voters)
            ),
            f"has a configuration of {halves_shown(event.voters, event.old_voters)}, "
            f"expected a configuration of {halves_shown(node.voters, last.old_voters)}",
        )
        if is_applied and last.voters and not last.old_voters and not event.old_voters:
            self.ledger.compare(
                RaftRule.STEP,
                event,
                len(event.voters ^ last.voters) <= 1,
                f"has voters {names_shown(event.voters)} after {names_shown(last.voters)}, "
                "expected at most one to differ",
            )
        node.voters = event.voters if event.new_voters is None else event.new_voters

    def _check_kind(self, event: RaftEvent, node: RaftNode) -> None:
        match event.name:
            case "BecomeFollower" if node.is_loading:
                node.is_loading = False
                if node.starts > 1:
                    self._check_restart(event)
            case "BecomeCandidate":
                node.grants.clear()
            case "BecomeLeader":
                self._check_election(event, node)
                node.elected, node.inherited = event.term, event.log
                node.acknowledged = {event.node: event.log}
                node.pending = event.log
                self.cluster.inherited[event.term] = event.log
                self.cluster.inferred["entries that a new leader acknowledges to itself"] += 1
            case "ChangeConf":
                self.ledger.compare(
                    RaftRule.PENDING,
                    event,
                    event.commit >= node.pending,
                    f"proposes a change with commit {event.commit}, "
                    f"expected at least {node.pending}",
                )
                node.pending = event.log + 1

    def _check_restart(self, event: RaftEvent) -> None:
        """Compare the state of the disk with the node's responses that other nodes received.

        A commit may fall at a restart, because raft does not need the commit on disk.
        """
        answered = self.cluster.answered.get(event.node)
        vote = self.cluster.granted.get((event.node, event.term), event.vote)
        found = []
        if answered is not None and event.term < answered.term:
            found.append(f"term {event.term}, expected at least {answered.term}")
        if event.vote != vote:
            found.append(f"vote {event.vote} in term {event.term}, expected {vote}")
        is_same = answered is not None and event.term == answered.append_term
        if answered is not None and is_same and event.log < answered.append_index:
            found.append(f"last index {event.log}, expected at least {answered.append_index}")
        self.ledger.compare(
            RaftRule.RESTART,
            event,
            not found,
            f"restarts with {' and '.join(found)}, as its received responses tell",
        )

    def _check_election(self, event: RaftEvent, node: RaftNode) -> None:
        self.ledger.compare(
            RaftRule.ELECTION,
            event,
            has_majority(event, node.grants),
            f"becomes leader of term {event.term} with votes of {nodes_shown(node.grants)}, "
            f"expected a majority of {halves_shown(event.voters, event.old_voters)}",
        )
        earlier = (index for term, index in self.cluster.commits.items() if term < event.term)
        highest = max(earlier, default=0)
        self.ledger.compare(
            RaftRule.COMPLETE,
            event,
            event.log >= highest,
            f"becomes leader of term {event.term} with last index {event.log}, "
            f"expected at least {highest}, which was committed in an earlier term",
        )

    def _check_commit(self, event: RaftEvent, node: RaftNode, last: RaftEvent) -> None:
        if event.commit <= last.commit or node.is_starting:
            return
        if event.role != LEADER:
            self.ledger.compare(
                RaftRule.TOLD,
                event,
                event.commit <= node.told,
                f"commits {event.commit}, expected at most {node.told} as in the messages "
                "that the node received",
            )
            return
        acknowledged = {name for name, at in node.acknowledged.items() if at >= event.commit}
        self.ledger.compare(
            RaftRule.MAJORITY,
            event,
            has_majority(event, acknowledged),
            f"commits {event.commit}, acknowledged by {nodes_shown(acknowledged)}, "
            f"expected a majority of {halves_shown(event.voters, event.old_voters)}",
        )
        if node.elected == event.term:
            self.ledger.compare(
                RaftRule.OWN,
                event,
                event.commit > node.inherited,
                f"commits {event.commit}, expected at least {node.inherited + 1}, "
                f"its first entry of term {event.term}",
            )
