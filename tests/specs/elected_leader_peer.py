"""The second source: leaders that a detector names, once more, in another shape.

Written from what `specs/readings.py` says in words, and from the sentences that define the
semantics (`set` network): no code is shared with pcheck or the spec. A state is one set of facts,
such as ("ballot", "p1", 2): what is not among them is not so. A rule is a guarded command: from a
state, a node and perhaps a letter to the ways that it may go, each some facts that cease, some that
begin, and some letters.

    python tests/specs/elected_leader_peer.py NODES LEADERS ROUNDS CRASHES [READING ...]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

Fact = tuple[Any, ...]
Facts = frozenset[Fact]
Letter = tuple[str, str, Fact]  # to, from, what
VALUES = "v1", "v2"
LEADING = "leads", "asks", "got", "asked", "ack"  # all that a leader knows as such


class World(NamedTuple):
    nodes: int
    leaders: int
    rounds: int
    crashes: int = 0
    same_ballot: str = "refused"
    accepts: str = "any"
    votes_once: bool = False
    decided: str = "tells"

    @property
    def all(self) -> list[str]:
        return [f"p{i}" for i in range(1, self.nodes + 1)]

    def is_majority(self, count: int) -> bool:
        return count > self.nodes - count


class Way(NamedTuple):
    gone: Facts
    come: list[Fact]
    letters: list[Letter]


class Counts(NamedTuple):
    states: int
    transitions: int
    depth: int
    observations: frozenset[tuple[Facts, Facts]]  # who voted how for whom, and who told what


def of(state: Facts, *begins: Any) -> Facts:
    return frozenset(fact for fact in state if fact[: len(begins)] == begins)


def number(state: Facts, word: str, node: str) -> int:
    return max((int(fact[2]) for fact in of(state, word, node)), default=0)


def leading(state: Facts, node: str) -> Facts:
    return frozenset().union(*(of(state, word, node) for word in LEADING))


def last(state: Facts, node: str) -> Fact | None:
    return next((fact[2:] for fact in of(state, "vote", node)), None)


def to_all(world: World, node: str, what: Fact) -> list[Letter]:
    return [(other, node, what) for other in world.all]


def take_note(world: World, state: Facts, node: str, leader: str, ballot: int) -> Way:
    """The ballot is the highest now; who led in a lower one leads no more."""
    gone = of(state, "ballot", node) | of(state, "bound", node)
    come: list[Fact] = [("ballot", node, ballot)]
    if world.accepts == "promised":
        come.append(("bound", node, leader))
    lost = number(state, "leads", node) < ballot
    return Way(gone | leading(state, node) if lost else gone, come, [])


def name(world: World, state: Facts, node: str) -> Iterator[Way]:
    """It is named leader, though others may be too."""
    ballot, before = number(state, "ballot", node) + 1, number(state, "named", node)
    is_candidate = node in world.all[: world.leaders] and not of(state, "decided", node)
    if is_candidate and before < world.rounds:
        begun: list[Fact] = [("leads", node, ballot), ("asks", node), ("named", node, before + 1)]
        gone = leading(state, node) | of(state, "named", node)
        yield Way(gone, begun, to_all(world, node, ("prepare", ballot)))


def prepare(world: World, state: Facts, node: str, src: str, what: Fact) -> Iterator[Way]:
    ballot, own = what[1], number(state, "ballot", node)
    if of(state, "decided", node) and world.decided != "takes-part":
        yield from answer(world, state, node, src)
    elif ballot > own or (ballot == own and world.same_ballot == "promised"):
        reply = src, node, ("prepared", ballot, last(state, node))
        yield take_note(world, state, node, src, ballot)._replace(letters=[reply])


def answer(world: World, state: Facts, node: str, src: str) -> Iterator[Way]:
    if world.decided == "tells":
        ((_, _, value),) = of(state, "decided", node)
        yield Way(frozenset(), [], [(src, node, ("decide", value))])


def prepared(world: World, state: Facts, node: str, src: str, what: Fact) -> Iterator[Way]:
    _, ballot, vote = what
    if not of(state, "asks", node) or not of(state, "ballot", node, ballot):
        return
    if not of(state, "leads", node, ballot):
        return
    got = of(state, "got", node) - of(state, "got", node, src) | {("got", node, src, vote)}
    if not world.is_majority(len(got)):
        yield Way(of(state, "got", node, src), list(got), [])
        return
    votes = [fact[3] for fact in got if fact[3] is not None]
    best = max((each[0] for each in votes), default=None)
    for value in {each[1] for each in votes if each[0] == best} or VALUES:
        letters = to_all(world, node, ("accept", ballot, value))
        yield Way(of(state, "got", node) | {("asks", node)}, [("asked", node)], letters)


def accept(world: World, state: Facts, node: str, src: str, what: Fact) -> Iterator[Way]:
    ballot, value = vote = what[1:]
    if of(state, "decided", node) and world.decided != "takes-part":
        yield from answer(world, state, node, src)
        return
    before, own = last(state, node), number(state, "ballot", node)
    promised = own == ballot and ("bound", node, src) in state
    other = before is not None and before[0] == ballot and before[1] != value
    if ballot < own or (world.votes_once and other):
        return
    if world.accepts == "promised" and not promised:
        return
    noted = Way(frozenset(), [], [])
    if world.accepts != "unnoted":
        noted = take_note(world, state, node, src, ballot)
    come = [*noted.come, ("vote", node, *vote), ("said", node, *vote, src)]
    reply = src, node, ("accepted", *vote)
    yield Way(noted.gone | of(state, "vote", node), come, [reply])


def accepted(world: World, state: Facts, node: str, src: str, what: Fact) -> Iterator[Way]:
    _, ballot, value = what
    if ("asked", node) not in state or ("leads", node, ballot) not in state:
        return
    acks = of(state, "ack", node) | {("ack", node, src)}
    if not world.is_majority(len(acks)):
        yield Way(frozenset(), list(acks), [])
        return
    yield Way(leading(state, node), [], to_all(world, node, ("decide", value)))
    yield Way(leading(state, node), [("killed", node)], [])


def decide(world: World, state: Facts, node: str, src: str, what: Fact) -> Iterator[Way]:
    gone = leading(state, node) | of(state, "decided", node)
    yield Way(gone, [("decided", node, what[1]), ("told", node, what[1])], [])


def crash(world: World, state: Facts, node: str) -> Iterator[Way]:
    spent = len(of(state, "crash"))
    if spent < world.crashes:
        yield Way(leading(state, node), [("down", node), ("crash", spent)], [])


ON = {
    "prepare": prepare,
    "prepared": prepared,
    "accept": accept,
    "accepted": accepted,
    "decide": decide,
}


def ways(world: World, state: Facts) -> Iterator[Way]:
    for node in world.all:
        if ("down", node) in state:
            yield Way(frozenset({("down", node)}), [], [])
            continue
        yield from crash(world, state, node)
        if ("killed", node) not in state:
            yield from name(world, state, node)
    for _, to, src, what in of(state, "mail"):
        if not {("down", to), ("killed", to)} & state:
            yield from ON[what[0]](world, state, to, src, what)


def steps(world: World, state: Facts) -> Iterator[Facts]:
    """The state after each step that leads elsewhere."""
    for gone, come, letters in ways(world, state):
        after = (state - gone).union(come, (("mail", *letter) for letter in letters))
        if after != state:
            yield after


def explore(world: World) -> Counts:
    queue: list[Facts] = [frozenset()]
    depth, transitions = {queue[0]: 0}, 0
    for state in queue:  # breadth first: the loop goes on to what it appends
        for after in steps(world, state):
            transitions += 1
            if after not in depth:
                depth[after] = depth[state] + 1
                queue.append(after)
    return Counts(len(queue), transitions, depth[queue[-1]], frozenset(map(sight, queue)))


def sight(state: Facts) -> tuple[Facts, Facts]:
    said, told = (frozenset(fact[1:] for fact in of(state, word)) for word in ("said", "told"))
    return said, told


if __name__ == "__main__":
    sizes, words = [int(word) for word in sys.argv[1:5]], sys.argv[5:]
    texts = [word == "True" if word in ("True", "False") else word for word in words]
    found = explore(World(*sizes, *texts))  # type: ignore[arg-type]
    print(f"{found.states} states, {found.transitions} transitions, depth {found.depth}")
