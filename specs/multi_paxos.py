"""Multi-Paxos ("Paxos Made Simple", 3): one phase 1 for all slots, then phase 2 for each slot.

A new leader proposes reported values again, fills gaps with no-ops, then proposes its own commands.
Acceptors ignore outdated messages without a refusal: a leader may leave its ballot at any time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated

from pcheck import Action, Actor, Cluster, Group, Id, Map, Option, Send, Step, Value
from pcheck import action, broadcast, fixed, group, send, spec, volatile

from .consensus import Vote, a_majority_says, ballots_of
from .log import NO_OP, Accept, Accepted, Promise, Replica, Votes, a_value_is_chosen, logged
from .paxos import Prepare


@dataclass(frozen=True)
class Leader(Actor):
    wants: tuple[Value, ...] = fixed()  # the leader's own command for each slot
    acceptors: Group = fixed()
    ballots: tuple[int, ...] = fixed()  # no other leader uses them: one value per slot and ballot
    started: int = 0  # durable, so no ballot is used twice
    promises: Map[Id, Votes] | None = volatile(None)  # None: not in phase 1
    slot: int | None = volatile(None)  # of the next own command; None until phase 1 succeeds

    def actions(self) -> Iterator[Action]:
        if self.started < len(self.ballots):
            ballot = self.ballots[self.started]
            begun = self.but(started=self.started + 1, promises=Map())
            prepare = broadcast(self.acceptors, Prepare(ballot))
            yield action(f"starts ballot {ballot}", begun, prepare)
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
        """A new leader first proposes in every slot up to the last reported vote. Otherwise another
        value could be chosen in such a slot, or a gap could block all later slots."""
        free = self.first_free(got)
        asked = [self.asks(s, self.safe_value(self.votes_in(s, got))) for s in range(1, free)]
        return self.but(promises=None, slot=free), *asked

    def asks(self, slot: int, value: Value) -> Send:
        return broadcast(self.acceptors, Accept(self.ballots[self.started - 1], slot, value))

    def is_prepared(self) -> bool:
        """A leader proposes only in a ballot that a majority promised. Otherwise the leader could
        miss a vote for a value that may be chosen."""
        return self.promises is None

    def counts(self, ballot: int, src: Id) -> bool:
        """A leader counts only promises for its current ballot. Otherwise the leader could miss
        votes that acceptors cast after they promised an older ballot."""
        return ballot == self.ballots[self.started - 1] and src not in (self.promises or ())

    def has_quorum(self, got: Map[Id, Votes]) -> bool:
        """A majority of the acceptors must promise. Otherwise votes for a chosen value
        could go unreported."""
        return 2 * len(got) > len(self.acceptors)

    def first_free(self, got: Map[Id, Votes]) -> int:
        """A leader puts its own commands into slots above every reported vote. Otherwise a command
        could conflict with a value that is chosen in the same slot."""
        return 1 + max((slot for votes in got.values() for slot in votes), default=0)

    def votes_in(self, slot: int, got: Map[Id, Votes]) -> list[Vote]:
        """A leader considers all reported votes in a slot and no votes in other slots. Otherwise
        the leader could propose a value other than the one chosen in the slot."""
        return [votes[slot] for votes in got.values() if slot in votes]

    def safe_value(self, votes: Iterable[Vote]) -> Value:
        """The leader proposes the value of the reported vote with the highest ballot, because that
        value may be chosen. In a slot without reported votes, a no-op is safe."""
        return max(votes, default=Vote(0, NO_OP)).value


@dataclass(frozen=True)
class Acceptor(Actor):
    replicas: Group = fixed()
    promised: int = 0  # durable, like the votes; one promise covers all slots
    votes: Votes = Map()  # the latest vote in each slot, whose value may be chosen

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
        """An acceptor promises only ballots above every ballot promised before. Otherwise the
        acceptor could vote in a ballot below an earlier promise."""
        return ballot > self.promised

    def may_vote(self, slot: int, ballot: int) -> bool:
        """An acceptor never votes below its promised ballot, not even in an empty slot. Otherwise
        the leader that holds the promise would not know of the vote."""
        return ballot >= self.promised

    def promise_after(self, ballot: int) -> int:
        """A vote is also a promise. Otherwise the acceptor could vote in a lower ballot later and
        report that vote instead of this one."""
        return ballot

    def reported(self) -> Votes:
        """A promise reports the acceptor's latest vote in every slot, because phase 1 runs once for
        all slots. Otherwise the leader could miss a chosen value."""
        return self.votes

    def kept(self, slot: int, vote: Vote) -> Votes:
        """A vote replaces only the acceptor's older vote in the same slot. Otherwise the acceptor
        would forget a vote for a value that may be chosen."""
        return self.votes.but(slot, vote)


@spec
def multi_paxos(
    acceptors: Annotated[int, Option("number of acceptors", min=1)] = 3,
    leaders: Annotated[int, Option("number of leaders, each with own commands", min=1, max=6)] = 2,
    slots: Annotated[int, Option("number of slots in the log", min=1)] = 2,
    rounds: Annotated[int, Option("number of ballots per leader", min=1)] = 1,
    replicas: Annotated[int, Option("number of replicas that execute the log", min=0)] = 1,
) -> Cluster:
    """Multi-Paxos: acceptors choose a log slot by slot, and replicas execute it in order."""
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
