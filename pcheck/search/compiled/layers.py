"""The states on the shortest runs to where a property is false, at machine speed.

`prune` alone may be on: the other passes make one step of several, or one state of many, and then
runs could not be counted. A letter that it drops is ignored for ever; and what it takes for no step
(a copy that is only used up, a crash that changes nothing) can be left out of a run, which is then
shorter. So a shortest run takes no such step, and the shortest runs are the same with the pass and
without it, label by label.
"""

from __future__ import annotations

from collections.abc import Hashable
from copy import copy
from itertools import pairwise
from typing import Any

import numpy as np

from pcheck.language.property import Property
from pcheck.search.compiled.explorer import Recorded, recorded
from pcheck.search.layers import Layers
from pcheck.search.limits import Limits
from pcheck.semantics.cluster_model import ClusterModel, State


def layers(
    model: ClusterModel, prop: Property, length: int, limits: Limits
) -> Layers[State] | None:
    """For each depth the vectors that stand for its states; None: a limit was met."""
    alone = copy(model)
    alone.properties = (prop,)  # no other one may end the search, or keep it from ending
    found = recorded(alone, limits)
    if found is None:
        return None
    assert len(found.begins) == length + 2, "there is a shorter run, or none: please report this"
    tables = found.tables

    def key(state: State) -> Hashable:
        return tuple(tables.vector(state))

    return Layers(_marked(found, prop), key)


def _marked(found: Recorded, prop: Property) -> list[frozenset[Hashable]]:
    """Level by level from the last one back: the states from which a step leads to a marked one.

    A step out of one level leads to the next one, or back: it never skips one.
    """
    origins, targets = found.store.transitions
    levels = list(pairwise(found.begins))
    on_a_run = np.zeros(len(found.store), np.bool_)
    start, end = levels[-1]
    on_a_run[start:end] = _false(found, prop, start, end)
    for start, end in reversed(levels[:-1]):
        out = slice(*np.searchsorted(origins, np.array([start, end], np.uint64)))
        on_a_run[origins[out][on_a_run[targets[out]]]] = True
    return [_vectors(found, start + np.flatnonzero(on_a_run[start:end])) for start, end in levels]


def _false(found: Recorded, prop: Property, start: int, end: int) -> Any:
    """Return for each of these states whether the property is false there.

    Equal vectors of watched machines are one observation, which is judged once.
    """
    machines, layout, states = (
        found.tables.machines,
        found.store.layout,
        found.store.states[start:end],
    )
    observations, nth = np.unique(
        states & layout.bits(machines.watchers), axis=0, return_inverse=True
    )
    watched = slice(machines.watchers.start, machines.watchers.stop)
    false = [
        prop.why_false(machines.seen(vector[watched])) is not None
        for vector in layout.unpack(observations)
    ]
    return np.array(false, np.bool_)[nth.reshape(-1)]


def _vectors(found: Recorded, indices: Any) -> frozenset[Hashable]:
    return frozenset(map(tuple, found.store.layout.unpack(found.store.states[indices])))
