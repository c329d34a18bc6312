"""Mistakes that turn Fast Paxos into something faster still: each is one rule, changed.

Some look wrong, and are `safe`.
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
    """Picks the value of a highest vote that it is told of, whichever: as it does in Paxos."""

    def must_pick(self, value: Value, votes: list[Vote], got: Promises) -> bool:
        return value == max(votes).value


@bug(202, breaks=agreement, scope=OF_THREE, source="celeritasdb #24, where somebody asks why not")
def a_majority_is_a_fast_quorum(acceptors: int) -> dict[str, int]:
    """A majority is enough in a fast ballot, too."""
    return {"fast_quorum": acceptors // 2 + 1}


@bug(203, breaks=agreement, scope=ONE_ROUND)
def half_is_enough_to_recover(acceptors: int) -> dict[str, int]:
    """Half of the acceptors are a classic quorum, and fast ones stay as large as they are."""
    return {"classic_quorum": acceptors // 2, "fast_quorum": acceptors - acceptors // 4}


@bug(204, breaks=agreement, scope=OF_ONE)
class VotesForTheSecondToo(FastAcceptor):
    """Votes for every proposal that it gets in a fast ballot, not only for the first."""

    def is_first(self, ballot: int) -> bool:
        return True


@bug(205, breaks=agreement, scope=ONE_ROUND, safe=True)
class PicksWhatMostVotedFor(FastProposer):
    """Picks the value with most votes: safe, since what is chosen has more than any other."""

    def must_pick(self, value: Value, votes: list[Vote], got: Promises) -> bool:
        return value == max(votes, key=lambda vote: (votes.count(vote), vote)).value


@bug(206, breaks=agreement, scope=THREE_BALLOTS)
class CountsVotesOfAllBallots(FastProposer):
    """Counts the votes of all ballots that it is told of, not only of the highest."""

    def that_count(self, votes: list[Vote]) -> list[Vote]:
        return votes


@bug(207, breaks=agreement, scope=THREE_BALLOTS | {"acceptors": 2})
class TakesALonelyVoteForNothing(FastProposer):
    """Does not pick a value without a rival, unless so many voted that it may be chosen there."""

    def has_no_rival(self, value: Value, votes: list[Vote]) -> bool:
        return False


@bug(208, breaks=agreement, scope=ONE_ROUND)
class ForgetsTheSilent(FastProposer):
    """A value may be chosen only if a fast quorum among those who answered voted for it."""

    def may_be_chosen(self, value: Value, votes: list[Vote], got: Promises) -> bool:
        return sum(vote.value == value for vote in votes) >= self.quorum_in(max(votes).ballot)


@bug(209, breaks=agreement, scope=OF_ONE | {"fast": 2})
class OpensAnyFastBallot(FastProposer):
    """Opens a fast ballot to all proposals, whatever it is told of votes."""

    def may_open(self, ballot: int, forced: list[Value]) -> bool:
        return ballot <= self.fast


@bug(210, breaks=agreement, scope=OF_ONE)
class VotesInABallotThatItLeft(FastAcceptor):
    """A fast ballot stays open to proposals when it promises a higher one."""

    def may_vote(self, ballot: int) -> bool:
        return ballot >= self.promised or ballot == self.open


@bug(211, breaks=agreement, scope=ONE_ROUND, safe=True)
class OpensTheFirstAtOnce(FastProposer):
    """Opens ballot 1 without a promise: safe, since there is no lower one to ask about."""

    def actions(self) -> Iterator[Action]:
        yield from super().actions()
        if self.started == 0 and self.ballot(1) == 1:
            yield action("opens ballot 1", self.but(started=1), broadcast(self.acceptors, Any(1)))


@bug(212, breaks=agreement, scope={"rounds": 1, "crashes": 1}, safe=True)
@dataclass(frozen=True)
class ForgetsWhatIsOpen(FastAcceptor):
    """Does not keep over a restart which ballot is open: safe, since it keeps its vote."""

    open: int = volatile(0)
