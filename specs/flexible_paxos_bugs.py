"""Mistakes with quorums: sizes and places at which two of them have nobody in common.

Some look wrong, and are `safe`.
"""

from pcheck import bug

from .consensus import agreement
from .flexible_paxos import FlexibleProposer
from .paxos import Promises

ONE_ROUND = {"rounds": 1, "crashes": 0}
GRID = {"rounds": 1, "crashes": 0, "rows": 2}


@bug(401, breaks=agreement, scope=ONE_ROUND | {"acceptors": 2})
def half_promise_and_half_choose(acceptors: int) -> dict[str, int]:
    """Half of the acceptors promise, and half of them choose: it may be the other half."""
    return {"promise_quorum": acceptors // 2, "vote_quorum": acceptors - acceptors // 2}


@bug(402, breaks=agreement, scope=ONE_ROUND | {"acceptors": 3})
def a_majority_promises_and_one_chooses(acceptors: int) -> dict[str, int]:
    """One vote chooses, while a majority of promises still lets ask for votes."""
    return {"promise_quorum": acceptors // 2 + 1, "vote_quorum": 1}


@bug(403, breaks=agreement, scope=ONE_ROUND, safe=True)
def one_promise_is_enough(acceptors: int) -> dict[str, int]:
    """One promise lets ask for votes: safe, since all must vote to choose."""
    return {"promise_quorum": 1, "vote_quorum": acceptors}


@bug(404, breaks=agreement, scope=GRID)
class WaitsForAColumn(FlexibleProposer):
    """Waits for a column of the grid to promise, and a column chooses."""

    def has_quorum(self, got: Promises) -> bool:
        columns = zip(*self.promising.lines)
        return any(all(acceptor in got for acceptor in column) for column in columns)


@bug(405, breaks=agreement, scope=GRID)
class CountsPromisesInAGrid(FlexibleProposer):
    """Waits for as many promises as there are acceptors in a row, of whatever rows."""

    def has_quorum(self, got: Promises) -> bool:
        return len(got) >= self.promising.least


@bug(406, breaks=agreement, scope=GRID, safe=True)
class WaitsForOneOfEachColumn(FlexibleProposer):
    """Waits for one promise from each column, in whatever rows: safe, since a column chooses."""

    def has_quorum(self, got: Promises) -> bool:
        columns = zip(*self.promising.lines)
        return all(any(acceptor in got for acceptor in column) for column in columns)
