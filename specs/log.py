"""A replicated log: acceptors choose one value in each slot, and replicas execute the log in order.

The properties are stated apart from any algorithm, as in `consensus`. They assume that the
acceptors are the group `a` and report each vote with its slot. They also assume that a leader has a
field `wants` with its commands, and a replica a field `executed` with the commands executed so far.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

from pcheck import Actor, Group, History, Id, Map, Property, Seen, Set, Step, Tolerance, Value
from pcheck import always, broadcast, fixed, milestone, sometimes, still_possible, volatile

from .consensus import Vote, majorities, words
from .progress import ballots_left

NO_OP = Value("no-op")  # the command without an effect
Votes: TypeAlias = Map[int, Vote]  # an acceptor's latest vote in each slot


@dataclass(frozen=True)
class Promise:
    """An acceptor promises a ballot and reports its latest vote in every slot."""

    ballot: int
    votes: Votes


@dataclass(frozen=True)
class Accept:
    """A leader asks for votes in a slot."""

    ballot: int
    slot: int
    value: Value


@dataclass(frozen=True)
class Accepted:
    """An acceptor reports its vote in a slot."""

    ballot: int
    slot: int
    value: Value


@dataclass(frozen=True)
class Decide:
    """A replica reports a chosen value to the other replicas."""

    slot: int
    value: Value


@dataclass(frozen=True)
class Replica(Actor):
    """A replica that learns the log slot by slot and executes each chosen value at once.

    A message about a later slot stays in flight until the replica reaches that slot.
    """

    quorum: int = fixed()
    others: Group = fixed()
    slot: int = 1  # the next slot to execute; durable, like `executed`
    heard: Map[Id, Accepted] = volatile(Map())  # from each acceptor its latest vote in that slot
    executed: tuple[Value, ...] = ()

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Accepted(_, slot, value) if self.is_next(slot):
                heard = self.heard.but(src, msg)
                if not self.is_chosen(msg, heard):
                    return self.but(heard=heard)
                decide = broadcast(self.others.without(self.me), Decide(slot, value))
                return self.executes(value), decide
            case Decide(slot, value) if self.is_next(slot):
                return self.executes(value)
        return None

    def executes(self, command: Value) -> Replica:
        return self.but(slot=self.slot + 1, heard=Map(), executed=(*self.executed, command))

    def is_next(self, slot: int) -> bool:
        """A replica executes the slots in order, each slot once. Otherwise two replicas could go
        through different states."""
        return slot == self.slot

    def is_chosen(self, said: Accepted, heard: Map[Id, Accepted]) -> bool:
        """A replica learns a value from a majority of votes in the same slot and ballot. Otherwise
        another value could still be chosen in the slot."""
        return sum(each == said for each in heard.values()) >= self.quorum


def chosen(seen: Seen) -> list[Accepted]:
    """Return the votes that a majority cast in one slot and ballot."""
    half = len(seen.group("a")) // 2
    return [vote for vote, count in Counter(seen.messages(Accepted)).items() if count > half]


def chosen_by(seen: Seen) -> Mapping[Accepted, Set[Id]]:
    """Return each vote that a majority cast in one slot and ballot, with its voters."""
    return majorities(seen, [(vote, acceptor) for acceptor, vote in seen.sent(Accepted)])


def two_majorities_in_a_slot(history: History) -> Iterator[str]:
    """Yield the majority behind each of two values chosen in one slot, then the common voters."""
    voters = chosen_by(history.seen)
    when = {vote: history.since(lambda seen: vote in chosen(seen)) for vote in voters}  # noqa: B023
    pairs = combinations(sorted(voters, key=lambda vote: when[vote]), 2)
    first, second = next((a, b) for a, b in pairs if a.slot == b.slot and a.value != b.value)
    for vote in (first, second):
        yield (
            f"{vote.value} is chosen in slot {vote.slot} by step {when[vote]}: "
            f"{words(voters[vote])}, a majority, voted for it in ballot {vote.ballot}."
        )
    both = [acceptor for acceptor in voters[first] if acceptor in voters[second]]
    yield f"Any two majorities have an acceptor in common: here {words(both)}, voting for both."
    yield from both


@always(sees=[Accepted], explain=two_majorities_in_a_slot)
def agreement(seen: Seen) -> str | None:
    """At most one value is ever chosen in each slot."""
    values: dict[int, set[Value]] = {}
    for vote in chosen(seen):
        values.setdefault(vote.slot, set()).add(vote.value)
    for slot, rivals in values.items():
        if len(rivals) > 1:
            return f"{words(rivals)} are both chosen in slot {slot}"
    return None


@always(sees=[Accepted, "wants"])
def validity(seen: Seen) -> str | None:
    """Every vote is for a proposed command or for a no-op."""
    proposed = {command for _, commands in seen.field("wants") for command in commands}
    unknown = {vote.value for vote in seen.messages(Accepted)} - proposed - {NO_OP}
    return f"nobody proposed {words(unknown)}, and there are votes for it" if unknown else None


@always(sees=[Accepted])
def one_value_per_ballot(seen: Seen) -> str | None:
    """All votes in the same slot and ballot are for the same value."""
    values: dict[tuple[int, int], Value] = {}
    for vote in seen.messages(Accepted):
        slot, ballot, value = vote.slot, vote.ballot, vote.value
        other = values.setdefault((slot, ballot), value)
        if other != value:
            both = words([other, value])
            return f"there are votes for {both} in slot {slot}, in ballot {ballot}"
    return None


@sometimes(sees=[Accepted], alias="chosen")
def some_value_chosen(seen: Seen) -> bool:
    """A value is chosen in some execution.

    Without this property, a spec that does nothing would satisfy all the others.
    """
    return bool(chosen(seen))


@sometimes(sees=[Accepted])
def a_gap_is_filled(seen: Seen) -> bool:
    """A no-op is chosen in some execution, so a gap in the log is filled."""
    return any(vote.value == NO_OP for vote in chosen(seen))


def can_fill_the_log(commands: Sequence[Value]) -> Property:
    """Return the property that all of a leader's own commands can be chosen."""

    def test(seen: Seen) -> bool:
        return {vote.value for vote in chosen(seen)} >= {*commands}

    test.__doc__ = f"Some execution chooses {words(commands)}, the commands of one leader."
    name = f"{'_'.join(commands)}_can_be_chosen"
    return sometimes(sees=[Accepted], name=name)(test)


