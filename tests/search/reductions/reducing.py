"""A cluster under some passes, beside the same cluster as it is."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable
from itertools import chain, combinations
from typing import Any

from pcheck import sometimes
from pcheck.search import reference
from pcheck.search.compiled.walk import Walk
from pcheck.search.limits import Clock
from pcheck.search.outcome import SearchResult
from pcheck.search.reductions.reduce import REDUCTIONS, reduced
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.observer import Observation
from tests.search.alike import Asked, check_runs

BY_STEPS = REDUCTIONS[:-1]  # all but `cover`, which has no search by steps
SUBSETS = tuple(chain.from_iterable(combinations(BY_STEPS, n) for n in range(len(BY_STEPS) + 1)))
Levels = dict[Hashable, int]


def key(observation: Observation) -> Hashable:
    """The same for the same sight of two models."""
    return frozenset((letter.src, letter.exact) for letter in observation.sent), observation.values


def observations(model: ClusterModel, most: int) -> Levels | None:
    """Everything that can be seen, with the least number of steps to it; None: too many states."""
    known, level = {model.initial()}, [model.initial()]
    found: Levels = {}
    depth = 0
    while level:
        for state in level:
            found.setdefault(key(model.observation(state)), depth)
        after = {state for before in level for _, state in model.steps(before)} - known
        known |= after
        level, depth = list(after), depth + 1
        if len(known) > most:
            return None
    return found


def endless(asked: Asked) -> ClusterModel:
    """The model, and one more property that no state decides: so every search sees all."""
    model = asked.runs()
    open_end = sometimes(sees=model.properties[0].sees, name="open_end")(lambda seen: False)
    model.properties = (*model.properties, open_end)
    return model


def reduced_search(asked: Asked, reductions: Iterable[str]) -> tuple[SearchResult, Levels]:
    """What the engine says under these passes, and what it saw, and when."""
    model = endless(asked)
    clock = Clock(asked.limits, None)
    explorer = Walk(model, asked.limits, reduced(model, reductions), True, clock)
    search = explorer.run()
    seen: Levels = {}
    for index in range(len(explorer.store)):
        observation = explorer.tables.machines.observation(explorer.store.numbers(index))
        seen.setdefault(key(observation), bisect_right(explorer.levels, index) - 1)
    return search, seen


def check_reduced(asked: Asked, subsets: Iterable[Iterable[str]] = SUBSETS) -> dict[str, int]:
    """Under every subset of the passes the same comes out, and the runs are real and as short."""
    return check_search(asked, subsets, observations(asked.runs(), 100_000), reduced_search)


def check_search(
    asked: Asked,
    subsets: Iterable[Iterable[str]],
    levels: Any,
    search: Callable[[Asked, Iterable[str]], tuple[SearchResult, Any]],
) -> dict[str, int]:
    """Compare a search under each subset with the reference, and return the states of each."""
    expected = reference.explore(endless(asked), all_properties=True)
    sizes = {}
    for reductions in subsets:
        found, seen = search(asked, reductions)
        assert found.complete, reductions
        assert seen == levels, (reductions, found.reduced)
        assert found.outcomes == expected.outcomes, reductions
        assert {name: len(each.trace) for name, each in found.discoveries.items()} == {
            name: len(each.trace) for name, each in expected.discoveries.items()
        }, reductions
        assert found.states <= expected.states
        check_runs(asked, found)
        sizes[",".join(found.reduced)] = found.states
    return sizes
