"""The Fast Paxos of SimplifiedFastPaxos in the TLA+ examples: one coordinator and no phase 1.

Guarded commands, as in `lamport`. Odd ballots are fast: acceptors vote for any value. When votes
collide, the coordinator asks for one value in higher ballots, always the same value. Acceptors make
no promises, and keep the value of their last vote until the coordinator asks for another value.
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
    """The coordinator lets acceptors vote for any value in a ballot."""

    ballot: int


Message: TypeAlias = Any | Accept | Voted
Step: TypeAlias = tuple[str, "State"]


class State(NamedTuple):
    takes_part: tuple[int, ...]  # the current ballot of each acceptor
    voted: tuple[Vote | None, ...]
    messages: frozenset[Message]
    asked_for: Value | None  # by the coordinator
    decision: Value | None

    def send(self, message: Message) -> "State":
        return self._replace(messages=self.messages | {message})

    def vote(self, i: int, acceptor: Id, vote: Vote) -> "State":
        """Return the state after the i-th acceptor casts this vote."""
        return self._replace(
            takes_part=(*self.takes_part[:i], vote.ballot, *self.takes_part[i + 1 :]),
            voted=(*self.voted[:i], vote, *self.voted[i + 1 :]),
        ).send(Voted(acceptor, vote))

    def votes_in(self, ballot: int) -> Mapping[Id, Value]:
        cast = [m for m in self.messages if isinstance(m, Voted) and m.vote.ballot == ballot]
        return {m.acceptor: m.vote.value for m in cast}


class SimplifiedFastPaxos(Model[State]):
    def __init__(self, acceptors: Group, values: tuple[Value, ...], ballots: int) -> None:
        self.acceptors, self.values = acceptors, values
        self.fast, self.classic = range(1, ballots, 2), range(2, ballots, 2)
        size = 2 * len(acceptors) // 3 + 1  # any three quorums have an acceptor in common
        self.quorums = list(combinations(acceptors, size))
        quorum = Quorum("a quorum", size)
        reachable = some_value_chosen_by(lambda _: quorum)
        self.properties = (agreement_by(lambda _: quorum), reachable, a_decision_is_final)
        self.milestones = (a_value_is_chosen_by(lambda _: quorum),)

    def initial(self) -> State:
        size = len(self.acceptors)
        return State((0,) * size, (None,) * size, frozenset(), None, None)

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
        """The coordinator asks for one of the values for which a quorum's votes in a lower fast
        ballot collide: the value of more than half of these votes, if there is one."""
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
        """An acceptor votes once in an open ballot, unless it takes part in a higher ballot. An
        acceptor that voted before votes for the same value again."""
        for ballot in self.fast:
            may_vote = Any(ballot) in state.messages and ballot >= state.takes_part[i]
            if may_vote and acceptor not in state.votes_in(ballot):
                last = state.voted[i]
                for value in self.values if last is None else [last.value]:
                    after = state.vote(i, acceptor, Vote(ballot, value))
                    yield f"{acceptor} votes for {value} in ballot {ballot}", after

    def vote_as_asked(self, state: State, i: int, acceptor: Id) -> Iterator[Step]:
        """An acceptor votes for the value asked for, unless it takes part in a higher ballot."""
        for vote in (Vote(ballot, value) for ballot in self.classic for value in self.values):
            if Accept(vote) in state.messages and vote.ballot >= state.takes_part[i]:
                after = state.vote(i, acceptor, vote)
                yield f"{acceptor} votes for {vote.value} in ballot {vote.ballot}", after

    def decide(self, state: State, ballot: int) -> Iterator[Step]:
        """The decision becomes a value that a quorum voted for in one ballot."""
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
    acceptors: Annotated[int, Option("number of acceptors", min=1)] = 4,
    values: Annotated[int, Option("number of values that may be proposed", min=1)] = 2,
    ballots: Annotated[int, Option("number of ballots, counting the unused ballot 0", min=2)] = 3,
) -> SimplifiedFastPaxos:
    """The simplified Fast Paxos of the TLA+ examples: one coordinator and no phase 1."""
    names = tuple(Value(f"v{i}") for i in range(1, values + 1))
    return SimplifiedFastPaxos(group("a", acceptors), names, ballots)
