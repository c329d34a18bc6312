"""States of the cluster as vectors of the search, which hold one number for each machine."""

from __future__ import annotations

from pcheck.search.compiled.machines import Machines
from pcheck.search.compiled.orbits import Orbits
from pcheck.search.reductions.automaton import MacroStep
from pcheck.semantics.cluster_model import ClusterModel, State


class Vectors:
    """The vectors that stand for states of the cluster, and the states that vectors describe."""

    def __init__(self, model: ClusterModel, machines: Machines, orbits: Orbits) -> None:
        self.model, self.machines, self.orbits = model, machines, orbits

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
