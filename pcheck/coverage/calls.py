"""The calls of user code that a search made, to be made once more.

For a cluster, a search remembers each question to a handler. For a Model, the states are found
again, in the order of the search.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pcheck.language.model import Model
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.node import Asked


@dataclass(frozen=True)
class Call:
    """A call of a handler of an actor, or of `steps` of a Model."""

    of: type
    handler: str
    message: object  # None without a message
    run: Callable[[], Sequence[Any]]  # returns the actions or the steps that the code offers
    changes: Callable[[Any], bool]  # whether an offered action changes anything
    has_effect: bool  # of `receive`: whether the reaction changes anything


def calls(model: Model[Any], max_states: int) -> Iterator[Call]:
    """Yield the calls of a search; of a Model, those for the first `max_states` states."""
    if isinstance(model, ClusterModel):
        return map(_of_handler, model.asked)
    return _of_model(model, max_states)


def has_effect(asked: Asked) -> bool:
    """Return whether a node changes its state or sends a message when it is asked."""
    return any(move.actor is not None for move in asked.node.moves(asked.actor, asked.letter))


def _of_handler(asked: Asked) -> Call:
    node, actor, letter = asked

    def offered() -> Sequence[Any]:
        return list(actor.actions())

    def reaction() -> Sequence[Any]:
        assert letter is not None
        actor.receive(letter.message, letter.src)
        return ()

    return Call(
        type(actor),
        "actions" if letter is None else "receive",
        letter.message if letter is not None else None,
        offered if letter is None else reaction,
        lambda action: node.handlers.changes(actor, action.step),
        has_effect(asked),
    )


def _of_model(model: Model[Any], max_states: int) -> Iterator[Call]:
    states = [model.initial()]  # grows during the loop
    known = set(states)
    for state in states:
        yield _of_state(model, state, states, known, max_states)


def _of_state(
    model: Model[Any], state: Any, states: list[Any], known: set[Any], max_states: int
) -> Call:
    """Return the call of `steps` for a state, which adds the new states that follow."""

    def offered() -> Sequence[Any]:
        steps = list(model.steps(state))
        for _, after in steps:
            if after not in known and len(known) < max_states:
                known.add(after)
                states.append(after)
        return steps

    return Call(type(model), "steps", None, offered, lambda step: bool(step[1] != state), True)
