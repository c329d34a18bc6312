"""The Paxos of SimplifiedFastPaxos in the TLA+ examples: Lamport's Paxos with one global decision.

The decision is set to a value that a quorum voted for in one ballot, and may be set again at any
time. Safety means that the decision never changes. Ballots start at 0, as in `lamport`; in the TLA+
module they start at 1.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, NamedTuple

from pcheck import Id, Model, Option, Seen, Value, always, group, show, spec

from .consensus import Accepted
from .lamport import LamportsPaxos, State, Voted


class Decided(NamedTuple):
    paxos: State
    decision: Value | None


@always(sees=["decision"])
def a_decision_is_final(before: Seen, after: Seen) -> str | None:
    """The decision never changes."""
    ((_, was),), ((_, now),) = before.field("decision"), after.field("decision")
    return f"{was} was decided, and now {now}" if was not in (None, now) else None


class SimplifiedPaxos(Model[Decided]):
    def __init__(self, paxos: LamportsPaxos) -> None:
        self.paxos = paxos
        self.properties = (*paxos.properties, a_decision_is_final)
        self.milestones = paxos.milestones

    def initial(self) -> Decided:
        return Decided(self.paxos.initial(), None)

    def steps(self, state: Decided) -> Iterator[tuple[str, Decided]]:
        for label, after in self.paxos.steps(state.paxos):
            yield label, state._replace(paxos=after)
        yield from self.decide(state)

    def decide(self, state: Decided) -> Iterator[tuple[str, Decided]]:
        """The decision becomes a value that a quorum voted for in one ballot."""
        voted = {(m.vote, m.acceptor) for m in state.paxos.messages if isinstance(m, Voted)}
        for value in self.paxos.values:
            has_quorum = any(
                vote.value == value and all((vote, acceptor) in voted for acceptor in quorum)
                for vote in {vote for vote, _ in voted}
                for quorum in self.paxos.quorums
            )
            if has_quorum and value != state.decision:
                yield f"{value} is decided", state._replace(decision=value)

    def observe(self, state: Decided) -> Seen:
        votes = self.paxos.observe(state.paxos).sent(Accepted)
        decision = ((Id("decision"), state.decision),)
        return Seen(votes, {"a": self.paxos.acceptors}, {"decision": decision})

    def columns(self, state: Decided) -> Mapping[str, Mapping[str, str]]:
        decided = {"decided": {"value": show(state.decision)}}
        return decided | dict(self.paxos.columns(state.paxos))


@spec
def simplified_paxos(
    acceptors: Annotated[int, Option("number of acceptors", min=1)] = 3,
    values: Annotated[int, Option("number of values that may be proposed", min=1)] = 2,
    ballots: Annotated[int, Option("number of ballots", min=1)] = 2,
) -> SimplifiedPaxos:
    """The simplified Paxos of the TLA+ examples: Lamport's Paxos with one global decision."""
    names = tuple(Value(f"v{i}") for i in range(1, values + 1))
    return SimplifiedPaxos(LamportsPaxos(group("a", acceptors), names, ballots))
