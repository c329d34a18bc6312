"""Flexible Paxos (Howard, Malkhi and Spiegelman 2016): quorums of one phase need not intersect.

The algorithm is Paxos. Its proof needs only that each quorum of phase 1 (promises) intersects each
quorum of phase 2 (votes). One kind may be small if the other is large, or the quorums are the rows
and the columns of a grid.
"""

from dataclasses import dataclass
from typing import Annotated

from pcheck import Cluster, Group, Option, Value
from pcheck import fixed, group, spec

from .consensus import Promise, ballots_of
from .paxos import Acceptor, Promises, Proposer
from .quorums import Quorum, a_quorum_says, a_value_is_chosen_by, consensus_by


@dataclass(frozen=True)
class FlexibleProposer(Proposer):
    promising: Quorum = fixed()

    def has_quorum(self, got: Promises) -> bool:
        """The promises must come from a quorum that intersects every quorum of votes. Otherwise a
        value could be chosen although no acceptor that promised voted for it."""
        return self.promising.is_in(got)


def grid_quorums(acceptors: Group, rows: int) -> tuple[Quorum, Quorum]:
    """Return the rows of a grid as quorums of phase 1, and its columns as quorums of phase 2.

    Each row intersects each column.
    """
    if len(acceptors) % rows:
        raise ValueError(
            f"acceptors must be a multiple of rows, got {len(acceptors)} acceptors and {rows} rows"
        )
    width = len(acceptors) // rows
    across = tuple(acceptors.ids[i * width : (i + 1) * width] for i in range(rows))
    down = tuple(acceptors.ids[i::width] for i in range(width))
    return Quorum("a row", width, across), Quorum("a column", rows, down)


@spec
def flexible_paxos(
    acceptors: Annotated[int, Option("number of acceptors", min=1)] = 4,
    proposers: Annotated[int, Option("number of proposers, each with its own value", min=1)] = 2,
    rounds: Annotated[int, Option("number of ballots per proposer", min=1)] = 2,
    promise_quorum: Annotated[
        int, Option("promises that a proposer needs (0: the smallest safe number)", min=0)
    ] = 0,
    vote_quorum: Annotated[
        int, Option("votes that choose a value (0: the smallest safe number)", min=0)
    ] = 0,
    rows: Annotated[
        int, Option("rows of a grid: a row promises, a column votes (0: no grid)", min=0)
    ] = 0,
) -> Cluster:
    """Flexible Paxos: quorums of the two phases must intersect; majorities are not needed."""
    a, p = group("a", acceptors), group("p", proposers)
    half = (acceptors + 1) // 2
    promises = promise_quorum or acceptors + 1 - (vote_quorum or half)
    votes = vote_quorum or acceptors + 1 - promises  # together more than all acceptors
    by_size = Quorum("a quorum", promises), Quorum("a quorum", votes)
    promising, voting = grid_quorums(a, rows) if rows else by_size
    return Cluster(
        {
            p: lambda i: FlexibleProposer(
                wants=Value(f"v{i}"),
                acceptors=a,
                ballots=ballots_of(i, proposers, rounds),
                quorum=promising.size,
                promising=promising,
            ),
            a: lambda i: Acceptor(learners=group("l", 0)),
        },
        properties=consensus_by(voting),
        milestones=[
            a_quorum_says(promising, Promise, "promised ballot {0.ballot}"),
            a_value_is_chosen_by(lambda _: voting),
        ],
        interchangeable=[] if rows else [a],
    )
