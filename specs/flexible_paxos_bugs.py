"""Bugs with quorums: sizes and positions for which two quorums do not intersect.

A change marked `safe` looks wrong but does not violate any property.
"""

from pcheck import bug

from .consensus import agreement
from .flexible_paxos import FlexibleProposer
from .paxos import Promises

ONE_ROUND = {"rounds": 1, "crashes": 0}
GRID = {"rounds": 1, "crashes": 0, "rows": 2}


@bug(401, breaks=agreement, scope=ONE_ROUND | {"acceptors": 2})
def half_promise_and_half_choose(acceptors: int) -> dict[str, int]:
    """Half of the acceptors promise and half choose: the two halves need not intersect."""
    return {"promise_quorum": acceptors // 2, "vote_quorum": acceptors - acceptors // 2}


@bug(402, breaks=agreement, scope=ONE_ROUND | {"acceptors": 3})
def a_majority_promises_and_one_chooses(acceptors: int) -> dict[str, int]:
    """One vote chooses a value, but a proposer needs only a majority of promises."""
    return {"promise_quorum": acceptors // 2 + 1, "vote_quorum": 1}


@bug(403, breaks=agreement, scope=ONE_ROUND, safe=True)
def one_promise_is_enough(acceptors: int) -> dict[str, int]:
    """A proposer needs only one promise: safe, since all acceptors must vote to choose."""
    return {"promise_quorum": 1, "vote_quorum": acceptors}


@bug(404, breaks=agreement, scope=GRID)
class WaitsForAColumn(FlexibleProposer):
    """A proposer waits for the promises of a column of the grid, but a column also chooses."""

    def has_quorum(self, got: Promises) -> bool:
        columns = zip(*self.promising.lines)
        return any(all(acceptor in got for acceptor in column) for column in columns)


@bug(405, breaks=agreement, scope=GRID)
class CountsPromisesInAGrid(FlexibleProposer):
    """A proposer waits for as many promises as a row has acceptors, but from any rows."""

    def has_quorum(self, got: Promises) -> bool:
        return len(got) >= self.promising.size


@bug(406, breaks=agreement, scope=GRID, safe=True)
class WaitsForOneOfEachColumn(FlexibleProposer):
    """A proposer waits for a promise from each column: safe, since a whole column chooses."""

    def has_quorum(self, got: Promises) -> bool:
        columns = zip(*self.promising.lines)
        return all(any(acceptor in got for acceptor in column) for column in columns)
