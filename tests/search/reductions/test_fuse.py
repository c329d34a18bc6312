"""What a careless fuse gets wrong: traps F1 to F8, each with a version that falls into it.

There is no `can_always`, so F9 cannot be asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from pcheck import (
    Act,
    Actor,
    Cluster,
    Id,
    Property,
    Step,
    act,
    broadcast,
    fixed,
    group,
    volatile,
)
from pcheck.search.reductions import reduce
from pcheck.search.reductions.automaton import Step as Row
from pcheck.search.reductions.fuse import Fused
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.node import Config, Does
from tests.search.alike import Asked
from tests.search.parts import N1, M, N, Ticker, cluster, once_at
from tests.search.reductions.reducing import check_reduced, reduced_search
from tests.search.reductions.traps import (
    NOBODY,
    A,
    B,
    C,
    Forgetful,
    Poster,
    Shown,
    Walker,
    X,
    Y,
    caught,
    exact_sights,
    reaches,
    watches,
)

NETS = pytest.mark.parametrize("network", NETWORKS)
Instead = Callable[[type[Fused]], None]


@pytest.fixture
def instead(monkeypatch: pytest.MonkeyPatch) -> Instead:
    return lambda wrong: monkeypatch.setattr(reduce, "Fused", wrong)


class CarelessFused(Fused):
    """Below, it gets one clause wrong."""

    def does(self, config: Config, step: Row) -> Does:
        """What the first step behind a row does."""
        return next(row.does for row in self.node.rows(config) if row.label == step.labels[0])


def posted(
    receiver: Callable[[int], Actor], messages: tuple[object, ...], asks: Property
) -> Cluster:
    """A node, and another one that sends it all these in one step."""
    return cluster({N: receiver, M: lambda _: Poster(to=(N1,), messages=messages)}, asks)


# F1


class ShowsNothing(CarelessFused):
    """Silent is what sends nothing."""

    def _is_loud(self, config: Config, step: Row) -> bool:
        return bool(step.bundle.sends)


@NETS
def test_a_step_that_changes_what_is_seen_is_loud(network: str, instead: Instead) -> None:
    asked = Asked(cluster({N: lambda _: Ticker(end=2)}, watches("at")), network)
    assert exact_sights(asked) == {"0": 0, "1": 1, "2": 2}
    instead(ShowsNothing)
    assert caught(asked, "fuse") == {"0": 0}


@dataclass(frozen=True)
class Holder(Actor):
    """Has something, and lets go of it."""

    holds: bool = True

    def offers(self) -> Iterator[Act]:
        if self.holds:
            yield act("lets go", self.but(holds=False))


class ShowsWhatIsEntered(CarelessFused):
    """Silent is what sends nothing and leads to nothing that anybody asks about."""

    def _is_loud(self, config: Config, step: Row) -> bool:
        after = step.next.actor
        assert isinstance(after, Holder)
        return bool(step.bundle.sends) or (super()._is_loud(config, step) and after.holds)


@NETS
def test_a_step_that_leaves_what_is_seen_is_loud(network: str, instead: Instead) -> None:
    asked = Asked(cluster({group("n", 2): lambda _: Holder()}, watches("holds")), network)
    assert exact_sights(asked) == {
        "True True": 0,
        "False True": 1,
        "True False": 1,
        "False False": 2,
    }
    instead(ShowsWhatIsEntered)
    assert caught(asked, "fuse") == {"True True": 0}


# F2


@dataclass(frozen=True)
class TimesOut(Walker):
    """0 -A-> 1 silent, 1 -i-> 2 silent, 2 -j-> 3 sends X."""

    def offers(self) -> Iterator[Act]:
        if self.at == 1:
            yield act("i", self.but(at=2))
        if self.at == 2:
            yield act("j", self.but(at=3), broadcast(NOBODY, X()))

    def receive(self, msg: object, src: Id) -> Step:
        return self.but(at=1) if self.at == 0 else None


class ActsOnlyAtFirst(CarelessFused):
    """A chain is made of deliveries, and ends where no more can be delivered."""

    def _steps(self, config: Config, labels: tuple[str, ...]) -> tuple[Row, ...]:
        steps = super()._steps(config, labels)
        return tuple(s for s in steps if not labels or self.does(config, s) is not Does.ACT)


class ActsAreSilent(CarelessFused):
    """A time-out is nobody's business."""

    def _is_loud(self, config: Config, step: Row) -> bool:
        return super()._is_loud(config, step) and self.does(config, step) is not Does.ACT


