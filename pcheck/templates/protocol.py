"""A small protocol to start from: candidates ask voters for votes, and a majority elects a leader.

    pcheck explore ./THIS_FILE

The protocol is correct. Now let `may_vote` always return True and run pcheck again: it prints the
shortest trace in which two candidates are elected. The page specs/README.md, in the folder of
pcheck's sources, explains the language.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from pcheck import Action, Actor, Cluster, Group, Id, Map, Option, Seen, Set, Step
from pcheck import action, always, broadcast, fixed, group, send, sometimes, spec


# Messages are frozen dataclasses.
@dataclass(frozen=True)
class Ask:
    """A candidate asks a voter for its vote."""


@dataclass(frozen=True)
class Vote:
    """A voter votes for a candidate."""

    candidate: Id


# An actor is a frozen dataclass, too: its fields are the state of a node. A handler returns the
# next state, or a tuple of the next state and messages, or None if nothing changes.
@dataclass(frozen=True)
class Candidate(Actor):
    voters: Group = fixed()  # never changes, and is not part of the state
    asked: bool = False

    def actions(self) -> Iterator[Action]:
        """A candidate asks all voters once."""
        if not self.asked:
            yield action("asks for votes", self.but(asked=True), broadcast(self.voters, Ask()))


@dataclass(frozen=True)
class Voter(Actor):
    voted_for: Id | None = None

    def receive(self, msg: object, src: Id) -> Step:
        """A voter votes for the first candidate that asks."""
        match msg:
            case Ask() if self.may_vote():
                return self.but(voted_for=src), send(src, Vote(src))
        return None

    def may_vote(self) -> bool:
        """Vote only once. Otherwise two candidates could both get a majority."""
        return self.voted_for is None


def elected(seen: Seen) -> Set[Id]:
    """Return the candidates with the votes of a majority, counted from the messages sent."""
    voters: Map[Id, Set[Id]] = Map()  # of each candidate
    for voter, vote in seen.sent(Vote):
        voters = voters.but(vote.candidate, voters.get(vote.candidate, Set()).plus(voter))
    majority = len(seen.group("voter")) // 2 + 1
    return Set(candidate for candidate, each in voters.items() if len(each) >= majority)


# An `always` property returns None, or a message that says what is wrong.
@always(sees=[Vote])
def one_leader(seen: Seen) -> str | None:
    """At most one candidate is elected."""
    leaders = elected(seen)
    return f"{' and '.join(leaders)} are both elected" if len(leaders) > 1 else None


# A `sometimes` property must be true in some execution. Otherwise the check proves nothing.
@sometimes(sees=[Vote])
def somebody_is_elected(seen: Seen) -> bool:
    """A candidate is elected in some execution."""
    return len(elected(seen)) > 0


# Each parameter is an option: pcheck explore ./THIS_FILE --voters 2
@spec
def election(
    voters: Annotated[int, Option("number of voters", min=1)] = 3,
    candidates: Annotated[int, Option("number of candidates", min=1)] = 2,
) -> Cluster:
    """A leader election: at most one candidate gets a majority of the votes."""
    c, v = group("candidate", candidates), group("voter", voters)
    return Cluster(
        {c: lambda i: Candidate(voters=v), v: lambda i: Voter()},
        properties=[one_leader, somebody_is_elected],
    )
