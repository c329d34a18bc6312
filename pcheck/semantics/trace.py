"""A run: a state, and each step that followed."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pcheck.language.model import Model

S = TypeVar("S", bound=Hashable)


@dataclass(frozen=True)
class Trace(Generic[S]):
    """`states` is one longer than `labels`: a run of no steps is its first state."""

    states: tuple[S, ...]
    labels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)


def follow(model: Model[S], labels: tuple[str, ...]) -> Trace[S]:
    """The run with these labels, as far as each is enabled."""
    states = [model.initial()]
    for label in labels:
        successor = dict(model.steps(states[-1])).get(label)
        if successor is None:
            break
        states.append(successor)
    return Trace(tuple(states), labels[: len(states) - 1])
