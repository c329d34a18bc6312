"""A small protocol to start from: two candidates ask three voters, and a majority elects.

    pcheck explore ./THIS_FILE

It holds. Now let `may_vote` always return True, and look at the shortest run that goes wrong.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from pcheck import Action, Actor, Cluster, Group, Id, Map, Option, Seen, Set, Step
from pcheck import action, always, broadcast, fixed, group, send, sometimes, spec


# Messages are frozen dataclasses.
@dataclass(frozen=True)
class Ask:
    """A candidate asks for a vote."""


@dataclass(frozen=True)
class Vote:
    """A voter gives its vote to a candidate."""

    candidate: Id


# An actor is its state. A handler answers with the next state, or that and what it sends, or None.
@dataclass(frozen=True)
class Candidate(Actor):
    voters: Group = fixed()
    asked: bool = False

    def actions(self) -> Iterator[Action]:
        if not self.asked:
            yield action("asks for votes", self.but(asked=True), broadcast(self.voters, Ask()))


@dataclass(frozen=True)
class Voter(Actor):
    gave: Id | None = None

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Ask() if self.may_vote():
                return self.but(gave=src), send(src, Vote(src))
        return None

    def may_vote(self) -> bool:
        return self.gave is None


def elected(seen: Seen) -> Set[Id]:
    """The candidates that a majority of the voters voted for, as an outsider counts."""
    votes: Map[Id, Set[Id]] = Map()
    for voter, vote in seen.sent(Vote):
        votes = votes.but(vote.candidate, votes.get(vote.candidate, Set()).plus(voter))
    return Set(who for who, them in votes.items() if 2 * len(them) > len(seen.group("voter")))


@always(sees=[Vote])
def one_leader(seen: Seen) -> str | None:
    """At most one candidate is elected."""
    leaders = elected(seen)
    return f"{' and '.join(leaders)} are both elected" if len(leaders) > 1 else None


@sometimes(sees=[Vote])
def somebody_is_elected(seen: Seen) -> bool:
    """In some run there is a leader."""
    return len(elected(seen)) > 0


@spec
def election(
    voters: Annotated[int, Option("how many vote", min=1)] = 3,
    candidates: Annotated[int, Option("how many ask for votes", min=1)] = 2,
) -> Cluster:
    """An election: at most one candidate gets a majority."""
    c, v = group("candidate", candidates), group("voter", voters)
    return Cluster(
        {c: lambda i: Candidate(voters=v), v: lambda i: Voter()},
        properties=[one_leader, somebody_is_elected],
    )