@NETS
@pytest.mark.parametrize("wrong", [ActsOnlyAtFirst, ActsAreSilent])
def test_acts_are_links_of_a_chain_or_its_end(
    network: str, wrong: type[Fused], instead: Instead
) -> None:
    asked = Asked(posted(lambda _: TimesOut(), (A(),), reaches(X)), network)
    assert exact_sights(asked) == {"": 0, "X": 4}
    instead(wrong)
    assert caught(asked, "fuse") == {"": 0}


# F3


class CrashesOnlyAtFirst(CarelessFused):
    """A node crashes where a chain begins, never in the midst of one."""

    def _steps(self, config: Config, labels: tuple[str, ...]) -> tuple[Row, ...]:
        return tuple(s for s in super()._steps(config, labels) if not (labels and s.crashes))


@NETS
def test_a_crash_comes_after_silent_steps_too(network: str, instead: Instead) -> None:
    asked = Asked(cluster({N: lambda _: Forgetful()}, reaches(X)), network, crashes=1)
    assert exact_sights(asked) == {"": 0, "X": 4}
    instead(CrashesOnlyAtFirst)
    assert caught(asked, "fuse") == {"": 0}


@dataclass(frozen=True)
class SlowOrFrail(Actor):
    """(0, 0) -> (1, 1) silent. From there to (1, 0) by a crash, or in three steps.

    (1, 0) -> (2, 1) sends Y. From there only a crash leads to (2, 0), where it sends X.
    """

    durable: int = 0
    memory: int = volatile(0)

    def offers(self) -> Iterator[Act]:
        if self.memory == 0 and self.durable < 3:
            sends = [(), (Y(),), (X(),)][self.durable]
            after = self.but(durable=self.durable + 1, memory=1)
            yield act("goes on", after, *(broadcast(NOBODY, each) for each in sends))
        elif self.durable == 1:
            yield act("waits", self.but(memory=(self.memory + 1) % 4))


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
    wrong: type[Fused], expected: Shown, instead: Instead
) -> None:
    asked = Asked(cluster({N: lambda _: SlowOrFrail()}, reaches(X, Y)), crashes=1)
    assert exact_sights(asked) == {"": 0, "Y": 4, "X Y": 8}
    instead(wrong)
    assert caught(asked, "fuse") == expected


# F4, F5


@dataclass(frozen=True)
class BetweenAAndC(Walker):
    """0 -A-> 1 silent, 1 -C-> 3 sends X; and 1 -B-> 2, a dead end, or B is ignored."""

    dead_end: bool = fixed()

    def receive(self, msg: object, src: Id) -> Step:
        match self.at, msg:
            case 0, A():
                return self.but(at=1)
            case 1, B() if self.dead_end:
                return self.but(at=2)
            case 1, C():
                return self.but(at=3), broadcast(NOBODY, X())
        return None


class LosesApart(CarelessFused):
    """A loss is a step of its own, and no link of a chain."""

    def _is_loud(self, config: Config, step: Row) -> bool:
        return super()._is_loud(config, step) or self.does(config, step) is Does.LOSE

    def _steps(self, config: Config, labels: tuple[str, ...]) -> tuple[Row, ...]:
        steps = super()._steps(config, labels)
        return tuple(s for s in steps if not labels or self.does(config, s) is not Does.LOSE)


