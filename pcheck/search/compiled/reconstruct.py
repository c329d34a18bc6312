"""Traces of the cluster, reconstructed from the states that the kernel found.

A state of the search may represent several states of the cluster, and a row may represent several
steps of one node. The trace that the user sees is a trace of the unreduced cluster, by the
reference semantics. For each row, some node takes as many steps as the row costs. The state after
them must be represented by the state that the search found, up to a renaming.
"""

from __future__ import annotations

from pcheck.search.compiled.tables import Tables
from pcheck.semantics.cluster_model import State
from pcheck.semantics.trace import Trace

Vector = list[int]


def replay(tables: Tables, vectors: list[Vector], costs: list[int]) -> Trace[State]:
    """Return the trace through these states of the search; the first one is the initial state."""
    trace = Trace((tables.model.initial(),), ())
    for after, cost in zip(vectors[1:], costs):
        trace = _after_row(tables, trace, after, cost)
    return trace


def last_step(tables: Tables, trace: Trace[State], bundle: int) -> Trace[State]:
    """Return the trace with one more step: the first one out of its last state with this bundle."""
    before, effects = trace.states[-1], tables.bundles.all[bundle]
    return next(
        _longer(trace, step.labels[0], after)
        for i, config in enumerate(before.nodes)
        for step in tables.machines.nodes[i].steps(config)
        if tables.effects(i, config, step) == effects
        and (after := dict(tables.model.steps_of(before, i)).get(step.labels[0])) is not None
    )


def _after_row(tables: Tables, trace: Trace[State], after: Vector, cost: int) -> Trace[State]:
    """Return the trace with `cost` more steps of some node, to a state that `after` represents."""
    for i in range(len(tables.machines.nodes)):
        reached = {trace.states[-1]: trace}
        for _ in range(cost):
            # Of several ways to a state, the first one is written last, and is kept.
            reached = {
                state: _longer(known, label, state)
                for before, known in reversed(reached.items())
                for label, state in reversed(list(tables.model.steps_of(before, i)))
            }
        for state in reversed(reached):
            if tables.represents(after, state, i):
                return reached[state]
    raise AssertionError("the search took a step that the cluster cannot take: please report this")


def _longer(trace: Trace[State], label: str, state: State) -> Trace[State]:
    """Return the trace with one more step."""
    return Trace((*trace.states, state), (*trace.labels, label))
