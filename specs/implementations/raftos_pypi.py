"""The package raftos 0.2.6 from PyPI, unmodified: the elections of its Raft.

`pip install --no-deps raftos==0.2.6`. A node runs the class State of the package with these
replacements:

- Timers fire as steps, at any time. So `random.uniform` returns a fixed number in `raftos.state`.
- Files are those of the node, and hold JSON. So msgpack and cryptography are not needed.
- Messages are dicts in the network of pcheck. The server of the package opens a socket, and starts
  only up to Python 3.9. `Server` inherits the rest from that server.
- The class State holds the leader and the event loop of the whole process. Here each object has its
  own event loop. Only clients read the leader, so each step forgets the leader.

There are no clients, so all logs are empty. A leader sends one heartbeat only. The file mends six
faults of the package. Five mends are methods with their reasons, and each bug takes one mend away.
The sixth mend is that a crash falls before or after a step, and never between two writes to files.
"""

import logging
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from types import ModuleType, SimpleNamespace
from typing import Annotated, Any

from pcheck import Cluster, Group, History, Id, Option, Property, Seen
from pcheck import always, bug, fixed, group, milestone, sometimes, spec
from pcheck.hosted import Actions, Hosted, Net, nothing_raises

logging.getLogger("raftos").addHandler(logging.NullHandler())  # no warning about cryptography
HAS_MSGPACK = find_spec("msgpack") is not None
if not HAS_MSGPACK:
    sys.modules["msgpack"] = ModuleType("msgpack")  # raftos imports msgpack, whatever the format
try:
    import raftos  # type: ignore  # the package has no types
finally:
    if not HAS_MSGPACK:
        del sys.modules["msgpack"]

STATE: Any = raftos.state
STATE.random = SimpleNamespace(uniform=lambda shortest, longest: shortest)
raftos.configure({"serializer": raftos.serializers.JSONSerializer, "log_path": "/"})

PORT = 1  # of all nodes
WAITS_FOR = {STATE.Follower: "a leader", STATE.Candidate: "votes", STATE.Leader: "answers"}


@dataclass(frozen=True)
class Leads:
    """A node has become the leader of a term."""

    term: int


class Outbox:
    """The queue of messages to send: puts each message into the network."""

    def __init__(self, net: Net) -> None:
        self.net = net

    async def put(self, request: Any) -> None:
        host, _ = request["destination"]
        self.net.send(Id(host), request["data"])


class Server(raftos.server.Node):  # type: ignore[misc]
    """The server of the package without its socket."""

    def __init__(self, me: Id, others: Iterable[Id], net: Net) -> None:
        self.host, self.port = str(me), PORT
        self.cluster = [(str(each), PORT) for each in others]
        self.loop, self.requests = net.loop, Outbox(net)


class WholeCluster(Server):
    """A server that counts itself as a node of the cluster."""

    @property
    def cluster_count(self) -> int:
        return len(self.cluster) + 1


class VoteOfTheTerm(raftos.storage.FileStorage):  # type: ignore[misc]
    """A storage that clears the vote when the term grows, and at no other time."""

    def update(self, values: Mapping[str, Any]) -> None:
        if "term" in values:
            super().update({"term": values["term"], "voted_for": values.get("voted_for")})
        elif values != {"voted_for": None} or not self.exists("voted_for"):
            super().update(values)


def timer_of(method: Any) -> Any:
    """Return the timer of the package that has this method."""
    return method.__self__


@dataclass(frozen=True)
class Node(Hosted):
    """A node of raftos: a follower, a candidate or a leader."""

    nodes: Group = fixed()
    terms: int = fixed()

    def boot(self, disk: Any, net: Net) -> Any:
        server = self.server(net)
        it = server.state = STATE.State(server)
        it.storage = it.state.storage = self.storage(it)
        it.loop = net.loop
        del STATE.State.loop
        self.step(it, net, it.start)
        return it

    def can(self, it: Any, net: Net) -> Actions:
        for timer in net.loop.timers:
            name = timer_of(timer.callback).callback.__name__
            if name == "to_follower" or (name == "start_election" and it.storage.term < self.terms):
                waits_for = WAITS_FOR[type(it.state)]
                yield f"waits too long for {waits_for}", partial(self.step, it, net, timer.fire)

    def on(self, it: Any, msg: Any, src: Id, net: Net) -> object:
        if msg["type"].endswith("_response"):
            if not self.is_current(it, msg):
                return NotImplemented
            if msg.get("vote_granted") and not self.is_first_vote(it, src):
                return NotImplemented
            msg = self.completed(msg)
        data = {**msg, "sender": (str(src), PORT)}
        self.step(it, net, partial(it.server.request_handler, data))
        return None

    def step(self, it: Any, net: Net, do: Callable[[], object]) -> None:
        """Let a node do something, with all that follows from it at once."""
        was_leader = isinstance(it.state, STATE.Leader)
        do()
        net.loop.run_all()
        for timer in [*net.loop.timers]:
            if not timer_of(timer.callback).is_active:  # would do nothing
                timer.cancel()
        if isinstance(it.state, STATE.Leader) and not was_leader:
            net.say(Leads(it.storage.term))
        STATE.State.leader = None

    def storage(self, it: Any) -> Any:
        """A node keeps its vote until the term grows. Otherwise a node that becomes a follower
        again, or restarts, could vote twice in a term."""
        return VoteOfTheTerm(it.id)

    def server(self, net: Net) -> Server:
        """A majority is more than half of all nodes. Otherwise, in a cluster of even size, two
        candidates could both have a majority."""
        return WholeCluster(self.me, self.nodes.without(self.me), net)

    def is_current(self, it: Any, answer: Any) -> bool:
        """Only answers of the current term count. Otherwise old votes could win a new election."""
        return bool(answer["term"] >= it.storage.term)

    def is_first_vote(self, it: Any, voter: Id) -> bool:
        """A candidate counts one vote of each node. Otherwise a repeated message would count as the
        vote of another node."""
        voters = vars(it.state).setdefault("voters", set())
        is_first = voter not in voters
        voters.add(voter)
        return is_first

    def completed(self, answer: Any) -> Any:
        """Each answer has the number of its request. Otherwise a leader that is told of a newer
        term raises KeyError."""
        return {"request_id": 0, **answer}


