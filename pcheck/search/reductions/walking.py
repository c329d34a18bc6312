"""Random executions of a cluster, which meet much of what a search will meet.

The executions only say what tables should contain. An answer never depends on them: whatever a
search meets besides is added to the tables later. They are the same on every machine.

An execution begins in a state in which an earlier one met something new, because more that is new
is likely to be near.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import NamedTuple

from pcheck.errors import SpecError
from pcheck.search.reductions.met import Met
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.node import Config, Row, StepKind

MAX_STEPS = 40_000  # in all
STEPS = 8  # of one execution
EXECUTIONS = 200  # in one round
MIN_NEW = 0.02  # of what is known; a round that meets less is the last one


class _Begin(NamedTuple):
    """A state without the observation."""

    nodes: tuple[Config, ...]
    crashes: int


def walk_at_random(model: ClusterModel, met: Met, max_pairs: int, tick: Callable[[], None]) -> None:
    """Add what random executions meet, until `max_pairs` pairs of a local state and a letter.

    `tick` is called often and may raise to stop.
    """
    random, left, own = Random(1), MAX_STEPS, Met(model)
    begins = [_Begin(model.initial().nodes, 0)]
    while left > 0 and own.pairs() < max_pairs:
        before = sum(own.sizes())
        for _ in range(EXECUTIONS):
            execution = _Execution(model, own, random.choice(begins))
            begins += execution.walk(random, tick)
            left -= STEPS
        if sum(own.sizes()) - before < MIN_NEW * before:
            break
    met.add_all(own)


class _Execution:
    """One random execution. Every step that is possible in one of its states is noted."""

    def __init__(self, model: ClusterModel, met: Met, begin: _Begin) -> None:
        self._model, self._met = model, met
        self._nodes, self._crashes = list(begin.nodes), begin.crashes
        self._rows = [self._noted_rows(i) for i in range(len(self._nodes))]

    def walk(self, random: Random, tick: Callable[[], None]) -> list[_Begin]:
        """Take random steps; return the states in which something new is possible."""
        begins = []
        for _ in range(STEPS):
            tick()
            before = self._met.unknown
            ways = [(i, row) for i, rows in enumerate(self._rows) for row in rows]
            if self._crashes == self._model.crashes:
                ways = [way for way in ways if way[1].kind is not StepKind.CRASH]
            if not ways:
                break
            self._take(*random.choice(ways))
            if self._met.unknown > before:
                begins.append(_Begin(tuple(self._nodes), self._crashes))
        return begins

    def _take(self, i: int, row: Row) -> None:
        """Take a step of node i."""
        model, changed = self._model, {i}
        self._nodes[i] = row.next
        self._crashes += row.kind is StepKind.CRASH
        for receiver in row.bundle.receivers:
            j = model.index[receiver]
            self._nodes[j] = model.nodes[j].receive(self._nodes[j], row.bundle)
            changed.add(j)
        for j in changed:
            self._rows[j] = self._noted_rows(j)

    def _noted_rows(self, i: int) -> tuple[Row, ...]:
        """Return the steps of node i, but no loss, and note them; none if a handler fails."""
        try:
            rows = self._model.nodes[i].rows(self._nodes[i])
        except SpecError:
            return ()
        for row in rows:
            self._met.add_step(i, row.next, row.bundle)
        return tuple(row for row in rows if row.kind is not StepKind.LOSE)
