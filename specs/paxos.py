"""Single-decree Paxos ("Paxos Made Simple"): each clause that its proof leans on is a method.

Phase 1: a majority promises a ballot, saying how it voted. Phase 2: it votes, true to that."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated

from pcheck import Act, Actor, Cluster, Group, Id, Map, Option, Step, Value
from pcheck import act, broadcast, fixed, group, send, spec, volatile

from .consensus import CONSENSUS, Accepted, Vote, a_majority_says, a_value_is_chosen, can_be_chosen
from .learner import Learner, learning


@dataclass(frozen=True)
class Prepare:
    ballot: int


@dataclass(frozen=True)
class Promise:
    ballot: int
    last: Vote | None  # what the acceptor voted for last


@dataclass(frozen=True)
class Accept:
    vote: Vote


@dataclass(frozen=True)
class Proposer(Actor):
    wants: Value = fixed()
    acceptors: Group = fixed()
    ballots: tuple[int, ...] = fixed()
    started: int = 0  # durable: no ballot is used twice
    promises: Map[Id, Vote | None] | None = volatile(None)  # None: not in phase 1

    def offers(self) -> Iterator[Act]:
        for ballot in self.ballots[self.started : self.started + 1]:
            begun = self.but(started=self.started + 1, promises=Map())
            yield act(f"starts ballot {ballot}", begun, broadcast(self.acceptors, Prepare(ballot)))

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Promise(ballot, last) if self.promises is not None and self.counts(ballot, src):
                got = self.promises.but(src, last)
                if not self.has_quorum(got):
                    return self.but(promises=got)
                vote = Vote(ballot, self.safe_value(filter(None, got.values())))
                return self.but(promises=None), broadcast(self.acceptors, Accept(vote))
        return None

    def counts(self, ballot: int, src: Id) -> bool:
        return ballot == self.ballots[self.started - 1] and src not in (self.promises or ())

    def has_quorum(self, got: Map[Id, Vote | None]) -> bool:
        return 2 * len(got) > len(self.acceptors)

    def safe_value(self, votes: Iterable[Vote]) -> Value:
        return max(votes, default=Vote(0, self.wants)).value


@dataclass(frozen=True)
class Acceptor(Actor):
    learners: Group = fixed()
    promised: int = 0
    vote: Vote | None = None

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Prepare(ballot) if self.may_promise(ballot):
                return self.but(promised=ballot), send(src, Promise(ballot, self.vote))
            case Accept(vote) if self.may_vote(vote.ballot) and vote != self.vote:
                voted = self.but(promised=self.promise_after(vote), vote=vote)
                return voted, broadcast(self.learners, Accepted(vote))
        return None

    def may_promise(self, ballot: int) -> bool:
        return ballot > self.promised

    def may_vote(self, ballot: int) -> bool:
        return ballot >= self.promised

    def promise_after(self, vote: Vote) -> int:
        return vote.ballot


@spec
def paxos(
    acceptors: Annotated[int, Option("how many vote", min=1)] = 3,
    proposers: Annotated[int, Option("how many propose, each its own value", min=1)] = 2,
    rounds: Annotated[int, Option("how many ballots each proposer may start", min=1)] = 2,
    learners: Annotated[int, Option("how many are told of the votes", min=0)] = 0,
) -> Cluster:
    """Single-decree Paxos: at most one value is ever chosen."""
    a, p, ls = group("a", acceptors), group("p", proposers), group("l", learners)
    values = [Value(f"v{i}") for i in range(1, proposers + 1)]
    ballots = [tuple(range(i, rounds * proposers + 1, proposers)) for i in range(1, proposers + 1)]
    return Cluster(
        {
            p: lambda i: Proposer(wants=values[i - 1], acceptors=a, ballots=ballots[i - 1]),
            a: lambda i: Acceptor(learners=ls),
            ls: lambda i: Learner(acceptors=a),
        },
        properties=[*CONSENSUS, *learning(ls), *map(can_be_chosen, values)],
        milestones=[a_majority_says(Promise, "promised ballot {0.ballot}"), a_value_is_chosen],
        interchangeable=[a, ls],
    )
