"""Nodes, the observer and the crash budget as numbered automata, filled in when first met.

Each is a *machine*: its configurations have numbers, a node's configuration has rows (next
configuration, bundle), and any machine may receive a bundle. All rules come from `node`, which the
reference semantics uses too, through an `automaton`, where the passes are; what is added here is
numbers, and machines that only receive:

- the watchers together hold all that the properties can see. Each watches one node: it has few
  configurations, where one for all nodes would have the product of them. Only where a property asks
  about steps does a single one watch everything, so that its receptions are the steps to be judged;
- the crash budget counts, and refuses one crash too many.

A bundle is what reaches others by one step: letters, crashes, and the watched fields that changed.
A row may cost several steps of the cluster: those of a configuration stand in the order of cost.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

from pcheck.errors import PcheckError
from pcheck.language.property import Seen
from pcheck.search.compiled import kernel
from pcheck.search.compiled.kernel import MISSING, REFUSED
from pcheck.search.compiled.orbits import Orbits
from pcheck.search.reductions.automaton import Automaton, Step
from pcheck.search.reductions.symmetry import Symmetry
from pcheck.semantics.cluster_model import Runs, State
from pcheck.semantics.node import Bundle, Config
from pcheck.semantics.observer import Sight

C = TypeVar("C", bound=Hashable)
MOST_MACHINES, MOST_NUMBERS = 1 << kernel.MACHINE_BITS, 1 << kernel.NUMBER_BITS


class TooLarge(PcheckError):
    """More nodes, configurations or bundles than the tables can number."""


@dataclass(frozen=True)
class Effects:
    """What one step of a node does to others; equal ones share a number."""

    node: int
    bundle: Bundle
    crashes: int
    changes: tuple[tuple[int, Hashable], ...]  # of watched fields: place, and value there


class Numbers(Generic[C]):
    """Numbers from 0 up, in the order of first meeting."""

    def __init__(self) -> None:
        self.all: list[C] = []
        self._numbers: dict[C, int] = {}

    def number(self, thing: C) -> int:
        found = self._numbers.get(thing)
        if found is None:
            found = self._numbers[thing] = len(self.all)
            self.all.append(thing)
            if found >= MOST_NUMBERS:
                raise TooLarge(
                    f"more than {MOST_NUMBERS:,} configurations of one node: make it smaller"
                )
        return found

    def __len__(self) -> int:
        return len(self.all)


class Tables:
    """The arrays that the kernel reads, and what fills them."""

    def __init__(
        self,
        model: Runs,
        automata: Sequence[Automaton],
        symmetry: Symmetry | None = None,
        ranks: Sequence[Mapping[Config, int]] | None = None,
    ) -> None:
        """With ranks of the local states, a row costs by how much it raises that of its node."""
        self.model, self.nodes, self.ranks = model, automata, ranks
        self.observer = model.observer
        self.asks_about_steps = any(prop.of_steps for prop in model.properties)
        every = range(len(self.nodes))
        self.parts = (tuple(every),) if self.asks_about_steps else tuple((i,) for i in every)
        self.watchers = range(len(self.nodes), len(self.nodes) + len(self.parts))
        self.budget = self.watchers.stop
        self.machines = self.budget + 1
        if self.machines > MOST_MACHINES:
            raise TooLarge(f"the compiled engine takes up to {MOST_MACHINES // 2 - 1} nodes")
        self.configs: list[Numbers[Config]] = [Numbers() for _ in self.nodes]
        self.sights: list[Numbers[Sight]] = [Numbers() for _ in self.parts]  # for each watcher
        self.bundles: Numbers[Effects] = Numbers()
        self.fills = 0
        self.fitting: list[int] = [
            MOST_NUMBERS
        ] * self.machines  # numbers that the states have room for
        self.outgrown = False  # whether some machine needs more
        self.costs = 1  # of the dearest row so far
        # where the rows of a configuration begin, and for each cost where those up to it end
        self.row_span = np.full((len(self.nodes), 64, 2), MISSING, np.int32)
        self.row_next = Growing(np.int32)
        self.row_bundle = Growing(np.int32)
        self.dest_at = Growing(np.int32)
        self.dest_count = Growing(np.int32)
        self.dest = Growing(np.int32)
        self.receptions = Receptions(noting=self.asks_about_steps)
        self.orbits = Orbits(symmetry, self)

    def initial(self) -> list[int]:
        """The vector of numbers of the initial state."""
        return self.canonical(self.model.initial())

    def vector(self, state: State) -> list[int]:
        normal = [node.normal(config) for node, config in zip(self.nodes, state.nodes)]
        numbers = [self._number(i, config) for i, config in enumerate(normal)]
        whole = self.model.sight(state)
        sights = [
            self.sights[nth].number(self.observer.part(whole, nodes))
            for nth, nodes in enumerate(self.parts)
        ]
        return [*numbers, *sights, state.crashes]

    def stands_for(self, vector: list[int], state: State, i: int) -> bool:
        """Whether a vector of the search stands for a state of the cluster: node i has moved."""
        if self.orbits.symmetry is None:  # most states need no second look
            config = self.nodes[i].normal(state.nodes[i])
            if config is not self.configs[i].all[vector[i]]:
                return False
        return self.canonical(state) == vector or self.orbits.hold(self.vector(state), vector)

    def canonical(self, state: State) -> list[int]:
        """The vector that stands for a state of the cluster in the search."""
        *numbers, crashes = self.vector(state)
        return [*self.orbits.least([numbers], range(self.budget))[0], crashes]

    def state(self, vector: list[int]) -> State:
        """The global state, as the reference semantics has it."""
        nodes = tuple(self.configs[i].all[vector[i]] for i in range(len(self.nodes)))
        return State(nodes, vector[self.budget], self.sight(vector).sent)

    def sight(self, vector: list[int]) -> Sight:
        """All that is seen of a state: what its watchers hold together."""
        return self._sight(vector[self.watchers.start : self.watchers.stop])

    def sizes(self) -> list[int]:
        """How many numbers each machine needs by now."""
        return [*map(len, self.configs), *map(len, self.sights), self.model.crashes + 1]

    def seen(self, sights: Sequence[int]) -> Seen:
        """What the properties are given, where the watchers have these numbers."""
        return self.observer.shown(self.parts_of(sights), key=tuple(sights))

    def parts_of(self, sights: Iterable[int]) -> list[Sight]:
        return [known.all[number] for known, number in zip(self.sights, sights)]

    def _sight(self, sights: Iterable[int]) -> Sight:
        return self.observer.joined(self.parts_of(sights))

    def fill_rows(self, machine: int, number: int) -> None:
        """The steps of one configuration of one node."""
        self.fills += 1
        config = self.configs[machine].all[number]
        costs, steps = self._by_cost(machine, config)
        dearest = costs[-1] if costs else 1
        if dearest > self.costs:
            last = np.repeat(self.row_span[:, :, -1:], dearest - self.costs, axis=2)
            self.row_span = np.concatenate([self.row_span, last], axis=2)
            self.costs = dearest
        start = len(self.row_next)
        for step in steps:
            self.row_next.append(self._number(machine, step.next))
            self.row_bundle.append(self._bundle(machine, config, step))
        ends = [start + bisect_right(costs, cost) for cost in range(self.costs + 1)]
        self.row_span[machine, number] = ends

    def _by_cost(self, machine: int, config: Config) -> tuple[list[int], list[Step]]:
        """What each step costs, and the steps, in this order."""
        steps = self.nodes[machine].steps(config)
        if self.ranks is None:
            costs = [len(step.labels) for step in steps]
        else:
            local, rank = self.nodes[machine].node.local, self.ranks[machine]
            before = rank[local(config)]
            costs = [max(1, rank[local(step.next)] - before) for step in steps]
        order = sorted(range(len(steps)), key=costs.__getitem__)
        return [costs[i] for i in order], [steps[i] for i in order]

    def fill_reception(self, machine: int, number: int, bundle: int) -> None:
        """What becomes of one configuration of any machine by receiving a bundle."""
        self.fills += 1
        effects = self.bundles.all[bundle]
        if machine == self.budget:
            after = number + effects.crashes
            if after <= self.model.crashes:
                self.model.witness(effects.bundle)
            else:
                after = REFUSED
        elif machine in self.watchers:
            after = self._watch(machine, number, effects)
        else:
            config = self.nodes[machine].receive(self.configs[machine].all[number], effects.bundle)
            after = self._number(machine, config)
        self.receptions.add(machine, number, bundle, after)

    def thing(self, machine: int, number: int) -> tuple[int, Any]:
        """The node that a machine is about, and the configuration or sight of this number."""
        if machine < len(self.nodes):
            return machine, self.configs[machine].all[number]
        nth = machine - self.watchers.start
        return nth, self.sights[nth].all[number]

    def number_of(self, machine: int, thing: Any) -> int:
        """The number of a configuration, of which the normal one is taken, or of a sight."""
        if machine < len(self.nodes):
            return self._number(machine, self.nodes[machine].normal(thing))
        return self._sight_number(machine, thing)

    def _number(self, machine: int, config: Config) -> int:
        """The number of a configuration, for which there is a place in the tables of rows."""
        number = self.configs[machine].number(config)
        self._must_fit(machine, number)
        if number >= self.row_span.shape[1]:
            more = np.full_like(self.row_span, MISSING)
            self.row_span = np.concatenate([self.row_span, more], axis=1)
        return number

    def effects(self, machine: int, config: Config, step: Step) -> Effects:
        changes = self.observer.changes(machine, config, step.next)
        return Effects(machine, step.bundle, step.crashes, changes)

    def _bundle(self, machine: int, config: Config, step: Step) -> int:
        """The number of what a step does to others; a new one is told who receives it."""
        effects = self.effects(machine, config, step)
        known = len(self.bundles)
        number = self.bundles.number(effects)
        if number == known:
            if not step.crashes:
                self.model.witness(step.bundle)
            receivers = [self.model.index[node] for node in step.bundle.receivers]
            watched = self.observer.watched(step.bundle)
            if effects.changes or watched or self.asks_about_steps:
                nth = 0 if self.asks_about_steps else machine
                receivers.append(self.watchers[nth])
            if effects.crashes:
                receivers.insert(0, self.budget)
            self.dest_at.append(len(self.dest))
            self.dest_count.append(len(receivers))
            for receiver in receivers:
                self.dest.append(receiver)
        return number

    def _watch(self, machine: int, number: int, effects: Effects) -> int:
        sights = self.sights[machine - self.watchers.start]
        sight = sights.all[number]
        sent = self.observer.watch(sight.sent, effects.bundle)
        values = list(sight.values)
        for place, value in effects.changes:
            values[place] = value
        return self._sight_number(machine, Sight(sent, tuple(values)))

    def _sight_number(self, machine: int, sight: Sight) -> int:
        number = self.sights[machine - self.watchers.start].number(sight)
        self._must_fit(machine, number)
        return number

    def _must_fit(self, machine: int, number: int) -> None:
        if number >= self.fitting[machine]:
            self.outgrown = True
        self.orbits.make_room(machine, number)


class Growing:
    """A one-dimensional array that is appended to."""

    def __init__(self, kind: Any) -> None:
        self.array = np.zeros(64, kind)
        self._used = 0

    def append(self, value: int) -> None:
        if self._used == len(self.array):
            self.array = np.concatenate([self.array, np.zeros_like(self.array)])
        self.array[self._used] = value
        self._used += 1

    def __len__(self) -> int:
        return self._used


class Receptions:
    """(machine, configuration, bundle) -> configuration: a hash table that the kernel can read."""

    def __init__(self, *, noting: bool) -> None:
        self._noting = noting  # whether it is noted which state first used each
        self._used = 0
        self.table, self.used_by = self._room(1 << 10)

    def add(self, machine: int, number: int, bundle: int, after: int) -> None:
        if 2 * self._used >= len(self.table):
            old = self.table, self.used_by
            self.table, self.used_by = self._room(2 * len(self.table))
            kernel.move_receptions(*old, self.table, self.used_by)
        self._used += 1
        kernel.add_reception(self.table, machine, number, bundle, after)

    def used(self, machine: int, since: int, most: int) -> list[tuple[int, int, int, int]]:
        """Receptions that were first taken by a transition after `since` and up to `most`.

        In the order of these, (state before it, configuration, bundle, configuration after).
        """
        took, mine = (
            self.used_by[:, 0],
            self.table[:, 0] >> np.uint64(2 * kernel.NUMBER_BITS) == machine,
        )
        (at,) = np.nonzero((took > since) & (took <= most) & mine)
        return [
            (
                int(self.used_by[i, 1]),
                int(self.table[i, 0]) >> kernel.NUMBER_BITS & MOST_NUMBERS - 1,
                int(self.table[i, 0]) & MOST_NUMBERS - 1,
                int(self.table[i, 1]) + MISSING,
            )
            for i in at[np.argsort(took[at])]
        ]

    def _room(self, size: int) -> tuple[Any, Any]:
        return np.zeros((size, 2), np.uint64), np.zeros((size if self._noting else 0, 2), np.int64)
