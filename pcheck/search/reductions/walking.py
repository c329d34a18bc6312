"""Random executions of a cluster, which meet much of what a search will meet.

The executions only say what tables should contain. An answer never depends on them: whatever a
search meets besides is added to the tables later. They are the same on every machine.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from pcheck.errors import SpecError
from pcheck.search.reductions.met import Met
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.node import Config, Row, StepKind

EXECUTIONS = 50  # in one round
MAX_STEPS = 120  # of one execution
MIN_NEW = 0.02  # of what is known; a round that meets less is the last one


def walk_at_random(model: ClusterModel, met: Met, max_steps: int, tick: Callable[[], None]) -> None:
    """Add what random executions meet, at most `max_steps` steps in all.

    `tick` is called often and may raise to stop.
    """
    random, left = Random(1), max_steps
    while left > 0:
        before = sum(met.sizes())
        for _ in range(EXECUTIONS):
            left -= _Execution(model, met, random).walk(tick)
        if sum(met.sizes()) - before < MIN_NEW * before:
            return


class _Execution:
    """One random execution."""

    def __init__(self, model: ClusterModel, met: Met, random: Random) -> None:
        self._model, self._met, self._random = model, met, random
        self._nodes: list[Config] = list(model.initial().nodes)
        self._rows = [self._rows_of(i) for i in range(len(self._nodes))]
        self._crashes = 0

    def walk(self, tick: Callable[[], None]) -> int:
        """Take random steps until none is left; return their number."""
        for nth in range(MAX_STEPS):
            tick()
            ways = [(i, row) for i, rows in enumerate(self._rows) for row in rows]
            if self._crashes == self._model.crashes:
                ways = [way for way in ways if way[1].kind is not StepKind.CRASH]
            if not ways:
                return nth
            self._take(*self._random.choice(ways))
        return MAX_STEPS

    def _rows_of(self, i: int) -> tuple[Row, ...]:
        """Return the steps of node i, but no loss; none if a handler fails."""
        try:
            rows = self._model.nodes[i].rows(self._nodes[i])
        except SpecError:
            return ()
        return tuple(row for row in rows if row.kind is not StepKind.LOSE)

    def _take(self, i: int, row: Row) -> None:
        """Take a step of node i."""
        model, changed = self._model, {i}
        self._nodes[i] = row.next
        self._met.add_local(i, model.nodes[i].local(row.next))
        self._crashes += row.kind is StepKind.CRASH
        for letter, receivers in row.bundle.sends:
            for receiver in receivers:
                self._met.add_letter(model.index[receiver], letter)
        for receiver in row.bundle.receivers:
            j = model.index[receiver]
            self._nodes[j] = model.nodes[j].receive(self._nodes[j], row.bundle)
            changed.add(j)
        for j in changed:
            self._rows[j] = self._rows_of(j)
