"""Unsafe readings of the log, and bugs in elected leaders: each changes one rule.

A bug marked `safe` looks wrong but breaks no property.
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


@bug(301, breaks=agreement, scope=TWO_LEADERS, source="a reading of a system's log")
def promises_a_ballot_to_two() -> dict[str, str]:
    """A node promises the same ballot to a second leader, and may then vote for both leaders."""
    return {"same_ballot": "promised"}


@bug(302, breaks=agreement, scope=TWO_LEADERS, source="a reading of a system's log")
def heeds_only_the_last_of_two() -> dict[str, str]:
    """A node promises a ballot to two leaders and votes only for the leader promised last."""
    return {"same_ballot": "promised", "accepts": "promised"}


@bug(303, breaks=one_leader_per_ballot, scope=TWO_LEADERS, source="a reading of a system's log")
def votes_for_one_of_two() -> dict[str, str | bool]:
    """A node promises a ballot to two leaders but votes for only one value in that ballot."""
    return {"same_ballot": "promised", "votes_once": True}


@bug(304, breaks=only_the_chosen_is_decided, scope=ONE_LEADER)
class DecidesOnTheFirstVote(Node):
    """A leader decides as soon as one node has voted."""

    def have_voted(self, nodes: Collection[Id]) -> bool:
        return True


@bug(305, breaks=agreement, scope=TWO_LEADERS)
class TakesOverUnasked(Node):
    """A new leader takes a higher ballot and skips phase 1."""

    def actions(self) -> Iterator[Action]:
        ballot = self.ballot + 1
        if self.decided is None and not self.killed and self.named < self.turns:
            for value in self.proposals if ballot <= self.last_ballot else ():
                begun = self.but(named=self.named + 1, leads=ballot, acks=Set())
                accept = broadcast(self.nodes, Accept(Vote(ballot, value)))
                yield action(f"is named leader, and asks for {value}", begun, accept)


@bug(306, breaks=agreement, scope=TWO_LEADERS)
class GoesByItsOwnVote(Node):
    """A new leader relies on its own latest vote instead of the votes in the promises."""

    def safe_values(self, votes: Collection[Vote]) -> Iterable[Value]:
        return super().safe_values([self.vote] if self.vote is not None else [])


@bug(307, breaks=only_the_chosen_is_decided, scope=TWO_LEADERS)
class TakesAVoteForADecision(Node):
    """A new leader decides on any vote in a promise, although the value may not be chosen."""

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Prepared(ballot, Vote(_, value)) if self.got is not None and self.counts(ballot):
                return self.decides(value)
        return super().receive(msg, src)


@bug(308, breaks=agreement, scope=ONE_LEADER | {"rounds": 2, "decided": "takes-part"})
class BeginsAnewWhenDecided(Node):
    """A node that decided forgets its ballot and its vote, and votes again when asked."""

    def settled(self, value: Value) -> Self:
        return super().settled(value).but(ballot=0, vote=None)


@bug(309, breaks=agreement, scope=ONE_LEADER | {"rounds": 2})
class CountsBeforeItsOwnPrepare(Node):
    """A leader counts promises before its own prepare arrives, and may take its ballot again."""

    def counts(self, ballot: int) -> bool:
        return ballot == self.leads


@bug(310, breaks=agreement, scope={"nodes": 1, "leaders": 1, "rounds": 2, "crashes": 1})
@dataclass(frozen=True)
class ComesBackEmpty(Node):
    """A restarted node has forgotten its ballot, its vote and its decision."""

    ballot: int = volatile(0)
    vote: Vote | None = volatile(None)
    decided: Value | None = volatile(None)


@bug(311, breaks=only_the_chosen_is_decided, scope=ONE_LEADER | {"rounds": 2})
class CountsVotesForItsLastBallot(Node):
    """A leader counts every vote that arrives, even a vote in a ballot that it led before."""

    def counts(self, ballot: int) -> bool:
        return self.acks is not None or super().counts(ballot)


@bug(312, breaks=agreement, scope=TWO_LEADERS, safe=True)
class CountsOnWhenOvertaken(Node):
    """A leader that hears of a higher ballot still counts answers for its own ballot: safe."""

    def follows(self, leader: Id, ballot: int) -> Self:
        return self.but(ballot=ballot, bound_to=self.reading.bound_to(leader))

    def counts(self, ballot: int) -> bool:
        return ballot == self.leads <= self.ballot
