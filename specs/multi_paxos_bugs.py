"""Mistakes that one can make about a log and not about a single value: each is one rule, changed.

Some look wrong, and are `safe`.
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
    """A promise tells of the vote in the first slot only, and nobody asks for the others."""

    def reported(self) -> Votes:
        return Map([(slot, vote) for slot, vote in self.votes.items() if slot == 1])


@bug(102, breaks=agreement, scope=ONE_ROUND)
class SeesAGapTooSoon(Leader):
    """Takes a slot for a gap unless all who promised voted in it, and asks for a no-op."""

    def votes_in(self, slot: int, got: Map[Id, Votes]) -> list[Vote]:
        votes = super().votes_in(slot, got)
        return votes if len(votes) == len(got) else []


@bug(103, breaks=agreement, scope=ONE_ROUND, source="OCons #21")
class MixesUpTheSlots(Leader):
    """Takes the highest vote in any slot for a vote in the one that it asks for."""

    def votes_in(self, slot: int, got: Map[Id, Votes]) -> list[Vote]:
        return [vote for votes in got.values() for vote in votes.values()]


@bug(104, breaks=agreement, scope=ONE_ROUND)
class GoesOnAtTheFirstGap(Leader):
    """Its own commands go into the first slot without a vote and all behind it, used or not."""

    def first_free(self, got: Map[Id, Votes]) -> int:
        begun = {slot for votes in got.values() for slot in votes}
        return min(slot for slot in range(1, len(begun) + 2) if slot not in begun)


@bug(105, breaks=agreement, scope=ONE_ROUND)
class TrustsItsOwnLog(Leader):
    """Goes by its own log, which is empty, and not by the votes that promises tell of."""

    def leads(self, got: Map[Id, Votes]) -> Step:
        return super().leads(Map())


@bug(106, breaks=agreement, scope=ONE_ROUND)
class TrustsTheLongestLog(Leader):
    """Goes by the longest of the logs that promises tell of, and not by all, slot by slot."""

    def votes_in(self, slot: int, got: Map[Id, Votes]) -> list[Vote]:
        longest = max(got.values(), key=lambda log: (max(log, default=0), [*log.items()]))
        return [longest[slot]] if slot in longest else []


@bug(107, breaks=agreement, scope=ONE_ROUND)
class KeepsOneVote(Acceptor):
    """Keeps only the vote that it gave last, whatever the slot."""

    def kept(self, slot: int, vote: Vote) -> Votes:
        return Map([(slot, vote)])


@bug(108, breaks=agreement, scope=ONE_ROUND)
class CutsItsLogOff(Acceptor):
    """With a vote in a slot it forgets those in all later ones."""

    def kept(self, slot: int, vote: Vote) -> Votes:
        return Map([(s, v) for s, v in self.votes.items() if s < slot]).but(slot, vote)


@bug(109, breaks=agreement, scope=ONE_ROUND)
class PromisesOnlyWhereItVoted(Acceptor):
    """Keeps a promise in the slots that it has votes in, and not in the others."""

    def may_vote(self, slot: int, ballot: int) -> bool:
        return slot not in self.votes or ballot >= self.promised


@bug(110, breaks=agreement, scope=TWO_ROUNDS, source="MyPaxos #3")
class GoesOnUnprepared(Leader):
    """When it is interrupted it goes on in its next ballot, before that is prepared."""

    def is_prepared(self) -> bool:
        return True


@bug(110, breaks=agreement, scope=TWO_ROUNDS, safe=True)
@dataclass(frozen=True)
class GoesOnInItsOldBallot(Leader):
    """Goes on in its old ballot while it prepares the next: safe, for the old one is prepared."""

    led: int = volatile(0)  # which of its ballots

    def is_prepared(self) -> bool:
        return True

    def asks(self, slot: int, value: Value) -> Send:
        return Leader.asks(self.but(started=self.led), slot, value)

    def leads(self, got: Map[Id, Votes]) -> Step:
        return Leader.leads(self.but(led=self.started), got)


@bug(111, breaks=agreement, scope=ONE_CRASH)
@dataclass(frozen=True)
class TakesItsBallotUpAgain(Leader):
    """Keeps over a restart that it leads, and not where it was: it begins in the first slot."""

    led: int = 0  # which of its ballots

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
    """Keeps over a restart where it was in which ballot, and goes on there: safe."""

    slot: int | None = None


@bug(112, breaks=a_gap_is_filled, scope=ONE_ROUND)
class LeavesGapsOpen(Leader):
    """Asks for nothing in the gaps: so what is behind them is never executed."""

    def leads(self, got: Map[Id, Votes]) -> Step:
        free = self.first_free(got)
        votes = {s: self.votes_in(s, got) for s in range(1, free)}
        asked = [self.asks(s, self.safe_value(told)) for s, told in votes.items() if told]
        return self.but(promises=None, slot=free), *asked


@bug(113, breaks=only_the_chosen_is_executed, scope=ONE_LEADER)
class ExecutesOverAGap(Replica):
    """Executes whatever is chosen, also while it has heard nothing of an earlier slot."""

    def is_next(self, slot: int) -> bool:
        return slot >= self.slot


@bug(114, breaks=only_the_chosen_is_executed, scope=ONE_LEADER)
class ExecutesWhatItIsToldAgain(Replica):
    """Executes a command again when it is told again that it is chosen."""

    def is_next(self, slot: int) -> bool:
        return slot <= self.slot


@bug(115, breaks=only_the_chosen_is_executed, scope=ONE_LEADER | {"crashes": 1})
@dataclass(frozen=True)
class ExecutesItsLogAgain(Replica):
    """Keeps over a restart what it has executed, and not how far it was: so it begins again."""

    slot: int = volatile(1)
