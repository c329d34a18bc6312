"""All changes of the observation that steps make: those of a cluster, and those of a search."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, TypeAlias

from pcheck import always
from pcheck.language.property import Property
from pcheck.language.seen import Seen
from pcheck.search.clock import Clock
from pcheck.search.compiled.noted_steps import NotedStep
from pcheck.search.compiled.store import Store
from pcheck.search.compiled.walk import Walk
from pcheck.search.reductions.cover import rank_local_states
from pcheck.search.reductions.reduce import reduce_cluster
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.observer import Observation
from tests.search.alike import Case
from tests.search.reductions.covering import by_ranks
from tests.search.reductions.reducing import key
from tests.search.reductions.symmetric import (
    all_renamings,
    key_of_observation,
    least_depths,
)

# The least number of steps to the end of a step, by the observations before and after that step.
Changes: TypeAlias = dict[Any, int]
Key: TypeAlias = Callable[[Observation], Hashable]


def changes_open(case: Case) -> ClusterModel:
    """Return the model with one property alone, which is about steps and never false."""
    model = case.model()
    model.properties = (any_step(model.properties[0]),)
    return model


def any_step(prop: Property) -> Property:
    def holds(before: Seen, after: Seen) -> str | None:
        return None

    return always(sees=prop.sees, name="any_step")(holds)


def key_in(model: ClusterModel, case: Case) -> Key:
    """Return the function that gives keys of observations; with symmetry, renamings act on them."""
    if case.cluster.interchangeable:
        everything = model.cluster.properties
        other = case.model()
        other.properties = everything
        return lambda seen: key_of_observation(other, model.observer.seen(seen))
    return key


def changes(case: Case, max_states: int) -> Changes | None:
    """Return every change of the reference semantics, or None beyond `max_states` states."""
    model = changes_open(case)
    key_of = key_in(model, case)
    known, level, depth = {model.initial()}, [model.initial()], 0
    found: Changes = {}
    while level:
        new: dict[State, None] = {}
        depth += 1
        for before in level:
            old = model.observation(before)
            for _, after in model.steps(before):
                if after not in known:
                    new[after] = None
                seen = model.observation(after)
                if seen != old:
                    found.setdefault((key_of(old), key_of(seen)), depth)
        known.update(new)
        level = list(new)
        if len(known) > max_states:
            return None
    return up_to_renaming(case, found)


def reduced_changes(case: Case, reductions: Sequence[str], *, proof: bool = False) -> Changes:
    """Return every change that a search notes; a proof goes by ranks, and drops covered states."""
    model = changes_open(case)
    key_of = key_in(model, case)
    reduced = reduce_cluster(model, (*reductions, "cover") if proof else reductions)
    if proof:
        assert reduced.successors is not None, reduced.skipped
        walk = by_ranks(model, case.limits, reduced, rank_local_states(reduced.successors))
    else:
        walk = Walk(model, case.limits, reduced, True, Clock(case.limits, None))
    found: Changes = {}
    new_in, machines = walk.level_judge.noted.new_in, walk.tables.machines

    def noting(store: Store, *, whole: bool) -> list[NotedStep]:
        steps = new_in(store, whole=whole)
        for _, *pair in steps:
            parts = map(machines.parts_of, pair)
            old, seen = (machines.observer.joined(each) for each in parts)
            if old != seen:
                found.setdefault((key_of(old), key_of(seen)), len(walk.levels) - 1)
        return steps

    walk.level_judge.noted.new_in = noting  # type: ignore[method-assign]
    search = walk.run()
    assert search.complete
    return up_to_renaming(case, found)


def up_to_renaming(case: Case, found: Changes) -> Changes:
    if not case.cluster.interchangeable:
        return found
    return dict(least_depths(found, all_renamings(case)))


def check_changes(case: Case, subsets: Iterable[Sequence[str]], expected: Changes) -> None:
    """Assert that a search under each subset makes every change, and in as few steps.

    A proof with cover makes every change.
    """
    for reductions in subsets:
        assert reduced_changes(case, reductions) == expected, reductions
        model = changes_open(case)
        if reduce_cluster(model, (*reductions, "cover")).successors is not None:
            found = reduced_changes(case, reductions, proof=True)
            assert found.keys() == expected.keys(), (reductions, "cover")
