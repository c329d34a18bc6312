"""Only some nodes may crash: each reduction, and a version that decides by another node's crash."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from pcheck import (
    Action,
    Actor,
    Cluster,
    Group,
    Id,
    Property,
    Seen,
    Step,
    Value,
    action,
    always,
    broadcast,
    fixed,
    group,
    send,
    volatile,
)
from pcheck.search.clock import Clock
from pcheck.search.compiled import walk
from pcheck.search.compiled.explorer import explore
from pcheck.search.compiled.walk import Walk
from pcheck.search.reductions import quotients, reduce
from pcheck.search.reductions.automaton import MacroStep
from pcheck.search.reductions.closure import Closure
from pcheck.search.reductions.fuse import Fused
from pcheck.search.reductions.local_tables import Local
from pcheck.search.reductions.minimise import class_representatives
from pcheck.search.reductions.prune import Pruned, live_letters
from pcheck.search.reductions.reduce import NO_TWO_CRASH_ALIKE, reduce_cluster
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.network import NETWORKS, Letter
from pcheck.semantics.node import Config
from tests.search.alike import NO_LIMITS, Case
from tests.search.parts import N1, Idle, M, N, cluster, nothing
from tests.search.reductions.covering import Plain
from tests.search.reductions.symmetric import check_symmetric, left, orbits
from tests.search.reductions.test_cover_traps import NeedsACrash, exactly, proved
from tests.search.reductions.test_prune import HearsBAfterACrash
from tests.search.reductions.traps import (
    NOBODY,
    A,
    B,
    Forgetful,
    Poster,
    X,
    Y,
    caught,
    exact_observations,
    reaches,
    rewritten,
    watches,
)

NETS = pytest.mark.parametrize("network", NETWORKS)
NOT_FIFO = pytest.mark.parametrize("network", ["set", "once", "lossy"])
Patch = pytest.MonkeyPatch
Role = Callable[[int], Actor]
BOTH = "never_X", "never_Y"


def only_n1_crashes(first: Role, second: Role, network: str, prop: Property) -> Case:
    """Return a case with the nodes m1 and n1, in this order, of which only n1 may crash, once."""
    return Case(cluster({M: first, N: second}, prop), network, crashes=1, crash_nodes=(N1,))


def without_crashes(closure: Closure) -> Closure:
    """Return the tables without crashes and restarts, as if m1 decided whether nodes may crash."""
    return rewritten(closure, lambda edge: None if edge.bundle is None else edge)


def forgetful(network: str) -> Case:
    """Return a case in which m1 and n1 have one role, and X needs a crash in (1, 1)."""
    return only_n1_crashes(lambda _: Forgetful(), lambda _: Forgetful(), network, reaches(X))


# Minimise


@NETS
def test_a_crash_is_an_input_of_the_nodes_that_may_crash(network: str, monkeypatch: Patch) -> None:
    """On m1 all local states are alike. On n1, the seven local states up and down are distinct."""
    case = forgetful(network)
    assert exact_observations(case) == {"": 0, "X": 4}
    closure = Closure(case.model(), lambda: None)
    assert [len({*class_representatives(closure, i).values()}) for i in (0, 1)] == [1, 7]

    def careless(closure: Closure, i: int) -> dict[Local, Local]:
        return class_representatives(without_crashes(closure), i)

    monkeypatch.setattr(quotients, "class_representatives", careless)
    assert caught(case, "minimise") == {"": 0}


# Fuse


class ChainsDoNotCrash(Fused):
    """Leaves crashes out of chains."""

    def _steps(self, config: Config, labels: tuple[str, ...]) -> tuple[MacroStep, ...]:
        return tuple(step for step in super()._steps(config, labels) if not step.crashes)


@NETS
def test_a_chain_contains_crashes_of_the_nodes_that_may_crash(
    network: str, monkeypatch: Patch
) -> None:
    case = forgetful(network)
    assert exact_observations(case) == {"": 0, "X": 4}
    monkeypatch.setattr(reduce, "Fused", ChainsDoNotCrash)
    assert caught(case, "fuse") == {"": 0}


# Prune


@NOT_FIFO
def test_a_letter_is_live_if_its_receiver_reacts_after_a_crash(
    network: str, monkeypatch: Patch
) -> None:
    """X and Y need these steps: send A and B, deliver A, crash, restart, deliver B."""
    case = only_n1_crashes(
        lambda _: Poster(to=(N1,), messages=(A(), B())),
        lambda _: HearsBAfterACrash(),
        network,
        reaches(X, Y),
    )
    assert exact_observations(case) == {"": 0, "X": 2, "Y": 2, "X Y": 5}

    def careless(
        closure: Closure, i: int, classes: dict[Local, Local]
    ) -> dict[Local, frozenset[Letter]]:
        return live_letters(without_crashes(closure), i, classes)

    monkeypatch.setattr(quotients, "live_letters", careless)
    assert caught(case, "prune") == {"": 0, "X": 2, "Y": 2}


class NeverCrashes(Pruned):
    """Leaves out every crash."""

    def is_needed(self, config: Config, step: MacroStep) -> bool:
        return not step.crashes and super().is_needed(config, step)


@NETS
def test_a_crash_of_a_node_that_may_crash_is_kept(network: str, monkeypatch: Patch) -> None:
    case = forgetful(network)
    assert exact_observations(case) == {"": 0, "X": 4}
    monkeypatch.setattr(quotients, "Pruned", NeverCrashes)
    assert caught(case, "prune") == {"": 0}


# Cover


class CountsNoCrashes(Plain):
    """Ignores the number of crashes."""

    def has_crashes(self, lower: State, upper: State) -> bool:
        return True


@NOT_FIFO
def test_a_state_with_more_crashes_of_some_nodes_spent_does_not_cover(
    network: str, monkeypatch: Patch
) -> None:
    case = only_n1_crashes(lambda _: Idle(), lambda _: NeedsACrash(), network, watches(X))
    assert exactly(case) == {"", "X"}
    monkeypatch.setattr(walk, "Cover", CountsNoCrashes)
    assert proved(case) == {""}


# Symmetry


@dataclass(frozen=True)
class AsksOrAnswers(Actor):
    """Asks, or answers the other node: a crash of the asker leads to X, of the answerer to Y.

    0 -i-> 1 sends A, 0 -A-> 3 sends B, 1 -B-> 2; without its memory, a node sends X in 2, Y in 3.
    """

    everybody: Group = fixed()
    at: int = 0
    memory: int = volatile(0)

    def actions(self) -> Iterator[Action]:
        match self.at, self.memory:
            case 0, 0:
                others = self.everybody.without(self.me)
                yield action("asks", self.but(at=1), broadcast(others, A()))
            case 2, 0:
                yield action("sends X", self.but(at=4), broadcast(NOBODY, X()))
            case 3, 0:
                yield action("sends Y", self.but(at=5), broadcast(NOBODY, Y()))

    def receive(self, msg: object, src: Id) -> Step:
        match self.at, msg:
            case 0, A():
                return self.but(at=3, memory=1), send(src, B())
            case 1, B():
                return self.but(at=2, memory=1)
        return None


def never(kind: type[object]) -> Property:
    def test(seen: Seen) -> str | None:
        return f"{kind.__name__} was sent" if seen.sent(kind) else None

    return always(sees=[kind], name=f"never_{kind.__name__}")(test)


def asking(size: int, network: str, *crash_nodes: int, properties: Sequence[Property]) -> Case:
    """Return a case with interchangeable nodes, of which only some may crash, and only once."""
    n = group("n", size)
    parts = {n: lambda _: AsksOrAnswers(everybody=n)}
    made = Cluster(parts, properties=properties, interchangeable=[n])
    nodes = tuple(Id(f"n{number}") for number in crash_nodes)
    return Case(made, network, crashes=1, all_properties=True, crash_nodes=nodes)


def violated(case: Case) -> set[str]:
    """Return the properties that a complete search with symmetry finds violated."""
    model = case.model()
    search = Walk(
        model, case.limits, reduce_cluster(model, ["symmetry"]), True, Clock(NO_LIMITS, None)
    )
    search.advance()
    assert search.stopped is None
    return set(search.judge.found)


def unsplit(model: ClusterModel) -> Any:
    """Return the blocks as the spec declares them, whichever nodes may crash."""
    return model.cluster.interchangeable


@NETS
def test_a_node_that_may_crash_is_not_exchanged_with_one_that_may_not(
    network: str, monkeypatch: Patch
) -> None:
    """Otherwise only one of the nodes asks in the representatives, and only the other answers.

    If the node that may crash is never the one, never_X or never_Y HOLDS.
    """
    cases = [asking(2, network, each, properties=[never(X), never(Y)]) for each in (1, 2)]
    for case in cases:
        check_symmetric(case)
        found = explore(case.model(), reductions=["symmetry"], all_properties=True)
        assert (found.violated, found.skipped) == (BOTH, {"symmetry": NO_TWO_CRASH_ALIKE})
    monkeypatch.setattr(ClusterModel, "interchangeable", property(unsplit))
    for case in cases:
        with pytest.raises(AssertionError):
            check_symmetric(case, [("symmetry",)])
    assert [set(BOTH) - violated(case) for case in cases] != [set(), set()]


@pytest.mark.parametrize("crashing", [(1,), (3,), (1, 2), (2, 3), (1, 3), (1, 2, 3)])
def test_nodes_of_a_block_that_crash_alike_are_exchanged(crashing: tuple[int, ...]) -> None:
    case = asking(3, "once", *crashing, properties=[watches(X, Y)])
    sizes = check_symmetric(case, [(), ("symmetry",), ("minimise", "fuse", "prune", "symmetry")])
    assert left(case, "symmetry") == orbits(case) == sizes["symmetry"] < sizes[""]


@NETS
def test_a_block_of_values_is_not_split(network: str) -> None:
    """Neither are blocks of nodes if no node may crash."""
    n, values = group("n", 2), (Value("v1"), Value("v2"))
    made = Cluster({n: lambda _: Idle()}, [nothing()], interchangeable=[n, values])
    blocks = {
        crashes: Case(made, network, crashes, crash_nodes=(Id("n1"),)).model().interchangeable
        for crashes in (0, 1)
    }
    assert blocks == {0: (n.ids, values), 1: (values,)}
