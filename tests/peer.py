"""An independent implementation of Paxos that confirms the state counts of pcheck.

This program was written from the definition of the semantics and shares no code with pcheck. It
knows neither actors nor inboxes. A state is one flat tuple of integer variables and one sorted
tuple of messages. The protocol is a few guarded commands. A command returns the variables that it
writes and the messages that it sends, or None if its guard is false.

Nodes are numbered: acceptors from 1, then proposers, then learners. A vote is one integer,
ballot x (proposers + 1) + value, so that votes compare by ballot; 0 stands for the missing vote.

    python tests/peer.py ACCEPTORS PROPOSERS ROUNDS NETWORK CRASHES LEARNERS [PROMISES VOTES [N...]]

PROMISES let a proposer ask for votes, and VOTES in one ballot choose a value, also for a learner:
more than half of the acceptors, unless a number is given. Only the nodes with the numbers N may
crash; without one, every node may.
"""

import sys
from collections import Counter
from collections.abc import Collection, Iterator
from typing import NamedTuple

PREPARE, PROMISE, ACCEPT, ACCEPTED, DECIDE = range(5)
Message = tuple[int, int, int, int, int]  # sender, receiver, kind, ballot, vote
Variables = tuple[int, ...]
Network = tuple[Message, ...]  # sorted; on fifo by channel only, the oldest message first
State = tuple[Variables, Network]
Effect = tuple[dict[int, int], list[Message]]  # written variables, sent messages

# Global variables: a bit for each node that is down, the crashes so far, a bit for each Accepted
# message sent so far, a bit for each learner that sent Decide messages. The variables of the nodes
# begin at FIRST.
DOWN, SPENT, SEEN, TELLERS, FIRST = range(5)
PROMISED, VOTE = range(2)  # of an acceptor
HEARD, LEARNED = range(2)  # of a learner: a bit for each acceptor's vote, and the learned value
STARTED, COLLECTS, GOT = range(3)  # of a proposer; from GOT on, the promise of each acceptor
NOT_YET = -1  # in place of a promise that has not been counted


class Counts(NamedTuple):
    """The result of an exploration, with all distinct observations.

    An observation holds (acceptor, ballot, value) for each vote. If the observer sees who is down,
    it also holds (node, 0, 0) for each node that is down.
    """

    states: int
    transitions: int
    depth: int
    observations: frozenset[frozenset[tuple[int, int, int]]]


class Size(NamedTuple):
    """The size of a cluster, its network, its crash budget and its quorums (0: a majority)."""

    acceptors: int
    proposers: int
    rounds: int
    network: str
    crashes: int
    learners: int
    promises: int = 0
    votes: int = 0
    crash_nodes: frozenset[int] | None = None  # None: every node may crash

    def are_enough(self, count: int, quorum: int) -> bool:
        """Return whether a number of acceptors is a quorum."""
        return count >= quorum if quorum else 2 * count > self.acceptors

    def nodes(self) -> range:
        return range(1, self.acceptors + self.proposers + self.learners + 1)

    def learner_nodes(self) -> range:
        return self.nodes()[self.acceptors + self.proposers :]

    def own_value(self, node: int) -> int:
        """Return the number of a proposer; outside 1..proposers for any other node."""
        return node - self.acceptors

    def is_proposer(self, node: int) -> bool:
        return 1 <= self.own_value(node) <= self.proposers

    def at(self, node: int) -> int:
        """Return the index of the first variable of a node.

        A node has 2 variables, and a proposer one more for each acceptor's promise.
        """
        before = node - 1
        proposers = min(max(before - self.acceptors, 0), self.proposers)
        return FIRST + 2 * before + proposers * self.acceptors

    def bit(self, acceptor: int, vote: int) -> int:
        """Return the bit for a vote of an acceptor."""
        return 1 << (vote * (self.acceptors + 1) + acceptor)


