"""A careless fuse keeps the wrong chain: traps F3 and F7, each with a version that does.

Trap F9 needs a kind of property that pcheck does not have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from pcheck import Action, Actor, action, broadcast, volatile
from pcheck.search.reductions.automaton import Chain, MacroStep
from pcheck.search.reductions.fuse import Fused
from pcheck.semantics.node import Config
from tests.search.alike import Case
from tests.search.parts import N, cluster
from tests.search.reductions.careless_fuse import CarelessFused, FuseBy
from tests.search.reductions.reducing import reduced_search
from tests.search.reductions.traps import (
    NOBODY,
    A,
    Depths,
    Walker,
    X,
    Y,
    caught,
    exact_observations,
    reaches,
)

# F3


@dataclass(frozen=True)
class SlowOrFrail(Actor):
    """(0, 0) -> (1, 1) silent. From there to (1, 0) by a crash, or in three steps.

    (1, 0) -> (2, 1) sends Y. From there only a crash leads to (2, 0), where it sends X.
    """

    durable: int = 0
    memory: int = volatile(0)

    def actions(self) -> Iterator[Action]:
        if self.memory == 0 and self.durable < 3:
            sends = [(), (Y(),), (X(),)][self.durable]
            after = self.but(durable=self.durable + 1, memory=1)
            yield action("goes on", after, *(broadcast(NOBODY, each) for each in sends))
        elif self.durable == 1:
            yield action("waits", self.but(memory=(self.memory + 1) % 4))


class FirstChain(CarelessFused):
    """Keeps only the shortest chain to each end, even if a longer one crashes less often."""

    def steps(self, config: Config) -> tuple[MacroStep, ...]:
        first: dict[object, MacroStep] = {}
        for step in super().steps(config):
            first.setdefault((step.next, step.bundle), step)
        return tuple(first.values())


class SafestChain(CarelessFused):
    """Keeps only the chain with the fewest crashes to each end, even if it is longer."""

    def steps(self, config: Config) -> tuple[MacroStep, ...]:
        safest: dict[object, MacroStep] = {}
        for step in super().steps(config):
            safest[step.next, step.bundle] = step
        return tuple(safest.values())


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [(FirstChain, {"": 0, "Y": 4}), (SafestChain, {"": 0, "Y": 5, "X Y": 8})],
)
def test_a_longer_chain_that_saves_a_crash_is_kept(
    wrong: type[Fused], expected: Depths, fuse_by: FuseBy
) -> None:
    case = Case(cluster({N: lambda _: SlowOrFrail()}, reaches(X, Y)), crashes=1)
    assert exact_observations(case) == {"": 0, "Y": 4, "X Y": 8}
    fuse_by(wrong)
    assert caught(case, "fuse") == expected


# F7


@dataclass(frozen=True)
class LongOrShort(Walker):
    """0 -> 1 -> 2 -> 3 silent, 3 -> 5 sends Y; 0 -> 4 sends A, 4 -> 5 sends Y; 5 -> 6 sends X.

    The long way is one chain, the short way is two chains.
    """

    def actions(self) -> Iterator[Action]:
        if self.at < 3:
            yield action("goes the long way", self.but(at=self.at + 1))
        if self.at == 0:
            yield action("goes the short way", self.but(at=4), broadcast(NOBODY, A()))
        if self.at in (3, 4):
            yield action("arrives", self.but(at=5), broadcast(NOBODY, Y()))
        if self.at == 5:
            yield action("ends", self.but(at=6), broadcast(NOBODY, X()))


class OneStep(tuple[str, ...]):
    """Labels that count as one step."""

    def __len__(self) -> int:
        return 1


class CostsOne(CarelessFused):
    """Treats a chain as one step, so that its end belongs to the next level."""

    def steps(self, config: Config) -> tuple[MacroStep, ...]:
        return tuple(step._replace(labels=OneStep(step.labels)) for step in super().steps(config))


def test_a_chain_costs_its_number_of_steps(fuse_by: FuseBy) -> None:
    """Otherwise the trace to a state has 4 steps, although 2 steps are enough."""
    both = reaches(Y, name="reaches_y"), reaches(X, Y, name="reaches_x")
    case = Case(cluster({N: lambda _: LongOrShort()}, *both))
    assert exact_observations(case) == {"": 0, "Y": 2, "X Y": 3}
    assert lengths(case) == {"reaches_y": 2, "reaches_x": 3}
    fuse_by(CostsOne)
    with pytest.raises(AssertionError, match="a step that the cluster cannot"):
        lengths(case)


def lengths(case: Case) -> dict[str, int]:
    search, _ = reduced_search(case, ["fuse"])
    return {name: len(found.trace) for name, found in search.discoveries.items()}


@dataclass(frozen=True)
class TwoChains(Walker):
    """0 -> 4 -> 3 and 0 -> 1 -> 2 -> 3 silent, 3 -> 5 sends X."""

    def actions(self) -> Iterator[Action]:
        ways = {0: (4, 1), 1: (2,), 2: (3,), 4: (3,)}
        for way in ways.get(self.at, ()):
            yield action(f"to {way}", self.but(at=way))
        if self.at == 3:
            yield action("ends", self.but(at=5), broadcast(NOBODY, X()))


class DepthFirst(CarelessFused):
    """Searches depth-first, and keeps the first chain to each end."""

    def steps(self, config: Config) -> tuple[MacroStep, ...]:
        return tuple(
            chain[-1]._replace(labels=tuple(step.labels[0] for step in chain))
            for chain in self._ended(config)
        )

    def chains(self, config: Config, length: int, tick: Callable[[], None]) -> Iterator[Chain]:
        return (chain for chain in self._ended(config) if len(chain) == length)

    def _ended(self, config: Config) -> list[Chain]:
        known, ended = {config}, []
        chains: list[tuple[Config, Chain]] = [(config, ())]
        while chains:
            at, chain = chains.pop()
            for step in self.inner.steps(at):
                if not self._is_silent(at, step):
                    ended.append((*chain, step))
                elif step.next not in known:
                    known.add(step.next)
                    chains.append((step.next, (*chain, step)))
        return ended


def test_the_first_chain_to_an_end_is_a_shortest_one(fuse_by: FuseBy) -> None:
    case = Case(cluster({N: lambda _: TwoChains()}, reaches(X)))
    assert exact_observations(case) == {"": 0, "X": 3}
    fuse_by(DepthFirst)
    assert caught(case, "fuse") == {"": 0, "X": 4}
