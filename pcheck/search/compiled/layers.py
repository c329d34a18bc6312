"""The states on the shortest traces to a violation, found with the kernel.

Only `prune` may be on. Other reductions combine several steps into one or several states into one,
so that traces could not be counted. With `prune`, the shortest traces are the same as without it,
label by label, for two reasons. A letter that `prune` drops would be ignored forever. And `prune`
leaves out only two kinds of steps: those that only consume a copy of a letter, and crashes that
change nothing. A trace without such a step is shorter and reaches the same, so that no shortest
trace has one.
"""

from __future__ import annotations

from collections.abc import Hashable
from copy import copy
from itertools import pairwise
from typing import Any

import numpy as np

from pcheck.language.property import Property
from pcheck.search.clock import Clock, Progress, Tick
from pcheck.search.compiled.recorded import RecordedSearch, record
from pcheck.search.layers import COMPARING, MAX_STATES_ON_TRACES, Layers
from pcheck.search.limits import Limits
from pcheck.semantics.cluster_model import ClusterModel, State


def layers(
    model: ClusterModel, prop: Property, length: int, limits: Limits, clock: Clock
) -> Layers[State] | None:
    """Return for each depth the vectors that represent its states, or None if there are too many.

    `length` is the length of the shortest traces that violate `prop`. `limits` are of the work that
    is done, and `clock` has the other limits, which are raised.
    """
    alone = copy(model)
    alone.properties = (prop,)  # another property could end the search, or prevent its end
    search = record(alone, limits, clock)
    if search is None:
        return None
    assert len(search.begins) == length + 2, (
        "a trace is shorter, or none exists: please report this"
    )
    tables = search.tables

    def key(state: State) -> Hashable:
        return tuple(tables.vectors.vector(state))

    tick = clock.ticking(Progress(states=len(search.store)), COMPARING)
    is_marked = _marked(search, prop, tick)
    if np.count_nonzero(is_marked) > MAX_STATES_ON_TRACES:
        return None
    keys = [
        _vectors(search, start + np.flatnonzero(is_marked[start:end]))
        for start, end in pairwise(search.begins)
    ]
    return Layers(keys, key)


def _marked(search: RecordedSearch, prop: Property, tick: Tick) -> Any:
    """Return for each state whether it is on a shortest trace to a violation.

    The states are marked from the last level back: the violating states first, then in each level
    the states with a step to a marked state. A step leads to the next level at most, so that a
    state with a step to a marked state has one to the next level.
    """
    origins, targets, _ = search.store.transitions
    levels = list(pairwise(search.begins))
    is_marked = np.zeros(len(search.store), np.bool_)
    start, end = levels[-1]
    is_marked[start:end] = _violating(search, prop, start, end, tick)
    for start, end in reversed(levels[:-1]):
        tick()
        out = slice(*np.searchsorted(origins, np.array([start, end], np.uint32)))
        is_marked[origins[out][is_marked[targets[out]]]] = True
    return is_marked


def _violating(search: RecordedSearch, prop: Property, start: int, end: int, tick: Tick) -> Any:
    """Return for each state from `start` to `end` whether the property is false there.

    States with equal numbers of the watchers have one observation, which is judged once.
    """
    machines, layout, states = (
        search.tables.machines,
        search.store.layout,
        search.store.states[start:end],
    )
    observations, nth = np.unique(
        states & layout.bits(machines.watchers), axis=0, return_inverse=True
    )
    watched = slice(machines.watchers.start, machines.watchers.stop)
    false = []
    for vector in layout.unpack(observations):
        tick()
        false.append(prop.why_false(machines.seen(vector[watched])) is not None)
    return np.array(false, np.bool_)[nth.reshape(-1)]


def _vectors(search: RecordedSearch, indices: Any) -> frozenset[Hashable]:
    return frozenset(map(tuple, search.store.layout.unpack(search.store.states[indices])))
