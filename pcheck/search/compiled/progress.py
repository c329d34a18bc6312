"""The compiled search for questions about the future: one recorded graph, swept backwards.

Only `prune` is on, and on `lossy` not even that: there, `prune` leaves out every loss, and after a
loss a condition may be impossible that was possible before it.

On the other networks, the states that `prune` leaves out differ from others in letters that nobody
will ever react to, or in a node that is down and restarts as it was. From both states the other
nodes can reach the same, whoever stops: a letter without effect changes nothing for anybody, and a
node that is down can restart, unless it stopped, and then it does nothing in both states.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from pcheck.language.property import Property
from pcheck.search.clock import Clock, Tick
from pcheck.search.compiled.distinct import distinct_rows
from pcheck.search.compiled.reconstruct import trace_to
from pcheck.search.compiled.recorded import search_for_questions
from pcheck.search.compiled.walk import Walk
from pcheck.search.future import Recorded, Stopped
from pcheck.search.limits import Limits
from pcheck.search.samples import Samples
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.trace import Trace


def record(model: ClusterModel, limits: Limits, clock: Clock, *, prunes: bool) -> Recorded:
    """Explore the states of a cluster."""
    walk = search_for_questions(model, limits, clock, prunes=prunes)
    samples = Samples()
    search = replace(walk.report(), properties=model.properties, samples=samples)
    return Recorded(_Graph(walk, samples), search, walk.progress)


class _Graph:
    """The recorded states and steps; a state that was not expanded has no steps."""

    def __init__(self, walk: Walk, samples: Samples) -> None:
        self.model, self._walk, self._samples = walk.model, walk, samples
        before, after, effects = walk.store.transitions
        if not walk.complete:  # the last step may be one to a state beyond the limit
            before, after, effects = before[:-1], after[:-1], effects[:-1]
        # the steps of the last state may be recorded only in part
        states = len(walk.store)
        self._expanded = states if walk.complete else int(before[-1]) if len(before) else 0
        whole = int(np.searchsorted(before, np.uint32(self._expanded)))
        before, after, effects = before[:whole], after[:whole], effects[:whole]
        # the steps in the order of the state that they lead to, where a sweep back meets them
        order = np.argsort(after, kind="stable")
        self._before, self._effects = before[order], effects[order]
        self._begins = np.searchsorted(after[order], np.arange(states + 1))
        known = walk.tables.effects.all
        self._node_of = np.array([each.node for each in known], np.int64)
        self._is_fault = np.array([each.crashes > 0 or each.is_loss for each in known], np.bool_)
        self._answers: dict[str, tuple[Any, Any]] = {}  # where each question is true, where asked

    # -- the answers ---------------------------------------------------------------------------

    def asked(self, question: Property) -> int:
        return int(np.count_nonzero(self._judged(question)[1]))

    def first_trap(self, question: Property, stopped: Stopped) -> int | None:
        _, is_asked = self._judged(question)
        traps = np.flatnonzero(is_asked & ~self._hopeful(question, stopped))
        return int(traps[0]) if len(traps) else None

    def is_trap(self, state: int, question: Property, stopped: Stopped) -> bool:
        return not self._hopeful(question, stopped)[state]

    def _hopeful(self, question: Property, stopped: Stopped) -> Any:
        """Return for each state whether the condition can become true, as far as anybody knows."""
        is_true, _ = self._judged(question)
        is_hopeful = is_true.copy()
        is_hopeful[self._expanded :] = True
        is_taken = ~(self._is_fault | np.isin(self._node_of, list(stopped)))
        states = np.flatnonzero(is_hopeful)
        while len(states):
            steps = self._steps_to(states)
            found = self._before[steps][is_taken[self._effects[steps]]]
            states = np.unique(found[~is_hopeful[found]])
            is_hopeful[states] = True
        return is_hopeful

    def _steps_to(self, states: Any) -> Any:
        """Return the places of all steps that lead to these states."""
        counts = self._begins[states + 1] - self._begins[states]
        ends = np.cumsum(counts)
        return np.arange(ends[-1]) + np.repeat(self._begins[states] - (ends - counts), counts)

    def depth(self, state: int) -> int:
        return int(np.searchsorted(self._walk.levels, state, "right")) - 1

    def trace(self, state: int, tick: Tick) -> Trace[State]:
        walk = self._walk
        return trace_to(state, walk.tables, walk.store, walk.levels, tick)

    def _judged(self, question: Property) -> tuple[Any, Any]:
        """Return for each state whether the condition is true, and whether the question is asked.

        States with equal numbers of the watchers have one observation, which is judged once.
        """
        if question.name not in self._answers:
            store, machines = self._walk.store, self._walk.tables.machines
            states = store.states[: len(store)] & store.layout.bits(machines.watchers)
            observations, _, nth = distinct_rows(states)
            watched = slice(machines.watchers.start, machines.watchers.stop)
            is_true, is_asked = [], []
            for vector in store.layout.unpack(observations):
                seen = machines.seen(vector[watched])
                is_true.append(self._samples.judge(question, seen))
                asked = question.while_ is None or self._samples.judge(question.while_, seen)
                is_asked.append(asked)
            answers = np.array(is_true, np.bool_)[nth], np.array(is_asked, np.bool_)[nth]
            self._answers[question.name] = answers
        return self._answers[question.name]
