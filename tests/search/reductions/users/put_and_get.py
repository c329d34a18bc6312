"""A value that clients put and get, decided by Paxos among servers that play every role.

A client puts its value at one server, and then gets the value of another. A server that is asked to
put a value starts one ballot for it. A crash loses nothing that a server knows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from pcheck import Action, Actor, Cluster, Group, Id, Map, Option, Seen, Set, Step, Value
from pcheck import action, always, broadcast, bug, fixed, group, send, sometimes, spec


@dataclass(frozen=True, order=True)
class Ballot:
    number: int
    server: Id


@dataclass(frozen=True)
class Proposal:
    client: Id  # is answered when the proposal is decided
    value: Value


@dataclass(frozen=True)
class Vote:
    ballot: Ballot
    proposal: Proposal


@dataclass(frozen=True)
class Put:
    value: Value


@dataclass(frozen=True)
class PutOk:
    pass


@dataclass(frozen=True)
class Get:
    pass


@dataclass(frozen=True)
class GetOk:
    value: Value


@dataclass(frozen=True)
class Prepare:
    ballot: Ballot


@dataclass(frozen=True)
class Prepared:
    ballot: Ballot
    last: Vote | None


@dataclass(frozen=True)
class Accept:
    vote: Vote


@dataclass(frozen=True)
class Accepted:
    ballot: Ballot


@dataclass(frozen=True)
class Decided:
    vote: Vote


@dataclass(frozen=True)
class Server(Actor):
    peers: Group = fixed()
    ballot: Ballot | None = None
    proposal: Proposal | None = None
    prepares: Map[Id, Vote | None] = Map()  # from each server the vote that it reported
    accepts: Set[Id] = Set()
    accepted: Vote | None = None
    is_decided: bool = False

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Get() if self.is_decided and self.accepted is not None:
                return self, send(src, GetOk(self.accepted.proposal.value))
            case Put(value) if self.proposal is None and not self.is_decided:
                return self.prepare(Proposal(src, value))
            case Prepare(ballot) if not self.is_decided and self.is_new(ballot):
                return self.but(ballot=ballot), send(src, Prepared(ballot, self.accepted))
            case Prepared(ballot, last) if not self.is_decided and ballot == self.ballot:
                return self.with_prepare(ballot, self.prepares.but(src, last))
            case Accept(vote) if not self.is_decided and self.may_accept(vote.ballot):
                return self.but(ballot=vote.ballot, accepted=vote), send(src, Accepted(vote.ballot))
            case Accepted(self.ballot) if not self.is_decided and self.accepted is not None:
                return self.with_accept(self.accepted, self.accepts.plus(src))
            case Decided(vote):
                return self.but(ballot=vote.ballot, accepted=vote, is_decided=True)
        return None

    def is_majority(self, servers: int) -> bool:
        return 2 * servers > len(self.peers) + 1

    def is_new(self, ballot: Ballot) -> bool:
        return self.ballot is None or ballot > self.ballot

    def may_accept(self, ballot: Ballot) -> bool:
        return self.ballot is None or ballot >= self.ballot

    def prepare(self, proposal: Proposal) -> Step:
        ballot = Ballot(1 if self.ballot is None else self.ballot.number + 1, self.me)
        prepares = Map[Id, Vote | None]({self.me: self.accepted})
        after = self.but(ballot=ballot, proposal=proposal, prepares=prepares)
        return after, broadcast(self.peers, Prepare(ballot))

    def with_prepare(self, ballot: Ballot, prepares: Map[Id, Vote | None]) -> Step:
        proposal = self.safe_proposal([vote for vote in prepares.values() if vote is not None])
        if proposal is None or self.is_led(ballot) or not self.is_majority(len(prepares)):
            return self.but(prepares=prepares)
        vote = Vote(ballot, proposal)
        leads = self.but(prepares=prepares, accepts=Set((self.me,)), accepted=vote)
        return leads, broadcast(self.peers, Accept(vote))

    def is_led(self, ballot: Ballot) -> bool:
        return self.accepted is not None and self.accepted.ballot == ballot

    def safe_proposal(self, votes: list[Vote]) -> Proposal | None:
        """The latest vote that was reported may be decided, so the server proposes it again."""
        return max(votes, key=lambda vote: vote.ballot).proposal if votes else self.proposal

    def with_accept(self, vote: Vote, accepts: Set[Id]) -> Step:
        after = self.but(accepts=accepts)
        if not self.is_majority(len(accepts)):
            return after
        sent = broadcast(self.peers, Decided(vote)), send(vote.proposal.client, PutOk())
        return after.but(is_decided=True), *sent


@dataclass(frozen=True)
class Client(Actor):
    puts_at: Id = fixed()
    gets_from: Id = fixed()
    value: Value = fixed()
    asked: bool = False
    put: bool = False
    got: Value | None = None

    def actions(self) -> Iterator[Action]:
        if not self.asked:
            yield action(
                f"puts {self.value}", self.but(asked=True), send(self.puts_at, Put(self.value))
            )

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case PutOk() if not self.put:
                return self.but(put=True), send(self.gets_from, Get())
            case GetOk(value) if self.got is None:
                return self.but(got=value)
        return None


@always(sees=["is_decided", "accepted"])
def one_value_is_decided(seen: Seen) -> str | None:
    """No two servers decide different values."""
    votes = dict(seen.field("accepted"))
    decided = {votes[server].proposal.value for server, yes in seen.field("is_decided") if yes}
    return f"{' and '.join(sorted(decided))} are decided" if len(decided) > 1 else None


@always(sees=["got"])
def all_clients_get_one_value(seen: Seen) -> str | None:
    """No two clients get different values."""
    got = {value for _, value in seen.field("got") if value is not None}
    return f"clients got {' and '.join(sorted(got))}" if len(got) > 1 else None


@sometimes(sees=["got"])
def a_client_gets_a_value(seen: Seen) -> bool:
    """A client gets a value."""
    return any(value is not None for _, value in seen.field("got"))


@spec
def put_and_get(
    servers: Annotated[int, Option("number of servers", min=1)] = 3,
    clients: Annotated[int, Option("number of clients", min=1)] = 2,
) -> Cluster:
    """Paxos for one value: all clients get the same value."""
    s, c = group("s", servers), group("c", clients)

    def client(i: int) -> Client:
        put, get = s[(i - 1) % servers], s[i % servers]
        return Client(puts_at=put, gets_from=get, value=Value(f"v{i}"))

    return Cluster(
        {c: client, s: lambda i: Server(peers=s.without(s[i - 1]))},
        properties=[one_value_is_decided, all_clients_get_one_value, a_client_gets_a_value],
    )


@bug(1, breaks=one_value_is_decided, scope={"network": "once", "crashes": 0})
class ProposesItsOwn(Server):
    """A server proposes its own value, whatever votes were reported."""

    def safe_proposal(self, votes: list[Vote]) -> Proposal | None:
        return self.proposal
