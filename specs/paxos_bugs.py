"""Mistakes that real implementations of Paxos made: each is one clause, changed."""

from pcheck import bug

from .consensus import Vote, agreement
from .paxos import Acceptor


@bug(1, breaks=agreement, scope={"rounds": 2, "crashes": 0}, source="ScyllaDB #6139")
class VoteLeavesPromise(Acceptor):
    """Voting does not raise the promise."""

    def promise_after(self, vote: Vote) -> int:
        return self.promised


@bug(14, breaks=agreement, scope={"rounds": 1, "crashes": 0})
class VotesInAnyBallot(Acceptor):
    """Votes in a ballot that it promised to ignore."""

    def may_vote(self, ballot: int) -> bool:
        return True