def test_in_fifo_a_loss_is_a_link_of_a_chain(instead: Instead) -> None:
    """A, lose B, C."""
    receives = BetweenAAndC(dead_end=True)
    asked = Asked(posted(lambda _: receives, (A(), B(), C()), reaches(X)), "fifo")
    assert exact_sights(asked) == {"": 0, "X": 4}
    instead(LosesApart)
    assert caught(asked, "fuse") == {"": 0}


class LinksChangeTheActor(CarelessFused):
    """What leaves the actor as it was is no link of a chain: a letter ignored, and one lost.

    The latter must be forgotten too: where B cannot be passed by ignoring it, it can be lost.
    """

    def _steps(self, config: Config, labels: tuple[str, ...]) -> tuple[Row, ...]:
        steps = super()._steps(config, labels)
        return tuple(s for s in steps if s.bundle.sends or s.next.actor is not config.actor)


def test_in_fifo_a_head_that_is_ignored_is_passed_within_a_chain(instead: Instead) -> None:
    receives = BetweenAAndC(dead_end=False)
    asked = Asked(posted(lambda _: receives, (A(), B(), C()), reaches(X)), "fifo")
    assert exact_sights(asked) == {"": 0, "X": 4}
    instead(LinksChangeTheActor)
    assert caught(asked, "fuse") == {"": 0}


# F6


@dataclass(frozen=True)
class NeedsTwo(Walker):
    """0 -A-> 1 -A-> 2 silent, 2 -j-> 3 sends X."""

    def offers(self) -> Iterator[Act]:
        if self.at == 2:
            yield act("j", self.but(at=3), broadcast(NOBODY, X()))

    def receive(self, msg: object, src: Id) -> Step:
        return self.but(at=self.at + 1) if self.at < 2 else None


class ConsumesNothing(CarelessFused):
    """A chain is one of local states alone."""

    def _steps(self, config: Config, labels: tuple[str, ...]) -> tuple[Row, ...]:
        return tuple(
            step._replace(next=self.node.config(step.next.actor, step.next.up, config.inbox))
            for step in super()._steps(config, labels)
        )


@pytest.mark.parametrize("network", ["once", "lossy", "fifo"])
def test_a_copy_is_consumed_within_a_chain(network: str, instead: Instead) -> None:
    """And if it were not, the run that is found could not be taken."""
    asked = Asked(posted(lambda _: NeedsTwo(), (A(),), watches(X)), network)
    shortest = Asked(posted(lambda _: NeedsTwo(), (A(),), reaches(X)), network)
    assert exact_sights(asked) == exact_sights(shortest) == {"": 0}
    instead(ConsumesNothing)
    assert caught(asked, "fuse") == {"": 0, "X": 4}
    with pytest.raises(AssertionError, match="a step that the cluster cannot"):
        reduced_search(shortest, ["fuse"])


# F7


@dataclass(frozen=True)
class LongOrShort(Walker):
    """0 -> 1 -> 2 -> 3 silent, 3 -> 5 sends Y; 0 -> 4 sends A, 4 -> 5 sends Y; 5 -> 6 sends X.

    The long way is one chain, the short one is two.
    """

    def offers(self) -> Iterator[Act]:
        if self.at < 3:
            yield act("goes the long way", self.but(at=self.at + 1))
        if self.at == 0:
            yield act("goes the short way", self.but(at=4), broadcast(NOBODY, A()))
        if self.at in (3, 4):
            yield act("arrives", self.but(at=5), broadcast(NOBODY, Y()))
        if self.at == 5:
            yield act("ends", self.but(at=6), broadcast(NOBODY, X()))


class OneStep(tuple[str, ...]):
    """Some labels that count as one."""

    def __len__(self) -> int:
        return 1


class CostsOne(CarelessFused):
    """A chain is a step like any other: where it leads is marked and judged with the next level."""

    def steps(self, config: Config) -> tuple[Row, ...]:
        return tuple(step._replace(labels=OneStep(step.labels)) for step in super().steps(config))


