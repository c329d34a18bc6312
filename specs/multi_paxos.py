"""Multi-Paxos ("Paxos Made Simple", 3): phase 1 once for all slots, then phase 2 slot after slot.

A new leader finishes what was begun, fills gaps with no-ops and goes on with its own commands. Who
is interrupted is ignored, not told: it may stop, or start its next ballot, at any time anyway."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated

from pcheck import Action, Actor, Cluster, Group, Id, Map, Option, Send, Step, Value
from pcheck import action, broadcast, fixed, group, send, spec, volatile

from .consensus import Vote, a_majority_says, ballots_of
from .log import NO_OP, Accepted, Replica, Votes, a_value_is_chosen, logged
from .paxos import Prepare


@dataclass(frozen=True)
class Promise:
    ballot: int
    votes: Votes  # the acceptor's last one in every slot


@dataclass(frozen=True)
class Accept:
    ballot: int
    slot: int
    value: Value


@dataclass(frozen=True)
class Leader(Actor):
    wants: tuple[Value, ...] = fixed()  # its command for each slot
    acceptors: Group = fixed()
    ballots: tuple[int, ...] = fixed()  # no two leaders share one: its votes in a slot are alike
    started: int = 0  # durable: no ballot is used twice
    promises: Map[Id, Votes] | None = volatile(None)  # None: not in phase 1
    slot: int | None = volatile(None)  # of its next command, once it leads

    def actions(self) -> Iterator[Action]:
        if self.started < len(self.ballots):
            ballot = self.ballots[self.started]
            begun = self.but(started=self.started + 1, promises=Map())
            yield action(
                f"starts ballot {ballot}", begun, broadcast(self.acceptors, Prepare(ballot))
            )
        if self.is_prepared() and self.slot is not None and self.slot <= len(self.wants):
            command = self.wants[self.slot - 1]
            asked = self.but(slot=self.slot + 1), self.asks(self.slot, command)
            yield action(f"proposes {command} in slot {self.slot}", *asked)

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Promise(ballot, votes) if self.promises is not None and self.counts(ballot, src):
                got = self.promises.but(src, votes)
                return self.leads(got) if self.has_quorum(got) else self.but(promises=got)
        return None

    def leads(self, got: Map[Id, Votes]) -> Step:
        """One of the promises tells of whatever is chosen: so it begins with what they tell of."""
        free = self.first_free(got)
        asked = [self.asks(s, self.safe_value(self.votes_in(s, got))) for s in range(1, free)]
        return self.but(promises=None, slot=free), *asked

    def asks(self, slot: int, value: Value) -> Send:
        return broadcast(self.acceptors, Accept(self.ballots[self.started - 1], slot, value))

    def is_prepared(self) -> bool:
        """It asks only in a ballot that a majority promised: it must know what may be chosen."""
        return self.promises is None

    def counts(self, ballot: int, src: Id) -> bool:
        """Only promises of this ballot: who promised an older one may have voted since."""
        return ballot == self.ballots[self.started - 1] and src not in (self.promises or ())

    def has_quorum(self, got: Map[Id, Votes]) -> bool:
        """A majority must have promised: whatever was chosen, one of them voted for it."""
        return 2 * len(got) > len(self.acceptors)

    def first_free(self, got: Map[Id, Votes]) -> int:
        """Its own commands go behind every vote that it is told of: there nothing is chosen."""
        return 1 + max((slot for votes in got.values() for slot in votes), default=0)

    def votes_in(self, slot: int, got: Map[Id, Votes]) -> list[Vote]:
        """Each slot is a Paxos of its own: all votes in it count, and none in another slot."""
        return [votes[slot] for votes in got.values() if slot in votes]

    def safe_value(self, votes: Iterable[Vote]) -> Value:
        """The value of the highest vote: it may be chosen. Where nobody voted, a no-op is safe."""
        return max(votes, default=Vote(0, NO_OP)).value


@dataclass(frozen=True)
class Acceptor(Actor):
    replicas: Group = fixed()
    promised: int = 0  # durable, as the votes are: one promise for all slots
    votes: Votes = Map()  # the last one in each slot: it may be part of what is chosen

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Prepare(ballot) if self.may_promise(ballot):
                return self.but(promised=ballot), send(src, Promise(ballot, self.reported()))
            case Accept(ballot, slot, value) if self.may_vote(slot, ballot):
                vote, promised = Vote(ballot, value), self.promise_after(ballot)
                if vote != self.votes.get(slot):
                    voted = self.but(promised=promised, votes=self.kept(slot, vote))
                    return voted, broadcast(self.replicas, Accepted(ballot, slot, value))
        return None

    def may_promise(self, ballot: int) -> bool:
        """A promise is for good: it promises only a ballot above all that it promised before."""
        return ballot > self.promised

    def may_vote(self, slot: int, ballot: int) -> bool:
        """It votes in no ballot below one that it promised, be it in a slot that nobody began."""
        return ballot >= self.promised

    def promise_after(self, ballot: int) -> int:
        """To vote in a ballot is to promise it: a vote in a lower one could hide this one."""
        return ballot

    def reported(self) -> Votes:
        """A promise tells of its last vote in every slot: phase 1 is run once for all of them."""
        return self.votes

    def kept(self, slot: int, vote: Vote) -> Votes:
        """A vote takes the place of an older one in its own slot, and leaves all others alone."""
        return self.votes.but(slot, vote)


@spec
def multi_paxos(
    acceptors: Annotated[int, Option("how many vote", min=1)] = 3,
    leaders: Annotated[int, Option("how many may lead, each with commands", min=1, max=6)] = 2,
    slots: Annotated[int, Option("how many commands are put in order", min=1)] = 2,
    rounds: Annotated[int, Option("how many ballots each leader may start", min=1)] = 1,
    replicas: Annotated[int, Option("how many execute what is chosen", min=0)] = 1,
) -> Cluster:
    """Multi-Paxos: all agree on a log, slot by slot, and execute it in order."""
    a, p, r = group("a", acceptors), group("p", leaders), group("r", replicas)
    ballots = [ballots_of(i, leaders, rounds) for i in range(1, leaders + 1)]
    wants = [tuple(Value(f"{x}{s}") for s in range(1, slots + 1)) for x in "xyzuvw"[:leaders]]
    return Cluster(
        {
            p: lambda i: Leader(wants=wants[i - 1], acceptors=a, ballots=ballots[i - 1]),
            a: lambda i: Acceptor(replicas=r),
            r: lambda i: Replica(quorum=acceptors // 2 + 1, others=r),
        },
        properties=logged(wants, r, gaps=slots > 1 and leaders * rounds > 1),
        milestones=[a_majority_says(Promise, "promised ballot {0.ballot}"), a_value_is_chosen],
        interchangeable=[a, r],
    )
