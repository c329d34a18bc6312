"""Careless versions of `fuse`, each with one clause wrong, and a cluster that exposes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from pcheck import Action, Actor, Cluster, Id, Property, Step, action, broadcast
from pcheck.search.reductions.automaton import MacroStep
from pcheck.search.reductions.fuse import Fused
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.node import Config, StepKind
from tests.search.parts import N1, M, N, cluster
from tests.search.reductions.traps import NOBODY, Poster, Walker, X

NETS = pytest.mark.parametrize("network", NETWORKS)
FuseBy = Callable[[type[Fused]], None]


class CarelessFused(Fused):
    """The base class of versions of `fuse` that get one clause wrong."""

    def kind_of(self, config: Config, step: MacroStep) -> StepKind:
        """Return the kind of the first step of a macro step."""
        return next(row.kind for row in self.node.rows(config) if row.label == step.labels[0])


def posted(
    receiver: Callable[[int], Actor], messages: tuple[object, ...], prop: Property
) -> Cluster:
    """Return a cluster in which m1 sends all the messages to the receiver n1 in one step."""
    return cluster({N: receiver, M: lambda _: Poster(to=(N1,), messages=messages)}, prop)


@dataclass(frozen=True)
class TimesOut(Walker):
    """0 -A-> 1 silent, 1 -i-> 2 silent, 2 -j-> 3 sends X."""

    def actions(self) -> Iterator[Action]:
        if self.at == 1:
            yield action("i", self.but(at=2))
        if self.at == 2:
            yield action("j", self.but(at=3), broadcast(NOBODY, X()))

    def receive(self, msg: object, src: Id) -> Step:
        return self.but(at=1) if self.at == 0 else None
