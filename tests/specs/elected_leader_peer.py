"""A second program for elected leaders: guarded commands over one set of facts.

The program is written from the text of `specs/readings.py` and from the sentences that define the
semantics of the `set` network. It shares no code with pcheck or the spec. A state is a set of facts
such as ("ballot", "p1", 2), and a fact outside the set is false. A rule takes a state, a node and
perhaps a letter, and yields the possible effects: facts removed, facts added and letters sent.

    python tests/specs/elected_leader_peer.py NODES LEADERS ROUNDS CRASHES [READING ...]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

Fact = tuple[Any, ...]
Facts = frozenset[Fact]
Letter = tuple[str, str, Fact]  # to, from, content
VALUES = "v1", "v2"
LEADING = "leads", "asks", "got", "asked", "ack"  # the facts that a node has only as a leader


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


class Effect(NamedTuple):
    removed: Facts
    added: list[Fact]
    letters: list[Letter]


class Counts(NamedTuple):
    states: int
    transitions: int
    depth: int
    observations: frozenset[tuple[Facts, Facts]]  # votes with their leaders, decisions


def of(state: Facts, *begins: Any) -> Facts:
    """Return all facts that begin with these words."""
    return frozenset(fact for fact in state if fact[: len(begins)] == begins)


def number(state: Facts, word: str, node: str) -> int:
    return max((int(fact[2]) for fact in of(state, word, node)), default=0)


def leading(state: Facts, node: str) -> Facts:
    return frozenset().union(*(of(state, word, node) for word in LEADING))


def last(state: Facts, node: str) -> Fact | None:
    return next((fact[2:] for fact in of(state, "vote", node)), None)


def to_all(world: World, node: str, content: Fact) -> list[Letter]:
    return [(other, node, content) for other in world.all]


def take_note(world: World, state: Facts, node: str, leader: str, ballot: int) -> Effect:
    """Return the effect that a node adopts a ballot and stops leading in a lower one."""
    removed = of(state, "ballot", node) | of(state, "bound", node)
    added: list[Fact] = [("ballot", node, ballot)]
    if world.accepts == "promised":
        added.append(("bound", node, leader))
    lost = number(state, "leads", node) < ballot
    return Effect(removed | leading(state, node) if lost else removed, added, [])


def name(world: World, state: Facts, node: str) -> Iterator[Effect]:
    """Let the detector name a node leader, even if there are other leaders."""
    ballot, before = number(state, "ballot", node) + 1, number(state, "named", node)
    is_candidate = node in world.all[: world.leaders] and not of(state, "decided", node)
    if is_candidate and before < world.rounds:
        begun: list[Fact] = [("leads", node, ballot), ("asks", node), ("named", node, before + 1)]
        removed = leading(state, node) | of(state, "named", node)
        yield Effect(removed, begun, to_all(world, node, ("prepare", ballot)))


def prepare(world: World, state: Facts, node: str, src: str, content: Fact) -> Iterator[Effect]:
    ballot, own = content[1], number(state, "ballot", node)
    if of(state, "decided", node) and world.decided != "takes-part":
        yield from answer(world, state, node, src)
    elif ballot > own or (ballot == own and world.same_ballot == "promised"):
        reply = src, node, ("prepared", ballot, last(state, node))
        yield take_note(world, state, node, src, ballot)._replace(letters=[reply])


def answer(world: World, state: Facts, node: str, src: str) -> Iterator[Effect]:
    if world.decided == "tells":
        ((_, _, value),) = of(state, "decided", node)
        yield Effect(frozenset(), [], [(src, node, ("decide", value))])


def prepared(world: World, state: Facts, node: str, src: str, content: Fact) -> Iterator[Effect]:
    _, ballot, vote = content
    if not of(state, "asks", node) or not of(state, "ballot", node, ballot):
        return
    if not of(state, "leads", node, ballot):
        return
    got = of(state, "got", node) - of(state, "got", node, src) | {("got", node, src, vote)}
    if not world.is_majority(len(got)):
        yield Effect(of(state, "got", node, src), list(got), [])
        return
    votes = [fact[3] for fact in got if fact[3] is not None]
    best = max((each[0] for each in votes), default=None)
    for value in {each[1] for each in votes if each[0] == best} or VALUES:
        letters = to_all(world, node, ("accept", ballot, value))
        yield Effect(of(state, "got", node) | {("asks", node)}, [("asked", node)], letters)


def accept(world: World, state: Facts, node: str, src: str, content: Fact) -> Iterator[Effect]:
    ballot, value = vote = content[1:]
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
    noted = Effect(frozenset(), [], [])
    if world.accepts != "unnoted":
        noted = take_note(world, state, node, src, ballot)
    added = [*noted.added, ("vote", node, *vote), ("said", node, *vote, src)]
    reply = src, node, ("accepted", *vote)
    yield Effect(noted.removed | of(state, "vote", node), added, [reply])


def accepted(world: World, state: Facts, node: str, src: str, content: Fact) -> Iterator[Effect]:
    _, ballot, value = content
    if ("asked", node) not in state or ("leads", node, ballot) not in state:
        return
    acks = of(state, "ack", node) | {("ack", node, src)}
    if not world.is_majority(len(acks)):
        yield Effect(frozenset(), list(acks), [])
        return
    yield Effect(leading(state, node), [], to_all(world, node, ("decide", value)))
    yield Effect(leading(state, node), [("killed", node)], [])


def decide(world: World, state: Facts, node: str, src: str, content: Fact) -> Iterator[Effect]:
    removed = leading(state, node) | of(state, "decided", node)
    yield Effect(removed, [("decided", node, content[1]), ("announced", node, content[1])], [])


def crash(world: World, state: Facts, node: str) -> Iterator[Effect]:
    spent = len(of(state, "crash"))
    if spent < world.crashes:
        yield Effect(leading(state, node), [("down", node), ("crash", spent)], [])


ON = {
    "prepare": prepare,
    "prepared": prepared,
    "accept": accept,
    "accepted": accepted,
    "decide": decide,
}


def effects(world: World, state: Facts) -> Iterator[Effect]:
    for node in world.all:
        if ("down", node) in state:
            yield Effect(frozenset({("down", node)}), [], [])
            continue
        yield from crash(world, state, node)
        if ("killed", node) not in state:
            yield from name(world, state, node)
    for _, to, src, content in of(state, "mail"):
        if not {("down", to), ("killed", to)} & state:
            yield from ON[content[0]](world, state, to, src, content)


def steps(world: World, state: Facts) -> Iterator[Facts]:
    """Yield the state after each step that changes the state."""
    for removed, added, letters in effects(world, state):
        after = (state - removed).union(added, (("mail", *letter) for letter in letters))
        if after != state:
            yield after


def explore(world: World) -> Counts:
    queue: list[Facts] = [frozenset()]
    depth, transitions = {queue[0]: 0}, 0
    for state in queue:  # breadth first: the loop also visits the appended states
        for after in steps(world, state):
            transitions += 1
            if after not in depth:
                depth[after] = depth[state] + 1
                queue.append(after)
    return Counts(len(queue), transitions, depth[queue[-1]], frozenset(map(observation, queue)))


def observation(state: Facts) -> tuple[Facts, Facts]:
    words = "said", "announced"
    votes, decisions = (frozenset(fact[1:] for fact in of(state, word)) for word in words)
    return votes, decisions


if __name__ == "__main__":
    sizes, words = [int(word) for word in sys.argv[1:5]], sys.argv[5:]
    texts = [word == "True" if word in ("True", "False") else word for word in words]
    found = explore(World(*sizes, *texts))  # type: ignore[arg-type]
    print(f"{found.states} states, {found.transitions} transitions, depth {found.depth}")