def explore(
    acceptors: int,
    proposers: int,
    rounds: int = 1,
    network: str = "set",
    crashes: int = 0,
    learners: int = 0,
    promises: int = 0,
    votes: int = 0,
    crash_nodes: Collection[int] | None = None,
    sees_down: bool = False,
) -> Counts:
    """Explore all states breadth-first; only `crash_nodes` may crash, or every node if None."""
    assert network in ("set", "once", "lossy", "fifo"), network
    some = frozenset(crash_nodes) if crash_nodes is not None else None
    size = Size(acceptors, proposers, rounds, network, crashes, learners, promises, votes, some)
    queue = [first_state(size)]
    depth, transitions = {queue[0]: 0}, 0
    for state in queue:  # the loop appends to the list
        for after in steps(size, state):
            transitions += 1
            if after not in depth:
                depth[after] = depth[state] + 1
                queue.append(after)
    visible = {(x[SEEN], x[DOWN] if sees_down else 0) for x, _ in queue}
    seen = frozenset(votes_of(size, votes) | down_of(size, down) for votes, down in visible)
    return Counts(len(queue), transitions, depth[queue[-1]], seen)


def first_disagreement(
    acceptors: int, proposers: int, rounds: int = 1, promises: int = 0, votes: int = 0
) -> int | None:
    """Return in how many steps two values can be chosen on the network set; None for never."""
    size = Size(acceptors, proposers, rounds, "set", 0, 0, promises, votes)
    queue = [first_state(size)]
    depth = {queue[0]: 0}
    for state in queue:  # the loop appends to the list
        if len(chosen(size, votes_of(size, state[0][SEEN]))) > 1:
            return depth[state]
        for after in steps(size, state):
            if after not in depth:
                depth[after] = depth[state] + 1
                queue.append(after)
    return None


def chosen(size: Size, cast: frozenset[tuple[int, int, int]]) -> set[int]:
    """Return each value for which enough acceptors voted in one ballot."""
    voters = Counter((ballot, value) for _, ballot, value in cast)
    return {value for (_, value), count in voters.items() if size.are_enough(count, size.votes)}


def first_state(size: Size) -> State:
    proposer = [0, 0] + [NOT_YET] * size.acceptors
    nodes = [0, 0] * size.acceptors + proposer * size.proposers + [0, 0] * size.learners
    return (*[0] * FIRST, *nodes), ()


def votes_of(size: Size, seen: int) -> frozenset[tuple[int, int, int]]:
    """Return (acceptor, ballot, value) for each bit of SEEN."""
    bits = (divmod(i, size.acceptors + 1) for i in range(seen.bit_length()) if seen >> i & 1)
    return frozenset((acceptor, *divmod(vote, size.proposers + 1)) for vote, acceptor in bits)


def down_of(size: Size, down: int) -> frozenset[tuple[int, int, int]]:
    """Return (node, 0, 0) for each bit of DOWN."""
    return frozenset((node, 0, 0) for node in size.nodes() if down >> node & 1)


def steps(size: Size, state: State) -> Iterator[State]:
    """Yield the successor of each step that changes the state."""
    x, net = state
    for node in size.nodes():
        for effect in (start(size, x, node), crash(size, x, node), restart(x, node)):
            if effect is not None:
                yield apply(size, x, net, effect)
    for message in deliverable(size, net):
        rest = net if size.network == "set" else without(net, message)
        if not is_down(x, message[1]):
            effect = COMMANDS[message[2]](size, x, message)
            if effect is None and size.network == "fifo":
                effect = {}, []
            if effect is not None and (after := apply(size, x, rest, effect)) != state:
                yield after
        if size.network in ("lossy", "fifo"):
            yield x, rest


def deliverable(size: Size, net: Network) -> set[Message]:
    """Return each message once; on fifo, only the first message of each channel."""
    if size.network == "fifo":
        return set({message[:2]: message for message in reversed(net)}.values())
    return set(net)


def without(net: Network, message: Message) -> Network:
    i = net.index(message)
    return net[:i] + net[i + 1 :]


def apply(size: Size, x: Variables, net: Network, effect: Effect) -> State:
    written, sent = effect
    after = tuple(written.get(i, value) for i, value in enumerate(x))
    if size.network == "set":
        return after, tuple(sorted({*net, *sent}))
    if size.network == "fifo":  # the sort is stable: it keeps the order within a channel
        return after, tuple(sorted([*net, *sent], key=lambda message: message[:2]))
    return after, tuple(sorted([*net, *sent]))


def is_down(x: Variables, node: int) -> bool:
    return bool(x[DOWN] >> node & 1)


def crash(size: Size, x: Variables, node: int) -> Effect | None:
    if is_down(x, node) or x[SPENT] == size.crashes:
        return None
    if size.crash_nodes is not None and node not in size.crash_nodes:
        return None
    lost = forget(size, node) if size.is_proposer(node) else {}
    return {**lost, DOWN: x[DOWN] | 1 << node, SPENT: x[SPENT] + 1}, []


