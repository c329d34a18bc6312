"""The Paxos of SimplifiedFastPaxos, in the TLA+ examples: Lamport's, and somebody who decides.

What is decided is written down in one place, for all, as soon as a quorum's votes show it, and may
be written again at any time: safety is that it never changes. Ballots are counted from 0 here, as
in `lamport`, and from 1 there.
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
    """What is decided never changes."""
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
        """Whoever sees that a quorum voted in one ballot decides what it voted for."""
        voted = {(m.vote, m.acceptor) for m in state.paxos.messages if isinstance(m, Voted)}
        for value in self.paxos.values:
            shown = any(
                vote.value == value and all((vote, acceptor) in voted for acceptor in quorum)
                for vote in {vote for vote, _ in voted}
                for quorum in self.paxos.quorums
            )
            if shown and value != state.decision:
                yield f"{value} is decided", state._replace(decision=value)

    def observe(self, state: Decided) -> Seen:
        said = self.paxos.observe(state.paxos).sent(Accepted)
        decision = ((Id("decision"), state.decision),)
        return Seen(said, {"a": self.paxos.acceptors}, {"decision": decision})

    def columns(self, state: Decided) -> Mapping[str, Mapping[str, str]]:
        decided = {"decided": {"value": show(state.decision)}}
        return decided | dict(self.paxos.columns(state.paxos))


@spec
def simplified_paxos(
    acceptors: Annotated[int, Option("how many vote", min=1)] = 3,
    values: Annotated[int, Option("how many values may be proposed", min=1)] = 2,
    ballots: Annotated[int, Option("how many ballots may be started", min=1)] = 2,
) -> SimplifiedPaxos:
    """The simplified Paxos of the TLA+ examples: any value in any ballot, and one decision."""
    names = tuple(Value(f"v{i}") for i in range(1, values + 1))
    return SimplifiedPaxos(LamportsPaxos(group("a", acceptors), names, ballots))
