"""Bugs that lose a change of a register or make a change twice: each bug changes one rule.

A change marked `safe` looks wrong but does not violate any property.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pcheck import Send, Step, Value, bug, volatile

from .cas_paxos import NOTHING, Changer, each_change_once, no_update_is_lost
from .consensus import Vote
from .paxos import Accept, Acceptor, Promises

ONE_ROUND = {"rounds": 1, "crashes": 0}
TWO_ROUNDS = {"rounds": 2, "crashes": 0}
OF_ONE = {"acceptors": 1, "proposers": 1, "rounds": 2, "crashes": 0}


@bug(501, breaks=no_update_is_lost, scope=ONE_ROUND | {"acceptors": 1})
class WritesBlindly(Changer):
    """A proposer ignores the reported state and applies its change to an empty register."""

    def current(self, votes: Iterable[Vote]) -> Vote:
        return NOTHING


@bug(502, breaks=no_update_is_lost, scope=TWO_ROUNDS | {"proposers": 3})
class ChangesTheLongestState(Changer):
    """A proposer takes the longest reported state as the current one, whatever its ballot."""

    def current(self, votes: Iterable[Vote]) -> Vote:
        return max(votes, key=lambda vote: (len(vote.value), vote), default=NOTHING)


@bug(503, breaks=no_update_is_lost, scope=TWO_ROUNDS | {"acceptors": 1})
@dataclass(frozen=True)
class ChangesWhatItRemembers(Changer):
    """A proposer changes the state that it asked for last instead of the reported state."""

    remembered: Vote = volatile(NOTHING)

    def asks(self, got: Promises) -> Step:
        match super().asks(got):
            case Changer() as after, Send(message=Accept(vote)) as asking:
                return after.but(remembered=vote), asking
        return None

    def current(self, votes: Iterable[Vote]) -> Vote:
        return super().current(votes) if self.remembered == NOTHING else self.remembered


@bug(504, breaks=each_change_once, scope=OF_ONE)
class ChangesAgain(Changer):
    """A proposer makes its change again in its next ballot, although the state contains it."""

    def changed(self, state: Value) -> Value:
        return Value(state + self.wants)


@bug(505, breaks=no_update_is_lost, scope=ONE_ROUND | {"acceptors": 1})
class ErasesItsPromise(Acceptor):
    """An acceptor drops its promise when it votes, and does not check the ballot of its vote."""

    def promise_after(self, vote: Vote) -> int:
        return 0


@bug(506, breaks=no_update_is_lost, scope=TWO_ROUNDS, safe=True)
class ErasesItsPromiseOnly(Acceptor):
    """An acceptor drops its promise when it votes: safe, since the vote's ballot still counts."""

    def promise_after(self, vote: Vote) -> int:
        return 0

    def may_promise(self, ballot: int) -> bool:
        return ballot > max(self.promised, self.vote.ballot if self.vote else 0)

    def may_vote(self, ballot: int) -> bool:
        return ballot >= max(self.promised, self.vote.ballot if self.vote else 0)
