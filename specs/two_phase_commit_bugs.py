"""Bugs of two-phase commit: each bug changes one rule.

A change marked `safe` looks wrong but does not violate any property.
"""

from dataclasses import dataclass

from pcheck import Id, Set, Step, bug, volatile

from .commitment import COMMITTED, PREPARED, WORKING, Prepared, a_decision_is_final
from .commitment import all_are_asked, all_can_commit, all_or_none
from .two_phase_commit import Coordinator, Manager

TWO = {"rms": 2, "crashes": 0}
CRASH = {"rms": 2, "crashes": 1}


@bug(701, breaks=all_or_none, scope=TWO)
class StopsWaiting(Manager):
    """A prepared manager aborts by itself if the decision takes too long."""

    def may_abort(self) -> bool:
        return self.state in (WORKING, PREPARED)


@bug(702, breaks=all_are_asked, scope={"rms": 3, "crashes": 0})
class AMajorityIsEnough(Coordinator):
    """The coordinator commits when a majority of the managers is prepared."""

    def may_commit(self) -> bool:
        return self.may_decide() and len(self.prepared) > len(self.managers) // 2


@bug(703, breaks=all_or_none, scope=TWO)
@dataclass(frozen=True)
class CountsMessages(Coordinator):
    """The coordinator counts messages instead of managers, so that a copy counts again."""

    messages: int = volatile(0)

    def receive(self, msg: object, src: Id) -> Step:
        if isinstance(msg, Prepared) and self.may_decide() and self.messages < len(self.managers):
            return self.but(messages=self.messages + 1)
        return None

    def may_commit(self) -> bool:
        return self.may_decide() and self.messages == len(self.managers)


@bug(704, breaks=all_or_none, scope=CRASH)
@dataclass(frozen=True)
class ForgetsThatItIsPrepared(Manager):
    """A manager does not write that it is prepared to its disk, and starts again after a crash."""

    state: str = volatile(WORKING)


@bug(705, breaks=all_or_none, scope=CRASH)
@dataclass(frozen=True)
class ForgetsItsDecision(Coordinator):
    """The coordinator sends its decision before it writes the decision to its disk."""

    decision: str | None = volatile(None)


@bug(706, breaks=a_decision_is_final, scope={"rms": 1, "crashes": 0})
class AbortsWhatItCommitted(Coordinator):
    """The coordinator aborts if the managers take long to commit, although it has decided."""

    def may_abort(self) -> bool:
        return self.may_decide() or self.decision == COMMITTED


@bug(707, breaks=all_can_commit, scope={"rms": 1, "crashes": 0})
class WaitsForTooMany(Coordinator):
    """The coordinator waits for more prepared managers than there are."""

    def may_commit(self) -> bool:
        return self.may_decide() and len(self.prepared) > len(self.managers)


@bug(708, breaks=all_or_none, scope=CRASH, safe=True)
@dataclass(frozen=True)
class RemembersWhoIsPrepared(Coordinator):
    """The coordinator also writes who is prepared to its disk: safe, but not needed."""

    prepared: Set[Id] = Set()
