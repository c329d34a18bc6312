"""A careless fuse keeps the wrong chain: traps F3 and F7, each with a version that does.

There is no `can_always`, so F9 cannot be asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from pcheck import Action, Actor, action, broadcast, volatile
from pcheck.search.reductions.automaton import Step as Row
from pcheck.search.reductions.fuse import Fused
from pcheck.semantics.node import Config
from tests.search.alike import Asked
from tests.search.parts import N, cluster
from tests.search.reductions.careless_fuse import CarelessFused, FuseBy
from tests.search.reductions.reducing import reduced_search
from tests.search.reductions.traps import (
    NOBODY,
    A,
    Finding,
    Walker,
    X,
    Y,
    caught,
    exact_sights,
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
    """Among chains to one end the shortest will do, however often it crashes."""

    def steps(self, config: Config) -> tuple[Row, ...]:
        first: dict[object, Row] = {}
        for step in super().steps(config):
            first.setdefault((step.next, step.bundle), step)
        return tuple(first.values())


class SafestChain(CarelessFused):
    """Among chains to one end the one with the fewest crashes will do, however long it is."""

    def steps(self, config: Config) -> tuple[Row, ...]:
        safest: dict[object, Row] = {}
        for step in super().steps(config):
            safest[step.next, step.bundle] = step
        return tuple(safest.values())


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [(FirstChain, {"": 0, "Y": 4}), (SafestChain, {"": 0, "Y": 5, "X Y": 8})],
)
def test_a_longer_chain_may_save_a_crash(
    wrong: type[Fused], expected: Finding, fuse_by: FuseBy
) -> None:
    asked = Asked(cluster({N: lambda _: SlowOrFrail()}, reaches(X, Y)), crashes=1)
    assert exact_sights(asked) == {"": 0, "Y": 4, "X Y": 8}
    fuse_by(wrong)
    assert caught(asked, "fuse") == expected


# F7


@dataclass(frozen=True)
class LongOrShort(Walker):
    """0 -> 1 -> 2 -> 3 silent, 3 -> 5 sends Y; 0 -> 4 sends A, 4 -> 5 sends Y; 5 -> 6 sends X.

    The long way is one chain, the short one is two.
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
    """Some labels that count as one."""

    def __len__(self) -> int:
        return 1


class CostsOne(CarelessFused):
    """A chain is a step like any other: where it leads is marked and judged with the next level."""

    def steps(self, config: Config) -> tuple[Row, ...]:
        return tuple(step._replace(labels=OneStep(step.labels)) for step in super().steps(config))


def test_a_chain_costs_as_much_as_there_are_steps_in_it(fuse_by: FuseBy) -> None:
    """Else 4 steps are told before 2 are, and the state there is only known by them."""
    both = reaches(Y, name="reaches_y"), reaches(X, Y, name="reaches_x")
    asked = Asked(cluster({N: lambda _: LongOrShort()}, *both))
    assert exact_sights(asked) == {"": 0, "Y": 2, "X Y": 3}
    assert lengths(asked) == {"reaches_y": 2, "reaches_x": 3}
    fuse_by(CostsOne)
    with pytest.raises(AssertionError, match="a step that the cluster cannot"):
        lengths(asked)


def lengths(asked: Asked) -> dict[str, int]:
    search, _ = reduced_search(asked, ["fuse"])
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
    """Notes the first chain that it happens upon, and the state there as known."""

    def steps(self, config: Config) -> tuple[Row, ...]:
        known, loud = {config}, []
        chains: list[tuple[Config, tuple[str, ...]]] = [(config, ())]
        while chains:
            at, labels = chains.pop()
            for step in self._steps(at, labels):
                chain = step._replace(labels=(*labels, *step.labels))
                if self._is_loud(at, step):
                    loud.append(chain)
                elif step.next not in known:
                    known.add(step.next)
                    chains.append((step.next, chain.labels))
        return tuple(loud)


def test_the_first_chain_to_an_end_is_a_shortest(fuse_by: FuseBy) -> None:
    asked = Asked(cluster({N: lambda _: TwoChains()}, reaches(X)))
    assert exact_sights(asked) == {"": 0, "X": 3}
    fuse_by(DepthFirst)
    assert caught(asked, "fuse") == {"": 0, "X": 4}