@milestone(sees=[Accepted])
def a_value_is_chosen(seen: Seen) -> Mapping[Accepted, str]:
    """A slot has a chosen value. No node of the algorithm can observe that moment."""
    return {
        vote: f"slot {vote.slot}: {vote.value} is chosen: {words(voters)}, a majority, voted in "
        f"ballot {vote.ballot}"
        for vote, voters in chosen_by(seen).items()
    }


def executions_and_votes(history: History) -> Iterator[str]:
    """Yield the commands that each replica executed, then every vote."""
    for replica, executed in history.seen.field("executed"):
        if executed:
            yield f"{replica} has executed {', then '.join(executed)}."
            yield replica
    for acceptor, vote in history.seen.sent(Accepted):
        yield f"{acceptor} voted for {vote.value} in slot {vote.slot}, in ballot {vote.ballot}."


@always(sees=[Accepted, "executed"], explain=executions_and_votes)
def only_the_chosen_is_executed(seen: Seen) -> str | None:
    """The nth command that a replica executes is the value chosen in slot n."""
    values = {(vote.slot, vote.value) for vote in chosen(seen)}
    if all(each in values for log in seen.values_of("executed") for each in enumerate(log, 1)):
        return None
    for replica, executed in seen.field("executed"):
        for slot, command in enumerate(executed, start=1):
            if (slot, command) not in values:
                done = f"{replica} has executed {command} as command {slot}"
                return f"{done}, but {command} is not chosen in slot {slot}"
    return None


@always(sees=["executed"], explain=executions_and_votes)
def replicas_agree(seen: Seen) -> str | None:
    """Two replicas execute the same commands in the same order, though one may be behind."""
    pairs = combinations(seen.values_of("executed"), 2)
    if all(a == b for log, other_log in pairs for a, b in zip(log, other_log)):
        return None
    for (first, log), (second, other_log) in combinations(seen.field("executed"), 2):
        for slot, (a, b) in enumerate(zip(log, other_log), start=1):
            if a != b:
                return f"{first} has executed {a} as command {slot}, but {second} has executed {b}"
    return None


@sometimes(sees=["executed", "wants"])
def all_is_executed(seen: Seen) -> bool:
    """A replica executes a command in every slot in some execution."""
    slots = len(seen.field("wants")[0][1])
    return any(len(executed) == slots for executed in seen.values_of("executed"))


@sometimes(sees=[Decide, "executed"], alias="told")
def a_replica_is_told(seen: Seen) -> bool:
    """A replica executes a command that another replica reported in some execution.

    A replica that learns a command from votes informs the others, so a silent replica was told.
    """
    reported = seen.sent(Decide)
    decided = {decide for _, decide in reported}
    done = [(r, Decide(*each)) for r, log in seen.field("executed") for each in enumerate(log, 1)]
    return any(decide in decided and (r, decide) not in reported for r, decide in done)


@still_possible(
    sees=[Accepted, "wants", "ballots", "started", "promised"],
    while_=lambda seen: any(ballots_left(seen)),
    tolerance=Tolerance("acceptors", (1, 2, 3, 4, 5), stop="a", scope={"slots": 1, "replicas": 0}),
)
def the_log_can_still_be_filled(seen: Seen) -> bool:
    """Each slot can still get a chosen value, while some leader has a ballot above all promises."""
    slots = max(map(len, seen.values_of("wants")))
    return len({accepted.slot for accepted in chosen(seen)}) == slots


def logged(wants: Sequence[Sequence[Value]], replicas: Group, *, gaps: bool) -> list[Property]:
    """Return the properties of a log, with those of gaps and replicas only where they can occur."""
    return [
        *(agreement, validity, one_value_per_ballot, some_value_chosen),
        *([a_gap_is_filled] if gaps else ()),
        *map(can_fill_the_log, wants),
        *((only_the_chosen_is_executed, replicas_agree, all_is_executed) if replicas else ()),
        *([a_replica_is_told] if len(replicas) > 1 else ()),
        the_log_can_still_be_filled,
    ]
