"""The rows and receptions of every machine, filled in when the kernel first needs them.

A configuration of a node has rows (next configuration, bundle), and any machine may receive a
bundle. A bundle is the effect of one step on other machines: letters, crashes, and the watched
fields that changed.

All rules come from `node`, which the reference semantics uses too. They are reached through an
`automaton`, which holds the reductions. Where possible, the kernel composes the same steps from
reactions to single letters (see `composing`). This module adds the numbers, and the machines that
only receive: the watchers, and the crash budget, which counts crashes and refuses one crash too
many.

A row may cost several steps of the cluster. The rows of a configuration are ordered by cost.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Sequence
from copy import copy
from operator import itemgetter
from typing import Any

import numpy as np

from pcheck.search.compiled import kernel
from pcheck.search.compiled.composing import Composition
from pcheck.search.compiled.effects import Effects, NumberedEffects
from pcheck.search.compiled.kernel import MISSING, REFUSED
from pcheck.search.compiled.layout import Layout
from pcheck.search.compiled.machines import Machines
from pcheck.search.compiled.orbits import Orbits
from pcheck.search.compiled.reactions import Changes
from pcheck.search.compiled.receptions import Receptions, Rows
from pcheck.search.compiled.store import NO_SLOTS, Store
from pcheck.search.compiled.vectors import Vectors
from pcheck.search.reductions.automaton import Automaton, MacroStep
from pcheck.search.reductions.cover import Ranks
from pcheck.search.reductions.local_tables import Local
from pcheck.search.reductions.views import Views
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.node import Bundle, Config
from pcheck.semantics.observer import Observation

# instead of the arrays of a store, and of a level that is expanded
NO_STORE = (
    *(np.zeros((0, 1), np.uint64), NO_SLOTS, np.zeros((0, 1), np.uint64)),
    *(np.zeros(0, np.uint64), np.zeros((0, 2), np.uint32)),
    *(np.zeros((0, 3), np.uint32), Layout([]).fields, np.zeros(0, np.int64)),
    *(np.zeros((0, 3), np.int64), np.zeros(0, np.int64), np.zeros(0, np.uint64)),
)
NO_STATES = np.zeros(0, np.int64)
NO_LEVEL = NO_STATES, 0, 0, 0, 0, 0
NO_JOURNAL = np.zeros((0, 3), np.int64)
# for answers to questions of the kernel, between two checks of the limits
MAX_SECONDS_OF_ANSWERS = 0.02


class Tables:
    """The arrays that the kernel reads, and the methods that fill them in."""

    def __init__(
        self,
        model: ClusterModel,
        automata: Sequence[Automaton],
        views: Views | None = None,
    ) -> None:
        """Begin with empty tables, where a row costs as many steps as it consists of."""
        self.model = model
        self.ranks: Ranks | None = None
        self.composition = composition = Composition(model, automata, views, self._effects_number)
        self.machines = Machines(model, automata, composition.pool, composition.is_composed)
        self.effects = NumberedEffects(model, self.machines, composition)
        self._begin()
        self.receptions = Receptions(self._filled)
        self.orbits = Orbits(views, self.machines, self.fill)

    def _begin(self) -> None:
        """Begin without rows."""
        self._filled = np.zeros(3, np.int64)  # rows, receptions, and both so far
        self._uncomposed = 0  # rows and receptions that the kernel did not compose
        self.max_cost = 1  # of all rows so far
        # for each configuration where its rows begin, and for each cost where the rows up to it end
        self.row_span = np.full((len(self.machines.nodes), 64, 2), MISSING, np.int32)
        self.rows = Rows(self._filled)

    def ranked(self, ranks: Ranks) -> Tables:
        """Return tables where a row costs by how much it raises the rank of its local state.

        They share all numbers, and all that is known of single local states and letters. Only the
        receptions, views and images of the watchers are taken over: those of the nodes lead to
        representatives that may be other ones now.
        """
        other = copy(self)
        other.ranks = ranks
        self.composition.rank(ranks)
        other._begin()
        other.receptions = self.receptions.of_watchers(other._filled, len(self.machines.nodes))
        other.orbits = self.orbits.of_watchers(other.fill)
        return other

    @property
    def entries(self) -> int:
        """The number of rows and receptions so far."""
        return int(self._filled[kernel.ENTRIES])

    @property
    def asked(self) -> int:
        """The number of times that Python was asked for a reaction, or for an entry."""
        return self._uncomposed + sum(each.asked for each in self.composition.reactions)

    @property
    def _arrays(self) -> tuple[Any, ...]:
        """The arrays of rows, receptions and orbits for the composition."""
        return (
            self.row_span, self.rows.next, self.rows.bundle, self._filled,
            *self.effects.arrays, self.receptions.table, self.orbits.arrays,
            *self.composition.arrays(ranked=self.ranks is not None),
        )  # fmt: skip

    @property
    def arrays_of_steps(self) -> tuple[Any, ...]:
        """The arrays of rows and receptions for a thread that changes none of them."""
        begins, counts, receivers, _ = self.effects.arrays
        return (
            self.row_span, self.rows.next, self.rows.bundle, begins, counts, receivers,
            self.receptions.table,
        )  # fmt: skip

    def search(
        self,
        store: Store,
        noted: tuple[Any, ...],
        listed: Any,
        end: int,
        limits: tuple[int, ...],
        journal: Any = NO_JOURNAL,
        missed: int = kernel.LEVEL,
    ) -> int:
        """Expand states up to `end` with the kernel, or those of them that are listed.

        Or fill in what is `missed`. Return why the kernel stopped.
        """
        layout, until = store.layout, time.monotonic() + MAX_SECONDS_OF_ANSWERS
        while time.monotonic() < until:
            status: int = kernel.search(
                *(store.states, store.slots, store.vectors, store.hashes),
                *(store.origins, store.edges, layout.fields, layout.capacities),
                *(*noted, missed, journal, store.cursor, listed, end, *limits, *self._arrays),
            )
            if status not in kernel.NEED_NO_ROOM:
                return status
            self._answer(status, store.cursor)
        return kernel.SLICE

    def mark_sent(self) -> None:
        """Tell the model which messages the steps in the rows send; a crash may be refused."""
        for number in np.unique(self.rows.bundle[: len(self.rows)]).tolist():
            effects = self.effects.all[number]
            if not effects.crashes:
                self.model.mark_sent(effects.bundle)

    def make_room(self, sizes: Sequence[int]) -> None:
        """Make room for every number in use; `sizes` are how many each machine has."""
        while max(sizes[: len(self.machines.nodes)]) > self.row_span.shape[1]:
            more = np.full_like(self.row_span, MISSING)
            self.row_span = np.concatenate([self.row_span, more], axis=1)
        self.orbits.make_room(sizes)

    @property
    def vectors(self) -> Vectors:
        """The states of the cluster as vectors of the search."""
        return Vectors(self.model, self.machines, self.orbits)

    def fill(self, status: int, cursor: Any) -> None:
        """Fill in the entry that the kernel missed, or answer its question."""
        machine, number = int(cursor[kernel.MISSED]), int(cursor[kernel.MISSED_AT])
        if status == kernel.AUTOMATON:
            self._fill_rows(machine, number)
        elif status in kernel.QUESTIONS:
            self._answer(status, cursor)
        elif machine < len(self.machines.nodes) and self.composition.is_composed[machine]:
            if not self.compose(status, cursor):
                self._fill_rows(machine, number)
        elif status == kernel.ROWS:
            self._fill_rows(machine, number)
        elif status == kernel.RECEPTION:
            self._fill_reception(machine, number, int(cursor[kernel.MISSED_BUNDLE]))
        elif status == kernel.VIEWS:
            self.orbits.fill_views(machine, number)
        else:
            self.orbits.fill_image(machine, number, int(cursor[kernel.MISSED_BUNDLE]))

    def compose(self, status: int, cursor: Any) -> bool:
        """Compose the entry of a node that the kernel missed; return False if that cannot be."""
        self.make_room(self.machines.sizes())
        nothing = *NO_STORE, status, NO_JOURNAL
        while question := kernel.search(*nothing, cursor, *NO_LEVEL, *self._arrays):
            if question == kernel.AUTOMATON:
                return False
            self._answer(question, cursor)
            self.make_room(self.machines.sizes())
        return True

    def _answer(self, question: int, cursor: Any) -> None:
        """Answer a question of the kernel while it composes an entry of a node."""
        if question == kernel.COSTS:
            self._allow_cost(int(cursor[kernel.ASKED_AT]))
            return
        self.composition.answer(question, cursor)
        if question == kernel.ROOM:
            self.rows.make_room(self.composition.ended)
            self.receptions.make_room()

    def _fill_rows(self, machine: int, number: int) -> None:
        """Fill in the rows of one configuration of one node from the steps of its automaton."""
        rows = sorted(self._rows(machine, number), key=itemgetter(0))
        costs = [cost for cost, _, _ in rows]
        self._filled[kernel.ENTRIES] += 1 + len(rows)
        self._uncomposed += 1
        self._allow_cost(costs[-1] if costs else 1)
        start = len(self.rows)
        for _, after, effects in rows:
            self.rows.append(
                self.machines.config_number(machine, after), self.effects.number(effects)
            )
        ends = [start + bisect_right(costs, cost) for cost in range(self.max_cost + 1)]
        self.row_span[machine, number] = ends

    def _allow_cost(self, cost: int) -> None:
        """Make room for rows of a cost."""
        if cost > self.max_cost:
            last = np.repeat(self.row_span[:, :, -1:], cost - self.max_cost, axis=2)
            self.row_span = np.concatenate([self.row_span, last], axis=2)
            self.max_cost = cost

    def _rows(self, machine: int, number: int) -> list[tuple[int, Config, Effects]]:
        """Return the cost of each step of a configuration, its next configuration, its effects."""
        config = self.machines.configs[machine].all[number]
        local = self.machines.nodes[machine].node.local
        return [
            (
                self._cost(machine, len(step.labels), local(config), local(step.next)),
                step.next,
                self._effects_of(machine, config, step),
            )
            for step in self.machines.nodes[machine].steps(config)
        ]

    def _cost(self, machine: int, length: int, before: Local, after: Local) -> int:
        """Return the cost of a step that consists of some single steps."""
        if self.ranks is None:
            return length
        rank = self.ranks[machine]
        if before not in rank or after not in rank:
            return 1
        return max(1, rank[after] - rank[before])

    def _fill_reception(self, machine: int, number: int, bundle: int) -> None:
        """Fill in what a machine that is not composed holds after it receives a bundle."""
        self._filled[kernel.ENTRIES] += 1
        self._uncomposed += 1
        effects = self.effects.all[bundle]
        if machine == self.machines.budget:
            after = number + effects.crashes
            if after <= self.model.crashes:
                self.model.mark_sent(effects.bundle)
            else:
                after = REFUSED
        elif machine in self.machines.watchers:
            after = self._observe(machine, number, effects)
        else:
            _, before = self.machines.numbered(machine, number)
            received = self.machines.nodes[machine].receive(before, effects.bundle)
            after = self.machines.config_number(machine, received)
        self.receptions.add(machine, number, bundle, after)

    def _effects_of(self, machine: int, config: Config, step: MacroStep) -> Effects:
        """Return the effects on other machines of a step out of a configuration."""
        changes = self.machines.observer.changes(machine, config, step.next)
        return Effects(machine, step.bundle, step.crashes, changes, step.is_loss)

    def _effects_number(
        self, i: int, bundle: Bundle, crashes: int, changes: Changes, is_loss: bool
    ) -> int:
        return self.effects.number(Effects(i, bundle, crashes, changes, is_loss))

    def _observe(self, machine: int, number: int, effects: Effects) -> int:
        """Return the number of a watcher's observation after it receives a bundle."""
        machines = self.machines
        _, observation = machines.numbered(machine, number)
        sent = machines.observer.watch(observation.sent, effects.bundle)
        values = list(observation.values)
        for place, value in effects.changes:
            values[place] = value
        return machines.observation_number(machine, Observation(sent, tuple(values)))