def leaders(seen: Seen) -> dict[int, list[Id]]:
    """Return the leaders of each term."""
    found: dict[int, list[Id]] = {}
    for node, leads in seen.sent(Leads):
        found.setdefault(leads.term, []).append(node)
    return found


def when_each_was_elected(history: History) -> Iterator[str]:
    """Yield when each of the leaders of one term was elected, then the leaders themselves."""
    term, rivals = next(each for each in leaders(history.seen).items() if len(each[1]) > 1)
    for node in rivals:
        when = history.since(lambda seen: node in leaders(seen).get(term, ()))  # noqa: B023
        yield f"{node} leads term {term} by step {when}."
    yield from rivals


@always(sees=[Leads], explain=when_each_was_elected)
def one_leader_per_term(seen: Seen) -> str | None:
    """At most one node leads a term."""
    for term, nodes in leaders(seen).items():
        if len(nodes) > 1:
            return f"{' and '.join(nodes)} both lead term {term}"
    return None


def can_be_led(term: int) -> Property:
    """Return the property that some execution has a leader of this term."""

    def test(seen: Seen) -> bool:
        return term in leaders(seen)

    test.__doc__ = f"A node leads term {term} in some execution."
    return sometimes(sees=[Leads], name=f"term_{term}_can_be_led")(test)


@milestone(sees=[Leads])
def a_node_leads(seen: Seen) -> Mapping[tuple[Id, int], str]:
    """A node leads a term."""
    return {(node, m.term): f"{node} leads term {m.term}" for node, m in seen.sent(Leads)}


ONE_TERM = {"terms": 1, "crashes": 0}
TWO_TERMS = {"terms": 2, "crashes": 0}


@bug(821, breaks=one_leader_per_term, scope=ONE_TERM, source="raftos 0.2.6")
class RaftosAsReleased(Node):
    """The package as released: a node that becomes a follower forgets its vote."""

    def storage(self, it: Any) -> Any:
        return it.storage

    def server(self, net: Net) -> Server:
        return Server(self.me, self.nodes.without(self.me), net)

    def is_current(self, it: Any, answer: Any) -> bool:
        return True

    def is_first_vote(self, it: Any, voter: Id) -> bool:
        return True

    def completed(self, answer: Any) -> Any:
        return answer


@bug(822, breaks=one_leader_per_term, scope=TWO_TERMS, source="raftos 0.2.6")
class CountsVotesOfOldTerms(Node):
    """A candidate counts votes of older terms, as released."""

    def is_current(self, it: Any, answer: Any) -> bool:
        return True


@bug(823, breaks=one_leader_per_term, scope=ONE_TERM | {"nodes": 4}, source="raftos 0.2.6")
class LeavesItselfOut(Node):
    """A server does not count itself as a node of the cluster, as released: half are a majority."""

    def server(self, net: Net) -> Server:
        return Server(self.me, self.nodes.without(self.me), net)


@bug(824, breaks=one_leader_per_term, scope=ONE_TERM | {"nodes": 5}, source="raftos 0.2.6")
class CountsAVoteAgain(Node):
    """A candidate counts a repeated vote as the vote of another node, as released."""

    def is_first_vote(self, it: Any, voter: Id) -> bool:
        return True


@bug(825, breaks=nothing_raises, scope=TWO_TERMS, source="raftos 0.2.6")
class NeedsTheNumber(Node):
    """A leader looks for the number of the request in a refusal, which has none, as released."""

    def completed(self, answer: Any) -> Any:
        return answer


@bug(826, breaks=one_leader_per_term, scope={"terms": 2, "crashes": 1}, source="raftos 0.2.6")
class EmptiesTheFileFirst(Node):
    """A node empties its file before it writes the file, as released: a crash falls between."""

    files_are_points = True


@spec
def raftos_pypi(
    nodes: Annotated[int, Option("number of nodes", min=2)] = 3,
    terms: Annotated[int, Option("number of terms", min=1)] = 1,
) -> Cluster:
    """PyPI package raftos 0.2.6, mended: each term has at most one leader."""
    n = group("n", nodes)
    return Cluster(
        {n: lambda i: Node(nodes=n, terms=terms)},
        properties=[one_leader_per_term, *map(can_be_led, range(1, terms + 1))],
        milestones=[a_node_leads],
    )
