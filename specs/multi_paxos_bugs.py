"""Bugs that concern a log rather than a single value: each changes one rule of Multi-Paxos.

A bug marked `safe` looks wrong but breaks no property.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pcheck import Action, Id, Map, Send, Step, Value, action, bug, volatile

from .consensus import Vote
from .log import Replica, Votes, a_gap_is_filled, agreement, only_the_chosen_is_executed
from .multi_paxos import Acceptor, Leader

ONE_ROUND = {"rounds": 1, "replicas": 0, "crashes": 0}
TWO_ROUNDS = {"slots": 1, "rounds": 2, "replicas": 0, "crashes": 0}
ONE_CRASH = {"rounds": 1, "replicas": 0, "crashes": 1}
ONE_LEADER = {"acceptors": 1, "leaders": 1, "crashes": 0}


@bug(101, breaks=agreement, scope=ONE_ROUND)
class PromisesForOneSlot(Acceptor):
    """An acceptor reports only its vote in slot 1, although its promise covers all slots."""

    def reported(self) -> Votes:
        return Map([(slot, vote) for slot, vote in self.votes.items() if slot == 1])


@bug(102, breaks=agreement, scope=ONE_ROUND)
class SeesAGapTooSoon(Leader):
    """A leader treats a slot as a gap unless every acceptor that promised voted in the slot."""

    def votes_in(self, slot: int, got: Map[Id, Votes]) -> list[Vote]:
        votes = super().votes_in(slot, got)
        return votes if len(votes) == len(got) else []


@bug(103, breaks=agreement, scope=ONE_ROUND, source="OCons #21")
class MixesUpTheSlots(Leader):
    """A leader considers the votes of all slots when it picks the value for one slot."""

    def votes_in(self, slot: int, got: Map[Id, Votes]) -> list[Vote]:
        return [vote for votes in got.values() for vote in votes.values()]


@bug(104, breaks=agreement, scope=ONE_ROUND)
class GoesOnAtTheFirstGap(Leader):
    """A leader proposes its own commands from the first gap on, even in slots with votes."""

    def first_free(self, got: Map[Id, Votes]) -> int:
        begun = {slot for votes in got.values() for slot in votes}
        return min(slot for slot in range(1, len(begun) + 2) if slot not in begun)


@bug(105, breaks=agreement, scope=ONE_ROUND)
class TrustsItsOwnLog(Leader):
    """A leader ignores the reported votes and relies on its own log, which is empty."""

    def leads(self, got: Map[Id, Votes]) -> Step:
        return super().leads(Map())


@bug(106, breaks=agreement, scope=ONE_ROUND)
class TrustsTheLongestLog(Leader):
    """A leader adopts the longest reported log instead of the highest vote in each slot."""

    def votes_in(self, slot: int, got: Map[Id, Votes]) -> list[Vote]:
        longest = max(got.values(), key=lambda log: (max(log, default=0), [*log.items()]))
        return [longest[slot]] if slot in longest else []


@bug(107, breaks=agreement, scope=ONE_ROUND)
class KeepsOneVote(Acceptor):
    """An acceptor keeps only its most recent vote and forgets its votes in all other slots."""

    def kept(self, slot: int, vote: Vote) -> Votes:
        return Map([(slot, vote)])


@bug(108, breaks=agreement, scope=ONE_ROUND)
class CutsItsLogOff(Acceptor):
    """An acceptor that votes in a slot forgets its votes in all later slots."""

    def kept(self, slot: int, vote: Vote) -> Votes:
        return Map([(s, v) for s, v in self.votes.items() if s < slot]).but(slot, vote)


@bug(109, breaks=agreement, scope=ONE_ROUND)
class PromisesOnlyWhereItVoted(Acceptor):
    """An acceptor keeps its promise only in slots in which the acceptor has already voted."""

    def may_vote(self, slot: int, ballot: int) -> bool:
        return slot not in self.votes or ballot >= self.promised


@bug(110, breaks=agreement, scope=TWO_ROUNDS, source="MyPaxos #3")
class GoesOnUnprepared(Leader):
    """A leader proposes in its next ballot before a majority has promised that ballot."""

    def is_prepared(self) -> bool:
        return True


@bug(110, breaks=agreement, scope=TWO_ROUNDS, safe=True)
@dataclass(frozen=True)
class GoesOnInItsOldBallot(Leader):
    """A leader proposes in its prepared old ballot while it prepares the next ballot: safe."""

    led: int = volatile(0)  # how many ballots it had started when it led last

    def is_prepared(self) -> bool:
        return True

    def asks(self, slot: int, value: Value) -> Send:
        return Leader.asks(self.but(started=self.led), slot, value)

    def leads(self, got: Map[Id, Votes]) -> Step:
        return Leader.leads(self.but(led=self.started), got)


@bug(111, breaks=agreement, scope=ONE_CRASH)
@dataclass(frozen=True)
class TakesItsBallotUpAgain(Leader):
    """A restarted leader remembers its ballot but not its slot, and proposes from slot 1 again."""

    led: int = 0  # how many ballots it had started when it led last

    def actions(self) -> Iterator[Action]:
        yield from super().actions()
        if self.is_prepared() and self.slot is None and 0 < self.led == self.started:
            ballot = self.ballots[self.started - 1]
            yield action(f"takes ballot {ballot} up again", self.but(slot=1))

    def leads(self, got: Map[Id, Votes]) -> Step:
        return Leader.leads(self.but(led=self.started), got)


@bug(111, breaks=agreement, scope=ONE_CRASH, safe=True)
@dataclass(frozen=True)
class LeadsOnAfterARestart(Leader):
    """A restarted leader remembers its ballot and its slot, and goes on there: safe."""

    slot: int | None = None


@bug(112, breaks=a_gap_is_filled, scope=ONE_ROUND)
class LeavesGapsOpen(Leader):
    """A leader proposes nothing in gaps, so replicas never execute the slots behind a gap."""

    def leads(self, got: Map[Id, Votes]) -> Step:
        free = self.first_free(got)
        votes = {s: self.votes_in(s, got) for s in range(1, free)}
        asked = [self.asks(s, self.safe_value(found)) for s, found in votes.items() if found]
        return self.but(promises=None, slot=free), *asked


@bug(113, breaks=only_the_chosen_is_executed, scope=ONE_LEADER)
class ExecutesOverAGap(Replica):
    """A replica executes a chosen value before it has learned the values of earlier slots."""

    def is_next(self, slot: int) -> bool:
        return slot >= self.slot


@bug(114, breaks=only_the_chosen_is_executed, scope=ONE_LEADER)
class ExecutesWhatItIsToldAgain(Replica):
    """A replica executes a command again when it learns again that the command is chosen."""

    def is_next(self, slot: int) -> bool:
        return slot <= self.slot


@bug(115, breaks=only_the_chosen_is_executed, scope=ONE_LEADER | {"crashes": 1})
@dataclass(frozen=True)
class ExecutesItsLogAgain(Replica):
    """A restarted replica remembers its executed commands but starts again at slot 1."""

    slot: int = volatile(1)
