"""Raft ("In Search of an Understandable Consensus Algorithm"): elections, and what is committed.

As its figure 2, but AppendEntries carries one entry, and Committed stands for one without entries;
a leader sends all that it has, instead of looking for nextIndex; nobody refuses aloud; a time-out
comes at any time. No run of Raft is lost by it: what is not needed may be late for ever."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Self

from pcheck import Action, Actor, Cluster, Group, Id, Map, Option, Send, Set, Step
from pcheck import action, broadcast, fixed, group, send, spec, volatile

from .raft_safety import AppendEntries, Committed, Log, a_server_leads, is_committed, raft_safety


@dataclass(frozen=True)
class RequestVote:
    term: int
    last_term: int
    last_index: int


@dataclass(frozen=True)
class Vote:
    term: int


@dataclass(frozen=True)
class Appended:
    term: int
    index: int  # up to here the log is the leader's


@dataclass(frozen=True)
class Server(Actor):
    """A follower; a candidate while it counts votes; a leader while it counts who has stored."""

    others: Group = fixed()
    terms: int = fixed()
    entries: int = fixed()
    term: int = 0  # durable, as the vote and the log are: others rely on what it answered
    voted_for: Id | None = None
    log: Log = ()
    votes: Set[Id] | None = volatile(None)  # None: no candidate
    stored: Map[Id, int] | None = volatile(None)  # matchIndex; None: no leader
    committed: int = volatile(0)  # commitIndex

    def actions(self) -> Iterator[Action]:
        if self.stored is not None and len(self.log) < self.entries:
            took = self.but(log=(*self.log, self.term))
            yield action("takes a command", took, took.shows(len(took.log)))
        if self.stored is None and self.term < self.terms:
            runs = self.in_term(self.term + 1).but(voted_for=self.me, votes=Set((self.me,)))
            asks = RequestVote(runs.term, self.term_at(len(self.log)), len(self.log))
            yield action(
                f"starts an election in term {runs.term}", runs, broadcast(self.others, asks)
            )

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case RequestVote(term) | AppendEntries(term) | Committed(term) if self.is_current(term):
                return (self if term == self.term else self.in_term(term)).answers(msg, src)
            case Vote(term) if self.votes is not None and self.counts(term):
                votes = self.votes.plus(src)
                return self.leads() if self.is_majority(len(votes)) else self.but(votes=votes)
            case Appended(term, index) if self.stored is not None and self.counts(term):
                if index > max(self.committed, self.stored.get(src, 0)):
                    told = self.but(stored=self.stored.but(src, index))
                    return told.commits(index) if told.may_commit(index) else told
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
        return self.but(votes=None, stored=Map()), *map(self.shows, range(1, len(self.log) + 1))

    def shows(self, at: int) -> Send:
        shown = AppendEntries(self.term, at - 1, self.term_at(at - 1), self.term_at(at))
        return broadcast(self.others, shown)

    def commits(self, index: int) -> Step:
        to = () if self.stored is None else self.others  # a follower tells its client alone
        new = range(self.committed + 1, index + 1)
        said = [broadcast(to, Committed(self.term, i, self.term_at(i))) for i in new]
        return self.but(committed=max(self.committed, index)), *said

    def term_at(self, index: int) -> int:
        return self.log[index - 1] if 0 < index <= len(self.log) else 0

    def is_current(self, term: int) -> bool:
        """Who leads an older term, or asks to, comes too late: a majority may have moved on."""
        return term >= self.term

    def in_term(self, term: int) -> Self:
        """In a higher term it follows, and has a new vote: it was elected in another one."""
        return self.but(term=term, voted_for=None, votes=None, stored=None)

    def may_vote(self, candidate: Id) -> bool:
        """One vote a term: two majorities have a server in common, which would have given two."""
        return self.voted_for in (None, candidate)

    def is_up_to_date(self, last_term: int, last_index: int) -> bool:
        """Later last term, then length: a majority that stored an entry elects nobody without."""
        return (last_term, last_index) >= (self.term_at(len(self.log)), len(self.log))

    def is_majority(self, servers: int) -> bool:
        """Who elects has a server in common with who elects another, and with who has stored."""
        return 2 * servers > len(self.others) + 1

    def counts(self, term: int) -> bool:
        """Only answers of this term: a vote in an older one is none in this."""
        return term == self.term

    def matches(self, index: int, term: int) -> bool:
        """Its log is the leader's up to here: who has the same entry has the same before it."""
        return self.term_at(index) == term

    def log_after(self, prev: int, entry: int) -> Log:
        """It cuts off only what is not the leader's: an old message takes nothing back."""
        return self.log if self.term_at(prev + 1) == entry else (*self.log[:prev], entry)

    def may_commit(self, index: int) -> bool:
        """Figure 8: an entry of an older term that a majority has stored can still be lost to one
        of a term between. One of this term cannot, and what is before it is as safe."""
        has = 1 + sum(at >= index for at in (self.stored or {}).values())
        return self.is_majority(has) and self.term_at(index) == self.term


@spec
def raft(
    servers: Annotated[int, Option("how many elect and store", min=2)] = 3,
    terms: Annotated[int, Option("how many terms there may be", min=1)] = 2,
    entries: Annotated[int, Option("how many commands a log may hold", min=1)] = 2,
) -> Cluster:
    """Raft: at most one leader a term, and no committed entry is ever lost."""
    s = group("s", servers)
    return Cluster(
        {s: lambda i: Server(others=s.without(s.ids[i - 1]), terms=terms, entries=entries)},
        properties=raft_safety(terms, entries),
        milestones=[a_server_leads, is_committed],
        interchangeable=[s],
    )
