"""An independent program that finds out how many nodes of Paxos may stop, on the network set.

It shares no code with pcheck. The states and commands are those of `tests.peer`; here are only the
node of each step, and the states from which a value can still be chosen.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from tests.peer import (
    COMMANDS,
    PROMISED,
    SEEN,
    STARTED,
    Size,
    State,
    apply,
    chosen,
    first_state,
    start,
    votes_of,
)


class Tolerates(NamedTuple):
    """The number of states in which the question is asked, and how many nodes may stop."""

    asked: int
    most: int


def tolerates(acceptors: int, proposers: int, rounds: int, *, proposers_stop: bool) -> Tolerates:
    """Ask whether a value can still be chosen, whichever acceptors or proposers stop.

    Acceptors stop while some proposer has a ballot above all promises, and proposers stop while
    each of them has.
    """
    size = Size(acceptors, proposers, rounds, "set", 0, 0)
    after: dict[State, list[tuple[int, State]]] = {}
    todo = [first_state(size)]
    while todo:
        state = todo.pop()
        if state not in after:
            after[state] = list(moves(size, state))
            todo += [each for _, each in after[state]]
    before: dict[State, list[tuple[int, State]]] = {state: [] for state in after}
    for state, steps in after.items():
        for node, following in steps:
            before[following].append((node, state))
    test = all if proposers_stop else any
    asked = [state for state in after if test(has_ballot(size, state))]
    nodes = range(1, acceptors + proposers + 1)
    stopping = [node for node in nodes if size.is_proposer(node) is proposers_stop]
    goals = [state for state in after if chosen(size, votes_of(size, state[0][SEEN]))]
    for count in range(len(stopping) + 1):
        for stopped in combinations(stopping, count):
            hopeful = reaching(goals, before, stopped)
            if not all(state in hopeful for state in asked):
                return Tolerates(len(asked), count - 1)
    return Tolerates(len(asked), len(stopping))


def moves(size: Size, state: State) -> Iterator[tuple[int, State]]:
    """Yield the node of each step that changes the state, and the state after it."""
    x, net = state
    effects = [(node, start(size, x, node)) for node in size.nodes()]
    effects += [(message[1], COMMANDS[message[2]](size, x, message)) for message in net]
    for node, effect in effects:
        if effect is not None and (following := apply(size, x, net, effect)) != state:
            yield node, following


def has_ballot(size: Size, state: State) -> list[bool]:
    """Return for each proposer whether it can start a ballot above all that are promised."""
    x, _ = state
    promised = max(x[size.at(node) + PROMISED] for node in range(1, size.acceptors + 1))
    return [
        any(
            nth * size.proposers + size.own_value(node) > promised
            for nth in range(x[size.at(node) + STARTED], size.rounds)
        )
        for node in size.nodes()
        if size.is_proposer(node)
    ]


def reaching(
    goals: list[State], before: dict[State, list[tuple[int, State]]], stopped: tuple[int, ...]
) -> set[State]:
    """Return the states from which steps of nodes that have not stopped lead to a goal."""
    found, todo = set(goals), list(goals)
    while todo:
        for node, state in before[todo.pop()]:
            if node not in stopped and state not in found:
                found.add(state)
                todo.append(state)
    return found
