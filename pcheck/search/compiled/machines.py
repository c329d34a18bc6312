"""Nodes, the observer and the crash budget as machines, whose configurations have numbers.

The watchers together hold all that the properties can see. Each watches one node, and has few
configurations; a single watcher of all nodes would have the product of them. Only where a property
is about steps does a single watcher watch every node: its receptions are the steps to judge.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pcheck.errors import PcheckError
from pcheck.language.seen import Seen
from pcheck.search.compiled import kernel
from pcheck.search.reductions.automaton import Automaton
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.node import Bundle, Config
from pcheck.semantics.observer import Observation

C = TypeVar("C", bound=Hashable)

MOST_MACHINES, MOST_NUMBERS = 1 << kernel.MACHINE_BITS, 1 << kernel.NUMBER_BITS


class TooManyNumbers(PcheckError):
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
                raise TooManyNumbers(
                    f"more than {MOST_NUMBERS:,} configurations of one node: make it smaller"
                )
        return found

    def __len__(self) -> int:
        return len(self.all)


class Machines:
    """The machines of a cluster, and the numbers of their configurations, from 0 up."""

    def __init__(self, model: ClusterModel, automata: Sequence[Automaton]) -> None:
        self.nodes, self.observer, self.crashes = automata, model.observer, model.crashes
        self.has_step_properties = any(prop.is_step_property for prop in model.properties)
        every = range(len(self.nodes))
        self.parts = (tuple(every),) if self.has_step_properties else tuple((i,) for i in every)
        self.watchers = range(len(self.nodes), len(self.nodes) + len(self.parts))
        self.budget = self.watchers.stop
        if len(self) > MOST_MACHINES:
            raise TooManyNumbers(f"the compiled engine takes up to {MOST_MACHINES // 2 - 1} nodes")
        self.configs: list[Numbers[Config]] = [Numbers() for _ in self.nodes]
        self.observations: list[Numbers[Observation]] = [
            Numbers() for _ in self.parts
        ]  # for each watcher
        self.fitting = [MOST_NUMBERS] * len(self)  # numbers that the states have room for
        self.outgrown = False  # whether some machine needs more

    def __len__(self) -> int:
        return self.budget + 1

    def sizes(self) -> list[int]:
        """How many numbers each machine needs by now."""
        return [*map(len, self.configs), *map(len, self.observations), self.crashes + 1]

    def thing(self, machine: int, number: int) -> tuple[int, Any]:
        """The node that a machine is about, and the configuration or sight of this number."""
        if machine < len(self.nodes):
            return machine, self.configs[machine].all[number]
        nth = machine - self.watchers.start
        return nth, self.observations[nth].all[number]

    def number_of(self, machine: int, thing: Any) -> int:
        """The number of a configuration, of which the normal one is taken, or of a sight."""
        if machine < len(self.nodes):
            return self.config_number(machine, self.nodes[machine].normal(thing))
        return self.sight_number(machine, thing)

    def config_number(self, machine: int, config: Config) -> int:
        """The number of a normal configuration of a node."""
        return self._fitting(machine, self.configs[machine].number(config))

    def sight_number(self, machine: int, observation: Observation) -> int:
        """The number of what a watcher holds."""
        return self._fitting(
            machine, self.observations[machine - self.watchers.start].number(observation)
        )

    def _fitting(self, machine: int, number: int) -> int:
        """The same number, after noting whether the states have room for it."""
        if number >= self.fitting[machine]:
            self.outgrown = True
        return number

    def observation(self, vector: Sequence[int]) -> Observation:
        """All that is seen of a state: what its watchers hold together."""
        return self.observer.joined(self.parts_of(vector[self.watchers.start : self.watchers.stop]))

    def seen(self, observations: Sequence[int]) -> Seen:
        """What the properties are given, where the watchers have these numbers."""
        return self.observer.shown(self.parts_of(observations), key=tuple(observations))

    def parts_of(self, observations: Iterable[int]) -> list[Observation]:
        """What each watcher holds, by its number."""
        return [known.all[number] for known, number in zip(self.observations, observations)]
