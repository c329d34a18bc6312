"""Paxos with refusals: an acceptor answers every message, and a refused proposer tries again.

A proposer waits for the answers of all acceptors. If a quorum did not agree, it starts a higher
ballot. Two proposers can outbid each other like this for ever: they duel."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from pcheck import Action, Actor, Cluster, Group, Id, Map, Option, Property, Seen, Step, Value
from pcheck import action, broadcast, can_avoid, fixed, group, send, spec, volatile

from .consensus import CONSENSUS, Accepted, Promise, Vote
from .consensus import a_majority_says, a_value_is_chosen, chosen
from .paxos import Accept, Prepare


@dataclass(frozen=True)
class Refusal:
    """An acceptor promised a higher ballot than the one that it refuses."""

    ballot: int
    promised: int


Answer: TypeAlias = Promise | Accepted | Refusal


@dataclass(frozen=True)
class Proposer(Actor):
    wants: Value = fixed()
    acceptors: Group = fixed()
    proposers: int = fixed()
    number: int = fixed()  # among the proposers, from 1
    rounds: int = fixed()  # 0: without a limit
    ballot: int = 0  # durable, so no ballot is used twice
    outbid: int = 0  # the highest ballot that an acceptor named in a refusal
    votes: bool = volatile(False)  # in phase 2
    answers: Map[Id, Answer] | None = volatile(None)  # None: not waiting for answers

    def actions(self) -> Iterator[Action]:
        ballot = self.next_ballot()
        if self.answers is None and (not self.rounds or ballot <= self.rounds * self.proposers):
            begun = self.but(ballot=ballot, votes=False, answers=Map())
            yield action(
                f"starts ballot {ballot}", begun, broadcast(self.acceptors, Prepare(ballot))
            )

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Refusal(ballot) if self.waits_for(ballot, src):
                return self.with_answer(msg, src)
            case Promise(ballot) if not self.votes and self.waits_for(ballot, src):
                return self.with_answer(msg, src)
            case Accepted(Vote(ballot)) if self.votes and self.waits_for(ballot, src):
                return self.with_answer(msg, src)
        return None

    def waits_for(self, ballot: int, src: Id) -> bool:
        return self.answers is not None and ballot == self.ballot and src not in self.answers

    def with_answer(self, msg: Answer, src: Id) -> Step:
        """A proposer waits for all answers, so that its old messages do not pile up."""
        outbid = max(self.outbid, msg.promised if isinstance(msg, Refusal) else 0)
        got = (Map() if self.answers is None else self.answers).but(src, msg)
        if len(got) < len(self.acceptors):
            return self.but(outbid=outbid, answers=got)
        agreed = [each for each in got.values() if not isinstance(each, Refusal)]
        if 2 * len(agreed) <= len(self.acceptors):
            return self.but(outbid=outbid, votes=False, answers=None)
        if self.votes:
            return self.but(outbid=outbid, answers=got)  # it knows that a value is chosen
        reported = [each.last for each in agreed if isinstance(each, Promise) and each.last]
        return self.asks(reported, outbid)

    def asks(self, reported: list[Vote], outbid: int) -> Step:
        """A proposer asks for the value of the reported vote with the highest ballot, because that
        value may be chosen. Without reported votes, the proposer asks for its own value."""
        vote = Vote(self.ballot, max(reported, default=Vote(0, self.wants)).value)
        asked = self.but(outbid=outbid, votes=True, answers=Map())
        return asked, broadcast(self.acceptors, Accept(vote))

    def next_ballot(self) -> int:
        """The proposers take turns, so no two of them start the same ballot."""
        above = max(self.ballot, self.outbid)
        return above + 1 + (self.number - above - 1) % self.proposers


@dataclass(frozen=True)
class Acceptor(Actor):
    promised: int = 0  # durable, like the vote: an acceptor must not forget a promise
    vote: Vote | None = None  # the latest vote, whose value may be chosen

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Prepare(ballot) if ballot > self.promised:
                return self.but(promised=ballot), send(src, Promise(ballot, self.vote))
            case Accept(vote) if vote.ballot >= self.promised and vote != self.vote:
                return self.but(promised=vote.ballot, vote=vote), send(src, Accepted(vote))
            case Prepare(ballot) | Accept(Vote(ballot)) if ballot < self.promised:
                return self, send(src, Refusal(ballot, self.promised))
        return None


def choosing_cannot_be_avoided(proposers: int) -> Property:
    """Return the question whether an execution can avoid that a value is chosen."""

    def test(seen: Seen) -> bool:
        """Sooner or later a value is chosen."""
        return bool(chosen(seen))

    ordered = "ballot", "outbid", "promised"
    name = "choosing_cannot_be_avoided"
    return can_avoid(sees=[Accepted], ordered=ordered, step=proposers, name=name)(test)


@spec
def retrying_paxos(
    acceptors: Annotated[int, Option("number of acceptors", min=1)] = 3,
    proposers: Annotated[int, Option("number of proposers, each with its own value", min=1)] = 2,
    rounds: Annotated[int, Option("number of ballots per proposer (0: no limit)", min=0)] = 1,
) -> Cluster:
    """Paxos with refusals: at most one value is ever chosen, but proposers can duel for ever."""
    a, p = group("a", acceptors), group("p", proposers)
    return Cluster(
        {
            p: lambda i: Proposer(
                wants=Value(f"v{i}"), acceptors=a, proposers=proposers, number=i, rounds=rounds
            ),
            a: lambda i: Acceptor(),
        },
        properties=[*CONSENSUS, choosing_cannot_be_avoided(proposers)],
        milestones=[
            a_majority_says(Promise, "promised ballot {0.ballot}"),
            a_value_is_chosen,
        ],
        interchangeable=[a],
    )
