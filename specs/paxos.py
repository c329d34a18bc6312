"""Single-decree Paxos ("Paxos Made Simple"): each clause that its proof leans on is a method.

Phase 1: a majority promises a ballot, saying how it voted. Phase 2: it votes, true to that."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from pcheck import Action, Actor, Cluster, Group, Id, Map, Option, Step, Value
from pcheck import action, broadcast, fixed, group, send, spec, volatile

from .consensus import CONSENSUS, Accepted, Vote, a_majority_says, a_value_is_chosen
from .consensus import ballots_of, can_be_chosen
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


Promises: TypeAlias = Map[Id, Vote | None]  # from whom, and how they voted last


@dataclass(frozen=True)
class Proposer(Actor):
    wants: Value = fixed()
    acceptors: Group = fixed()
    ballots: tuple[int, ...] = fixed()
    quorum: int = fixed()
    started: int = 0  # durable: no ballot is used twice
    promises: Promises | None = volatile(None)  # None: not in phase 1

    def actions(self) -> Iterator[Action]:
        if self.started < len(self.ballots):
            ballot = self.ballot(self.started + 1)
            begun = self.but(started=self.started + 1, promises=Map())
            yield action(
                f"starts ballot {ballot}", begun, broadcast(self.acceptors, Prepare(ballot))
            )

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Promise(ballot, last) if self.promises is not None and self.counts(ballot, src):
                got = self.with_promise(self.promises, src, last)
                return self.asks(got) if self.has_quorum(got) else self.but(promises=got)
        return None

    def asks(self, got: Promises) -> Step:
        vote = Vote(self.ballot(self.started), self.safe_value(filter(None, got.values())))
        return self.but(promises=None), broadcast(self.acceptors, Accept(vote))

    def ballot(self, nth: int) -> int:
        """No two proposers start the same ballot: so all votes in one are for the same value."""
        return self.ballots[nth - 1]

    def counts(self, ballot: int, src: Id) -> bool:
        """Only promises of this ballot: who promised an older one may have voted since."""
        return ballot == self.ballot(self.started) and src not in (self.promises or ())

    def with_promise(self, got: Promises, src: Id, last: Vote | None) -> Promises:
        """An acceptor counts once, however often its promise arrives."""
        return got.but(src, last)

    def has_quorum(self, got: Promises) -> bool:
        """A majority must have promised: whatever was chosen, one of them voted for it."""
        return len(got) >= self.quorum

    def safe_value(self, votes: Iterable[Vote]) -> Value:
        """The value of the highest vote that it is told of: it may be chosen. Else its own."""
        return max(votes, default=Vote(0, self.wants)).value


@dataclass(frozen=True)
class Acceptor(Actor):
    learners: Group = fixed()
    promised: int = 0  # durable, as the vote is: a promise is for good
    vote: Vote | None = None  # the last one: it may be part of what is chosen

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Prepare(ballot) if self.may_promise(ballot):
                return self.but(promised=ballot), send(src, Promise(ballot, self.reported(ballot)))
            case Accept(vote) if self.may_vote(vote.ballot) and vote != self.vote:
                voted = self.but(promised=self.promise_after(vote), vote=self.kept(vote))
                return voted, broadcast(self.learners, Accepted(vote))
        return None

    def may_promise(self, ballot: int) -> bool:
        """A promise is for good: it promises only a ballot above all that it promised before."""
        return ballot > self.promised

    def may_vote(self, ballot: int) -> bool:
        """It votes in no ballot below one that it promised: who has the promise counts on it."""
        return ballot >= self.promised

    def promise_after(self, vote: Vote) -> int:
        """To vote in a ballot is to promise it: else it could vote in a lower one afterwards, and
        that vote would hide this one from whoever asks how it voted."""
        return vote.ballot

    def reported(self, ballot: int) -> Vote | None:
        """A promise tells of the vote that was given last, and of its ballot: it may be chosen."""
        return self.vote

    def kept(self, vote: Vote) -> Vote:
        """It keeps the vote that it gave last, which is of the highest ballot."""
        return vote


@spec
def paxos(
    acceptors: Annotated[int, Option("how many vote", min=1)] = 3,
    proposers: Annotated[int, Option("how many propose, each its own value", min=1)] = 2,
    rounds: Annotated[int, Option("how many ballots each proposer may start", min=1)] = 2,
    learners: Annotated[int, Option("how many are told of votes, and tell each other", min=0)] = 0,
    promise_quorum: Annotated[
        int, Option("promises that let ask for votes; 0: a majority", min=0)
    ] = 0,
    vote_quorum: Annotated[int, Option("votes that a learner waits for; 0: a majority", min=0)] = 0,
) -> Cluster:
    """Single-decree Paxos: at most one value is ever chosen."""
    a, p, ls = group("a", acceptors), group("p", proposers), group("l", learners)
    majority = acceptors // 2 + 1
    to_ask, to_learn = promise_quorum or majority, vote_quorum or majority
    ballots = [ballots_of(i, proposers, rounds) for i in range(1, proposers + 1)]
    values = [Value(f"v{i}") for i in range(1, proposers + 1)]
    return Cluster(
        {
            p: lambda i: Proposer(
                wants=values[i - 1], acceptors=a, ballots=ballots[i - 1], quorum=to_ask
            ),
            a: lambda i: Acceptor(learners=ls),
            ls: lambda i: Learner(quorum=to_learn, others=ls),
        },
        properties=[*CONSENSUS, *learning(ls, to_learn), *map(can_be_chosen, values)],
        milestones=[a_majority_says(Promise, "promised ballot {0.ballot}"), a_value_is_chosen],
        interchangeable=[a, ls],
    )
