"""Fast Paxos as SimplifiedFastPaxos has it, in the TLA+ examples: one coordinator, and no phase 1.

Guarded commands, as in `lamport`. The odd ballots are fast: there acceptors vote for anything. When
the coordinator sees their votes collide, it asks for one value in a higher ballot, always the same.
Nobody promises anything, and an acceptor stays with its value until it is asked for another.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Annotated, NamedTuple, TypeAlias

from pcheck import Group, Id, Model, Option, Seen, Set, Value, group, show, spec

from .consensus import Accepted, Vote
from .lamport import Accept, Voted
from .quorums import Quorum, a_value_is_chosen_by, agreement_by, some_value_chosen_by
from .simplified_paxos import a_decision_is_final


@dataclass(frozen=True)
class Any:
    """Vote in this ballot for whatever you like."""

    ballot: int


Message: TypeAlias = Any | Accept | Voted
Step: TypeAlias = tuple[str, "State"]


class State(NamedTuple):
    takes_part: tuple[int, ...]  # in which ballot, for each acceptor
    voted: tuple[Vote | None, ...]
    messages: frozenset[Message]
    asked_for: Value | None  # by the coordinator
    decision: Value | None

    def send(self, message: Message) -> "State":
        return self._replace(messages=self.messages | {message})

    def vote(self, i: int, acceptor: Id, vote: Vote) -> "State":
        """The state in which the i-th acceptor has voted so."""
        return self._replace(
            takes_part=(*self.takes_part[:i], vote.ballot, *self.takes_part[i + 1 :]),
            voted=(*self.voted[:i], vote, *self.voted[i + 1 :]),
        ).send(Voted(acceptor, vote))

    def votes_in(self, ballot: int) -> Mapping[Id, Value]:
        said = [m for m in self.messages if isinstance(m, Voted) and m.vote.ballot == ballot]
        return {m.acceptor: m.vote.value for m in said}


class SimplifiedFastPaxos(Model[State]):
    def __init__(self, acceptors: Group, values: tuple[Value, ...], ballots: int) -> None:
        self.acceptors, self.values = acceptors, values
        self.fast, self.classic = range(1, ballots, 2), range(2, ballots, 2)
        size = 2 * len(acceptors) // 3 + 1  # so that any three quorums have an acceptor in common
        self.quorums = list(combinations(acceptors, size))
        enough = Quorum("a quorum", size)
        reached = some_value_chosen_by(lambda _: enough)
        self.properties = (agreement_by(lambda _: enough), reached, a_decision_is_final)
        self.milestones = (a_value_is_chosen_by(lambda _: enough),)

    def initial(self) -> State:
        nobody = len(self.acceptors)
        return State((0,) * nobody, (None,) * nobody, frozenset(), None, None)

    def steps(self, state: State) -> Iterator[Step]:
        for label, after in dict(self.actions(state)).items():
            if after != state:
                yield label, after

    def actions(self, state: State) -> Iterator[Step]:
        for ballot in self.fast:
            yield f"coordinator opens ballot {ballot}", state.send(Any(ballot))
        for ballot in self.classic:
            yield from self.recover(state, ballot)
        for i, acceptor in enumerate(self.acceptors):
            yield from self.vote_for_anything(state, i, acceptor)
            yield from self.vote_as_asked(state, i, acceptor)
        for ballot in (*self.fast, *self.classic):
            yield from self.decide(state, ballot)

    def recover(self, state: State, ballot: int) -> Iterator[Step]:
        """Where a quorum's votes in a lower, fast ballot collide, the coordinator asks for one of
        the values: for one that more than half of them voted for, if there is one."""
        if any(isinstance(m, Accept) and m.vote.ballot == ballot for m in state.messages):
            return
        for quorum, below in ((q, f) for q in self.quorums for f in self.fast if f < ballot):
            votes = state.votes_in(below)
            count = Counter(votes[acceptor] for acceptor in quorum if acceptor in votes)
            if count.total() < len(quorum) or len(count) == 1:
                continue
            most = [value for value in count if 2 * count[value] > len(quorum)]
            for value in most or count:
                if state.asked_for in (None, value):
                    after = state.send(Accept(Vote(ballot, value)))._replace(asked_for=value)
                    yield f"coordinator asks for {value} in ballot {ballot}", after

    def vote_for_anything(self, state: State, i: int, acceptor: Id) -> Iterator[Step]:
        """An acceptor votes once in an open ballot: for the value that it voted for before, if it
        did; unless it takes part in a higher one."""
        for ballot in self.fast:
            may = Any(ballot) in state.messages and ballot >= state.takes_part[i]
            if may and acceptor not in state.votes_in(ballot):
                last = state.voted[i]
                for value in self.values if last is None else [last.value]:
                    after = state.vote(i, acceptor, Vote(ballot, value))
                    yield f"{acceptor} votes for {value} in ballot {ballot}", after

    def vote_as_asked(self, state: State, i: int, acceptor: Id) -> Iterator[Step]:
        """An acceptor votes for what the coordinator asks for, unless in a ballot too low."""
        for vote in (Vote(ballot, value) for ballot in self.classic for value in self.values):
            if Accept(vote) in state.messages and vote.ballot >= state.takes_part[i]:
                after = state.vote(i, acceptor, vote)
                yield f"{acceptor} votes for {vote.value} in ballot {vote.ballot}", after

    def decide(self, state: State, ballot: int) -> Iterator[Step]:
        """Whoever sees that a quorum voted for one value in one ballot decides it."""
        votes = state.votes_in(ballot)
        for quorum in self.quorums:
            values = {votes.get(acceptor) for acceptor in quorum}
            if len(values) == 1 and None not in values:
                (value,) = values
                yield f"{value} is decided", state._replace(decision=value)

    def observe(self, state: State) -> Seen:
        votes = [(m.acceptor, Accepted(m.vote)) for m in state.messages if isinstance(m, Voted)]
        fields = {"decision": ((Id("decision"), state.decision),)}
        return Seen(votes, {"a": self.acceptors}, fields)

    def columns(self, state: State) -> Mapping[str, Mapping[str, str]]:
        asks = Set(m for m in state.messages if not isinstance(m, Voted))
        decided = {"coordinator": {"sent": show(asks)}, "decided": {"value": show(state.decision)}}
        votes = zip(self.acceptors, state.voted, strict=True)
        return decided | {acceptor: {"vote": show(vote)} for acceptor, vote in votes}


@spec
def simplified_fast_paxos(
    acceptors: Annotated[int, Option("how many vote", min=1)] = 4,
    values: Annotated[int, Option("how many values may be proposed", min=1)] = 2,
    ballots: Annotated[int, Option("how many ballots there are, 0 among them", min=2)] = 3,
) -> SimplifiedFastPaxos:
    """The simplified Fast Paxos of the TLA+ examples: one coordinator, and no phase 1."""
    names = tuple(Value(f"v{i}") for i in range(1, values + 1))
    return SimplifiedFastPaxos(group("a", acceptors), names, ballots)
