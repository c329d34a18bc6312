"""A careless minimise takes unlike states for one: traps M1 to M5, and versions that fall in."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from pcheck import (
    Action,
    Actor,
    Cluster,
    Id,
    Property,
    Step,
    action,
    broadcast,
    fixed,
    send,
    sometimes,
)
from pcheck.search.reductions import reduce
from pcheck.search.reductions.closure import Closure, Edge, Local
from pcheck.search.reductions.minimise import classes
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.node import Bundle
from pcheck.semantics.observer import Observer
from tests.search.alike import Asked, check_runs
from tests.search.parts import M1, N1, M, N, cluster
from tests.search.reductions.reducing import reduced_search
from tests.search.reductions.traps import (
    NOBODY,
    A,
    B,
    C,
    Forgetful,
    Rewrites,
    Walker,
    X,
    Y,
    caught,
    exact_sights,
    is_act,
    reaches,
    rewritten,
)

NETS = pytest.mark.parametrize("network", NETWORKS)


@pytest.fixture
def classes_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[Rewrites], None]:
    """Makes the pass look at a table in which every edge is what this makes of it."""

    def look_at(how: Rewrites) -> None:
        def wrong(closure: Closure, i: int) -> dict[Local, Local]:
            return classes(rewritten(closure, how), i)

        monkeypatch.setattr(reduce, "classes", wrong)

    return look_at


Looking = Callable[[Rewrites], None]


# M1


@dataclass(frozen=True)
class InTwoActs(Walker):
    """0 -i-> 1 silent, 1 -j-> 2 sends X."""

    to: tuple[Id, ...] = fixed((N1,))

    def actions(self) -> Iterator[Action]:
        if self.at == 0:
            yield action("i", self.but(at=1))
        if self.at == 1:
            yield action("j", self.but(at=2), broadcast(self.to, X()))


@NETS
def test_an_act_is_a_letter(network: str, classes_of: Looking) -> None:
    asked = Asked(cluster({N: lambda _: InTwoActs()}, reaches(X)), network)
    assert exact_sights(asked) == {"": 0, "X": 2}
    classes_of(lambda edge: None if is_act(edge) else edge)
    assert caught(asked, "minimise") == {"": 0}


@dataclass(frozen=True)
class OneOfTwo(Walker):
    """0 -a-> 1 silent, 1 -i-> 3 sends X; 0 -b-> 2 sends Y, 2 -j-> 3 sends X."""

    def actions(self) -> Iterator[Action]:
        match self.at:
            case 0:
                yield action("a", self.but(at=1))
                yield action("b", self.but(at=2), broadcast(NOBODY, Y()))
            case 1 | 2:
                label = "i" if self.at == 1 else "j"
                yield action(label, self.but(at=3), broadcast(NOBODY, X()))


@NETS
def test_a_run_has_the_labels_of_its_own_steps(network: str, classes_of: Looking) -> None:
    """Also where 1 stands for 2: `b, i` would be no run."""
    parts = {N: lambda _: OneOfTwo()}
    asked = Asked(cluster(parts, reaches(X, Y)), network)
    assert exact_sights(asked) == {"": 0, "Y": 1, "X": 2, "X Y": 2}
    classes_of(lambda edge: edge._replace(label="") if is_act(edge) else edge)
    search, _ = reduced_search(asked, ["minimise"])
    check_runs(asked, search)
    assert sorted(found.trace.labels for found in search.discoveries.values()) == [("n1 b", "n1 j")]


# M2


@NETS
def test_what_is_sent_to_nobody_is_an_output(network: str, classes_of: Looking) -> None:
    asked = Asked(cluster({N: lambda _: InTwoActs(to=NOBODY)}, reaches(X)), network)
    assert exact_sights(asked) == {"": 0, "X": 2}
    classes_of(only_what_arrives)
    assert caught(asked, "minimise") == {"": 0}


def only_what_arrives(edge: Edge) -> Edge:
    assert edge.bundle is not None
    arrives = all(receivers for _, receivers in edge.bundle.sends)
    return edge if arrives else edge._replace(bundle=Bundle(()))


# M3


@dataclass(frozen=True)
class OnceOrTwice(Walker):
    """0 -i-> 1 silent; 0 -j-> 2 sends some, 1 -j-> 2 sends others."""

    some: tuple[object, ...] = fixed()
    others: tuple[object, ...] = fixed()

    def actions(self) -> Iterator[Action]:
        if self.at == 0:
            yield action("i", self.but(at=1))
        if self.at < 2:
            messages = self.others if self.at else self.some
            yield action("j", self.but(at=2), *(send(M1, each) for each in messages))


@dataclass(frozen=True)
class NeedsInOrder(Walker):
    """Sends X when it was handed all that it needs, in this order."""

    needs: tuple[object, ...] = fixed()

    def receive(self, msg: object, src: Id) -> Step:
        if self.at == len(self.needs) or msg != self.needs[self.at]:
            return None
        after = self.but(at=self.at + 1)
        return (after, broadcast(NOBODY, X())) if after.at == len(self.needs) else after


def sent_and_needed(
    some: tuple[object, ...], others: tuple[object, ...], needs: tuple[object, ...]
) -> Cluster:
    parts: dict[Any, Callable[[int], Actor]] = {
        N: lambda _: OnceOrTwice(some=some, others=others),
        M: lambda _: NeedsInOrder(needs=needs),
    }
    return cluster(parts, reaches(X))


@pytest.mark.parametrize("network", ["once", "lossy", "fifo"])
def test_one_copy_is_not_two(network: str, classes_of: Looking) -> None:
    """On `set` it would be: there one copy is delivered twice, sooner."""
    asked = Asked(sent_and_needed((C(),), (C(), C()), (C(), C())), network)
    assert exact_sights(asked) == {"": 0, "X": 4}
    classes_of(sends_in_order(lambda sends: frozenset(sends)))
    assert caught(asked, "minimise") == {"": 0}


def test_an_order_is_an_output_in_fifo(classes_of: Looking) -> None:
    asked = Asked(sent_and_needed((A(), B()), (B(), A()), (B(), A())), "fifo")
    assert exact_sights(asked) == {"": 0, "X": 4}
    classes_of(sends_in_order(lambda sends: frozenset((each, sends.count(each)) for each in sends)))
    assert caught(asked, "minimise") == {"": 0}


def sends_in_order(as_what: Callable[[tuple[Any, ...]], Hashable]) -> Rewrites:
    """Takes bundles for one that are, as sets or multisets: the first that was met."""
    first: dict[Hashable, Bundle] = {}

    def rewrite(edge: Edge) -> Edge:
        assert edge.bundle is not None
        return edge._replace(bundle=first.setdefault(as_what(edge.bundle.sends), edge.bundle))

    return rewrite


# M4


@NETS
@pytest.mark.parametrize("forgotten", ["crash", "restart"])
def test_a_crash_and_a_restart_are_letters(
    network: str, forgotten: str, classes_of: Looking
) -> None:
    asked = Asked(cluster({N: lambda _: Forgetful()}, reaches(X)), network, crashes=1)
    assert exact_sights(asked) == {"": 0, "X": 4}
    classes_of(lambda edge: None if (edge.bundle, edge.label) == (None, forgotten) else edge)
    assert caught(asked, "minimise") == {"": 0}


# M5


@dataclass(frozen=True)
class TwoFields(Actor):
    one: int = 0
    other: int = 0

    def actions(self) -> Iterator[Action]:
        match self.one, self.other:
            case 0, 0:
                yield action("i", self.but(one=1))
            case 1, 0:
                yield action("j", self.but(other=1))


@NETS
def test_what_any_property_sees_is_a_label(network: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where not all of them are asked: what is watched is the same."""
    one, other = reaches_one("one"), reaches_one("other")
    asked = Asked(cluster({N: lambda _: TwoFields()}, one, other), network)
    seen_of = Observer.seen_of
    assert exact_sights(asked) == {"0 0": 0, "1 0": 1, "1 1": 2}
    assert exact_sights(asked._replace(only=("one",))) == {"0 0": 0, "1 0": 1, "1 1": 2}
    monkeypatch.setattr(Observer, "seen_of", lambda *asks: seen_of(*asks)[:1])
    assert caught(asked, "minimise") == {"0 0": 0, "1 0": 1}


def reaches_one(field: str) -> Property:
    return sometimes(sees=[field], name=field)(lambda seen: seen.field(field)[0][1] == 1)
