"""Fast Paxos (Lamport 2006): in a fast ballot acceptors vote for what proposers send to them.

The algorithm is Paxos with one addition. In a fast ballot in which any value is safe, the proposer
lets each acceptor vote for the first proposal that arrives, which saves a message. If proposals
collide, the proposer of a higher ballot must find the value that may be chosen.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from pcheck import Action, Cluster, Id, Option, Set, Step, Value
from pcheck import action, broadcast, either, fixed, group, spec

from .collision import a_collision, chosen_after_a_collision, chosen_fast
from .consensus import Promise, Vote, ballots_of, validity
from .paxos import Accept, Acceptor, Promises, Proposer
from .quorums import Quorum, a_quorum_says, a_value_is_chosen_by, agreement_by, some_value_chosen_by


@dataclass(frozen=True)
class Propose:
    value: Value


@dataclass(frozen=True)
class Any:
    """A proposer lets acceptors vote in a ballot for the first proposal that they receive."""

    ballot: int


@dataclass(frozen=True)
class FastProposer(Proposer):
    """A node that proposes a value to the acceptors and coordinates its own ballots."""

    fast: int = fixed()  # ballots up to this number are fast
    fast_quorum: int = fixed()
    proposed: bool = False

    def actions(self) -> Iterator[Action]:
        yield from super().actions()
        if not self.proposed:
            proposal = broadcast(self.acceptors, Propose(self.wants))
            yield action(f"proposes {self.wants}", self.but(proposed=True), proposal)

    def asks(self, got: Promises) -> Step:
        ballot, after = self.ballot(self.started), self.but(promises=None)
        votes = self.counted_votes([vote for vote in got.values() if vote is not None])
        reported = Set(vote.value for vote in votes)
        forced = [value for value in reported if self.must_pick(value, votes, got)]
        if self.may_open(ballot, forced):
            return after, broadcast(self.acceptors, Any(ballot))
        ways = [
            (f"picks {value}", (after, broadcast(self.acceptors, Accept(Vote(ballot, value)))))
            for value in forced or reported.plus(self.wants)
        ]
        return either(*ways)

    def may_open(self, ballot: int, forced: list[Value]) -> bool:
        """A fast ballot opens only if no value is forced. Otherwise two values could be chosen."""
        return ballot <= self.fast and not forced

    def counted_votes(self, votes: list[Vote]) -> list[Vote]:
        """Only votes in the highest reported ballot count: its proposer respected lower ballots.
        Otherwise an outdated vote could force a value."""
        return [vote for vote in votes if vote.ballot == max(votes).ballot]

    def must_pick(self, value: Value, votes: list[Vote], got: Promises) -> bool:
        """A proposer must pick the value of all counted votes, or one that may be chosen in their
        ballot. A single vote forces nothing: in a fast ballot, every proposal may get a vote."""
        return self.has_no_rival(value, votes) or self.may_be_chosen(value, votes, got)

    def has_no_rival(self, value: Value, votes: list[Vote]) -> bool:
        """A value without a rival must be picked, however few votes are reported. An earlier
        proposer may have picked that value because it may be chosen in a lower ballot."""
        return all(vote.value == value for vote in votes)

    def may_be_chosen(self, value: Value, votes: list[Vote], got: Promises) -> bool:
        """A value may be chosen if its reported voters and the silent acceptors form a quorum. At
        most one value qualifies: any two fast quorums and the quorum that answered have an
        acceptor in common, which votes only once."""
        silent = len(self.acceptors) - len(got)
        voters = sum(vote.value == value for vote in votes)
        return silent + voters >= self.quorum_in(max(votes).ballot)

    def quorum_in(self, ballot: int) -> int:
        return self.fast_quorum if ballot <= self.fast else self.quorum


@dataclass(frozen=True)
class FastAcceptor(Acceptor):
    open: int = 0  # the fast ballot in which the first proposal gets a vote

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Any(ballot) if self.may_vote(ballot) and ballot > self.open:
                return self.but(open=ballot)
            case Propose(value) if self.open and self.is_first(self.open):
                return super().receive(Accept(Vote(self.open, value)), src)
        return super().receive(msg, src)

    def is_first(self, ballot: int) -> bool:
        """An acceptor votes once in a ballot. Otherwise two values could both get a fast quorum,
        and a promise would not report all votes of the acceptor in that ballot."""
        return self.vote is None or self.vote.ballot < ballot


@spec
def fast_paxos(
    acceptors: Annotated[int, Option("number of acceptors", min=1)] = 4,
    proposers: Annotated[int, Option("number of proposers, each with its own value", min=1)] = 2,
    rounds: Annotated[int, Option("number of ballots per proposer", min=1)] = 1,
    fast: Annotated[int, Option("number of the last fast ballot (0: none)", min=0)] = 1,
    classic_quorum: Annotated[int, Option("classic quorum size (0: a majority)", min=0)] = 0,
    fast_quorum: Annotated[int, Option("fast quorum size (0: the smallest safe size)", min=0)] = 0,
) -> Cluster:
    """Fast Paxos: acceptors vote for the first proposal; a higher ballot resolves collisions."""
    a, p = group("a", acceptors), group("p", proposers)
    classic = classic_quorum or acceptors // 2 + 1
    fast_size = fast_quorum or acceptors - (classic - 1) // 2  # any two and a classic one intersect

    def quorum_of(ballot: int) -> Quorum:
        return Quorum("a fast quorum", fast_size) if ballot <= fast else Quorum("a quorum", classic)

    reachable = [some_value_chosen_by(quorum_of)]
    if fast:
        reachable.append(chosen_fast(quorum_of, fast))
    if fast and min(acceptors, proposers) > 1:
        reachable.append(chosen_after_a_collision(quorum_of))
    return Cluster(
        {
            p: lambda i: FastProposer(
                wants=Value(f"v{i}"),
                acceptors=a,
                ballots=ballots_of(i, proposers, rounds),
                quorum=classic,
                fast=fast,
                fast_quorum=fast_size,
            ),
            a: lambda i: FastAcceptor(learners=group("l", 0)),
        },
        properties=[agreement_by(quorum_of), validity, *reachable],
        milestones=[
            a_quorum_says(Quorum("a quorum", classic), Promise, "promised ballot {0.ballot}"),
            a_collision,
            a_value_is_chosen_by(quorum_of),
        ],
        interchangeable=[a],
    )
