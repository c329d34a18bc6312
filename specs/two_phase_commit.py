"""Two-phase commit, as in the TLA+ examples: a transaction commits everywhere or nowhere.

Each manager guards a resource, such as a database. In phase 1 the managers say that they are
prepared. In phase 2 the coordinator decides, and it may only commit if all managers are prepared.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from pcheck import Action, Actor, Cluster, Group, Id, Option, Set, Step
from pcheck import action, broadcast, fixed, group, spec, volatile

from .commitment import ABORTED, COMMITTED, PREPARED, WORKING, Prepared, a_decision_is_final
from .commitment import all_are_asked, all_can_abort, all_can_commit, all_or_none
from .commitment import everyone_can_still_finish, it_is_decided


@dataclass(frozen=True)
class Commit:
    """The coordinator decided to commit."""


@dataclass(frozen=True)
class Abort:
    """The coordinator decided to abort."""


@dataclass(frozen=True)
class Manager(Actor):
    coordinator: Group = fixed()
    state: str = WORKING

    def actions(self) -> Iterator[Action]:
        if self.state == WORKING:
            yield action(
                "prepares", self.but(state=PREPARED), broadcast(self.coordinator, Prepared())
            )
        if self.may_abort():
            yield action("aborts", self.but(state=ABORTED))

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Commit() if self.state != COMMITTED:
                return self.but(state=COMMITTED)
            case Abort() if self.state != ABORTED:
                return self.but(state=ABORTED)
        return None

    def may_abort(self) -> bool:
        """A manager aborts by itself only before it is prepared. Afterwards the coordinator may
        have committed, and the manager has to wait for the decision."""
        return self.state == WORKING


@dataclass(frozen=True)
class Coordinator(Actor):
    managers: Group = fixed()
    decision: str | None = None
    prepared: Set[Id] = volatile(Set())

    def actions(self) -> Iterator[Action]:
        if self.may_commit():
            yield action(
                "commits", self.but(decision=COMMITTED), broadcast(self.managers, Commit())
            )
        if self.may_abort():
            yield action("aborts", self.but(decision=ABORTED), broadcast(self.managers, Abort()))

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Prepared() if self.may_decide() and src not in self.prepared:
                return self.but(prepared=self.prepared.plus(src))
        return None

    def may_commit(self) -> bool:
        """Commit only if every manager is prepared. A manager that is not may abort by itself."""
        return self.may_decide() and len(self.prepared) == len(self.managers)

    def may_abort(self) -> bool:
        return self.may_decide()

    def may_decide(self) -> bool:
        """Decide only once, and never forget the decision. Otherwise a transaction that some
        managers committed could abort at the others."""
        return self.decision is None


@spec
def two_phase_commit(
    rms: Annotated[int, Option("number of resource managers", min=1)] = 3,
) -> Cluster:
    """Two-phase commit: a transaction commits at all resource managers or at none."""
    c, r = group("c", 1), group("r", rms)
    return Cluster(
        {c: lambda i: Coordinator(managers=r), r: lambda i: Manager(coordinator=c)},
        properties=[
            *(all_or_none, a_decision_is_final, all_are_asked, all_can_commit, all_can_abort),
            everyone_can_still_finish,
        ],
        milestones=[it_is_decided],
        interchangeable=[r],
    )
