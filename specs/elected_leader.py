"""Paxos as seen in the log of a real system: a detector names leaders, which may share a ballot.

The log leaves some rules open. `readings` lists them and says which readings are safe."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Self

from pcheck import Action, Actor, Cluster, Group, Id, Map, Option, Set, Step, Value
from pcheck import action, broadcast, either, fixed, group, send, spec, volatile

from .consensus import Vote
from .decisions import Accepted, Decided, Prepared, a_value_is_chosen, deciding
from .learner import Decide
from .paxos import Accept, Prepare
from .readings import Accepts, Reading, SameBallot, VotesOnce, WhenDecided


@dataclass(frozen=True)
class Node(Actor):
    nodes: Group = fixed()  # all nodes of the instance, including this one
    proposals: tuple[Value, ...] = fixed()
    turns: int = fixed()  # how often the detector may name it leader
    last_ballot: int = fixed()  # the highest ballot, if each leader takes all its turns
    reading: Reading = fixed()
    named: int = 0
    ballot: int = 0  # the highest ballot that it has heard of
    bound_to: Id | None = None  # the only leader that may ask for its vote; None: any
    vote: Vote | None = None  # its latest vote
    leads: int = volatile(0)  # the ballot that it leads; 0: none
    got: Map[Id, Vote | None] | None = volatile(None)  # None: not in phase 1
    acks: Set[Id] | None = volatile(None)  # None: not in phase 2
    decided: Value | None = None
    killed: bool = False

    def actions(self) -> Iterator[Action]:
        ballot = self.ballot + 1  # another leader may take the same ballot
        is_free = self.decided is None and not self.killed
        if is_free and self.named < self.turns and ballot <= self.last_ballot:
            begun = self.but(named=self.named + 1, leads=ballot, got=Map(), acks=None)
            prepare = broadcast(self.nodes, Prepare(ballot))
            yield action(f"is named leader, and takes ballot {ballot}", begun, prepare)

    def receive(self, msg: object, src: Id) -> Step:
        match None if self.killed else msg:
            case Prepare() | Accept() if self.decided and not self.reading.takes_part:
                return (self, send(src, Decide(self.decided))) if self.reading.tells else None
            case Prepare(ballot) if self.may_promise(ballot):
                return self.follows(src, ballot), send(src, Prepared(ballot, self.vote))
            case Prepared(ballot, last) if self.got is not None and self.counts(ballot):
                got = self.got.but(src, last)
                return self.asks(got) if self.have_promised(got) else self.but(got=got)
            case Accept(vote) if self.may_vote(vote, src):
                return self.voted(vote, src), send(src, Accepted(vote, src))
            case Accepted(vote) if self.acks is not None and self.counts(vote.ballot):
                acks = self.acks.plus(src)
                return self.decides(vote.value) if self.have_voted(acks) else self.but(acks=acks)
            case Decide(value):
                return self.settled(value), broadcast((), Decided(value))
        return None

    def asks(self, got: Map[Id, Vote | None]) -> Step:
        begun = self.but(got=None, acks=Set())
        votes = [Vote(self.leads, v) for v in self.safe_values([*filter(None, got.values())])]
        ways = [(f"asks for {v.value}", (begun, broadcast(self.nodes, Accept(v)))) for v in votes]
        return either(*ways)

    def decides(self, value: Value) -> Step:
        announces = self.stops(), broadcast(self.nodes, Decide(value))
        return either(("tells all", announces), ("is killed", self.stops().but(killed=True)))

    def stops(self) -> Self:
        return self.but(leads=0, got=None, acks=None)

    def follows(self, leader: Id, ballot: int) -> Self:
        """A leader stops when it hears of a higher ballot: its own may get no more votes."""
        follower = self.but(ballot=ballot, bound_to=self.reading.bound_to(leader))
        return follower if ballot <= self.leads else follower.stops()

    def may_promise(self, ballot: int) -> bool:
        """A node promises each ballot only once. Otherwise two leaders that share a ballot could
        both get a majority of promises."""
        return ballot > self.ballot or self.reading.is_promised_again(ballot, self.ballot)

    def counts(self, ballot: int) -> bool:
        """A leader counts answers only for its own ballot and after its own prepare has arrived.
        Otherwise the leader could take the same ballot again and ask for another value."""
        return ballot == self.leads == self.ballot

    def have_promised(self, nodes: Collection[Id]) -> bool:
        """A majority of all nodes, dead or alive, must promise. Otherwise votes for a chosen
        value could go unreported."""
        return 2 * len(nodes) > len(self.nodes)

    def safe_values(self, votes: Collection[Vote]) -> Iterable[Value]:
        """A leader asks for the value of the reported vote with the highest ballot, because that
        value may be chosen. Without reported votes, any proposal is safe."""
        highest = max((vote.ballot for vote in votes), default=0)
        return Set(vote.value for vote in votes if vote.ballot == highest) or self.proposals

    def may_vote(self, vote: Vote, leader: Id) -> bool:
        """A node never votes below its promised ballot. Otherwise the leader that holds the promise
        would not know of the vote."""
        promised = (self.ballot, self.bound_to) == (vote.ballot, leader)
        return vote.ballot >= self.ballot and self.reading.lets_vote(vote, self.vote, promised)

    def voted(self, vote: Vote, leader: Id) -> Self:
        """A vote is also a promise. Otherwise the node could vote in a lower ballot later and
        report that vote instead of this one."""
        voter = self if self.reading.unnoted else self.follows(leader, vote.ballot)
        return voter.but(vote=vote)

    def have_voted(self, nodes: Collection[Id]) -> bool:
        """A leader decides only on a majority of votes. Otherwise another value could be chosen."""
        return 2 * len(nodes) > len(self.nodes)

    def settled(self, value: Value) -> Self:
        """A node that decided keeps its ballot and its vote. Otherwise a leader that does not know
        the decision could get another value chosen."""
        return self.stops().but(decided=value)


@spec
def elected_leader(
    nodes: Annotated[int, Option("number of nodes that propose, vote and learn", min=1)] = 3,
    leaders: Annotated[int, Option("number of nodes that may become leader", min=1)] = 2,
    rounds: Annotated[int, Option("number of times that each may be named", min=1)] = 1,
    instances: Annotated[int, Option("number of independent Paxos instances", min=1, max=5)] = 1,
    same_ballot: SameBallot = "refused",
    accepts: Accepts = "any",
    votes_once: VotesOnce = False,
    decided: WhenDecided = "tells",
) -> Cluster:
    """Paxos with an unreliable leader detector, as seen in the log of a real system."""
    values, last = (Value("v1"), Value("v2")), min(nodes, leaders) * rounds
    reading = Reading(same_ballot, accepts, votes_once, decided)
    parts = [group(name, nodes) for name in "pqrst"[:instances]]  # q1 is p1 in instance 2
    candidates = [Group(part.name, part.ids[:leaders]) for part in parts]

    def node(part: Group, i: int) -> Node:
        turns = rounds if i <= leaders else 0
        return Node(nodes=part, proposals=values, turns=turns, last_ballot=last, reading=reading)

    return Cluster(
        {part: partial(node, part) for part in parts},
        properties=deciding(told=nodes > 1, survived=min(nodes - 1, leaders) > 1),
        milestones=[a_value_is_chosen],
        interchangeable=[*candidates, *(p.without(*c) for p, c in zip(parts, candidates)), values],
    )
