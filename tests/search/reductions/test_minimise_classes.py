"""A careless minimise merges different states: traps M1 to M5, each with a version that does."""

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
from pcheck.search.reductions import quotients
from pcheck.search.reductions.closure import Closure
from pcheck.search.reductions.local_tables import Edge, Local
from pcheck.search.reductions.minimise import class_representatives
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.node import Bundle
from pcheck.semantics.observer import Observer
from tests.search.alike import Case, check_traces
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
    exact_observations,
    is_act,
    reaches,
    rewritten,
)

NETS = pytest.mark.parametrize("network", NETWORKS)


MinimiseBy = Callable[[Rewrites], None]


@pytest.fixture
def minimise_by(monkeypatch: pytest.MonkeyPatch) -> MinimiseBy:
    """Return a function that makes `minimise` use rewritten tables."""

    def use(how: Rewrites) -> None:
        def wrong(closure: Closure, i: int) -> dict[Local, Local]:
            return class_representatives(rewritten(closure, how), i)

        monkeypatch.setattr(quotients, "class_representatives", wrong)

    return use


# M1


@dataclass(frozen=True)
class InTwoActions(Walker):
    """0 -i-> 1 silent, 1 -j-> 2 sends X."""

    to: tuple[Id, ...] = fixed((N1,))

    def actions(self) -> Iterator[Action]:
        if self.at == 0:
            yield action("i", self.but(at=1))
        if self.at == 1:
            yield action("j", self.but(at=2), broadcast(self.to, X()))


@NETS
def test_an_action_is_an_input(network: str, minimise_by: MinimiseBy) -> None:
    case = Case(cluster({N: lambda _: InTwoActions()}, reaches(X)), network)
    assert exact_observations(case) == {"": 0, "X": 2}
    minimise_by(lambda edge: None if is_act(edge) else edge)
    assert caught(case, "minimise") == {"": 0}


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
def test_a_trace_has_the_labels_of_its_own_steps(network: str, minimise_by: MinimiseBy) -> None:
    """The trace `b, i` is not valid, although the local state 1 might represent 2."""
    parts = {N: lambda _: OneOfTwo()}
    case = Case(cluster(parts, reaches(X, Y)), network)
    assert exact_observations(case) == {"": 0, "Y": 1, "X": 2, "X Y": 2}
    minimise_by(lambda edge: edge._replace(label="") if is_act(edge) else edge)
    search, _ = reduced_search(case, ["minimise"])
    check_traces(case, search)
    assert sorted(found.trace.labels for found in search.discoveries.values()) == [("n1 b", "n1 j")]


# M2


@NETS
def test_a_message_to_nobody_is_an_output(network: str, minimise_by: MinimiseBy) -> None:
    case = Case(cluster({N: lambda _: InTwoActions(to=NOBODY)}, reaches(X)), network)
    assert exact_observations(case) == {"": 0, "X": 2}
    minimise_by(only_messages_with_receivers)
    assert caught(case, "minimise") == {"": 0}


def only_messages_with_receivers(edge: Edge) -> Edge:
    assert edge.bundle is not None
    have_receivers = all(receivers for _, receivers in edge.bundle.sends)
    return edge if have_receivers else edge._replace(bundle=Bundle(()))


# M3


@dataclass(frozen=True)
class OnceOrTwice(Walker):
    """0 -i-> 1 silent; 0 -j-> 2 sends `some`, 1 -j-> 2 sends `others`."""

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
    """Sends X when it has received all the messages that it needs, in order."""

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
def test_one_copy_is_not_the_same_output_as_two(network: str, minimise_by: MinimiseBy) -> None:
    """On `set` it is, since one copy can be delivered twice."""
    case = Case(sent_and_needed((C(),), (C(), C()), (C(), C())), network)
    assert exact_observations(case) == {"": 0, "X": 4}
    minimise_by(merging_bundles(lambda sends: frozenset(sends)))
    assert caught(case, "minimise") == {"": 0}


def test_the_order_of_messages_is_an_output_on_fifo(minimise_by: MinimiseBy) -> None:
    case = Case(sent_and_needed((A(), B()), (B(), A()), (B(), A())), "fifo")
    assert exact_observations(case) == {"": 0, "X": 4}
    minimise_by(
        merging_bundles(lambda sends: frozenset((each, sends.count(each)) for each in sends))
    )
    assert caught(case, "minimise") == {"": 0}


def merging_bundles(by: Callable[[tuple[Any, ...]], Hashable]) -> Rewrites:
    """Return a rewrite that merges bundles with equal keys, such as sets or multisets."""
    first: dict[Hashable, Bundle] = {}

    def rewrite(edge: Edge) -> Edge:
        assert edge.bundle is not None
        return edge._replace(bundle=first.setdefault(by(edge.bundle.sends), edge.bundle))

    return rewrite


# M4


@NETS
@pytest.mark.parametrize("forgotten", ["crash", "restart"])
def test_a_crash_and_a_restart_are_inputs(
    network: str, forgotten: str, minimise_by: MinimiseBy
) -> None:
    case = Case(cluster({N: lambda _: Forgetful()}, reaches(X)), network, crashes=1)
    assert exact_observations(case) == {"": 0, "X": 4}
    minimise_by(lambda edge: None if (edge.bundle, edge.label) == (None, forgotten) else edge)
    assert caught(case, "minimise") == {"": 0}


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
def test_fields_that_any_property_sees_are_distinguished(
    network: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fields are the same if only some of the properties are checked."""
    properties = reaches_one("one"), reaches_one("other")
    case = Case(cluster({N: lambda _: TwoFields()}, *properties), network)
    keys_of = Observer.keys_of
    assert exact_observations(case) == {"0 0": 0, "1 0": 1, "1 1": 2}
    assert exact_observations(case._replace(only=("one",))) == {"0 0": 0, "1 0": 1, "1 1": 2}
    monkeypatch.setattr(Observer, "keys_of", lambda *args: keys_of(*args)[:1])
    assert caught(case, "minimise") == {"0 0": 0, "1 0": 1}


def reaches_one(field: str) -> Property:
    return sometimes(sees=[field], name=field)(lambda seen: seen.field(field)[0][1] == 1)
