"""Makes real runs of what the kernel found: every step is taken again, in the reference semantics.

A state of the search may stand for others, and a row for several steps of one node. The run that
the user sees is one of the cluster as it is: from the initial state on, some node takes as many
steps as the row cost, and what it comes to must be what the search came to, up to a renaming.
"""

from __future__ import annotations

from pcheck.search.compiled.tables import Tables
from pcheck.semantics.cluster_model import State
from pcheck.semantics.trace import Trace

Vector = list[int]


def replay(tables: Tables, vectors: list[Vector], costs: list[int]) -> Trace[State]:
    """The run through these states of the search, of which the first is the initial one."""
    path = Trace((tables.model.initial(),), ())
    for after, cost in zip(vectors[1:], costs):
        path = _row(tables, path, after, cost)
    return path


def last_step(tables: Tables, path: Trace[State], bundle: int) -> Trace[State]:
    """The run, and the step out of its last state that sent this bundle."""
    before, effects = path.states[-1], tables.bundles.all[bundle]
    return next(
        _longer(path, step.labels[0], after)
        for i, config in enumerate(before.nodes)
        for step in tables.machines.nodes[i].steps(config)
        if tables.effects(i, config, step) == effects
        and (after := dict(tables.model.steps_of(before, i)).get(step.labels[0])) is not None
    )


def _row(tables: Tables, path: Trace[State], after: Vector, cost: int) -> Trace[State]:
    """The run, and the steps of some node that lead to what stands in the search."""
    for i in range(len(tables.machines.nodes)):
        reached = {path.states[-1]: path}
        for _ in range(cost):
            reached = {
                state: _longer(known, label, state)
                for before, known in reversed(reached.items())
                for label, state in reversed(list(tables.model.steps_of(before, i)))
            }
        for state in reversed(reached):  # the first labels come last, and stay
            if tables.stands_for(after, state, i):
                return reached[state]
    raise AssertionError("the search took a step that the cluster cannot: please report this")


def _longer(path: Trace[State], label: str, state: State) -> Trace[State]:
    return Trace((*path.states, state), (*path.labels, label))
