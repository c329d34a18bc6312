"""Viewstamped replication: a primary orders the operations, and a view change replaces it.

The replicas follow "Viewstamped Replication Revisited" with these simplifications. Requests arrive
at the primary without messages, and nobody answers them. A replica may suspect the primary at any
time. A crash loses nothing that a replica knows, so the recovery of the paper is not needed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Annotated, Self, TypeAlias

from pcheck import Action, Actor, Cluster, Group, Id, Map, Option, Seen, Send, Set, Step, Value
from pcheck import action, always, broadcast, bug, fixed, group, send, show, sometimes, spec

Log: TypeAlias = tuple[Value, ...]


@dataclass(frozen=True)
class Prepare:
    view: int
    number: int
    operation: Value


@dataclass(frozen=True)
class PrepareOk:
    view: int
    number: int


@dataclass(frozen=True)
class Commit:
    view: int
    number: int


@dataclass(frozen=True)
class StartViewChange:
    view: int


@dataclass(frozen=True)
class DoViewChange:
    view: int
    last_normal: int  # the last view in which the sender was not changing views
    log: Log
    committed: int


@dataclass(frozen=True)
class StartView:
    view: int
    log: Log
    committed: int


@dataclass(frozen=True)
class Replica(Actor):
    replicas: Group = fixed()
    operations: tuple[Value, ...] = fixed()
    views: int = fixed()
    view: int = 0
    last_normal: int = 0  # a smaller number than the view: a view change is under way
    log: Log = ()
    committed: int = 0
    stored: tuple[Set[Id], ...] = ()  # for each entry, the backups that stored it in this view
    starting: Set[Id] = Set()  # the others that start the view
    changes: Map[Id, DoViewChange] = Map()

    def actions(self) -> Iterator[Action]:
        if self.is_primary() and self.is_normal():
            for operation in self.operations:
                if operation not in self.log:
                    prepare = Prepare(self.view, len(self.log) + 1, operation)
                    takes = self.but(log=(*self.log, operation), stored=(*self.stored, Set()))
                    yield action(f"takes {operation}", takes, broadcast(self.others(), prepare))
        if self.view + 1 < self.views:
            start = broadcast(self.others(), StartViewChange(self.view + 1))
            yield action("suspects the primary", self.in_view(self.view + 1), start)

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Prepare(self.view, number, operation) if self.is_normal():
                if number == len(self.log) + 1:
                    stores = self.but(log=(*self.log, operation))
                    return stores, send(src, PrepareOk(self.view, number))
            case PrepareOk(self.view, number):
                return self.with_stored(number, src)
            case Commit(self.view, number) if self.is_normal() and number <= len(self.log):
                return self.but(committed=max(self.committed, number))
            case StartViewChange(view) if view > self.view:
                start = broadcast(self.others(), StartViewChange(view))
                return self.in_view(view).starts(src, start)
            case StartViewChange(self.view) if not self.is_normal():
                return self.starts(src)
            case DoViewChange(self.view) if not self.is_normal():
                return self.with_change(src, msg)
            case StartView(view, log, committed) if view > self.last_normal and view >= self.view:
                new = range(committed + 1, len(log) + 1)
                oks = [send(src, PrepareOk(view, number)) for number in new]
                return self.begins(view, log, committed), *oks
        return None

    def is_primary(self) -> bool:
        return self.me == self.primary()

    def primary(self) -> Id:
        return self.replicas[self.view % len(self.replicas)]

    def others(self) -> Group:
        return self.replicas.without(self.me)

    def is_normal(self) -> bool:
        return self.last_normal == self.view

    def is_majority(self, replicas: int) -> bool:
        return 2 * replicas > len(self.replicas)

    def with_stored(self, number: int, backup: Id) -> Step:
        """The primary commits an entry, and all before it, when a majority has stored it."""
        backups = self.stored[number - 1].plus(backup)
        after = self.but(stored=(*self.stored[: number - 1], backups, *self.stored[number:]))
        if number > self.committed and self.is_majority(len(backups) + 1):
            return after.but(committed=number), broadcast(self.others(), Commit(self.view, number))
        return after

    def in_view(self, view: int) -> Self:
        return self.but(view=view, stored=(), starting=Set(), changes=Map())

    def starts(self, other: Id, *sent: Send) -> Step:
        before, after = len(self.starting), self.but(starting=self.starting.plus(other))
        if self.is_majority(len(after.starting) + 1) and not self.is_majority(before + 1):
            change = DoViewChange(self.view, self.last_normal, self.log, self.committed)
            sent = (*sent, send(self.primary(), change))
        return after, *sent

    def with_change(self, src: Id, change: DoViewChange) -> Step:
        after = self.but(changes=self.changes.but(src, change))
        if not self.has_enough(after.changes):
            return after
        changes = after.changes.values()
        log = max(changes, key=lambda each: (each.last_normal, len(each.log))).log
        committed = max(each.committed for each in changes)
        primary = self.begins(self.view, log, committed).but(stored=(Set(),) * len(log))
        return primary, broadcast(self.others(), StartView(self.view, log, committed))

    def has_enough(self, changes: Map[Id, DoViewChange]) -> bool:
        """A majority must report. Otherwise the new primary could miss what was committed."""
        return self.is_majority(len(changes))

    def begins(self, view: int, log: Log, committed: int) -> Self:
        begun = self.in_view(view).but(last_normal=view, log=log)
        return begun.but(committed=max(self.committed, committed))


@always(sees=["log", "committed"])
def committed_logs_agree(seen: Seen) -> str | None:
    """The committed part of one of two logs begins that of the other."""
    logs, committed = dict(seen.field("log")), dict(seen.field("committed"))
    for one, other in combinations(logs, 2):
        both = min(committed[one], committed[other])
        if logs[one][:both] != logs[other][:both]:
            return f"{one} committed {show(logs[one][:both])}, {other} {show(logs[other][:both])}"
    return None


@sometimes(sees=[Prepare, "committed"])
def an_operation_of_a_later_view_is_committed(seen: Seen) -> bool:
    """An operation that a later primary took is committed."""
    numbers = [sent.number for _, sent in seen.sent(Prepare) if sent.view > 0]
    return any(
        number <= committed for number in numbers for _, committed in seen.field("committed")
    )


@spec
def viewstamped(
    replicas: Annotated[int, Option("number of replicas", min=1)] = 3,
    operations: Annotated[int, Option("number of operations", min=1, max=6)] = 2,
    views: Annotated[int, Option("number of views", min=1)] = 2,
) -> Cluster:
    """Viewstamped replication: no committed operation is lost when a view changes."""
    r = group("r", replicas)
    values = tuple(Value(letter) for letter in "xyzuvw"[:operations])
    return Cluster(
        {r: lambda i: Replica(replicas=r, operations=values, views=views)},
        properties=[
            committed_logs_agree,
            an_operation_of_a_later_view_is_committed,
        ],
    )


@bug(1, breaks=committed_logs_agree, scope={"network": "once", "crashes": 0})
class BeginsAlone(Replica):
    """A new primary begins its view with the first log that it is told."""

    def has_enough(self, changes: Map[Id, DoViewChange]) -> bool:
        return True
