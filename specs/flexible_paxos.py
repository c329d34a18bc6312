"""Flexible Paxos (Howard, Malkhi and Spiegelman 2016): quorums of one phase need not meet.

It is Paxos. All that its proof asks of quorums is that each one that promises has an acceptor in
common with each one that votes: so one kind may be small where the other is large, or they are the
rows and the columns of a grid.
"""

from dataclasses import dataclass
from typing import Annotated

from pcheck import Cluster, Group, Option, Value
from pcheck import fixed, group, spec

from .consensus import ballots_of, one_value_per_ballot, validity
from .paxos import Acceptor, Promise, Promises, Proposer
from .quorums import Quorum, a_quorum_says, a_value_is_chosen_by, agreement_by, some_value_chosen_by


@dataclass(frozen=True)
class FlexibleProposer(Proposer):
    promising: Quorum = fixed()

    def has_quorum(self, got: Promises) -> bool:
        """It has an acceptor in common with every quorum that votes: whatever was chosen, one of
        those who promise voted for it."""
        return self.promising.is_in(got)


def by_lines(acceptors: Group, rows: int) -> tuple[Quorum, Quorum]:
    """In a grid a row promises, and a column votes: any two of these cross."""
    if len(acceptors) % rows:
        raise ValueError(f"{len(acceptors)} acceptors are no grid of {rows} rows")
    width = len(acceptors) // rows
    across = tuple(acceptors.ids[i * width : (i + 1) * width] for i in range(rows))
    down = tuple(acceptors.ids[i::width] for i in range(width))
    return Quorum("a row", width, across), Quorum("a column", rows, down)


@spec
def flexible_paxos(
    acceptors: Annotated[int, Option("how many vote", min=1)] = 4,
    proposers: Annotated[int, Option("how many propose, each its own value", min=1)] = 2,
    rounds: Annotated[int, Option("how many ballots each proposer may start", min=1)] = 2,
    promise_quorum: Annotated[int, Option("how many promise; 0: no more than needed", min=0)] = 0,
    vote_quorum: Annotated[int, Option("how many choose; 0: no more than needed", min=0)] = 0,
    rows: Annotated[int, Option("a grid of so many: a row promises, a column votes", min=0)] = 0,
) -> Cluster:
    """Flexible Paxos: only those who promise and those who vote need have someone in common."""
    a, p = group("a", acceptors), group("p", proposers)
    half = (acceptors + 1) // 2
    promises = promise_quorum or acceptors + 1 - (vote_quorum or half)
    votes = vote_quorum or acceptors + 1 - promises  # one more than did not promise
    by_size = Quorum("a quorum", promises), Quorum("a quorum", votes)
    promising, voting = by_lines(a, rows) if rows else by_size
    return Cluster(
        {
            p: lambda i: FlexibleProposer(
                wants=Value(f"v{i}"),
                acceptors=a,
                ballots=ballots_of(i, proposers, rounds),
                quorum=promising.least,
                promising=promising,
            ),
            a: lambda i: Acceptor(learners=group("l", 0)),
        },
        properties=[
            agreement_by(lambda _: voting),
            validity,
            one_value_per_ballot,
            some_value_chosen_by(lambda _: voting),
        ],
        milestones=[
            a_quorum_says(promising, Promise, "promised ballot {0.ballot}"),
            a_value_is_chosen_by(lambda _: voting),
        ],
        interchangeable=[] if rows else [a],
    )
