"""The complete traces of a small model, and the counts of a search result."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import TypeVar

from pcheck.language.model import Model
from pcheck.search.outcome import SearchResult

S = TypeVar("S", bound=Hashable)
Labels = tuple[str, ...]


def complete_traces(model: Model[S]) -> set[Labels]:
    """Return the labels of every trace to a state without steps. No trace may be endless."""
    return set(_traces_from(model, model.initial()))


def _traces_from(model: Model[S], state: S) -> Iterator[Labels]:
    steps = list(model.steps(state))
    if not steps:
        yield ()
    for label, successor in steps:
        for labels in _traces_from(model, successor):
            yield (label, *labels)


def counts(search: SearchResult) -> tuple[int, int, int]:
    """Return the states, the transitions and the depth of a search."""
    return search.states, search.transitions, search.depth
