"""What tests ask of a Model: all its runs, and what a search of it comes to."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import TypeVar

from pcheck.language.model import Model
from pcheck.search.outcome import SearchResult

S = TypeVar("S", bound=Hashable)
Run = tuple[str, ...]


def runs(model: Model[S]) -> set[Run]:
    """The labels of every run that goes on until nothing more can happen. None may be endless."""
    return set(_runs(model, model.initial()))


def _runs(model: Model[S], state: S) -> Iterator[Run]:
    steps = list(model.steps(state))
    if not steps:
        yield ()
    for label, successor in steps:
        for rest in _runs(model, successor):
            yield (label, *rest)


def counts(search: SearchResult) -> tuple[int, int, int]:
    return search.states, search.transitions, search.depth
