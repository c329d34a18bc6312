"""CASPaxos (Rystsov 2018): a register that clients change, without a log.

Each ballot of Paxos is a change here: phase 1 reads the state, phase 2 writes what the change makes
of it. The register holds a word, and the client of each proposer wants its letter at the end of it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated

from pcheck import Cluster, History, Option, Property, Seen, Value
from pcheck import always, group, sometimes, spec

from .consensus import Accepted, Vote, a_majority_says, a_value_is_chosen, ballots_of, chosen
from .consensus import one_value_per_ballot, some_value_chosen, votes
from .paxos import Acceptor, Promise, Proposer
from .quorums import what_was_promised

LETTERS = "xyzuvw"
NOTHING = Vote(0, Value(""))


@dataclass(frozen=True)
class Changer(Proposer):
    def safe_value(self, votes: Iterable[Vote]) -> Value:
        return self.changed(self.current(votes).value)

    def current(self, votes: Iterable[Vote]) -> Vote:
        """The highest vote that it is told of holds the state: that may be chosen, and was made
        from all that is chosen below."""
        return max(votes, default=NOTHING)

    def changed(self, state: Value) -> Value:
        """What is in the state already is not changed again: nobody can tell whether an earlier
        ballot failed, so the same change may be tried again after it was made."""
        return state if self.wants in state else Value(state + self.wants)


def lost(seen: Seen) -> list[tuple[Vote, Vote]]:
    """What is chosen, and what is chosen above it without being made from it."""
    states = sorted(chosen(seen))
    pairs = [(low, high) for low in states for high in states if low.ballot < high.ballot]
    return [(low, high) for low, high in pairs if not high.value.startswith(low.value)]


def how_it_was_lost(told: History) -> Iterator[str]:
    """Two chosen states, and what the higher ballot was told of the lower."""
    low, high = lost(told.seen)[0]
    for vote in (low, high):
        when = told.since(lambda seen: vote in chosen(seen))  # noqa: B023
        yield f"{vote.value} is chosen by step {when}, in ballot {vote.ballot}."
    yield from what_was_promised(told, high)


@always(sees=[Accepted], explain=how_it_was_lost)
def no_update_is_lost(seen: Seen) -> str | None:
    """What is chosen begins with all that is chosen in lower ballots."""
    for low, high in lost(seen):
        return (
            f"{high.value}, chosen in ballot {high.ballot}, does not begin with {low.value}, "
            f"chosen in ballot {low.ballot}"
        )
    return None


def who_voted(told: History) -> Iterator[str]:
    for acceptor, accepted in told.seen.sent(Accepted):
        yield f"{acceptor} voted for {accepted.vote.value} in ballot {accepted.vote.ballot}."


@always(sees=[Accepted, "wants"], explain=who_voted)
def each_change_once(seen: Seen) -> str | None:
    """A state is made of what clients want, and of each at most once."""
    wanted = {letter for _, letter in seen.field("wants")}
    for state in sorted({vote.value for vote in votes(seen)}):
        if set(map(Value, state)) - wanted:
            return f"nobody wanted all that is in {state}"
        if len(set(state)) < len(state):
            return f"a change was made twice in {state}"
    return None


def all_changes_chosen(changes: int) -> Property:
    def test(seen: Seen) -> bool:
        """In some run everybody's change is made."""
        return any(len(vote.value) == changes for vote in chosen(seen))

    return sometimes(sees=[Accepted], name="all_changes_chosen")(test)


@spec
def cas_paxos(
    acceptors: Annotated[int, Option("how many vote", min=1)] = 3,
    proposers: Annotated[int, Option("how many make changes", min=1, max=len(LETTERS))] = 2,
    rounds: Annotated[int, Option("how many ballots each proposer may start", min=1)] = 2,
) -> Cluster:
    """CASPaxos: each chosen state of a register is made from the one before it."""
    a, p = group("a", acceptors), group("p", proposers)
    return Cluster(
        {
            p: lambda i: Changer(
                wants=Value(LETTERS[i - 1]),
                acceptors=a,
                ballots=ballots_of(i, proposers, rounds),
                quorum=acceptors // 2 + 1,
            ),
            a: lambda i: Acceptor(learners=group("l", 0)),
        },
        properties=[
            no_update_is_lost,
            each_change_once,
            one_value_per_ballot,
            some_value_chosen,
            all_changes_chosen(proposers),
        ],
        milestones=[a_majority_says(Promise, "promised ballot {0.ballot}"), a_value_is_chosen],
        interchangeable=[a],
    )
