"""A search of all executions for one that fits a log: slow, and written in another way.

It takes the steps of the reference semantics, and compares them with the events as text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Row, StepKind
from tests.audit.logged import Json, event_of

Position = tuple[State, tuple[int, ...], tuple[int, ...]]  # and the hidden steps of each node


def has_run(model: ClusterModel, events: list[Json], gap: int = 0) -> bool:
    """Return whether an execution has these events; up to `gap` steps are left out before each."""
    logs = [[each for each in events if each["node"] == str(node.me)] for node in model.nodes]
    nothing = tuple([0] * len(logs))
    todo: list[Position] = [(model.initial(), nothing, nothing)]
    known = set(todo)
    for position in todo:
        if all(at == len(log) for at, log in zip(position[1], logs)):
            return True
        for after in next_positions(model, logs, position, gap):
            if after not in known:
                known.add(after)
                todo.append(after)
    return False


def next_positions(
    model: ClusterModel, logs: list[list[Json]], position: Position, gap: int
) -> Iterator[Position]:
    state, at, hidden = position
    for i, row in rows(model, state):
        after = model.after(state, i, row)
        if row.kind is StepKind.LOSE:
            yield after, at, hidden
            continue
        has_effect = row.next.actor is not state.nodes[i].actor or row.bundle.sends
        if hidden[i] < gap and row.kind in (StepKind.ACT, StepKind.DELIVER) and has_effect:
            yield after, at, (*hidden[:i], hidden[i] + 1, *hidden[i + 1 :])
        if at[i] < len(logs[i]) and is_event(row, logs[i][at[i]]):
            moved = (*at[:i], at[i] + 1, *at[i + 1 :])
            yield after, moved, (*hidden[:i], 0, *hidden[i + 1 :])


def rows(model: ClusterModel, state: State) -> Iterator[tuple[int, Row]]:
    """Yield the steps of the nodes, and each delivery of a message that its receiver ignores."""
    for i, config in enumerate(state.nodes):
        node, network = model.nodes[i], model.network
        steps = node.rows(config)
        yield from ((i, row) for row in steps)
        taken = [(row.letter, row.label) for row in steps if row.kind is StepKind.DELIVER]
        for letter in network.next(config.inbox) if config.up else ():
            for move in node.moves(config.actor, letter):
                if move.actor is None and (letter, move.label) not in taken:
                    after = node.config(config.actor, True, network.taken(config.inbox, letter))
                    yield i, Row(move.label, StepKind.DELIVER, after, move.bundle, letter)


def is_event(row: Row, event: Json) -> bool:
    shown = event_of(row)
    wanted = {name: value for name, value in event.items() if name not in ("run", "node")}
    label = wanted.pop("action", None)
    if label is not None and f"{shown.get('action', '')}, ".find(f"{label}, ") != 0:
        return False
    return all(same(name, value, shown.get(name)) for name, value in wanted.items())


def same(name: str, logged: Any, shown: Any) -> bool:
    if name == "sends" and shown is not None:
        return sorted(map(str, logged)) == sorted(map(str, shown))
    if name == "state":
        return all(shown.get(field) == text for field, text in logged.items())
    return bool(logged == shown)


def letters(model: ClusterModel, state: State) -> Iterator[Letter]:
    for config in state.nodes:
        yield from config.inbox
