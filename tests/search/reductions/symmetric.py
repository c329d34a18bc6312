"""What renamings make of states and sights, by brute force: nothing here asks pcheck about them.

A key is made of tuples and frozensets; a name in it is a pair of its type and its text. Which node
shows or holds something is in the key by its name, so that to rename is to replace pairs.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import chain, permutations, product
from typing import Any, TypeAlias

from pcheck.language.names import Id, Value
from pcheck.language.seen import Seen
from pcheck.language.values import exact
from pcheck.search.compiled.explorer import explore
from pcheck.search.compiled.walk import Walk
from pcheck.search.limits import Clock
from pcheck.search.outcome import SearchResult
from pcheck.search.reductions.reduce import reduced
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.node import Config
from tests.search.alike import Asked
from tests.search.reductions.reducing import SUBSETS, check_search, endless

Name = tuple[type[Any], str]
Names = dict[Name, Name]
Orbit: TypeAlias = frozenset[Hashable]
Levels = dict[Orbit, int]

WITH_SYMMETRY = tuple(reductions for reductions in SUBSETS if "symmetry" in reductions)


def all_renamings(asked: Asked) -> list[Names]:
    """Every element of the group, the one that renames nothing among them."""
    blocks = [[(type(name), str(name)) for name in b] for b in asked.cluster.interchangeable]
    images = [[list(zip(block, other)) for other in permutations(block)] for block in blocks]
    return [dict(chain.from_iterable(each)) for each in product(*images)]


def with_names(key: Any, names: Names) -> Hashable:
    """The same key with other names in it."""
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
    """All renamings of a key: the same for each of them."""
    return frozenset(with_names(key, names) for names in renamings)


# Keys


def key_of_state(model: ClusterModel, state: State) -> Hashable:
    sent = frozenset((exact(each.src), each.exact) for each in state.observed)
    queued = model.network.ignoring_is_a_step
    nodes = frozenset(
        (exact(config.actor.me), exact(config.actor), config.up, key_of_inbox(config, queued))
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


def key_of_sight(model: ClusterModel, seen: Seen) -> Hashable:
    sees = dict.fromkeys(what for prop in model.properties for what in prop.sees)
    rows: list[Hashable] = []
    for what in sees:
        row = seen.field(what) if isinstance(what, str) else seen.sent(what)
        rows.append(frozenset((exact(node), exact(value)) for node, value in row))
    return tuple(rows)


# Everything there is, and what the engine makes of it


def states(model: ClusterModel, most: int) -> Iterator[tuple[State, int]]:
    """Every state, with the least number of steps to it; of more than so many, not all."""
    known, level = {model.initial(): 0}, [model.initial()]
    yield level[0], 0
    for before in level:
        for _, state in model.steps(before):
            if state not in known and len(known) <= most:
                known[state] = known[before] + 1
                level.append(state)
                yield state, known[state]


def orbits(asked: Asked, most: int = 100_000) -> int:
    """How many states there are, if those that differ by a renaming are one."""
    model, renamings = asked.runs(), all_renamings(asked)
    known: set[Hashable] = set()
    count = 0
    for state, _ in states(model, most):
        key = key_of_state(model, state)
        if key not in known:
            count += 1
            known |= orbit(key, renamings)
    return count


def observations(asked: Asked, most: int = 100_000) -> Levels:
    """Everything that can be seen, up to renaming, with the least number of steps to it."""
    model, renamings = asked.runs(), all_renamings(asked)
    found: dict[Hashable, int] = {}
    for state, depth in states(model, most):
        found.setdefault(key_of_sight(model, model.observe(state)), depth)
    return least(found, renamings)


def least(found: dict[Hashable, int], renamings: Sequence[Names]) -> Levels:
    levels: Levels = {}
    for key, depth in found.items():
        each = orbit(key, renamings)
        levels[each] = min(depth, levels.get(each, depth))
    return levels


def seen_under(asked: Asked, reductions: Iterable[str]) -> tuple[SearchResult, Levels]:
    """What the engine says under these passes, and what it saw up to renaming, and when."""
    model = endless(asked)
    reduction = reduced(model, reductions)
    explorer = Walk(model, asked.limits, reduction, True, Clock(asked.limits, None))
    search = explorer.run()
    found: dict[Hashable, int] = {}
    for index in range(len(explorer.store)):
        seen = model.observer.seen(
            explorer.tables.machines.observation(explorer.store.numbers(index))
        )
        key = key_of_sight(model, seen)
        found.setdefault(key, bisect_right(explorer.levels, index) - 1)
    return search, least(found, all_renamings(asked))


def check_symmetric(
    asked: Asked, subsets: Iterable[Iterable[str]] = WITH_SYMMETRY
) -> dict[str, int]:
    """Under these subsets of the passes the same comes out, up to renaming; the runs are real."""
    return check_search(asked, subsets, observations(asked), seen_under)


def left(asked: Asked, *reductions: str) -> int:
    """How many states the engine visits under these passes."""
    search = explore(asked.runs(), asked.limits, reductions=reductions, all_properties=True)
    assert search.complete
    assert search.reduced == reductions
    return search.states
