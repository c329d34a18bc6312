"""Comparison of a cluster under some reductions with the same cluster without any."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable
from itertools import chain, combinations
from typing import Any

from pcheck import sometimes
from pcheck.search import reference
from pcheck.search.clock import Clock
from pcheck.search.compiled.walk import Walk
from pcheck.search.limits import Limits
from pcheck.search.outcome import SearchResult
from pcheck.search.reductions.reduce import REDUCTIONS, reduce_cluster, with_every_step
from pcheck.search.reductions.unseen_steps import ForbidsUnseenSteps
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.observer import Observation
from tests.search.alike import Case, check_traces

BY_STEPS = REDUCTIONS[:-1]  # cover has no search by steps
SUBSETS = tuple(chain.from_iterable(combinations(BY_STEPS, n) for n in range(len(BY_STEPS) + 1)))
Levels = dict[Hashable, int]  # the least number of steps to each observation


def key(observation: Observation) -> Hashable:
    """Return a key of an observation that is equal for equal observations of two models."""
    return frozenset((letter.src, letter.exact) for letter in observation.sent), observation.values


def observations(model: ClusterModel, max_states: int) -> Levels | None:
    """Return the least number of steps to each observation, or None beyond `max_states`."""
    known, level = {model.initial()}, [model.initial()]
    found: Levels = {}
    depth = 0
    while level:
        for state in level:
            found.setdefault(key(model.observation(state)), depth)
        after: dict[State, None] = {}
        for before in level:
            after.update((state, None) for _, state in model.steps(before) if state not in known)
            if len(known) + len(after) > max_states:
                return None
        known.update(after)
        level, depth = list(after), depth + 1
    return found


def endless(case: Case) -> ClusterModel:
    """Return the model with one more property, which no state decides: every search completes."""
    model = case.model()
    open_end = sometimes(sees=model.properties[0].sees, name="open_end")(lambda seen: False)
    model.properties = (*model.properties, open_end)
    return model


def walked(
    model: ClusterModel, limits: Limits, reductions: Iterable[str]
) -> tuple[Walk, SearchResult]:
    """Return a search under some reductions, begun again without them where it must be."""
    reduced, clock = reduce_cluster(model, reductions), Clock(limits, None)
    search = Walk(model, limits, reduced, True, clock)
    try:
        return search, search.run()
    except ForbidsUnseenSteps as why:
        search = Walk(model, limits, with_every_step(model, reduced, str(why)), True, clock)
        return search, search.run()


def reduced_search(
    case: Case, reductions: Iterable[str], model: ClusterModel | None = None
) -> tuple[SearchResult, Levels]:
    """Return the result of the engine under some reductions, and the level of each observation.

    A `model` that earlier searches used remembers what its handlers answered.
    """
    explorer, search = walked(model or endless(case), case.limits, reductions)
    seen: Levels = {}
    for index in range(len(explorer.store)):
        observation = explorer.tables.machines.observation(explorer.store.numbers(index))
        seen.setdefault(key(observation), bisect_right(explorer.levels, index) - 1)
    return search, seen


def check_reduced(
    case: Case, subsets: Iterable[Iterable[str]] = SUBSETS, levels: Levels | None = None
) -> dict[str, int]:
    """Assert that every subset of the reductions gives the same answers, with valid traces.

    The traces must also be as short. `levels` are those of `observations`, if known. Return the
    number of states for each subset.
    """
    levels = levels or observations(case.model(), 100_000)
    return check_search(case, subsets, levels, reduced_search)


def check_search(
    case: Case,
    subsets: Iterable[Iterable[str]],
    levels: Any,
    search: Callable[[Case, Iterable[str], ClusterModel], tuple[SearchResult, Any]],
) -> dict[str, int]:
    """Compare a search under each subset with the reference; return its number of states."""
    expected = reference.explore(endless(case), all_properties=True)
    model, sizes = endless(case), {}
    for reductions in subsets:
        found, seen = search(case, reductions, model)
        assert found.complete, reductions
        assert seen == levels, (reductions, found.reduced)
        assert found.outcomes == expected.outcomes, reductions
        assert {name: len(each.trace) for name, each in found.discoveries.items()} == {
            name: len(each.trace) for name, each in expected.discoveries.items()
        }, reductions
        assert found.states <= expected.states
        check_traces(case, found)
        sizes[",".join(found.reduced)] = found.states
    return sizes
