"""A learner: learns a value once enough acceptors voted for it, and informs other learners."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from pcheck import Actor, Group, History, Id, Property, Seen, Set, Step, Value
from pcheck import always, broadcast, fixed, sometimes

from .consensus import Accepted, Vote, chosen, words


@dataclass(frozen=True)
class Decide:
    """A learner reports the value that it learned."""

    value: Value


@dataclass(frozen=True)
class Learner(Actor):
    """A node that collects votes until it learns a value. Then it ignores all messages."""

    quorum: int = fixed()
    others: Group = fixed()  # all learners, including this one
    heard: Set[tuple[Id, Vote]] = Set()  # the votes so far, each with its acceptor
    learned: Value | None = None

    def receive(self, msg: object, src: Id) -> Step:
        match None if self.learned else msg:
            case Accepted(vote):
                heard = self.heard.plus((src, vote))
                if not self.is_chosen(vote, heard):
                    return self.but(heard=heard)
                decide = broadcast(self.others.without(self.me), Decide(vote.value))
                return self.learns(vote.value), decide
            case Decide(value):
                return self.learns(value)
        return None

    def learns(self, value: Value) -> Self:
        return self.but(heard=Set(), learned=value)

    def is_chosen(self, vote: Vote, heard: Set[tuple[Id, Vote]]) -> bool:
        """A learner learns a value from a quorum of votes in the same ballot. Otherwise another
        value could still be chosen."""
        return sum(each == vote for _, each in heard) >= self.quorum


def learning_and_votes(history: History) -> Iterator[str]:
    """Yield the value that each learner learned, then every vote."""
    for learner, value in history.seen.field("learned"):
        if value is not None:
            yield f"{learner} has learned {value}."
            yield learner
    for acceptor, accepted in history.seen.sent(Accepted):
        vote = accepted.vote
        yield f"{acceptor} voted for {vote.value} in ballot {vote.ballot}."


@always(sees=["learned"], explain=learning_and_votes)
def learners_agree(seen: Seen) -> str | None:
    """No two learners learn different values."""
    values = {value for value in seen.values_of("learned") if value is not None}
    return f"{words(values)} are both learned" if len(values) > 1 else None


def only_the_chosen_is_learned(quorum: int = 0) -> Property:
    """Return the property that learners learn only chosen values.

    A value is chosen by `quorum` votes in one ballot, or by a majority if `quorum` is 0, whatever
    quorum a learner uses.
    """

    def test(seen: Seen) -> str | None:
        """A learner learns only values that are chosen."""
        values = {vote.value for vote in chosen(seen, quorum)}
        if {*seen.values_of("learned")} <= {*values, None}:
            return None
        for learner, value in seen.field("learned"):
            if value is not None and value not in values:
                return f"{learner} has learned {value}, which is not chosen"
        return None

    name = "only_the_chosen_is_learned"
    return always(sees=[Accepted, "learned"], name=name, explain=learning_and_votes)(test)


def no_other_is_chosen(quorum: int = 0) -> Property:
    """Return the property that no value is chosen that differs from a learned value.

    A value is chosen by `quorum` votes in one ballot, or by a majority if `quorum` is 0.
    """

    def test(seen: Seen) -> str | None:
        """No value is ever chosen that differs from a learned value."""
        if all({*seen.values_of("learned")} <= {vote.value, None} for vote in chosen(seen, quorum)):
            return None
        for vote in chosen(seen, quorum):
            for learner, value in seen.field("learned"):
                if value not in (None, vote.value):
                    return f"{learner} has learned {value}, and {vote.value} is chosen"
        return None

    name = "no_other_is_chosen"
    return always(sees=[Accepted, "learned"], name=name, explain=learning_and_votes)(test)


@sometimes(sees=["learned"], alias="learned")
def some_value_learned(seen: Seen) -> bool:
    """A learner learns a value in some execution.

    Without this property, learners that ignore every message would satisfy all the others.
    """
    return any(value is not None for value in seen.values_of("learned"))


@sometimes(sees=[Decide, "learned"], alias="told")
def a_learner_is_told(seen: Seen) -> bool:
    """A learner learns a value from another learner in some execution.

    A learner that learns from votes informs the others, so a silent learner was told.
    """
    informers = {learner for learner, _ in seen.sent(Decide)}
    reported = {decide.value for _, decide in seen.sent(Decide)}
    return any(v in reported and node not in informers for node, v in seen.field("learned"))


def learning(learners: Group, quorum: int) -> list[Property]:
    """Return the properties of learners, or an empty list without learners."""
    if not learners:
        return []
    return [
        *(only_the_chosen_is_learned(quorum), learners_agree, no_other_is_chosen(quorum)),
        *(some_value_learned, *([a_learner_is_told] if len(learners) > 1 else [])),
    ]
