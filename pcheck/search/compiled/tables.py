"""The rows and receptions of every machine, filled in when the search first asks for them.

A node's configuration has rows (next configuration, bundle), and any machine may receive a bundle.
All rules come from `node`, which the reference semantics uses too, through an `automaton`, which
holds the passes. Added here are numbers, and machines that only receive: the watchers, and the
crash budget, which counts, and refuses one crash too many.

A bundle is what reaches others by one step: letters, crashes, and the watched fields that changed.
A row may cost several steps of the cluster: those of a configuration stand in the order of cost.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pcheck.search.compiled.kernel import MISSING, REFUSED
from pcheck.search.compiled.machines import Effects, Machines, Numbers
from pcheck.search.compiled.orbits import Orbits
from pcheck.search.compiled.receptions import Growing, Receptions
from pcheck.search.reductions.automaton import Automaton, Step
from pcheck.search.reductions.symmetry import Symmetry
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.node import Config
from pcheck.semantics.observer import Observation


class Tables:
    """The arrays that the kernel reads, and what fills them."""

    def __init__(
        self,
        model: ClusterModel,
        automata: Sequence[Automaton],
        symmetry: Symmetry | None = None,
        ranks: Sequence[Mapping[Config, int]] | None = None,
    ) -> None:
        """With ranks of the local states, a row costs by how much it raises that of its node."""
        self.model, self.ranks = model, ranks
        self.machines = Machines(model, automata)
        self.bundles: Numbers[Effects] = Numbers()
        self.fills = 0
        self.costs = 1  # of the dearest row so far
        # where the rows of a configuration begin, and for each cost where those up to it end
        self._row_span = np.full((len(automata), 64, 2), MISSING, np.int32)
        self.row_next = Growing(np.int32)
        self.row_bundle = Growing(np.int32)
        self.dest_at = Growing(np.int32)
        self.dest_count = Growing(np.int32)
        self.dest = Growing(np.int32)
        self.receptions = Receptions(noting=self.machines.has_step_properties)
        self.orbits = Orbits(symmetry, self.machines)

    @property
    def row_span(self) -> Any:
        """For each configuration where its rows lie: with a place for each that has a number."""
        while max(map(len, self.machines.configs)) > self._row_span.shape[1]:
            more = np.full_like(self._row_span, MISSING)
            self._row_span = np.concatenate([self._row_span, more], axis=1)
        return self._row_span

    def initial(self) -> list[int]:
        """The vector of numbers of the initial state."""
        return self.canonical(self.model.initial())

    def vector(self, state: State) -> list[int]:
        machines = self.machines
        numbers = [machines.number_of(i, config) for i, config in enumerate(state.nodes)]
        whole = self.model.observation(state)
        observations = [
            machines.sight_number(watcher, machines.observer.part(whole, nodes))
            for watcher, nodes in zip(machines.watchers, machines.parts)
        ]
        return [*numbers, *observations, state.crashes]

    def stands_for(self, vector: list[int], state: State, i: int) -> bool:
        """Whether a vector of the search stands for a state of the cluster: node i has moved."""
        if self.orbits.symmetry is None:  # most states need no second look
            config = self.machines.nodes[i].normal(state.nodes[i])
            if config is not self.machines.configs[i].all[vector[i]]:
                return False
        return self.canonical(state) == vector or self.orbits.are_equivalent(
            self.vector(state), vector
        )

    def canonical(self, state: State) -> list[int]:
        """The vector that stands for a state of the cluster in the search."""
        *numbers, crashes = self.vector(state)
        return [*self.orbits.canonical([numbers], range(self.machines.budget))[0], crashes]

    def state(self, vector: list[int]) -> State:
        """The global state, as the reference semantics has it."""
        configs = self.machines.configs
        nodes = tuple(known.all[number] for known, number in zip(configs, vector))
        return State(nodes, vector[self.machines.budget], self.machines.observation(vector).sent)

    def fill_rows(self, machine: int, number: int) -> None:
        """The steps of one configuration of one node."""
        self.fills += 1
        config = self.machines.configs[machine].all[number]
        costs, steps = self._by_cost(machine, config)
        dearest = costs[-1] if costs else 1
        if dearest > self.costs:
            last = np.repeat(self._row_span[:, :, -1:], dearest - self.costs, axis=2)
            self._row_span = np.concatenate([self._row_span, last], axis=2)
            self.costs = dearest
        start = len(self.row_next)
        for step in steps:
            self.row_next.append(self.machines.config_number(machine, step.next))
            self.row_bundle.append(self._bundle(machine, config, step))
        ends = [start + bisect_right(costs, cost) for cost in range(self.costs + 1)]
        self.row_span[machine, number] = ends

    def _by_cost(self, machine: int, config: Config) -> tuple[list[int], list[Step]]:
        """What each step costs, and the steps, in this order."""
        steps = self.machines.nodes[machine].steps(config)
        if self.ranks is None:
            costs = [len(step.labels) for step in steps]
        else:
            local, rank = self.machines.nodes[machine].node.local, self.ranks[machine]
            before = rank[local(config)]
            costs = [max(1, rank[local(step.next)] - before) for step in steps]
        order = sorted(range(len(steps)), key=costs.__getitem__)
        return [costs[i] for i in order], [steps[i] for i in order]

    def fill_reception(self, machine: int, number: int, bundle: int) -> None:
        """What becomes of one configuration of any machine by receiving a bundle."""
        self.fills += 1
        effects = self.bundles.all[bundle]
        if machine == self.machines.budget:
            after = number + effects.crashes
            if after <= self.model.crashes:
                self.model.mark_sent(effects.bundle)
            else:
                after = REFUSED
        elif machine in self.machines.watchers:
            after = self._watch(machine, number, effects)
        else:
            _, before = self.machines.thing(machine, number)
            config = self.machines.nodes[machine].receive(before, effects.bundle)
            after = self.machines.config_number(machine, config)
        self.receptions.add(machine, number, bundle, after)

    def effects(self, machine: int, config: Config, step: Step) -> Effects:
        changes = self.machines.observer.changes(machine, config, step.next)
        return Effects(machine, step.bundle, step.crashes, changes)

    def _bundle(self, machine: int, config: Config, step: Step) -> int:
        """The number of what a step does to others; a new one is told who receives it."""
        effects = self.effects(machine, config, step)
        known = len(self.bundles)
        number = self.bundles.number(effects)
        if number == known:
            if not step.crashes:
                self.model.mark_sent(step.bundle)
            receivers = [self.model.index[node] for node in step.bundle.receivers]
            watched = self.machines.observer.watched(step.bundle)
            if effects.changes or watched or self.machines.has_step_properties:
                nth = 0 if self.machines.has_step_properties else machine
                receivers.append(self.machines.watchers[nth])
            if effects.crashes:
                receivers.insert(0, self.machines.budget)
            self.dest_at.append(len(self.dest))
            self.dest_count.append(len(receivers))
            for receiver in receivers:
                self.dest.append(receiver)
        return number

    def _watch(self, machine: int, number: int, effects: Effects) -> int:
        machines = self.machines
        _, observation = machines.thing(machine, number)
        sent = machines.observer.watch(observation.sent, effects.bundle)
        values = list(observation.values)
        for place, value in effects.changes:
            values[place] = value
        return machines.sight_number(machine, Observation(sent, tuple(values)))
