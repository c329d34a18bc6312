"""What a fair execution owes: an oracle that shares nothing with the search for cycles."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from pcheck.language.names import Id
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.node import Row, StepKind

DUEL: dict[str, Any] = {"rounds": 0, "crashes": 0, "properties": ["choosing_cannot_be_avoided"]}
Owed = tuple[Id, Hashable]


@dataclass(frozen=True)
class Tick:
    """A message with a number that a spec declares as ordered."""

    ballot: int


def owed_in(model: ClusterModel, state: State) -> set[Owed]:
    """Return what a fair execution owes in a state.

    The ways of an action have its label in common, up to a comma, and those of a delivery have the
    letter. On fifo an ignored delivery is owed, too, as it blocks its channel.
    """
    return {
        name_of(model, i, row)
        for i, row in model.rows(state)
        if row.kind not in (StepKind.CRASH, StepKind.LOSE)
        if model.after(state, i, row) != state
        if row.kind is not StepKind.DELIVER
        or row.next.actor is not state.nodes[i].actor
        or row.bundle.sends
        or model.network.name == "fifo"
    }


def name_of(model: ClusterModel, i: int, row: Row) -> Owed:
    is_delivery = row.kind is StepKind.DELIVER
    return model.nodes[i].me, row.letter if is_delivery else row.label.partition(",")[0]


def taken_by(model: ClusterModel, before: State, label: str) -> Owed:
    """Return the name of the step with a label."""
    return next(name_of(model, i, row) for i, row in model.rows(before) if row.label == label)
