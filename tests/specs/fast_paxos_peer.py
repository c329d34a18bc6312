"""A second implementation of Fast Paxos, written from the paper in another form than the spec.

The program shares no code with pcheck and has no actors. A state is a flat record of the variables
of every agent and of all messages ever sent, so a message may arrive at any time and any number of
times. The algorithm is a list of guarded commands, named as in the paper. Whether a value may be
chosen is tested on every fast quorum, as in the paper, and not by counting votes.

    python tests/specs/fast_paxos_peer.py ACCEPTORS PROPOSERS ROUNDS FAST CRASHES
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import combinations
from typing import Any, NamedTuple

Votes = frozenset[tuple[int, int, int]]  # (acceptor, round, value)


class Counts(NamedTuple):
    states: int
    transitions: int
    depth: int
    observations: frozenset[Votes]


class World(NamedTuple):
    rnd: tuple[int, ...]  # the current round of each acceptor
    vrnd: tuple[int, ...]  # the round of each acceptor's last vote; 0: none
    vval: tuple[int, ...]
    open: tuple[int, ...]  # the round of each acceptor's last "any" message; 0: none
    begun: tuple[int, ...]  # the number of rounds that each proposer began
    proposed: tuple[bool, ...]  # for each proposer
    heard: tuple[Any, ...]  # for each proposer the 1b messages of its round, or None
    down: frozenset[str]
    crashes: int
    sent: frozenset[tuple[Any, ...]]


class System:
    def __init__(self, acceptors: int, proposers: int, rounds: int, fast: int, crashes: int):
        self.acceptors, self.proposers = range(acceptors), range(proposers)
        self.rounds, self.fast, self.crashes = rounds, fast, crashes
        self.majority = next(q for q in range(acceptors + 1) if 2 * q > acceptors)
        self.fast_quorums = self.of_size(next(filter(self.meets, range(1, acceptors + 1))))

    def of_size(self, size: int) -> list[frozenset[int]]:
        return [frozenset(each) for each in combinations(self.acceptors, size)]

    def meets(self, size: int) -> bool:
        """Return whether any classic quorum and two fast quorums of this size intersect."""
        fast = self.of_size(size)
        return all(q & r & s for q in self.of_size(self.majority) for r in fast for s in fast)

    def start(self) -> World:
        nobody, none = (0,) * len(self.acceptors), (0,) * len(self.proposers)
        silent, unheard = (False,) * len(self.proposers), (None,) * len(self.proposers)
        return World(
            *(nobody, nobody, nobody, nobody, none, silent, unheard),
            *(frozenset(), 0, frozenset()),
        )

    def successors(self, w: World) -> Iterator[World]:
        for c in self.proposers:
            if f"p{c}" not in w.down:
                yield from self.phase_1a(w, c)
                yield from self.propose(w, c)
                yield from self.phase_2a(w, c)
        for a in self.acceptors:
            if f"a{a}" not in w.down:
                yield from self.phase_1b(w, a)
                yield from self.hear_any(w, a)
                yield from self.phase_2b(w, a)
                yield from self.phase_2b_fast(w, a)
        yield from self.faults(w)

    def phase_1a(self, w: World, c: int) -> Iterator[World]:
        if w.begun[c] < self.rounds:
            i = w.begun[c] * len(self.proposers) + c + 1
            yield w._replace(
                begun=put(w.begun, c, w.begun[c] + 1),
                heard=put(w.heard, c, frozenset()),
                sent=w.sent | {("1a", i)},
            )

    def propose(self, w: World, c: int) -> Iterator[World]:
        if not w.proposed[c]:
            yield w._replace(proposed=put(w.proposed, c, True), sent=w.sent | {("proposal", c + 1)})

    def phase_1b(self, w: World, a: int) -> Iterator[World]:
        for kind, *rest in w.sent:
            if kind == "1a" and rest[0] > w.rnd[a]:
                answer = ("1b", rest[0], a, w.vrnd[a], w.vval[a])
                yield w._replace(rnd=put(w.rnd, a, rest[0]), sent=w.sent | {answer})

    def phase_2a(self, w: World, c: int) -> Iterator[World]:
        """Hear from one more acceptor, and ask for votes as soon as a quorum has answered."""
        if w.heard[c] is None:
            return
        i = (w.begun[c] - 1) * len(self.proposers) + c + 1
        for kind, *rest in w.sent:
            if kind != "1b" or rest[0] != i or rest[1] in {a for a, _, _ in w.heard[c]}:
                continue
            heard = w.heard[c] | {tuple(rest[1:])}
            if len(heard) < self.majority:
                yield w._replace(heard=put(w.heard, c, heard))
                continue
            k = max(vr for _, vr, _ in heard)
            v = {vv for _, vr, vv in heard if vr == k}
            done = w._replace(heard=put(w.heard, c, None))
            if k == 0:
                v = set()
            picks = v if len(v) == 1 else {each for each in v if self.o4(each, k, heard)}
            if not picks and i <= self.fast:
                yield done._replace(sent=w.sent | {("any", i)})
                continue
            for value in picks or v | {c + 1}:
                yield done._replace(sent=w.sent | {("2a", i, value)})

    def o4(self, v: int, k: int, heard: frozenset[tuple[int, int, int]]) -> bool:
        """Return whether all answers from some k-quorum R report a vote for v in round k."""
        return any(
            all((vr, vv) == (k, v) for a, vr, vv in heard if a in r) for r in self.fast_quorums
        )

    def hear_any(self, w: World, a: int) -> Iterator[World]:
        for kind, *rest in w.sent:
            if kind == "any" and rest[0] >= w.rnd[a] and rest[0] > w.open[a]:
                yield w._replace(open=put(w.open, a, rest[0]))

    def phase_2b(self, w: World, a: int) -> Iterator[World]:
        for kind, *rest in w.sent:
            if kind == "2a" and rest[0] >= w.rnd[a] and w.vrnd[a] < rest[0]:
                yield self.vote(w, a, rest[0], rest[1])

    def phase_2b_fast(self, w: World, a: int) -> Iterator[World]:
        for kind, *rest in w.sent:
            if kind == "proposal" and w.open[a] >= max(w.rnd[a], w.vrnd[a] + 1):
                yield self.vote(w, a, w.open[a], rest[0])

    def vote(self, w: World, a: int, i: int, value: int) -> World:
        return w._replace(
            rnd=put(w.rnd, a, i),
            vrnd=put(w.vrnd, a, i),
            vval=put(w.vval, a, value),
            sent=w.sent | {("2b", i, a, value)},
        )

    def faults(self, w: World) -> Iterator[World]:
        for agent in [f"p{c}" for c in self.proposers] + [f"a{a}" for a in self.acceptors]:
            if agent in w.down:
                yield w._replace(down=w.down - {agent})
            elif w.crashes < self.crashes:
                heard = w.heard if agent[0] == "a" else put(w.heard, int(agent[1:]), None)
                yield w._replace(heard=heard, down=w.down | {agent}, crashes=w.crashes + 1)


def put(row: tuple[Any, ...], at: int, what: Any) -> tuple[Any, ...]:
    return (*row[:at], what, *row[at + 1 :])


def explore(acceptors: int, proposers: int, rounds: int, fast: int, crashes: int = 0) -> Counts:
    system = System(acceptors, proposers, rounds, fast, crashes)
    queue = [system.start()]
    depth, transitions = {queue[0]: 0}, 0
    for world in queue:  # breadth first: the loop goes on to what it appends
        for after in system.successors(world):
            transitions += 1
            if after not in depth:
                depth[after] = depth[world] + 1
                queue.append(after)
    seen = frozenset(
        frozenset((m[2] + 1, m[1], m[3]) for m in world.sent if m[0] == "2b") for world in queue
    )
    return Counts(len(queue), transitions, depth[queue[-1]], seen)


if __name__ == "__main__":
    found = explore(*map(int, sys.argv[1:]))
    print(f"{found.states} states, {found.transitions} transitions, depth {found.depth}")
    print(f"{len(found.observations)} sets of votes")
