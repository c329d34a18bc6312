"""Ways to read the log that are not safe, and mistakes that can be made about elected leaders.

One looks wrong, and is `safe`.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from pcheck import Action, Id, Set, Step, Value, action, broadcast, bug, volatile

from .consensus import Vote
from .decisions import Prepared, agreement, one_leader_per_ballot, only_the_chosen_is_decided
from .elected_leader import Node
from .paxos import Accept

TWO_LEADERS = {"leaders": 2, "rounds": 1, "crashes": 0}
ONE_LEADER = {"leaders": 1, "rounds": 1, "crashes": 0}


@bug(301, breaks=agreement, scope=TWO_LEADERS, source="a reading of the log")
def promises_a_ballot_to_two() -> dict[str, str]:
    """A prepare with the ballot that is promised already is promised, too."""
    return {"same_ballot": "promised"}


@bug(302, breaks=agreement, scope=TWO_LEADERS, source="a reading of the log")
def heeds_only_the_last_of_two() -> dict[str, str]:
    """Promises a ballot to two leaders, and then votes only for the one that came last."""
    return {"same_ballot": "promised", "accepts": "promised"}


@bug(303, breaks=one_leader_per_ballot, scope=TWO_LEADERS, source="a reading of the log")
def votes_for_one_of_two() -> dict[str, str | bool]:
    """Promises a ballot to two leaders, and votes for one: so a later one is told of both."""
    return {"same_ballot": "promised", "votes_once": True}


@bug(304, breaks=only_the_chosen_is_decided, scope=ONE_LEADER)
class DecidesOnTheFirstVote(Node):
    """A leader decides when it hears that one node has voted."""

    def have_voted(self, nodes: Collection[Id]) -> bool:
        return True


@bug(305, breaks=agreement, scope=TWO_LEADERS)
class TakesOverUnasked(Node):
    """A new leader takes a higher ballot, and does not ask what the last one has done."""

    def actions(self) -> Iterator[Action]:
        ballot = self.ballot + 1
        if self.decided is None and not self.killed and self.named < self.turns:
            for value in self.proposals if ballot <= self.last_ballot else ():
                begun = self.but(named=self.named + 1, leads=ballot, acks=Set())
                accept = broadcast(self.nodes, Accept(Vote(ballot, value)))
                yield action(f"is named leader, and asks for {value}", begun, accept)


@bug(306, breaks=agreement, scope=TWO_LEADERS)
class GoesByItsOwnVote(Node):
    """A new leader goes by its own vote, and not by those that it is told of."""

    def safe_values(self, votes: Collection[Vote]) -> Iterable[Value]:
        return super().safe_values([self.vote] if self.vote is not None else [])


@bug(307, breaks=only_the_chosen_is_decided, scope=TWO_LEADERS)
class TakesAVoteForADecision(Node):
    """A new leader that is told of a vote takes it for what its predecessor has decided."""

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Prepared(ballot, Vote(_, value)) if self.got is not None and self.counts(ballot):
                return self.decides(value)
        return super().receive(msg, src)


@bug(308, breaks=agreement, scope=ONE_LEADER | {"rounds": 2, "decided": "takes-part"})
class BeginsAnewWhenDecided(Node):
    """Who has decided forgets ballot and vote, does not tell, and votes anew when it is asked."""

    def settled(self, value: Value) -> Self:
        return super().settled(value).but(ballot=0, vote=None)


@bug(309, breaks=agreement, scope=ONE_LEADER | {"rounds": 2})
class CountsBeforeItsOwnPrepare(Node):
    """A leader counts promises before it has its own prepare, and may take the ballot again."""

    def counts(self, ballot: int) -> bool:
        return ballot == self.leads


@bug(310, breaks=agreement, scope={"nodes": 1, "leaders": 1, "rounds": 2, "crashes": 1})
@dataclass(frozen=True)
class ComesBackEmpty(Node):
    """A node that is started again remembers nothing."""

    ballot: int = volatile(0)
    vote: Vote | None = volatile(None)
    decided: Value | None = volatile(None)


@bug(311, breaks=only_the_chosen_is_decided, scope=ONE_LEADER | {"rounds": 2})
class CountsVotesForItsLastBallot(Node):
    """A leader counts every vote that it hears of, also of a ballot that it led before."""

    def counts(self, ballot: int) -> bool:
        return self.acks is not None or super().counts(ballot)


@bug(312, breaks=agreement, scope=TWO_LEADERS, safe=True)
class CountsOnWhenOvertaken(Node):
    """A leader that hears of a higher ballot counts on in its own: safe, as its votes are votes."""

    def follows(self, leader: Id, ballot: int) -> Self:
        return self.but(ballot=ballot, bound_to=self.reading.bound_to(leader))

    def counts(self, ballot: int) -> bool:
        return ballot == self.leads <= self.ballot
