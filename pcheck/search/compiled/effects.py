"""The effects of steps on other machines, each with a number that the kernel calls a bundle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pcheck.search.compiled.composing import Composition
from pcheck.search.compiled.machines import Machines
from pcheck.search.compiled.numbers import Numbers
from pcheck.search.compiled.reactions import Changes
from pcheck.search.compiled.receptions import Growing
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.node import Bundle


@dataclass(frozen=True)
class Effects:
    """The effects of one step on other machines; steps with equal effects share a bundle number."""

    node: int
    bundle: Bundle
    crashes: int
    changes: Changes  # changed watched fields, UP too: place, new value
    is_loss: bool = False  # of a message


class NumberedEffects(Numbers[Effects]):
    """The effects by their numbers, and the machines that receive them."""

    def __init__(self, model: ClusterModel, machines: Machines, composition: Composition) -> None:
        super().__init__("different effects of steps")
        self._model, self._machines, self._composition = model, machines, composition
        # for each number where the receivers begin among all, and how many they are
        self._begins, self._counts = Growing(np.int32), Growing(np.int32)
        self._receivers = Growing(np.int32)
        # for each receiver where its letters begin, and these letters; none if it is not composed
        self._arrive_at, self._arriving = Growing(np.int32), Growing(np.int32)
        self._arrive_at.append(0)

    @property
    def arrays(self) -> tuple[Any, ...]:
        """The arrays for the kernel."""
        arrivals = self._arrive_at.array, self._arriving.array
        return self._begins.array, self._counts.array, self._receivers.array, arrivals

    def number(self, item: Effects) -> int:
        """Return the number of the effects of a step; list the receivers of new effects."""
        known = len(self)
        number = super().number(item)
        if number == known:
            receivers = self._receivers_of(item)
            self._begins.append(len(self._receivers))
            self._counts.append(len(receivers))
            for receiver in receivers:
                self._receivers.append(receiver)
                for letter in self._letters_to(receiver, item.bundle):
                    self._arriving.append(letter)
                self._arrive_at.append(len(self._arriving))
        return number

    def _receivers_of(self, effects: Effects) -> list[int]:
        """Return the machines that receive effects.

        The budget comes first, so that a refused crash has no other receptions. A watcher comes
        last, where the kernel finds the change of the observation.
        """
        receivers = [self._model.index[node] for node in effects.bundle.receivers]
        if effects.changes or self._machines.observer.watched(effects.bundle):
            receivers.append(self._machines.watchers[effects.node])
        if effects.crashes:
            receivers.insert(0, self._machines.budget)
        return receivers

    def _letters_to(self, machine: int, bundle: Bundle) -> list[int]:
        """Return the numbers of the letters of a bundle to a machine, if it is a composed node."""
        if machine >= len(self._machines.nodes) or not self._composition.is_composed[machine]:
            return []
        letters = bundle.to(self._machines.nodes[machine].node.me)
        return [self._composition.parts.letter(machine, letter) for letter in letters]
