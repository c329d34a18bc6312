"""Bugs that make Fast Paxos faster but unsafe: each bug changes one rule.

A change marked `safe` looks wrong but does not violate any property.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pcheck import Action, Value, action, broadcast, bug, volatile

from .consensus import Vote, agreement
from .fast_paxos import Any, FastAcceptor, FastProposer
from .paxos import Promises

ONE_ROUND = {"rounds": 1, "crashes": 0}
OF_THREE = {"acceptors": 3, "rounds": 1, "crashes": 0}
OF_ONE = {"acceptors": 1, "rounds": 1, "crashes": 0}
THREE_BALLOTS = {"acceptors": 3, "rounds": 2, "crashes": 0}


@bug(201, breaks=agreement, scope=ONE_ROUND)
class RecoversAsPaxosDoes(FastProposer):
    """A proposer picks the value of any vote in the highest ballot, as in classic Paxos."""

    def must_pick(self, value: Value, votes: list[Vote], got: Promises) -> bool:
        return value == max(votes).value


@bug(202, breaks=agreement, scope=OF_THREE, source="celeritasdb #24, which asks why not")
def a_majority_is_a_fast_quorum(acceptors: int) -> dict[str, int]:
    """A majority of the acceptors counts as a fast quorum."""
    return {"fast_quorum": acceptors // 2 + 1}


@bug(203, breaks=agreement, scope=ONE_ROUND)
def half_is_enough_to_recover(acceptors: int) -> dict[str, int]:
    """Half of the acceptors count as a classic quorum, while fast quorums keep their size."""
    return {"classic_quorum": acceptors // 2, "fast_quorum": acceptors - acceptors // 4}


@bug(204, breaks=agreement, scope=OF_ONE)
class VotesForTheSecondToo(FastAcceptor):
    """An acceptor votes for every proposal in a fast ballot, not only for the first."""

    def is_first(self, ballot: int) -> bool:
        return True


@bug(205, breaks=agreement, scope=ONE_ROUND, safe=True)
class PicksWhatMostVotedFor(FastProposer):
    """A proposer picks the value with most votes: safe, since a chosen value has most votes."""

    def must_pick(self, value: Value, votes: list[Vote], got: Promises) -> bool:
        return value == max(votes, key=lambda vote: (votes.count(vote), vote)).value


@bug(206, breaks=agreement, scope=THREE_BALLOTS)
class CountsVotesOfAllBallots(FastProposer):
    """A proposer counts the reported votes of all ballots, not only of the highest."""

    def counted_votes(self, votes: list[Vote]) -> list[Vote]:
        return votes


@bug(207, breaks=agreement, scope=THREE_BALLOTS | {"acceptors": 2})
class TakesALonelyVoteForNothing(FastProposer):
    """A proposer drops the only reported value unless a quorum may have voted for that value."""

    def has_no_rival(self, value: Value, votes: list[Vote]) -> bool:
        return False


@bug(208, breaks=agreement, scope=ONE_ROUND)
class ForgetsTheSilent(FastProposer):
    """A proposer assumes that a silent acceptor did not vote."""

    def may_be_chosen(self, value: Value, votes: list[Vote], got: Promises) -> bool:
        return sum(vote.value == value for vote in votes) >= self.quorum_in(max(votes).ballot)


@bug(209, breaks=agreement, scope=OF_ONE | {"fast": 2})
class OpensAnyFastBallot(FastProposer):
    """A proposer opens each fast ballot to any proposal, whatever votes are reported."""

    def may_open(self, ballot: int, forced: list[Value]) -> bool:
        return ballot <= self.fast


@bug(210, breaks=agreement, scope=OF_ONE)
class VotesInABallotThatItLeft(FastAcceptor):
    """An acceptor still votes in its open fast ballot after it promised a higher ballot."""

    def may_vote(self, ballot: int) -> bool:
        return ballot >= self.promised or ballot == self.open


@bug(211, breaks=agreement, scope=ONE_ROUND, safe=True)
class OpensTheFirstAtOnce(FastProposer):
    """A proposer opens ballot 1 without a promise: safe, since no lower ballot exists."""

    def actions(self) -> Iterator[Action]:
        yield from super().actions()
        if self.started == 0 and self.ballot(1) == 1:
            yield action("opens ballot 1", self.but(started=1), broadcast(self.acceptors, Any(1)))


@bug(212, breaks=agreement, scope={"rounds": 1, "crashes": 1}, safe=True)
@dataclass(frozen=True)
class ForgetsWhatIsOpen(FastAcceptor):
    """An acceptor forgets its open ballot when it restarts: safe, since it keeps its vote."""

    open: int = volatile(0)
