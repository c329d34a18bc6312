"""A learner: it hears of votes, and learns what a majority of the acceptors voted for."""

from __future__ import annotations

from dataclasses import dataclass

from pcheck import Actor, Group, Id, Property, Seen, Set, Step, Value, always, fixed

from .consensus import Accepted, Vote, chosen


@dataclass(frozen=True)
class Learner(Actor):
    """Remembers every vote that it heard of, from whom: nothing is forgotten or summed up."""

    acceptors: Group = fixed()
    heard: Set[tuple[Id, Vote]] = Set()
    learned: Value | None = None

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Accepted(vote):
                heard = self.heard.but((src, vote))
                learned = vote.value if self.is_chosen(vote, heard) else self.learned
                return self.but(heard=heard, learned=learned)
        return None

    def is_chosen(self, vote: Vote, heard: Set[tuple[Id, Vote]]) -> bool:
        return 2 * sum(each == vote for _, each in heard) > len(self.acceptors)


@always(sees=[Accepted, "learned"])
def only_the_chosen_is_learned(seen: Seen) -> str | None:
    """A learner learns a value only once it is chosen."""
    values = Set(vote.value for vote in chosen(seen))
    for learner, value in seen.field("learned"):
        if value is not None and value not in values:
            return f"{learner} has learned {value}, which is not chosen"
    return None


def learning(learners: Group) -> list[Property]:
    """What must be true of learners, where there are any."""
    return [only_the_chosen_is_learned] if learners else []
