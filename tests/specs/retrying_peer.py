"""An independent program for Paxos with refusals, which shares no code with pcheck or its specs.

A state is a tuple of plain tuples: proposers, acceptors, and the sorted messages in flight.
Proposers are numbered from 1, acceptors from 0. Nobody crashes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

IDLE, PREPARES, ASKS = range(3)
State = tuple[Any, ...]


def explore(
    acceptors: int,
    proposers: int,
    rounds: int,
    network: str = "once",
    *,
    until_chosen: bool = False,
) -> tuple[int, int, int]:
    """Return the number of states and transitions, and the depth.

    With `until_chosen`, leave out states in which a value is chosen, but not the steps to them.
    """
    peer = Peer(acceptors, proposers, rounds, network)
    depth, transitions, queue = {peer.first(): 0}, 0, [peer.first()]
    for state in queue:  # grows during the loop
        for after in set_of_steps(peer, state):
            transitions += 1
            if after not in depth and not (until_chosen and peer.has_chosen(after)):
                depth[after] = depth[state] + 1
                queue.append(after)
    return len(queue), transitions, depth[queue[-1]]


def set_of_steps(peer: Peer, state: State) -> list[State]:
    return [after for after in peer.steps(state) if after != state]


class Peer:
    def __init__(self, acceptors: int, proposers: int, rounds: int, network: str) -> None:
        self.acceptors, self.proposers, self.rounds = acceptors, proposers, rounds
        self.network = network

    def first(self) -> State:
        # a proposer: ballot, highest ballot of a refusal, phase, its answers by acceptor
        # an acceptor: promised ballot, vote as (ballot, value)
        return (
            ((0, 0, IDLE, ()),) * self.proposers,
            ((0, None),) * self.acceptors,
            (),
            frozenset(),
        )

    def steps(self, state: State) -> Iterator[State]:
        proposers, acceptors, net, votes = state
        for at, (ballot, outbid, phase, _) in enumerate(proposers):
            if phase == IDLE:
                new = max(ballot, outbid) + 1
                while (new - at - 1) % self.proposers:
                    new += 1
                if new <= self.rounds * self.proposers:
                    begun = with_one(proposers, at, (new, outbid, PREPARES, ()))
                    sent = [("prepare", at, a, new) for a in range(self.acceptors)]
                    yield begun, acceptors, self.put(net, sent), votes
        for message in set(net):
            yield from self.receive(state, message, self.rest(net, message))
            if self.network == "lossy":
                yield proposers, acceptors, self.rest(net, message), votes

    def has_chosen(self, state: State) -> bool:
        cast = [(ballot, value) for _, ballot, value in state[3]]
        return any(2 * cast.count(each) > self.acceptors for each in cast)

    def put(self, net: tuple[Any, ...], sent: list[Any]) -> tuple[Any, ...]:
        return tuple(sorted([*net, *sent], key=repr))

    def rest(self, net: tuple[Any, ...], message: Any) -> tuple[Any, ...]:
        at = net.index(message)
        return net[:at] + net[at + 1 :]

    def receive(self, state: State, message: Any, net: tuple[Any, ...]) -> Iterator[State]:
        proposers, acceptors, _, votes = state
        kind, p, a, *rest = message
        promised, vote = acceptors[a]
        if kind == "prepare":
            (ballot,) = rest
            if ballot > promised:
                changed = with_one(acceptors, a, (ballot, vote))
                yield proposers, changed, self.put(net, [("answer", p, a, ballot, 1, vote)]), votes
            elif ballot < promised:
                yield proposers, acceptors, self.put(net, [refusal(p, a, ballot, promised)]), votes
        elif kind == "accept":
            ballot, value = rest
            if ballot >= promised and (ballot, value) != vote:
                changed = with_one(acceptors, a, (ballot, (ballot, value)))
                answer = ("answer", p, a, ballot, 2, (ballot, value))
                yield proposers, changed, self.put(net, [answer]), votes | {(a, ballot, value)}
            elif ballot < promised:
                yield proposers, acceptors, self.put(net, [refusal(p, a, ballot, promised)]), votes
        else:
            after = self.answered(proposers[p], p, a, rest)
            if after is not None:
                mine, sent = after
                yield with_one(proposers, p, mine), acceptors, self.put(net, sent), votes

    def answered(self, mine: Any, p: int, a: int, answer: list[Any]) -> Any:
        """Return a proposer after an answer and what it sends, or None if it ignores the answer."""
        ballot, outbid, phase, got = mine
        of, agreed_in, what = answer
        if phase == IDLE or of != ballot or a in dict(got) or agreed_in not in (0, phase):
            return None
        if len(got) == self.acceptors:
            return None
        outbid = max(outbid, what) if agreed_in == 0 else outbid
        got = tuple(sorted([*got, (a, (agreed_in, what))], key=repr))
        if len(got) < self.acceptors:
            return (ballot, outbid, phase, got), []
        agreed = [what for _, (agreed_in, what) in got if agreed_in]
        if 2 * len(agreed) <= self.acceptors:
            return (ballot, outbid, IDLE, ()), []
        if phase == ASKS:
            return (ballot, outbid, "done", ()), []
        value = max([vote for vote in agreed if vote] or [(0, p + 1)])[1]
        sent = [("accept", p, other, ballot, value) for other in range(self.acceptors)]
        return (ballot, outbid, ASKS, ()), sent


def refusal(p: int, a: int, ballot: int, promised: int) -> Any:
    return ("answer", p, a, ballot, 0, promised)


def with_one(items: tuple[Any, ...], at: int, item: Any) -> tuple[Any, ...]:
    return (*items[:at], item, *items[at + 1 :])
