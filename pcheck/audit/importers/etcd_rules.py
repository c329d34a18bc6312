"""The rules of raft for a log of etcd, how often each was compared, and what the log has shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from dataclasses import dataclass, field
from enum import Enum

from pcheck.audit.checks import Check, Fault
from pcheck.audit.importers.etcd_events import NOBODY, RaftEvent, RaftMessage


class RaftRule(Enum):
    """A rule that raft guarantees: its name and its meaning."""

    SENT = (
        "received messages were sent",
        "A node receives a message at most as often as equal messages were sent to the node. "
        "A network that duplicates messages breaks this rule.",
    )
    TRUE = (
        "messages tell the sender's state",
        "A message carries the name and the term of its sender, and no index beyond the sender's "
        "log or commit. Only leaders append, and only candidates ask for votes.",
    )
    ANSWER = (
        "responses answer requests",
        "A response follows the request that it answers, and acknowledges at most the entries "
        "of the request or the committed entries.",
    )
    TERM = ("terms never fall", "The term of a node never falls between two starts of the node.")
    VOTE = (
        "one vote a term",
        "A node votes for at most one node in a term: for itself as a candidate, or for the node "
        "that it grants its vote.",
    )
    GRANT = (
        "granted votes are unique",
        "A node grants its vote in a term to one node at most, also across a restart.",
    )
    ELECTION = (
        "leaders have votes",
        "A node that becomes leader has received granted votes of its term from a majority of its "
        "configuration, or of both configurations while the configuration is joint.",
    )
    LEADER = ("one leader a term", "At most one node is leader in a term.")
    COMPLETE = (
        "leaders have the committed entries",
        "The log of a new leader reaches every index that was committed in an earlier term.",
    )
    APPEND = ("leaders only append", "The log of a leader never gets shorter during its term.")
    COMMIT = ("commits never fall", "The commit of a node never falls between two starts.")
    WITHIN = ("commits are in the log", "The commit of a node is at most its last index.")
    MAJORITY = (
        "commits are acknowledged",
        "A leader commits an index only when a majority of its configuration acknowledged that "
        "index in its term, or a majority of both configurations while these are joint.",
    )
    OWN = (
        "leaders commit an entry of their term",
        "A leader commits no index below the first entry of its own term.",
    )
    TOLD = (
        "followers commit what they were told",
        "A node that is not leader commits at most an index that a received message carries.",
    )
    HEARTBEAT = (
        "heartbeats commit acknowledged entries",
        "A heartbeat tells a follower to commit at most what the follower acknowledged to this "
        "leader. Otherwise the follower could commit an entry of its own that the leader replaces.",
    )
    ENTRY = (
        "entries have one term",
        "All messages of a leader, and all about a committed entry, give an entry the same term. "
        "A leader gives its own term to its own entries, and lower terms to older entries.",
    )
    AFTER = (
        "entries follow an equal entry",
        "A node accepts entries only if its own entry before these has the index and the term that "
        "the leader gives, where the log tells the term of that entry.",
    )
    APPLY = (
        "configurations are applied",
        "The configuration of a node changes only by ApplyConfChange, to the applied voters.",
    )
    STEP = (
        "one voter at a time",
        "A change that is not joint adds or removes at most one voter.",
    )
    PENDING = (
        "one pending change",
        "A leader proposes a change of the configuration only after it committed its earlier "
        "change and every entry from before its election. "
        "Nodes with DisableConfChangeValidation break this rule.",
    )
    RESTART = (
        "restarts keep what was answered",
        "After a restart a node still has the term, the votes and the entries of its earlier "
        "MsgVoteResp and MsgAppResp that other nodes received.",
    )


class Ledger:
    """The comparisons: how often each rule was compared, and the faults."""

    def __init__(self) -> None:
        self.times: Counter[RaftRule] = Counter()
        self.faults: dict[RaftRule, list[Fault]] = {rule: [] for rule in RaftRule}

    def compare(self, rule: RaftRule, event: RaftEvent, holds: bool, text: str) -> None:
        self.times[rule] += 1
        if not holds:
            self.faults[rule].append(Fault(event.place, f"{event.name}: node {event.node} {text}."))

    def checks(self) -> tuple[Check, ...]:
        return tuple(
            Check(*rule.value, times=self.times[rule], faults=tuple(self.faults[rule]))
            for rule in RaftRule
        )


class KnownEntries:
    """The terms of the entries of a node, where the log tells these, as ranges of indexes."""

    def __init__(self) -> None:
        self._ranges = [(0, 0, 0)]  # first index, last index, term; by rising index

    def term_of(self, index: int) -> int | None:
        for first, last, term in reversed(self._ranges):
            if first <= index <= last:
                return term
            if last < index:
                break
        return None

    def replace(self, first: int, last: int, term: int) -> None:
        """Forget the entries from `first` on, and note the term of `first` to `last`."""
        while self._ranges and self._ranges[-1][1] >= first:
            start, _, old = self._ranges.pop()
            if start < first:
                self._ranges.append((start, first - 1, old))
        if last < first:
            return
        if self._ranges and self._ranges[-1][1:] == (first - 1, term):
            first = self._ranges.pop()[0]
        self._ranges.append((first, last, term))


@dataclass
class RaftNode:
    """A node since its last start, as the log shows the node."""

    starts: int = 0
    last: RaftEvent | None = None
    is_starting: bool = True  # until the first event that is not part of a start
    is_loading: bool = True  # until the first BecomeFollower, which has the state of the disk
    vote: str = NOBODY  # that the next event of the same term has to show
    told: int = 0  # the highest index that a received message allows to commit
    request: RaftMessage | None = None  # received, and not yet answered
    commit_at_request: int = 0
    entries: KnownEntries = field(default_factory=KnownEntries)
    grants: set[str] = field(default_factory=set)  # nodes that voted for this candidate
    acknowledged: dict[str, int] = field(default_factory=dict)  # by follower, in a leader's term
    elected: int = 0  # the term of the last BecomeLeader
    inherited: int = 0  # the last index from before that election
    pending: int = 0  # the index to commit before the next change of the configuration
    voters: frozenset[str] = frozenset()  # that the next event has to show


@dataclass
class Answered:
    """The facts about a node that other nodes learned from its received responses."""

    term: int = 0
    append_term: int = 0
    append_index: int = 0  # the highest index acknowledged in `append_term`

    def add(self, message: RaftMessage, is_append: bool) -> None:
        self.term = max(self.term, message.term)
        if is_append and message.term >= self.append_term:
            is_new = message.term > self.append_term
            self.append_index = message.index if is_new else max(self.append_index, message.index)
            self.append_term = message.term


@dataclass
class RaftCluster:
    """All nodes, and what holds for the nodes together."""

    nodes: dict[str, RaftNode] = field(default_factory=dict)
    leaders: dict[int, set[str]] = field(default_factory=dict)  # by term
    inherited: dict[int, int] = field(default_factory=dict)  # by term, the leader's last old index
    commits: dict[int, int] = field(default_factory=dict)  # the highest commit by term
    answered: dict[str, Answered] = field(default_factory=dict)
    granted: dict[tuple[str, int], str] = field(default_factory=dict)  # received votes
    in_flight: Counter[RaftMessage] = field(default_factory=Counter)
    leader_entries: dict[tuple[int, int], int] = field(default_factory=dict)  # (term, index): term
    committed_entries: dict[int, int] = field(default_factory=lambda: {0: 0})  # index: term
    inferred: Counter[str] = field(default_factory=Counter)


def has_majority(event: RaftEvent, nodes: Set[str]) -> bool:
    """Return whether the nodes are a majority of the configuration, of both halves if joint."""
    halves = [half for half in (event.voters, event.old_voters) if half]
    return bool(halves) and all(2 * len(half & nodes) > len(half) for half in halves)


def nodes_shown(nodes: Set[str]) -> str:
    """Return the names of nodes: `node 2`, `nodes 1, 2` or `no node`."""
    names = names_shown(nodes)
    return f"{'node' if len(nodes) == 1 else 'nodes'} {names}" if nodes else "no node"


def names_shown(nodes: Set[str]) -> str:
    """Return the names of nodes, shorter names first, so that 10 follows 9."""
    return ", ".join(sorted(nodes, key=lambda name: (len(name), name)))


def halves_shown(voters: Set[str], old_voters: Set[str]) -> str:
    """Return the voters of a configuration, and the old voters if the configuration is joint."""
    return (
        f"{nodes_shown(voters)} and of {nodes_shown(old_voters)}"
        if old_voters
        else nodes_shown(voters)
    )