def test_a_chain_costs_as_much_as_there_are_steps_in_it(instead: Instead) -> None:
    """Else 4 steps are told before 2 are, and the state there is only known by them."""
    both = reaches(Y, name="reaches_y"), reaches(X, Y, name="reaches_x")
    asked = Asked(cluster({N: lambda _: LongOrShort()}, *both))
    assert exact_sights(asked) == {"": 0, "Y": 2, "X Y": 3}
    assert lengths(asked) == {"reaches_y": 2, "reaches_x": 3}
    instead(CostsOne)
    with pytest.raises(AssertionError, match="a step that the cluster cannot"):
        lengths(asked)


def lengths(asked: Asked) -> dict[str, int]:
    search, _ = reduced_search(asked, ["fuse"])
    return {name: len(found.path) for name, found in search.discoveries.items()}


@dataclass(frozen=True)
class TwoChains(Walker):
    """0 -> 4 -> 3 and 0 -> 1 -> 2 -> 3 silent, 3 -> 5 sends X."""

    def offers(self) -> Iterator[Act]:
        ways = {0: (4, 1), 1: (2,), 2: (3,), 4: (3,)}
        for way in ways.get(self.at, ()):
            yield act(f"to {way}", self.but(at=way))
        if self.at == 3:
            yield act("ends", self.but(at=5), broadcast(NOBODY, X()))


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


def test_the_first_chain_to_an_end_is_a_shortest(instead: Instead) -> None:
    asked = Asked(cluster({N: lambda _: TwoChains()}, reaches(X)))
    assert exact_sights(asked) == {"": 0, "X": 3}
    instead(DepthFirst)
    assert caught(asked, "fuse") == {"": 0, "X": 4}


# F8


class JudgesNow(CarelessFused):
    """Silent is what changes no verdict as things stand: n1 at 1 is nothing as long as m1 is at 0.

    A node cannot know what others show by now, so this is what they show in the beginning.
    """

    def _is_loud(self, config: Config, step: Row) -> bool:
        after = step.next.actor
        assert isinstance(after, Ticker)
        return (after.me, after.at) != (N1, 1)


@NETS
def test_what_is_seen_is_loud_though_nothing_follows_from_it_yet(
    network: str, instead: Instead
) -> None:
    """n1 ticks, m1 ticks: there it is. But n1 goes to 2 at once, if it need not stop at 1."""
    parts = {N: lambda _: Ticker(end=2), M: lambda _: Ticker(end=1)}
    asked = Asked(cluster(parts, once_at(1, 1)), network)
    assert exact_sights(asked) == {"0 0": 0, "1 0": 1, "0 1": 1, "2 0": 2, "1 1": 2, "2 1": 3}
    instead(JudgesNow)
    assert caught(asked, "fuse") == {"0 0": 0, "0 1": 1, "2 0": 2, "2 1": 3}


# What it is good for


@dataclass(frozen=True)
class CountsAndTells(Ticker):
    """Counts to its end, and sends X there."""

    def offers(self) -> Iterator[Act]:
        if self.at < self.end:
            sends = [broadcast(NOBODY, X())] if self.at + 1 == self.end else []
            yield act("ticks", self.but(at=self.at + 1), *sends)


@NETS
def test_silent_steps_of_one_node_are_not_shuffled_with_those_of_others(network: str) -> None:
    """Three nodes that count to 3: 4^3 states. Each has told or has not: 2^3."""
    asked = Asked(cluster({group("n", 3): lambda _: CountsAndTells(end=3)}), network)
    assert check_reduced(asked, [(), ("fuse",)]) == {"": 64, "fuse": 8}


def test_a_step_that_is_only_seen_by_the_next_is_left_out() -> None:
    """Nothing posted, A waits, and X is sent; not the states 1 and 2 of who was handed A."""
    asked = Asked(posted(lambda _: TimesOut(), (A(),), reaches(X)), "once")
    assert check_reduced(asked, [(), ("fuse",)]) == {"": 5, "fuse": 3}
