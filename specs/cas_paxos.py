"""CASPaxos (Rystsov 2018): a register that clients change, without a log.

Each ballot of Paxos makes one change: phase 1 reads the state of the register, and phase 2 writes
the changed state. The state is a word. Each proposer has a client, whose change appends a letter.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated

from pcheck import Cluster, History, Option, Property, Seen, Value
from pcheck import always, group, sometimes, spec

from .consensus import Accepted, Promise, Vote, a_majority_says, a_value_is_chosen, ballots_of
from .consensus import chosen, one_value_per_ballot, some_value_chosen, votes
from .paxos import Acceptor, Proposer
from .quorums import promises_before_voting

LETTERS = "xyzuvw"
NOTHING = Vote(0, Value(""))


@dataclass(frozen=True)
class Changer(Proposer):
    def safe_value(self, votes: Iterable[Vote]) -> Value:
        return self.changed(self.current(votes).value)

    def current(self, votes: Iterable[Vote]) -> Vote:
        """The reported vote with the highest ballot holds the current state. That state may be
        chosen, and it contains all states chosen in lower ballots."""
        return max(votes, default=NOTHING)

    def changed(self, state: Value) -> Value:
        """A change that the state already contains is not made again. Otherwise a proposer that
        retries a change, unsure whether its earlier ballot failed, could make the change twice."""
        return state if self.wants in state else Value(state + self.wants)


def lost_updates(seen: Seen) -> list[tuple[Vote, Vote]]:
    """Return the pairs of chosen votes whose higher state does not begin with the lower state."""
    states = sorted(chosen(seen))
    pairs = [(low, high) for low in states for high in states if low.ballot < high.ballot]
    return [(low, high) for low, high in pairs if not high.value.startswith(low.value)]


def lost_update(history: History) -> Iterator[str]:
    """Yield a chosen state, the higher state without it, and what the higher ballot knew."""
    low, high = lost_updates(history.seen)[0]
    for vote in (low, high):
        when = history.since(lambda seen: vote in chosen(seen))  # noqa: B023
        yield f"{vote.value} is chosen by step {when}, in ballot {vote.ballot}."
    yield from promises_before_voting(history, high)


@always(sees=[Accepted], explain=lost_update)
def no_update_is_lost(seen: Seen) -> str | None:
    """Each chosen state begins with every state chosen in a lower ballot."""
    for low, high in lost_updates(seen):
        return (
            f"{high.value}, chosen in ballot {high.ballot}, does not begin with {low.value}, "
            f"chosen in ballot {low.ballot}"
        )
    return None


def all_votes(history: History) -> Iterator[str]:
    """Yield a line for each vote."""
    for acceptor, accepted in history.seen.sent(Accepted):
        yield f"{acceptor} voted for {accepted.vote.value} in ballot {accepted.vote.ballot}."


@always(sees=[Accepted, "wants"], explain=all_votes)
def each_change_once(seen: Seen) -> str | None:
    """Each state contains only letters that a client wants, and each letter at most once."""
    wanted = {letter for _, letter in seen.field("wants")}
    for state in sorted({vote.value for vote in votes(seen)}):
        if set(map(Value, state)) - wanted:
            return f"{state} contains a change that no client wants"
        if len(set(state)) < len(state):
            return f"a change was made twice in {state}"
    return None


def all_changes_chosen(changes: int) -> Property:
    """Return the property that some execution chooses a state with this number of changes."""

    def test(seen: Seen) -> bool:
        """A state with the changes of all clients is chosen in some execution."""
        return any(len(vote.value) == changes for vote in chosen(seen))

    return sometimes(sees=[Accepted], name="all_changes_chosen")(test)


@spec
def cas_paxos(
    acceptors: Annotated[int, Option("number of acceptors", min=1)] = 3,
    proposers: Annotated[
        int, Option("number of proposers, each with one client", min=1, max=len(LETTERS))
    ] = 2,
    rounds: Annotated[int, Option("number of ballots per proposer", min=1)] = 2,
) -> Cluster:
    """CASPaxos: a register in which each chosen state extends the states chosen before."""
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
