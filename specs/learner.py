"""A learner: it learns what enough of the acceptors voted for, and tells the other learners."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from pcheck import Actor, Group, History, Id, Property, Seen, Set, Step, Value
from pcheck import always, broadcast, fixed

from .consensus import Accepted, Vote, chosen, words


@dataclass(frozen=True)
class Decide:
    """Who learned a value tells others."""

    value: Value


@dataclass(frozen=True)
class Learner(Actor):
    """Remembers every vote that it heard of, and from whom, until it learns: then it is done."""

    quorum: int = fixed()
    others: Group = fixed()  # the learners, itself among them
    heard: Set[tuple[Id, Vote]] = Set()
    learned: Value | None = None

    def receive(self, msg: object, src: Id) -> Step:
        match None if self.learned else msg:
            case Accepted(vote):
                heard = self.heard.plus((src, vote))
                if not self.is_chosen(vote, heard):
                    return self.but(heard=heard)
                tell = broadcast(self.others.without(self.me), Decide(vote.value))
                return self.learns(vote.value), tell
            case Decide(value):
                return self.learns(value)
        return None

    def learns(self, value: Value) -> Self:
        return self.but(heard=Set(), learned=value)

    def is_chosen(self, vote: Vote, heard: Set[tuple[Id, Vote]]) -> bool:
        """A majority must have voted for the value, in one and the same ballot."""
        return sum(each == vote for _, each in heard) >= self.quorum


def who_learned_what(told: History) -> Iterator[str]:
    """Who has learned what, and who had voted for it."""
    for learner, value in told.seen.field("learned"):
        if value is not None:
            yield f"{learner} has learned {value}."
            yield learner
    for acceptor, accepted in told.seen.sent(Accepted):
        vote = accepted.vote
        yield f"{acceptor} voted for {vote.value} in ballot {vote.ballot}."


@always(sees=["learned"], explain=who_learned_what)
def learners_agree(seen: Seen) -> str | None:
    """No two learners learn different values."""
    values = {value for _, value in seen.field("learned") if value is not None}
    return f"{words(values)} are both learned" if len(values) > 1 else None


def only_the_chosen_is_learned(quorum: int = 0) -> Property:
    """So many votes choose, or a majority; a learner's opinion does not."""

    def test(seen: Seen) -> str | None:
        """A learner learns a value only once it is chosen."""
        values = {vote.value for vote in chosen(seen, quorum)}
        for learner, value in seen.field("learned"):
            if value is not None and value not in values:
                return f"{learner} has learned {value}, which is not chosen"
        return None

    name = "only_the_chosen_is_learned"
    return always(sees=[Accepted, "learned"], name=name, explain=who_learned_what)(test)


@always(sees=[Accepted, "learned"], explain=who_learned_what)
def no_other_is_chosen(seen: Seen) -> str | None:
    """What a majority chooses is no other value than what a learner has learned."""
    for vote in chosen(seen):
        for learner, value in seen.field("learned"):
            if value not in (None, vote.value):
                return f"{learner} has learned {value}, and {vote.value} is chosen"
    return None


def learning(learners: Group, quorum: int) -> list[Property]:
    """What must be true of learners, where there are any."""
    if not learners:
        return []
    return [only_the_chosen_is_learned(quorum), learners_agree, no_other_is_chosen]
