"""Single-decree Paxos ("Paxos Made Simple"): each clause that the proof needs is a method.

Phase 1: acceptors promise a ballot and report votes. Phase 2: acceptors vote for a safe value."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from pcheck import Action, Actor, Cluster, Group, Id, Map, Option, Step, Value
from pcheck import action, broadcast, fixed, group, send, spec, volatile

from .consensus import Accepted, Promise, Vote, ballots_of, can_be_chosen
from .learner import Learner, learning
from .progress import can_still_choose
from .quorums import a_quorum_says, a_value_is_chosen_by, consensus_by, quorum_of_size


@dataclass(frozen=True)
class Prepare:
    ballot: int


@dataclass(frozen=True)
class Accept:
    vote: Vote


Promises: TypeAlias = Map[Id, Vote | None]  # from each acceptor the vote that it reported


@dataclass(frozen=True)
class Proposer(Actor):
    wants: Value = fixed()
    acceptors: Group = fixed()
    ballots: tuple[int, ...] = fixed()
    quorum: int = fixed()
    started: int = 0  # durable, so no ballot is used twice
    promises: Promises | None = volatile(None)  # None: not in phase 1

    def actions(self) -> Iterator[Action]:
        if self.started < len(self.ballots):
            ballot = self.ballot(self.started + 1)
            begun = self.but(started=self.started + 1, promises=Map())
            prepare = broadcast(self.acceptors, Prepare(ballot))
            yield action(f"starts ballot {ballot}", begun, prepare)

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
        """No two proposers start the same ballot, so all votes in a ballot are for one value."""
        return self.ballots[nth - 1]

    def counts(self, ballot: int, src: Id) -> bool:
        """Promises for older ballots do not count. Otherwise a proposer could miss later votes."""
        return ballot == self.ballot(self.started) and src not in (self.promises or ())

    def with_promise(self, got: Promises, src: Id, last: Vote | None) -> Promises:
        """Each acceptor counts once. Otherwise one acceptor could look like a quorum."""
        return got.but(src, last)

    def has_quorum(self, got: Promises) -> bool:
        """A quorum must promise. Otherwise votes for a chosen value could go unreported."""
        return len(got) >= self.quorum

    def safe_value(self, votes: Iterable[Vote]) -> Value:
        """A proposer asks for the value of the reported vote with the highest ballot, because that
        value may be chosen. Without reported votes, the proposer asks for its own value."""
        return max(votes, default=Vote(0, self.wants)).value


@dataclass(frozen=True)
class Acceptor(Actor):
    learners: Group = fixed()
    promised: int = 0  # durable, like the vote: an acceptor must not forget a promise
    vote: Vote | None = None  # the latest vote, whose value may be chosen

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Prepare(ballot) if self.may_promise(ballot):
                return self.but(promised=ballot), send(src, Promise(ballot, self.reported(ballot)))
            case Accept(vote) if self.may_vote(vote.ballot) and vote != self.vote:
                voted = self.but(promised=self.promise_after(vote), vote=self.kept(vote))
                return voted, broadcast(self.learners, Accepted(vote))
        return None

    def may_promise(self, ballot: int) -> bool:
        """The promised ballot only grows. Otherwise a vote could break an earlier promise."""
        return ballot > self.promised

    def may_vote(self, ballot: int) -> bool:
        """An acceptor never votes below its promised ballot. Otherwise the proposer that holds the
        promise would not know of the vote."""
        return ballot >= self.promised

    def promise_after(self, vote: Vote) -> int:
        """A vote is also a promise. Otherwise the acceptor could vote in a lower ballot later and
        report that vote instead of this one."""
        return vote.ballot

    def reported(self, ballot: int) -> Vote | None:
        """A promise reports the acceptor's latest vote, with the ballot of the vote. Otherwise the
        proposer could miss a value that may be chosen."""
        return self.vote

    def kept(self, vote: Vote) -> Vote:
        """An acceptor keeps its latest vote. Otherwise its promises would report an older vote."""
        return vote


@spec
def paxos(
    acceptors: Annotated[int, Option("number of acceptors", min=1)] = 3,
    proposers: Annotated[int, Option("number of proposers, each with its own value", min=1)] = 2,
    rounds: Annotated[int, Option("number of ballots per proposer", min=1)] = 2,
    learners: Annotated[int, Option("number of learners", min=0)] = 0,
    promise_quorum: Annotated[int, Option("promises a proposer needs (0: a majority)", min=0)] = 0,
    vote_quorum: Annotated[int, Option("votes that choose a value (0: a majority)", min=0)] = 0,
) -> Cluster:
    """Single-decree Paxos: at most one value is ever chosen."""
    a, p, ls = group("a", acceptors), group("p", proposers), group("l", learners)
    promises = promise_quorum or acceptors // 2 + 1
    votes = vote_quorum or acceptors // 2 + 1
    promising, voting = (quorum_of_size(size, acceptors) for size in (promises, votes))
    ballots = [ballots_of(i, proposers, rounds) for i in range(1, proposers + 1)]
    values = [Value(f"v{i}") for i in range(1, proposers + 1)]
    reachable = [can_be_chosen(value, votes) for value in values] + can_still_choose(voting)
    return Cluster(
        {
            p: lambda i: Proposer(
                wants=values[i - 1], acceptors=a, ballots=ballots[i - 1], quorum=promises
            ),
            a: lambda i: Acceptor(learners=ls),
            ls: lambda i: Learner(quorum=votes, others=ls),
        },
        properties=[*consensus_by(voting), *learning(ls, votes), *reachable],
        milestones=[
            a_quorum_says(promising, Promise, "promised ballot {0.ballot}"),
            a_value_is_chosen_by(lambda _: voting),
        ],
        interchangeable=[a, ls],
    )