def restart(x: Variables, node: int) -> Effect | None:
    return ({DOWN: x[DOWN] & ~(1 << node)}, []) if is_down(x, node) else None


def forget(size: Size, proposer: int) -> dict[int, int]:
    at = size.at(proposer)
    return {at + COLLECTS: 0} | {at + GOT + i: NOT_YET for i in range(size.acceptors)}


def start(size: Size, x: Variables, node: int) -> Effect | None:
    if not size.is_proposer(node) or is_down(x, node):
        return None
    at = size.at(node)
    if x[at + STARTED] == size.rounds:
        return None
    ballot = x[at + STARTED] * size.proposers + size.own_value(node)
    written = {**forget(size, node), at + STARTED: x[at + STARTED] + 1, at + COLLECTS: 1}
    return written, to_acceptors(size, node, PREPARE, ballot, 0)


def to_acceptors(size: Size, sender: int, kind: int, ballot: int, vote: int) -> list[Message]:
    return [(sender, a, kind, ballot, vote) for a in range(1, size.acceptors + 1)]


def promise(size: Size, x: Variables, message: Message) -> Effect | None:
    proposer, me, _, ballot, _ = message
    at = size.at(me)
    if ballot <= x[at + PROMISED]:
        return None
    return {at + PROMISED: ballot}, [(me, proposer, PROMISE, ballot, x[at + VOTE])]


def collect(size: Size, x: Variables, message: Message) -> Effect | None:
    acceptor, me, _, ballot, last = message
    at = size.at(me)
    mine = at + GOT + acceptor - 1
    current = (x[at + STARTED] - 1) * size.proposers + size.own_value(me)
    if ballot != current or not x[at + COLLECTS] or x[mine] != NOT_YET:
        return None
    got = [last, *(v for v in x[at + GOT : at + GOT + size.acceptors] if v != NOT_YET)]
    if not size.are_enough(len(got), size.promises):
        return {mine: last}, []
    values = size.proposers + 1
    value = max(got) % values or size.own_value(me)  # no vote is 0, and its value would be 0
    return forget(size, me), to_acceptors(size, me, ACCEPT, ballot, ballot * values + value)


def cast(size: Size, x: Variables, message: Message) -> Effect | None:
    _, me, _, ballot, vote = message
    at = size.at(me)
    if ballot < x[at + PROMISED]:
        return None
    written = {at + PROMISED: ballot, at + VOTE: vote, SEEN: x[SEEN] | size.bit(me, vote)}
    return written, [(me, learner, ACCEPTED, ballot, vote) for learner in size.learner_nodes()]


def hear(size: Size, x: Variables, message: Message) -> Effect | None:
    acceptor, me, _, _, vote = message
    at = size.at(me)
    heard = x[at + HEARD] | size.bit(acceptor, vote)
    if heard == x[at + HEARD] or x[at + LEARNED]:
        return None
    voters = [a for a in range(1, size.acceptors + 1) if heard & size.bit(a, vote)]
    if not size.are_enough(len(voters), size.votes):
        return {at + HEARD: heard}, []
    value = vote % (size.proposers + 1)
    others = [learner for learner in size.learner_nodes() if learner != me]
    sent = [(me, learner, DECIDE, 0, value) for learner in others]
    tellers = x[TELLERS] | bool(others) << me
    return {at + HEARD: 0, at + LEARNED: value, TELLERS: tellers}, sent


def believe(size: Size, x: Variables, message: Message) -> Effect | None:
    _, me, _, _, value = message
    at = size.at(me)
    return None if x[at + LEARNED] else ({at + HEARD: 0, at + LEARNED: value}, [])


# The command that receives each kind of message.
COMMANDS = {PREPARE: promise, PROMISE: collect, ACCEPT: cast, ACCEPTED: hear, DECIDE: believe}


if __name__ == "__main__":
    a, p, r, network, k, n, *rest = sys.argv[1:]
    quorums, only = [int(each) for each in rest[:2]], [int(each) for each in rest[2:]]
    promises, votes = quorums or (0, 0)
    counts = explore(int(a), int(p), int(r), network, int(k), int(n), promises, votes, only or None)
    print(f"{counts.states} states, {counts.transitions} transitions, depth {counts.depth}")
