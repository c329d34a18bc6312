"""Paxos as a log of tests shows it: a detector names leaders, and they may share a ballot.

In how many steps two values are chosen, if it is read so (see `readings`; `decided` is all one):
  same_ballot  accepts   votes_once: no  yes
  refused      any       safe            safe
  refused      promised  safe            safe
  refused      unnoted   20              20
  promised     any       14              20
  promised     promised  15              20
  promised     unnoted   14              20"""

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
    nodes: Group = fixed()  # of this instance, itself among them
    proposals: tuple[Value, ...] = fixed()
    turns: int = fixed()  # how often it may be named leader
    last_ballot: int = fixed()  # that there can be, if all take their turns
    reading: Reading = fixed()
    named: int = 0
    ballot: int = 0  # the highest that it has heard of
    bound_to: Id | None = None  # who alone may ask for its vote
    vote: Vote | None = None  # the last one
    leads: int = volatile(0)  # in which ballot
    got: Map[Id, Vote | None] | None = volatile(None)  # None: not in phase 1
    acks: Set[Id] | None = volatile(None)  # None: not in phase 2
    decided: Value | None = None
    killed: bool = False

    def actions(self) -> Iterator[Action]:
        ballot = self.ballot + 1  # which another may take as well
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
        tells = self.stops(), broadcast(self.nodes, Decide(value))
        return either(("tells all", tells), ("is killed", self.stops().but(killed=True)))

    def stops(self) -> Self:
        return self.but(leads=0, got=None, acks=None)

    def follows(self, leader: Id, ballot: int) -> Self:
        """Who hears of a higher ballot than it leads in has lost that one."""
        heard = self.but(ballot=ballot, bound_to=self.reading.bound_to(leader))
        return heard if ballot <= self.leads else heard.stops()

    def may_promise(self, ballot: int) -> bool:
        """It promises a ballot once: so of all who share one, at most one gets a majority."""
        return ballot > self.ballot or self.reading.is_promised_again(ballot, self.ballot)

    def counts(self, ballot: int) -> bool:
        """Only what is of its ballot, after its own prepare: until then it may take it again."""
        return ballot == self.leads == self.ballot

    def have_promised(self, nodes: Collection[Id]) -> bool:
        """A majority of all, dead or not: whatever was chosen, one of them voted for it."""
        return 2 * len(nodes) > len(self.nodes)

    def safe_values(self, votes: Collection[Vote]) -> Iterable[Value]:
        """The value of the highest vote that it is told of: it may be chosen. Else any."""
        highest = max((vote.ballot for vote in votes), default=0)
        return Set(vote.value for vote in votes if vote.ballot == highest) or self.proposals

    def may_vote(self, vote: Vote, leader: Id) -> bool:
        """It votes in no ballot below one that it promised: who has the promise counts on it."""
        promised = (self.ballot, self.bound_to) == (vote.ballot, leader)
        return vote.ballot >= self.ballot and self.reading.lets_vote(vote, self.vote, promised)

    def voted(self, vote: Vote, leader: Id) -> Self:
        """To vote in a ballot is to promise it: a vote in a lower one would hide this one."""
        heard = self if self.reading.unnoted else self.follows(leader, vote.ballot)
        return heard.but(vote=vote)

    def have_voted(self, nodes: Collection[Id]) -> bool:
        """A majority must have voted in the same ballot: that is what it means to be chosen."""
        return 2 * len(nodes) > len(self.nodes)

    def settled(self, value: Value) -> Self:
        """It keeps its ballot and its vote, by which a leader that knows nothing is warned."""
        return self.stops().but(decided=value)


@spec
def elected_leader(
    nodes: Annotated[int, Option("how many propose, vote and learn", min=1)] = 3,
    leaders: Annotated[int, Option("how many of them may be named leader", min=1)] = 2,
    rounds: Annotated[int, Option("how often each may be named", min=1)] = 1,
    instances: Annotated[int, Option("how many, each on its own", min=1, max=5)] = 1,
    same_ballot: SameBallot = "refused",
    accepts: Accepts = "any",
    votes_once: VotesOnce = False,
    decided: WhenDecided = "tells",
) -> Cluster:
    """Leaders that a detector names, and who share ballots: what a log shows of a system."""
    two, last = (Value("v1"), Value("v2")), min(nodes, leaders) * rounds
    reading = Reading(same_ballot, accepts, votes_once, decided)
    each = [group(name, nodes) for name in "pqrst"[:instances]]  # q1 is p1 in instance 2
    named = [Group(part.name, part.ids[:leaders]) for part in each]

    def node(part: Group, i: int) -> Node:
        turns = rounds if i <= leaders else 0
        return Node(nodes=part, proposals=two, turns=turns, last_ballot=last, reading=reading)

    return Cluster(
        {part: partial(node, part) for part in each},
        properties=deciding(survived=min(nodes - 1, leaders) > 1),
        milestones=[a_value_is_chosen],
        interchangeable=[*named, *(p.without(*n) for p, n in zip(each, named)), two],
    )
