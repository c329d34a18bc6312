"""Fast Paxos (Lamport 2006): in a fast ballot acceptors vote for what proposers send to them.

It is Paxos, but in a fast ballot where any value would do, its proposer lets each acceptor vote for
the first proposal that it gets: that saves a message. Proposals may collide there, and then a
higher ballot has to find out which of them may be chosen.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from pcheck import Action, Cluster, Id, Option, Set, Step, Value
from pcheck import action, broadcast, either, fixed, group, spec

from .collision import a_collision, chosen_after_a_collision, chosen_fast
from .consensus import Vote, ballots_of, validity
from .paxos import Accept, Acceptor, Promise, Promises, Proposer
from .quorums import Quorum, a_quorum_says, a_value_is_chosen_by, agreement_by, some_value_chosen_by


@dataclass(frozen=True)
class Propose:
    value: Value


@dataclass(frozen=True)
class Any:
    """Vote in this ballot for the first proposal that you get."""

    ballot: int


@dataclass(frozen=True)
class FastProposer(Proposer):
    """It sends its value to the acceptors itself, and starts ballots as a coordinator."""

    fast: int = fixed()  # ballots up to this one are fast
    fast_quorum: int = fixed()
    proposed: bool = False

    def actions(self) -> Iterator[Action]:
        yield from super().actions()
        if not self.proposed:
            proposal = broadcast(self.acceptors, Propose(self.wants))
            yield action(f"proposes {self.wants}", self.but(proposed=True), proposal)

    def asks(self, got: Promises) -> Step:
        ballot, after = self.ballot(self.started), self.but(promises=None)
        votes = self.that_count([vote for vote in got.values() if vote is not None])
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
        """A fast ballot is opened to any proposal only if no value may be chosen below it."""
        return ballot <= self.fast and not forced

    def that_count(self, votes: list[Vote]) -> list[Vote]:
        """Only those of the highest ballot: who started that cared for what may be chosen below."""
        return [vote for vote in votes if vote.ballot == max(votes).ballot]

    def must_pick(self, value: Value, votes: list[Vote], got: Promises) -> bool:
        """Of the votes that count, the value of all of them, or else one that may be chosen there.
        A vote alone says little: in a fast ballot every proposal may get one."""
        return self.has_no_rival(value, votes) or self.may_be_chosen(value, votes, got)

    def has_no_rival(self, value: Value, votes: list[Vote]) -> bool:
        """The only value in a ballot may have been asked for there because it may be chosen in a
        lower one: so it is picked, however few tell of a vote for it."""
        return all(vote.value == value for vote in votes)

    def may_be_chosen(self, value: Value, votes: list[Vote], got: Promises) -> bool:
        """A value may be chosen if a quorum of that ballot may have voted for it: those who say so,
        and those who have not answered. Of two values only one can be so: two fast quorums and
        those who answered have an acceptor in common, and it votes once."""
        silent = len(self.acceptors) - len(got)
        said_so = sum(vote.value == value for vote in votes)
        return silent + said_so >= self.quorum_in(max(votes).ballot)

    def quorum_in(self, ballot: int) -> int:
        return self.fast_quorum if ballot <= self.fast else self.quorum


@dataclass(frozen=True)
class FastAcceptor(Acceptor):
    open: int = 0  # the fast ballot in which it votes for the first proposal

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Any(ballot) if self.may_vote(ballot) and ballot > self.open:
                return self.but(open=ballot)
            case Propose(value) if self.open and self.is_first(self.open):
                return super().receive(Accept(Vote(self.open, value)), src)
        return super().receive(msg, src)

    def is_first(self, ballot: int) -> bool:
        """It votes once in a ballot: so only one value gets the votes of a fast quorum there, and
        a vote that it tells of is the only one that it gave in that ballot."""
        return self.vote is None or self.vote.ballot < ballot


@spec
def fast_paxos(
    acceptors: Annotated[int, Option("how many vote", min=1)] = 4,
    proposers: Annotated[int, Option("how many propose, each its own value", min=1)] = 2,
    rounds: Annotated[int, Option("how many ballots each proposer may start", min=1)] = 1,
    fast: Annotated[int, Option("how many of the first ballots are fast", min=0)] = 1,
    classic_quorum: Annotated[int, Option("how large; 0: a majority", min=0)] = 0,
    fast_quorum: Annotated[int, Option("how large; 0: as the classic one demands", min=0)] = 0,
) -> Cluster:
    """Fast Paxos: acceptors vote for what they are sent first, and collisions are resolved."""
    a, p = group("a", acceptors), group("p", proposers)
    classic = classic_quorum or acceptors // 2 + 1
    enough = fast_quorum or acceptors - (classic - 1) // 2  # any two and a classic one meet

    def quorum_of(ballot: int) -> Quorum:
        return Quorum("a fast quorum", enough) if ballot <= fast else Quorum("a quorum", classic)

    reached = [some_value_chosen_by(quorum_of)]
    if fast:
        reached.append(chosen_fast(quorum_of, fast))
    if fast and min(acceptors, proposers) > 1:
        reached.append(chosen_after_a_collision(quorum_of))
    return Cluster(
        {
            p: lambda i: FastProposer(
                wants=Value(f"v{i}"),
                acceptors=a,
                ballots=ballots_of(i, proposers, rounds),
                quorum=classic,
                fast=fast,
                fast_quorum=enough,
            ),
            a: lambda i: FastAcceptor(learners=group("l", 0)),
        },
        properties=[agreement_by(quorum_of), validity, *reached],
        milestones=[
            a_quorum_says(Quorum("a quorum", classic), Promise, "promised ballot {0.ballot}"),
            a_collision,
            a_value_is_chosen_by(quorum_of),
        ],
        interchangeable=[a],
    )
