"""Traces: sequences of states and of the labels of the steps between them."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pcheck.language.model import Model

S = TypeVar("S", bound=Hashable)


@dataclass(frozen=True)
class Trace(Generic[S]):
    """A sequence of steps from the initial state; `states` has one element more than `labels`."""

    states: tuple[S, ...]
    labels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)


def follow(model: Model[S], labels: tuple[str, ...]) -> Trace[S]:
    """Return the trace with these labels; it ends before the first label that is not enabled."""
    states = [model.initial()]
    for label in labels:
        successor = dict(model.steps(states[-1])).get(label)
        if successor is None:
            break
        states.append(successor)
    return Trace(tuple(states), labels[: len(states) - 1])
