"""Renamings of states and observations by brute force, independent of pcheck's own renamings.

A key is made of tuples and frozensets; a name in a key is a pair of its type and its text. A key
refers to nodes only by their names, so that renaming a key means replacing pairs.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import chain, permutations, product
from typing import Any, TypeAlias

from pcheck.language.names import Id, Value
from pcheck.language.seen import UP, Seen
from pcheck.language.values import exact, exact_state
from pcheck.search.compiled.explorer import explore
from pcheck.search.outcome import SearchResult
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.node import Config
from tests.search.alike import Case
from tests.search.reductions.reducing import SUBSETS, check_search, endless, walked

Name = tuple[type[Any], str]
Names = dict[Name, Name]
Orbit: TypeAlias = frozenset[Hashable]
Levels = dict[Orbit, int]

WITH_SYMMETRY = tuple(reductions for reductions in SUBSETS if "symmetry" in reductions)


def all_renamings(case: Case) -> list[Names]:
    """Return every element of the group, including the identity.

    A renaming of a case with crashes maps nodes that may crash to nodes that may crash.
    """
    some: set[Any] = set(case.crash_nodes or ()) if case.crashes else set()
    blocks = [
        [(type(name), str(name)) for name in block if (name in some) is may_crash]
        for block in case.cluster.interchangeable
        for may_crash in (True, False)
    ]
    images = [[list(zip(block, other)) for other in permutations(block)] for block in blocks]
    return [dict(chain.from_iterable(each)) for each in product(*images)]


def with_names(key: Any, names: Names) -> Hashable:
    """Return a key with its names replaced."""
    kind = type(key)
    if kind is tuple and len(key) == 2 and key[0] in (Id, Value):
        name: Name = key
        return names.get(name, name)
    if kind is tuple:
        return tuple(with_names(part, names) for part in key)
    if kind is frozenset:
        return frozenset(with_names(part, names) for part in key)
    found: Hashable = key
    return found


def orbit(key: Hashable, renamings: Sequence[Names]) -> Orbit:
    """Return the set of all renamings of a key, which is the same for each key in the set."""
    return frozenset(with_names(key, names) for names in renamings)


# Keys


def key_of_state(model: ClusterModel, state: State) -> Hashable:
    sent = frozenset((exact(each.src), each.exact) for each in state.observed)
    queued = model.network.ignoring_is_a_step
    nodes = frozenset(
        (exact(config.actor.me), exact_state(config.actor), config.up, key_of_inbox(config, queued))
        for config in state.nodes
    )
    return nodes, state.crashes, sent


def key_of_inbox(config: Config, queued: bool) -> Hashable:
    letters = [(exact(each.src), each.exact) for each in config.inbox]
    if not queued:
        return frozenset(Counter(letters).items())
    return frozenset(
        (src, tuple(text for other, text in letters if other == src)) for src, _ in letters
    )


def key_of_observation(model: ClusterModel, seen: Seen) -> Hashable:
    sees = dict.fromkeys(what for prop in model.properties for what in prop.sees)
    rows: list[Hashable] = []
    for what in sees:
        if what is UP:
            row = [(node, seen.up(node)) for node in model.cluster.actors]
        else:
            row = seen.field(what) if isinstance(what, str) else seen.sent(what)
        rows.append(frozenset((exact(node), exact(value)) for node, value in row))
    return tuple(rows)


# Reachable states, and those that the engine visits


def states(model: ClusterModel, max_states: int) -> Iterator[tuple[State, int]]:
    """Yield every state with the least number of steps to it, at most one beyond `max_states`."""
    known, level = {model.initial(): 0}, [model.initial()]
    yield level[0], 0
    for before in level:
        for _, state in model.steps(before):
            if state not in known and len(known) <= max_states:
                known[state] = known[before] + 1
                level.append(state)
                yield state, known[state]


def orbits(case: Case, max_states: int = 100_000) -> int:
    """Return the number of orbits: states that differ only by a renaming count once."""
    model, renamings = case.model(), all_renamings(case)
    known: set[Hashable] = set()
    count = 0
    for state, _ in states(model, max_states):
        key = key_of_state(model, state)
        if key not in known:
            count += 1
            known |= orbit(key, renamings)
    return count


def observations(case: Case, max_states: int = 100_000) -> Levels:
    """Return the least number of steps to each observation, up to renaming."""
    model, renamings = case.model(), all_renamings(case)
    found: dict[Hashable, int] = {}
    for state, depth in states(model, max_states):
        found.setdefault(key_of_observation(model, model.observe(state)), depth)
    return least_depths(found, renamings)


def least_depths(found: dict[Hashable, int], renamings: Sequence[Names]) -> Levels:
    """Return the least depth in each orbit of keys."""
    levels: Levels = {}
    for key, depth in found.items():
        each = orbit(key, renamings)
        levels[each] = min(depth, levels.get(each, depth))
    return levels


def seen_under(
    case: Case, reductions: Iterable[str], model: ClusterModel | None = None
) -> tuple[SearchResult, Levels]:
    """Return the result of the engine under some reductions, and the level of each observation.

    Observations that differ only by a renaming count once. A `model` that earlier searches used
    remembers what its handlers answered.
    """
    model = model or endless(case)
    explorer, search = walked(model, case.limits, reductions)
    found: dict[Hashable, int] = {}
    for index in range(len(explorer.store)):
        seen = model.observer.seen(
            explorer.tables.machines.observation(explorer.store.numbers(index))
        )
        key = key_of_observation(model, seen)
        found.setdefault(key, bisect_right(explorer.levels, index) - 1)
    return search, least_depths(found, all_renamings(case))


def check_symmetric(case: Case, subsets: Iterable[Iterable[str]] = WITH_SYMMETRY) -> dict[str, int]:
    """Assert that each subset gives the same answers up to renaming, with valid traces."""
    return check_search(case, subsets, observations(case), seen_under)


def left(case: Case, *reductions: str) -> int:
    """Return the number of states that the engine visits under some reductions."""
    search = explore(case.model(), case.limits, reductions=reductions, all_properties=True)
    assert search.complete
    assert search.reduced == reductions
    return search.states
