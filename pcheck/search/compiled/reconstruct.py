"""Traces of the cluster, reconstructed from the states that the kernel found.

A state of the search may represent several states of the cluster, and a row may represent several
steps of one node. The trace that the user sees is a trace of the unreduced cluster, by the
reference semantics. For each row, the reduced automaton of some node gives the chains that a row of
this cost may stand for, from the real configuration of the node. The node takes the steps of such a
chain, and the state after them must be represented by the state that the search found, up to a
renaming.

The automaton gives few chains where the node has many ways: steps that a reduction leaves out, and
their orders, are never enumerated.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import pairwise

from pcheck.search.clock import Tick
from pcheck.search.compiled.store import Store
from pcheck.search.compiled.tables import Tables
from pcheck.search.reductions.automaton import Chain
from pcheck.semantics.cluster_model import State
from pcheck.semantics.node import StepKind
from pcheck.semantics.trace import Trace

Vector = list[int]


def trace_to(
    index: int, tables: Tables, store: Store, levels: Sequence[int], tick: Tick
) -> Trace[State]:
    """Return the trace to a state of the search.

    `levels` are the indices at which the levels of the search begin. `tick` is called often.
    """
    indices = [index]
    while indices[-1] != 0:
        indices.append(store.parent(indices[-1]))
    indices.reverse()
    states, labels = [tables.model.initial()], list[str]()
    for before, after in pairwise(indices):
        cost = bisect_right(levels, after) - bisect_right(levels, before)
        vector = tables.vectors.renormalised(store.numbers(after))
        longer = _row(tables, states[-1], vector, cost, tick)
        states += longer.states[1:]
        labels += longer.labels
    return Trace(tuple(states), tuple(labels))


def steps_to(where: tuple[int, ...], levels: Sequence[int]) -> int:
    """Return the length of the trace to a state, or to the end of a macro step out of this state.

    `where` is the index of the state and, for a macro step, the number of its steps.
    """
    return bisect_right(levels, where[0]) - 1 + sum(where[1:])


def longer_trace(
    trace: Trace[State],
    cost: int,
    tables: Tables,
    is_wanted: Callable[[State, State], bool],
    tick: Tick,
) -> Trace[State] | None:
    """Return a trace with `cost` more steps of one node, or None if no such trace is wanted.

    `is_wanted` is asked about the states before and after the last of these steps.
    """
    model, start = tables.model, trace.states[-1]
    for i, automaton in enumerate(tables.machines.nodes):
        for chain in automaton.chains(automaton.normal(start.nodes[i]), cost, tick):
            tick()
            steps = _followed(tables, start, i, chain)
            if len(steps) < cost or steps.states[-1].crashes > model.crashes:
                continue
            before, after = steps.states[-2:]
            if before != after and is_wanted(before, after):
                return Trace((*trace.states, *steps.states[1:]), (*trace.labels, *steps.labels))
    return None


def _row(tables: Tables, before: State, after: Vector, cost: int, tick: Tick) -> Trace[State]:
    """Return `cost` steps of some node from a state to one that `after` represents."""
    for alike in (True, False):
        for i, automaton in enumerate(tables.machines.nodes):
            for chain in automaton.chains(automaton.normal(before.nodes[i]), cost, tick):
                tick()
                if tables.vectors.may_lead_to(after, i, chain[-1]):
                    steps = _followed(tables, before, i, chain)
                    if len(steps) == cost and tables.vectors.represents(
                        after, steps.states[-1], alike=alike
                    ):
                        return steps
    raise AssertionError("the search took a step that the cluster cannot take: please report this")


def _followed(tables: Tables, before: State, i: int, chain: Chain) -> Trace[State]:
    """Return the steps of node i along a chain, up to the first one that is not possible.

    The labels are those of the cluster: a local state may have other labels than the one that
    represents it.
    """
    model, automaton = tables.model, tables.machines.nodes[i]
    states, labels = [before], list[str]()
    for step in chain:
        for row in model.nodes[i].rows(states[-1].nodes[i]):
            crashes = int(row.kind is StepKind.CRASH)
            found = automaton.normal(row.next), row.bundle, crashes
            if found == (step.next, step.bundle, step.crashes):
                states.append(model.after(states[-1], i, row))
                labels.append(row.label)
                break
        else:
            break
    return Trace(tuple(states), tuple(labels))
