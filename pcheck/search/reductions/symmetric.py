"""The verification that reactions are symmetric, before a search uses them or after it."""

from __future__ import annotations

from collections.abc import Callable

from pcheck.search.reductions.automaton import Automaton, MacroStep
from pcheck.search.reductions.symmetry import Symmetry
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.node import Config


class Symmetric(Automaton):
    """A node whose reactions are verified to be symmetric before they are used."""

    def __init__(self, inner: Automaton, symmetry: Symmetry, i: int) -> None:
        super().__init__(inner.node)
        self.inner, self.symmetry, self._i = inner, symmetry, i

    def steps(self, config: Config) -> tuple[MacroStep, ...]:
        if config.up:
            for letter in (None, *self.node.network.next(config.inbox)):
                self.symmetry.check(self._i, config.actor, letter)
        return self.inner.steps(config)


def compare_names(model: ClusterModel, tick: Callable[[], None]) -> None:
    """Raise Asymmetric if an answer of a handler depends on which of two alike names is which.

    All questions are compared that the model was asked so far. `tick` may raise to stop.
    """
    symmetry = Symmetry(model)
    for node, actor, letter in list(model.asked):
        tick()
        symmetry.check(model.index[node.me], actor, letter)
