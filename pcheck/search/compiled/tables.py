"""The rows and receptions of every machine, filled in when the kernel first needs them.

A configuration of a node has rows (next configuration, bundle), and any machine may receive a
bundle. A bundle is the effect of one step on other machines: letters, crashes, and the watched
fields that changed.

All rules come from `node`, which the reference semantics uses too. They are reached through an
`automaton`, which holds the reductions. Where possible, a composer puts the same steps together
from those out of small configurations. This module adds the numbers, and the machines that only
receive: the watchers, and the crash budget, which counts crashes and refuses one crash too many.

A row may cost several steps of the cluster. The rows of a configuration are ordered by cost.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from contextlib import suppress
from operator import itemgetter
from typing import Any

import numpy as np

from pcheck.search.compiled.composing import Composer, NotComposed
from pcheck.search.compiled.inboxes import Packed
from pcheck.search.compiled.kernel import MISSING, REFUSED
from pcheck.search.compiled.machines import Effects, Machines, Numbers
from pcheck.search.compiled.orbits import Orbits
from pcheck.search.compiled.receptions import Growing, Receptions
from pcheck.search.reductions.automaton import Automaton, MacroStep
from pcheck.search.reductions.local_tables import Local
from pcheck.search.reductions.views import Views
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.node import Bundle, Config
from pcheck.semantics.observer import Observation


class Tables:
    """The arrays that the kernel reads, and the methods that fill them in."""

    def __init__(
        self,
        model: ClusterModel,
        automata: Sequence[Automaton],
        views: Views | None = None,
        ranks: Sequence[Mapping[Config, int]] | None = None,
    ) -> None:
        """Begin with empty tables. With ranks of the local states, a row costs by how much it
        raises the rank of its node's local state."""
        self.model, self.ranks = model, ranks
        self.machines = Machines(model, automata)
        self.bundles: Numbers[Effects] = Numbers("different effects of steps")
        self.entries = 0  # rows and receptions so far
        self.max_cost = 1  # of all rows so far
        # for each configuration where its rows begin, and for each cost where the rows up to it end
        self._row_span = np.full((len(automata), 64, 2), MISSING, np.int32)
        self.row_next = Growing(np.int32)
        self.row_bundle = Growing(np.int32)
        self.dest_at = Growing(np.int32)
        self.dest_count = Growing(np.int32)
        self.dest = Growing(np.int32)
        self.receptions = Receptions()
        self.orbits = Orbits(views, self.machines)

    @property
    def row_span(self) -> Any:
        """The positions of the rows of each configuration, with room for every number in use."""
        while max(map(len, self.machines.configs)) > self._row_span.shape[1]:
            more = np.full_like(self._row_span, MISSING)
            self._row_span = np.concatenate([self._row_span, more], axis=1)
        return self._row_span

    def initial(self) -> list[int]:
        """Return the vector of the initial state."""
        return self.canonical(self.model.initial())

    def vector(self, state: State) -> list[int]:
        """Return the numbers of a state of the cluster, without any renaming."""
        machines = self.machines
        numbers = [machines.number_of(i, config) for i, config in enumerate(state.nodes)]
        whole = self.model.observation(state)
        observations = [
            machines.observation_number(watcher, machines.observer.part(whole, (i,)))
            for i, watcher in enumerate(machines.watchers)
        ]
        return [*numbers, *observations, state.crashes]

    def renormalised(self, vector: list[int]) -> list[int]:
        """Return the vector of the representatives of now, which may be other ones than before."""
        machines, rest = self.machines, vector[len(self.machines.nodes) :]
        configs = (known.all[number] for known, number in zip(machines.configs, vector))
        return [*(machines.number_of(i, config) for i, config in enumerate(configs)), *rest]

    def may_lead_to(self, vector: list[int], i: int, last: MacroStep) -> bool:
        """Return False if a chain of node i with this last step cannot lead to a vector.

        The configuration of node i afterwards rules out most chains, before any step is taken.
        """
        if self.orbits.symmetry is not None:
            return True
        after = self.machines.nodes[i].receive(last.next, last.bundle)
        return after is self.machines.configs[i].all[vector[i]]

    def represents(self, vector: list[int], state: State, *, alike: bool = True) -> bool:
        """Return whether a vector of the search represents a state of the cluster.

        Of the states that are not replaced by the vector itself, consider those that look alike, or
        only the others.
        """
        if self.canonical(state) == vector:
            return True
        own = self.vector(state)
        return self.orbits.look_alike(own, vector) is alike and self.orbits.are_equivalent(
            own, vector
        )

    def canonical(self, state: State) -> list[int]:
        """Return the vector that represents a state of the cluster in the search."""
        *numbers, crashes = self.vector(state)
        return [*self.orbits.canonical([numbers], range(self.machines.budget))[0], crashes]

    def state(self, vector: list[int]) -> State:
        """Return the state of the reference semantics that a vector describes."""
        configs = self.machines.configs
        nodes = tuple(known.all[number] for known, number in zip(configs, vector))
        return State(nodes, vector[self.machines.budget], self.machines.observation(vector).sent)

    def fill_rows(self, machine: int, number: int) -> None:
        """Fill in the rows of one configuration of one node."""
        rows = sorted(self._rows(machine, number), key=itemgetter(0))
        costs = [cost for cost, _, _ in rows]
        self.entries += 1 + len(rows)
        highest = costs[-1] if costs else 1
        if highest > self.max_cost:
            last = np.repeat(self._row_span[:, :, -1:], highest - self.max_cost, axis=2)
            self._row_span = np.concatenate([self._row_span, last], axis=2)
            self.max_cost = highest
        start = len(self.row_next)
        for _, after, effects in rows:
            self.row_next.append(self.machines.number_of_step(machine, after))
            self.row_bundle.append(self._bundle_number(effects))
        ends = [start + bisect_right(costs, cost) for cost in range(self.max_cost + 1)]
        self.row_span[machine, number] = ends

    def _rows(self, machine: int, number: int) -> list[tuple[int, Config | Packed, Effects]]:
        """Return the cost of each step of a configuration, its next configuration, its effects."""
        composer = self.machines.composers[machine]
        if composer is not None:
            with suppress(NotComposed):
                return self._composed_rows(machine, number, composer)
        config = self.machines.configs[machine].all[number]
        local = self.machines.nodes[machine].node.local
        return [
            (
                self._cost(machine, len(step.labels), local(config), local(step.next)),
                step.next,
                self.effects(machine, config, step),
            )
            for step in self.machines.nodes[machine].steps(config)
        ]

    def _composed_rows(
        self, machine: int, number: int, composer: Composer
    ) -> list[tuple[int, Config | Packed, Effects]]:
        packed = composer.configs.packed[number]
        locals_ = composer.inboxes.locals
        return [
            (
                self._cost(machine, step.length, locals_[packed[0]], locals_[step.next[0]]),
                step.next,
                Effects(machine, step.bundle, step.crashes, step.changes),
            )
            for step in composer.steps(packed)
        ]

    def _cost(self, machine: int, length: int, before: Local, after: Local) -> int:
        """Return the cost of a step that consists of some single steps."""
        if self.ranks is None:
            return length
        rank = self.ranks[machine]
        return max(1, rank[after] - rank[before])

    def fill_reception(self, machine: int, number: int, bundle: int) -> None:
        """Fill in the configuration of any machine after it receives a bundle."""
        self.entries += 1
        effects = self.bundles.all[bundle]
        if machine == self.machines.budget:
            after = number + effects.crashes
            if after <= self.model.crashes:
                self.model.mark_sent(effects.bundle)
            else:
                after = REFUSED
        elif machine in self.machines.watchers:
            after = self._observe(machine, number, effects)
        else:
            after = self._received(machine, number, effects.bundle)
        self.receptions.add(machine, number, bundle, after)

    def _received(self, machine: int, number: int, bundle: Bundle) -> int:
        """Return the number of a node's configuration after a bundle reached the node."""
        machines, composer = self.machines, self.machines.composers[machine]
        if composer is not None:
            packed = composer.receive(composer.configs.packed[number], bundle)
            return machines.number_of_step(machine, packed)
        _, before = machines.numbered(machine, number)
        return machines.number_of_step(machine, machines.nodes[machine].receive(before, bundle))

    def forget_representatives(self) -> None:
        """Compose steps with the representatives of now, which may be other ones than before."""
        for composer in self.machines.composers:
            if composer is not None:
                composer.forget()

    def effects(self, machine: int, config: Config, step: MacroStep) -> Effects:
        """Return the effects on other machines of a step out of a configuration."""
        changes = self.machines.observer.changes(machine, config, step.next)
        return Effects(machine, step.bundle, step.crashes, changes)

    def _bundle_number(self, effects: Effects) -> int:
        """Return the number of the effects of a step; list the receivers of new effects.

        The budget comes first, so that a refused crash has no other receptions. A watcher comes
        last, where the kernel finds the change of the observation.
        """
        known, bundle = len(self.bundles), effects.bundle
        number = self.bundles.number(effects)
        if number == known:
            if not effects.crashes:
                self.model.mark_sent(bundle)
            receivers = [self.model.index[node] for node in bundle.receivers]
            watched = self.machines.observer.watched(bundle)
            if effects.changes or watched:
                receivers.append(self.machines.watchers[effects.node])
            if effects.crashes:
                receivers.insert(0, self.machines.budget)
            self.dest_at.append(len(self.dest))
            self.dest_count.append(len(receivers))
            for receiver in receivers:
                self.dest.append(receiver)
        return number

    def _observe(self, machine: int, number: int, effects: Effects) -> int:
        """Return the number of a watcher's observation after it receives a bundle."""
        machines = self.machines
        _, observation = machines.numbered(machine, number)
        sent = machines.observer.watch(observation.sent, effects.bundle)
        values = list(observation.values)
        for place, value in effects.changes:
            values[place] = value
        return machines.observation_number(machine, Observation(sent, tuple(values)))
