"""A log: in each of its slots one value is chosen, and replicas execute them in order.

What must be true of it is stated apart from any algorithm, as in `consensus`: acceptors are the
group `a`, and say how they voted in which slot. Who leads has a field `wants`, its commands; a
replica has a field `executed`, what it has done so far.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

from pcheck import Actor, Group, History, Id, Map, Property, Seen, Set, Step, Value
from pcheck import always, broadcast, fixed, milestone, sometimes, volatile

from .consensus import Vote, majorities, words

NO_OP = Value("no-op")  # the command that does nothing
Votes: TypeAlias = Map[int, Vote]  # in which slot an acceptor voted last, and how


@dataclass(frozen=True)
class Accepted:
    """An acceptor says that it voted in a slot."""

    ballot: int
    slot: int
    value: Value


@dataclass(frozen=True)
class Decide:
    """A replica tells the others what it has learned."""

    slot: int
    value: Value


@dataclass(frozen=True)
class Replica(Actor):
    """Learns slot by slot, and executes at once: what it is told of later slots can wait."""

    quorum: int = fixed()
    others: Group = fixed()
    slot: int = 1  # durable, as what it did is: the next one to be executed
    heard: Map[Id, Accepted] = volatile(Map())  # from each acceptor the last vote in that slot
    executed: tuple[Value, ...] = ()

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Accepted(_, slot, value) if self.is_next(slot):
                heard = self.heard.but(src, msg)
                if not self.is_chosen(msg, heard):
                    return self.but(heard=heard)
                tell = broadcast(self.others.without(self.me), Decide(slot, value))
                return self.executes(value), tell
            case Decide(slot, value) if self.is_next(slot):
                return self.executes(value)
        return None

    def executes(self, command: Value) -> Replica:
        return self.but(slot=self.slot + 1, heard=Map(), executed=(*self.executed, command))

    def is_next(self, slot: int) -> bool:
        """Slots are executed in order, each once: all replicas then go through the same states."""
        return slot == self.slot

    def is_chosen(self, said: Accepted, heard: Map[Id, Accepted]) -> bool:
        """A majority must have voted for the value, in one slot and ballot."""
        return sum(each == said for each in heard.values()) >= self.quorum


def chosen(seen: Seen) -> Mapping[Accepted, Set[Id]]:
    """What a majority voted for in one slot and ballot, and who they are."""
    return majorities(seen, [(said, acceptor) for acceptor, said in seen.sent(Accepted)])


def in_its_slot(told: History) -> Iterator[str]:
    """Who is behind each of two values that are chosen in one slot, and who is behind both."""
    voters_of = chosen(told.seen)
    when = {said: told.since(lambda seen: said in chosen(seen)) for said in voters_of}  # noqa: B023
    pairs = combinations(sorted(voters_of, key=lambda said: when[said]), 2)
    one, other = next((a, b) for a, b in pairs if a.slot == b.slot and a.value != b.value)
    for said in (one, other):
        yield (
            f"{said.value} is chosen in slot {said.slot} by step {when[said]}: "
            f"{words(voters_of[said])}, a majority, voted for it in ballot {said.ballot}."
        )
    both = [acceptor for acceptor in voters_of[one] if acceptor in voters_of[other]]
    yield f"Any two majorities have an acceptor in common: here {words(both)}, voting for both."
    yield from both


@always(sees=[Accepted], explain=in_its_slot)
def agreement(seen: Seen) -> str | None:
    """At most one value is ever chosen in each slot."""
    values: dict[int, set[Value]] = {}
    for said in chosen(seen):
        values.setdefault(said.slot, set()).add(said.value)
    torn = [slot for slot, them in values.items() if len(them) > 1]
    return f"{words(values[torn[0]])} are both chosen in slot {torn[0]}" if torn else None


@always(sees=[Accepted, "wants"])
def validity(seen: Seen) -> str | None:
    """Only a command that somebody proposed, or a no-op, is voted for."""
    proposed = {command for _, commands in seen.field("wants") for command in commands}
    strange = {said.value for _, said in seen.sent(Accepted)} - proposed - {NO_OP}
    return f"nobody proposed {words(strange)}, and there are votes for it" if strange else None


@always(sees=[Accepted])
def one_value_per_ballot(seen: Seen) -> str | None:
    """Two votes in the same slot and ballot are for the same value."""
    values: dict[tuple[int, int], Value] = {}
    for _, said in seen.sent(Accepted):
        slot, ballot, value = said.slot, said.ballot, said.value
        other = values.setdefault((slot, ballot), value)
        if other != value:
            both = words([other, value])
            return f"there are votes for {both} in slot {slot}, in ballot {ballot}"
    return None


@sometimes(sees=[Accepted], alias="chosen")
def some_value_chosen(seen: Seen) -> bool:
    """In some run a value is chosen: the rest would be true of doing nothing, too."""
    return bool(chosen(seen))


@sometimes(sees=[Accepted])
def a_gap_is_filled(seen: Seen) -> bool:
    """In some run a no-op is chosen."""
    return any(said.value == NO_OP for said in chosen(seen))


def can_fill_the_log(commands: Sequence[Value]) -> Property:
    """In some run these are chosen, all of them."""

    def test(seen: Seen) -> bool:
        """In some run the commands of this leader are chosen, one in each slot."""
        return {said.value for said in chosen(seen)} >= {*commands}

    name = f"{'_'.join(commands)}_can_be_chosen"
    return sometimes(sees=[Accepted], name=name)(test)


@milestone(sees=[Accepted])
def a_value_is_chosen(seen: Seen) -> Mapping[Accepted, str]:
    """In each slot the moment that nobody in the algorithm can see."""
    return {
        said: f"slot {said.slot}: {said.value} is chosen: {words(who)}, a majority, voted in "
        f"ballot {said.ballot}"
        for said, who in chosen(seen).items()
    }


def who_executed_what(told: History) -> Iterator[str]:
    """Who has executed what, and who had voted for it."""
    for replica, executed in told.seen.field("executed"):
        if executed:
            yield f"{replica} has executed {', then '.join(executed)}."
            yield replica
    for acceptor, said in told.seen.sent(Accepted):
        yield f"{acceptor} voted for {said.value} in slot {said.slot}, in ballot {said.ballot}."


@always(sees=[Accepted, "executed"], explain=who_executed_what)
def only_the_chosen_is_executed(seen: Seen) -> str | None:
    """A replica executes what is chosen, in order: so what it has executed is never changed."""
    values = {(said.slot, said.value) for said in chosen(seen)}
    for replica, executed in seen.field("executed"):
        for slot, command in enumerate(executed, start=1):
            if (slot, command) not in values:
                done = f"{replica} has executed {command} as number {slot}"
                return f"{done}, and it is not chosen in slot {slot}"
    return None


@always(sees=["executed"], explain=who_executed_what)
def replicas_agree(seen: Seen) -> str | None:
    """Of any two replicas, one has executed what the other has, in the same order, or less."""
    for (one, its), (other, others) in combinations(seen.field("executed"), 2):
        for slot, (a, b) in enumerate(zip(its, others), start=1):
            if a != b:
                return f"{one} has executed {a} as number {slot}, and {other} {b}"
    return None


@sometimes(sees=["executed", "wants"])
def all_is_executed(seen: Seen) -> bool:
    """In some run a replica executes a command in every slot."""
    return any(len(its) == len(seen.field("wants")[0][1]) for _, its in seen.field("executed"))


def logged(wants: Sequence[Sequence[Value]], replicas: Group, *, gaps: bool) -> list[Property]:
    """What must be true of a log; of gaps and of replicas only where there can be any."""
    return [
        *(agreement, validity, one_value_per_ballot, some_value_chosen),
        *([a_gap_is_filled] if gaps else ()),
        *map(can_fill_the_log, wants),
        *((only_the_chosen_is_executed, replicas_agree, all_is_executed) if replicas else ()),
    ]
