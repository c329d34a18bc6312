"""The machines of a cluster, whose configurations have numbers: nodes, watchers, crash budget.

A state of the compiled search is a vector with one number for each machine. The watchers together
hold all that the properties can see. Each watcher observes one node and has few configurations; a
single watcher of all nodes could have the product of these.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from pcheck.language.seen import Seen
from pcheck.search.compiled import kernel
from pcheck.search.compiled.configs import Configs, Pool
from pcheck.search.compiled.numbers import Numbers
from pcheck.search.outcome import TooManyNumbers
from pcheck.search.reductions.automaton import Automaton
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.node import Config
from pcheck.semantics.observer import Observation

MAX_MACHINES = 1 << kernel.MACHINE_BITS


def check_nodes(model: ClusterModel) -> None:
    """Raise TooManyNumbers if a cluster has too many nodes to number its machines."""
    most = MAX_MACHINES // 2 - 1
    if len(model.nodes) > most:
        text = f"the compiled engine takes at most {most} nodes, got {len(model.nodes)}"
        raise TooManyNumbers(text)


class Machines:
    """The machines of a cluster: its nodes, then the watchers, and last the crash budget."""

    def __init__(
        self,
        model: ClusterModel,
        automata: Sequence[Automaton],
        pool: Pool,
        is_composed: Sequence[bool],
    ) -> None:
        """Number the machines; the configurations of the composed nodes are in the pool."""
        check_nodes(model)
        self.nodes, self.observer, self.crashes = automata, model.observer, model.crashes
        # for each node the watcher that observes it
        self.watchers = range(len(self.nodes), 2 * len(self.nodes))
        self.budget = self.watchers.stop
        self.configs: list[Numbers[Config] | Configs] = [
            Configs(pool, i) if composed else Numbers("configurations of one node")
            for i, composed in enumerate(is_composed)
        ]
        self.observations: list[Numbers[Observation]] = [
            Numbers("observations of one watcher") for _ in self.nodes
        ]  # for each watcher

    def __len__(self) -> int:
        return self.budget + 1

    def sizes(self) -> list[int]:
        """Return for each machine how many numbers are in use."""
        return [*map(len, self.configs), *map(len, self.observations), self.crashes + 1]

    def configs_by_level(self, sizes: Sequence[Sequence[int]]) -> list[dict[str, list[Config]]]:
        """Return for each level the configurations of each node that are new on this level.

        `sizes` holds for each level how many configurations each node had at its end.
        """
        names = [str(automaton.node.me) for automaton in self.nodes]
        return [
            {
                name: numbers.all[begin:end]
                for name, numbers, begin, end in zip(names, self.configs, begins, ends)
            }
            for begins, ends in pairwise([[0] * len(names), *sizes])
        ]

    def numbered(self, machine: int, number: int) -> tuple[int, Any]:
        """Return the position of a node or watcher in its list, and the item with this number.

        The item is a configuration of the node, or an observation of the watcher.
        """
        if machine < len(self.nodes):
            return machine, self.configs[machine].all[number]
        nth = machine - self.watchers.start
        return nth, self.observations[nth].all[number]

    def number_of(self, machine: int, item: Any) -> int:
        """Return the number of an observation, or of a configuration's normal form."""
        if machine < len(self.nodes):
            return self.config_number(machine, self.nodes[machine].normal(item))
        return self.observation_number(machine, item)

    def config_number(self, machine: int, config: Config) -> int:
        """Return the number of a normal configuration of a node."""
        return self.configs[machine].number(config)

    def observation_number(self, machine: int, observation: Observation) -> int:
        """Return the number of an observation that a watcher holds."""
        return self.observations[machine - self.watchers.start].number(observation)

    def observation(self, vector: Sequence[int]) -> Observation:
        """Return the observation of a state: what its watchers hold together."""
        return self.observer.joined(self.parts_of(vector[self.watchers.start : self.watchers.stop]))

    def seen(self, observations: Sequence[int]) -> Seen:
        """Return the argument of the properties for these numbers of the watchers."""
        return self.observer.seen_of_parts(self.parts_of(observations), key=tuple(observations))

    def parts_of(self, observations: Iterable[int]) -> list[Observation]:
        """Return what each watcher holds, given the number of each watcher."""
        return [known.all[number] for known, number in zip(self.observations, observations)]
