"""Raft ("In Search of an Understandable Consensus Algorithm"): elections and commitment.

The spec follows figure 2 of the paper with these simplifications. AppendEntries carries one entry;
Committed replaces an AppendEntries without entries. A leader sends its whole log and does not
search for nextIndex. Servers do not send refusals, and a timeout may occur at any time. The spec
covers every execution of Raft: a message that Raft does not send may stay in flight forever."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Self

from pcheck import Action, Actor, Cluster, Group, Id, Map, Option, Send, Set, Step
from pcheck import action, broadcast, fixed, group, send, spec, volatile

from .raft_messages import AppendEntries, Appended, Committed, Log, RequestVote, Vote
from .raft_safety import a_server_leads, is_committed, raft_safety


@dataclass(frozen=True)
class Server(Actor):
    """A server: a follower, a candidate (counting votes) or a leader (counting copies)."""

    others: Group = fixed()
    terms: int = fixed()
    entries: int = fixed()
    term: int = 0  # durable, like the vote and the log: others rely on its answers
    voted_for: Id | None = None
    log: Log = ()
    votes: Set[Id] | None = volatile(None)  # the servers that voted for it; None: not a candidate
    stored: Map[Id, int] | None = volatile(None)  # matchIndex of the paper; None: not a leader
    committed: int = volatile(0)  # commitIndex of the paper

    def actions(self) -> Iterator[Action]:
        if self.stored is not None and len(self.log) < self.entries:
            leader = self.but(log=(*self.log, self.term))
            yield action("takes a command", leader, leader.sends_entry(len(leader.log)))
        if self.stored is None and self.term < self.terms:
            candidate = self.in_term(self.term + 1).but(voted_for=self.me, votes=Set((self.me,)))
            request = RequestVote(candidate.term, self.term_at(len(self.log)), len(self.log))
            label = f"starts an election in term {candidate.term}"
            yield action(label, candidate, broadcast(self.others, request))

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case RequestVote(term) | AppendEntries(term) | Committed(term) if self.is_current(term):
                return (self if term == self.term else self.in_term(term)).answers(msg, src)
            case Vote(term) if self.votes is not None and self.counts(term):
                votes = self.votes.plus(src)
                return self.leads() if self.is_majority(len(votes)) else self.but(votes=votes)
            case Appended(term, index) if self.stored is not None and self.counts(term):
                if index > max(self.committed, self.stored.get(src, 0)):
                    leader = self.but(stored=self.stored.but(src, index))
                    return leader.commits(index) if leader.may_commit(index) else leader
        return None

    def answers(self, msg: object, src: Id) -> Step:
        match msg:
            case RequestVote(_, last, at) if self.may_vote(src) and self.is_up_to_date(last, at):
                return self.but(voted_for=src), send(src, Vote(self.term))
            case AppendEntries(term, prev, prev_term, entry) if self.matches(prev, prev_term):
                stores = self.but(votes=None, log=self.log_after(prev, entry))
                return stores, send(src, Appended(term, prev + 1))
            case Committed(_, index, entry) if self.term_at(index) == entry:
                return self.commits(index)
        return self

    def leads(self) -> Step:
        whole_log = map(self.sends_entry, range(1, len(self.log) + 1))
        return self.but(votes=None, stored=Map()), *whole_log

    def sends_entry(self, index: int) -> Send:
        previous, entry = self.term_at(index - 1), self.term_at(index)
        return broadcast(self.others, AppendEntries(self.term, index - 1, previous, entry))

    def commits(self, index: int) -> Step:
        receivers = () if self.stored is None else self.others  # a follower informs only its client
        new = range(self.committed + 1, index + 1)
        sent = [broadcast(receivers, Committed(self.term, i, self.term_at(i))) for i in new]
        return self.but(committed=max(self.committed, index)), *sent

    def term_at(self, index: int) -> int:
        return self.log[index - 1] if 0 < index <= len(self.log) else 0

    def is_current(self, term: int) -> bool:
        """A server ignores leaders and candidates of older terms. Otherwise the server could obey a
        leader that a majority has already replaced."""
        return term >= self.term

    def in_term(self, term: int) -> Self:
        """A server that sees a higher term becomes a follower with a new vote. Otherwise a leader
        could lead a term in which no majority elected it."""
        return self.but(term=term, voted_for=None, votes=None, stored=None)

    def may_vote(self, candidate: Id) -> bool:
        """A server votes once per term. Otherwise one term could have two elected leaders."""
        return self.voted_for in (None, candidate)

    def is_up_to_date(self, last_term: int, last_index: int) -> bool:
        """A server votes only for a log at least as up-to-date as its own, by last term, then
        by length. Otherwise a candidate without a committed entry could be elected."""
        return (last_term, last_index) >= (self.term_at(len(self.log)), len(self.log))

    def is_majority(self, servers: int) -> bool:
        """A majority is more than half of all servers. Otherwise the voters of two leaders, or the
        voters of a leader and the servers that store an entry, could be disjoint."""
        return 2 * servers > len(self.others) + 1

    def counts(self, term: int) -> bool:
        """Only answers of the current term count. Otherwise old votes could win a new election."""
        return term == self.term

    def matches(self, index: int, term: int) -> bool:
        """A follower stores an entry only behind the entry that precedes it in the leader's log.
        Otherwise the follower could confirm earlier entries that it does not have."""
        return self.term_at(index) == term

    def log_after(self, prev: int, entry: int) -> Log:
        """A follower cuts off its log only at an entry that differs from the leader's. Otherwise a
        delayed message could remove entries that were stored later."""
        return self.log if self.term_at(prev + 1) == entry else (*self.log[:prev], entry)

    def may_commit(self, index: int) -> bool:
        """A leader counts copies only of entries of its own term, and commits earlier entries with
        them. Otherwise a later leader could overwrite a committed entry (figure 8)."""
        copies = 1 + sum(stored >= index for stored in (self.stored or {}).values())
        return self.is_majority(copies) and self.term_at(index) == self.term


@spec
def raft(
    servers: Annotated[int, Option("number of servers", min=2)] = 3,
    terms: Annotated[int, Option("number of terms", min=1)] = 2,
    entries: Annotated[int, Option("maximum number of commands in a log", min=1)] = 2,
) -> Cluster:
    """Raft: each term has at most one leader, and no committed entry is ever lost."""
    s = group("s", servers)
    return Cluster(
        {s: lambda i: Server(others=s.without(s.ids[i - 1]), terms=terms, entries=entries)},
        properties=raft_safety(terms, entries),
        milestones=[a_server_leads, is_committed],
        interchangeable=[s],
    )
