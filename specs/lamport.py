"""Lamport's own Paxos.tla: guarded commands over a set of messages that only grows.

The spec has no actors. The leader has no state, may start any ballot at any time, and may ask for
any safe value in a ballot. Each action is one method, as in the TLA+ module. The spec extends Model
directly: the search needs nothing else, and its counts must equal those of TLC.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Annotated, NamedTuple, TypeAlias

from pcheck import Group, Id, Model, Option, Seen, Set, Value, group, show, spec

from .consensus import Accepted, Vote, a_value_is_chosen, agreement, can_be_chosen
from .consensus import one_value_per_ballot, some_value_chosen


@dataclass(frozen=True)
class Prepare:  # 1a
    ballot: int


@dataclass(frozen=True)
class Promise:  # 1b
    acceptor: Id
    ballot: int
    last: Vote | None


@dataclass(frozen=True)
class Accept:  # 2a
    vote: Vote


@dataclass(frozen=True)
class Voted:  # 2b
    acceptor: Id
    vote: Vote


Message: TypeAlias = Prepare | Promise | Accept | Voted
Step: TypeAlias = tuple[str, "State"]


class State(NamedTuple):
    promised: tuple[int, ...]  # maxBal, for each acceptor
    voted: tuple[Vote | None, ...]  # maxVBal and maxVal
    messages: frozenset[Message]

    def send(self, message: Message) -> "State":
        return self._replace(messages=self.messages | {message})

    def at(self, i: int, promised: int, voted: Vote | None) -> "State":
        """Return the state after the i-th acceptor promises `promised` and votes `voted`."""
        return self._replace(
            promised=(*self.promised[:i], promised, *self.promised[i + 1 :]),
            voted=(*self.voted[:i], voted, *self.voted[i + 1 :]),
        )


class LamportsPaxos(Model[State]):
    def __init__(self, acceptors: Group, values: tuple[Value, ...], ballots: int) -> None:
        self.acceptors, self.values, self.ballots = acceptors, values, range(ballots)
        self.quorums = list(combinations(acceptors, len(acceptors) // 2 + 1))
        reachable = map(can_be_chosen, values)
        self.properties = (agreement, one_value_per_ballot, some_value_chosen, *reachable)
        self.milestones = (a_value_is_chosen,)

    def initial(self) -> State:
        size = len(self.acceptors)
        return State((-1,) * size, (None,) * size, frozenset())

    def steps(self, state: State) -> Iterator[Step]:
        for label, after in self.actions(state):
            if after != state:
                yield label, after

    def actions(self, state: State) -> Iterator[Step]:
        for ballot in self.ballots:
            yield self.phase_1a(state, ballot)
            for value in self.values:
                yield from self.phase_2a(state, ballot, value)
        for i, acceptor in enumerate(self.acceptors):
            yield from self.phase_1b(state, i, acceptor)
            yield from self.phase_2b(state, i, acceptor)

    def phase_1a(self, state: State, ballot: int) -> Step:
        """The leader starts a ballot, at any time."""
        return f"leader starts ballot {ballot}", state.send(Prepare(ballot))

    def phase_1b(self, state: State, i: int, acceptor: Id) -> Iterator[Step]:
        """An acceptor promises a ballot above all ballots that it took part in."""
        for ballot in self.ballots:
            if Prepare(ballot) in state.messages and ballot > state.promised[i]:
                promise = Promise(acceptor, ballot, state.voted[i])
                after = state.at(i, ballot, state.voted[i]).send(promise)
                yield f"{acceptor} promises ballot {ballot}", after

    def phase_2a(self, state: State, ballot: int, value: Value) -> Iterator[Step]:
        """The leader asks for votes once in a ballot, for a value shown to be safe by a quorum."""
        asked = any(isinstance(m, Accept) and m.vote.ballot == ballot for m in state.messages)
        if not asked and any(self.shows_safe(q, state, ballot, value) for q in self.quorums):
            asks = f"leader asks for {value} in ballot {ballot}"
            yield asks, state.send(Accept(Vote(ballot, value)))

    def shows_safe(self, quorum: tuple[Id, ...], state: State, ballot: int, value: Value) -> bool:
        """Return whether the quorum promised and its highest vote, if any, is for the value."""
        promises = [
            m
            for m in state.messages
            if isinstance(m, Promise) and m.ballot == ballot and m.acceptor in quorum
        ]
        votes = [m.last for m in promises if m.last is not None]
        highest = max((vote.ballot for vote in votes), default=-1)
        is_free = not votes or any(v.value == value for v in votes if v.ballot == highest)
        return len({m.acceptor for m in promises}) == len(quorum) and is_free

    def phase_2b(self, state: State, i: int, acceptor: Id) -> Iterator[Step]:
        """An acceptor votes for the value asked for, unless it promised a higher ballot."""
        for ballot in self.ballots:
            for vote in (Vote(ballot, value) for value in self.values):
                if Accept(vote) in state.messages and ballot >= state.promised[i]:
                    after = state.at(i, ballot, vote).send(Voted(acceptor, vote))
                    yield f"{acceptor} votes for {vote.value} in ballot {ballot}", after

    def observe(self, state: State) -> Seen:
        votes = [(m.acceptor, Accepted(m.vote)) for m in state.messages if isinstance(m, Voted)]
        return Seen(votes, {"a": self.acceptors})

    def columns(self, state: State) -> Mapping[str, Mapping[str, str]]:
        leader = {"asked for": show(Set(m for m in state.messages if isinstance(m, Accept)))}
        return {"leader": leader} | {
            acceptor: {"promised": show(promised), "vote": show(vote)}
            for acceptor, promised, vote in zip(
                self.acceptors, state.promised, state.voted, strict=True
            )
        }


@spec
def lamport(
    acceptors: Annotated[int, Option("number of acceptors", min=1)] = 3,
    values: Annotated[int, Option("number of values that may be proposed", min=1)] = 2,
    ballots: Annotated[int, Option("number of ballots", min=1)] = 2,
) -> LamportsPaxos:
    """Lamport's Paxos.tla: a leader without state may ask for any safe value in any ballot."""
    names = tuple(Value(f"v{i}") for i in range(1, values + 1))
    return LamportsPaxos(group("a", acceptors), names, ballots)
