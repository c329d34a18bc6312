"""Who only listens may be left without a table: nothing that can be seen is lost for that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from pcheck import Action, Actor, Cluster, Group, Id, Step, action, broadcast, fixed, group, send
from pcheck.errors import Asymmetric
from pcheck.language.actor import either
from pcheck.search.compiled.explorer import explore
from pcheck.search.compiled.walk import Walk
from pcheck.search.limits import Clock
from pcheck.search.outcome import Outcome, Verdict
from pcheck.search.reductions import closure, reduce
from pcheck.search.reductions.automaton import Step as Row
from pcheck.search.reductions.closure import Closure, Local, Open, Unclosed
from pcheck.search.reductions.reduce import REDUCTIONS, Reduction, reduced, without_tables
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS, Letter
from pcheck.semantics.node import Config
from tests.search.alike import NO_LIMITS, Asked, check_runs
from tests.search.peers import symmetric_questions
from tests.search.protocols import questions
from tests.search.reductions import reducing, symmetric
from tests.search.reductions.covering import NAMELESS, lengths
from tests.search.reductions.reducing import check_reduced
from tests.search.reductions.symmetric import check_symmetric
from tests.search.reductions.traps import NOBODY, A, B, Walker, X, reaches
from tests.search.settings import COMMON
from tests.specs.family import paxos

ALL = ("minimise", "fuse", "prune")
SEVERAL = (("prune",), ("minimise", "prune"), ALL)
Parts = dict[Group, Callable[[int], Actor]]
Patch = pytest.MonkeyPatch


def patient_for(questions: int, patch: Patch) -> None:
    """A role that is asked more than this, and sends nothing to anybody, is left open."""
    patch.setattr(closure, "MOST_SILENT", questions)
    patch.setattr(reduce, "MOST_SILENT", questions)


def with_listeners(asked: Asked) -> Asked:
    """Those of the last role may send twice, and at first to nobody."""
    actors: dict[Id, Any] = dict(asked.cluster.actors)
    role = type(list(actors.values())[-1])

    def becomes(actor: Any, *way: Any) -> Any:
        step = role.becomes(actor, *way)
        sends = step[1:] if actor.left == 2 and isinstance(step, tuple) else ()
        return (step[0], *(broadcast(NOBODY, each.message) for each in sends)) if sends else step

    late = type("Late", (role,), {"__module__": __name__, "becomes": becomes})
    cluster = copy(asked.cluster)
    cluster.actors = actors | {
        name: late(**vars(its) | {"left": 2}) for name, its in actors.items() if type(its) is role
    }
    return asked._replace(cluster=cluster, limits=NO_LIMITS)


def settled(told: Counter[str]) -> Callable[[ClusterModel, Iterable[str]], Reduction]:
    """What a search comes to use, as in `explore`; and how often it is of which kind."""

    def ends_with(model: ClusterModel, reductions: Iterable[str]) -> Reduction:
        found = reduced(model, reductions)
        told["open"] += any(" of " in name for name in found.skipped)
        try:
            Walk(model, NO_LIMITS, found, True, Clock(NO_LIMITS, None)).run()
        except Unclosed as why:
            told["begun again"] += 1
            return without_tables(model, found, str(why))
        return found

    return ends_with


def compared(examples: int, silent: int, most: int, nth: int) -> Counter[str]:
    told = Counter[str]()

    @seed(nth)
    @settings(max_examples=examples, **COMMON | {"derandomize": False})
    @given(st.one_of(questions(most), symmetric_questions()).map(with_listeners))
    def compare(asked: Asked) -> None:
        if sum(1 for _ in symmetric.states(asked.runs(), most)) <= most:
            told["protocols"] += 1
            about = tuple(
                prop.name for prop in asked.cluster.properties if not prop.is_step_property
            )
            if asked.cluster.interchangeable:
                check_symmetric(asked, [(*reductions, "symmetry") for reductions in SEVERAL])
            else:
                check_reduced(asked._replace(only=about), SEVERAL)

    with Patch.context() as patch:
        patient_for(silent, patch)
        patch.setattr(reducing, "reduced", settled(told))
        patch.setattr(symmetric, "reduced", settled(told))
        compare()
    return told


@pytest.mark.parametrize("silent", [2, *(pytest.param(n, marks=pytest.mark.slow) for n in (0, 8))])
def test_nothing_is_lost_where_listeners_are_left_open(silent: int) -> None:
    told = compared(80, silent, 160, nth=80)
    assert min(told["protocols"] - 20, told["open"]) > 0
    assert (told["begun again"] > 0) == (silent > 0)  # else no table can turn out to be wrong


@pytest.mark.slow
@pytest.mark.parametrize("silent", range(4))
def test_nothing_is_lost_in_a_thousand_of_them(silent: int) -> None:
    assert compared(250, silent, 300, nth=silent)["open"] > 0


@dataclass(frozen=True)
class Talks(Walker):
    """Says A three times, and X to nobody if it is told B after that."""

    to: Group = fixed()

    def actions(self) -> Iterator[Action]:
        if self.at < 3:
            yield action("talks", self.but(at=self.at + 1), broadcast(self.to, A()))

    def receive(self, msg: object, src: Id) -> Step:
        return (self.but(at=4), broadcast(NOBODY, X())) if msg == B() and self.at == 3 else None


@dataclass(frozen=True)
class Listens(Walker):
    """Takes some of the As, and then says B."""

    to: Group = fixed()
    takes: int = fixed(3)

    def receive(self, msg: object, src: Id) -> Step:
        if msg != A() or self.at == self.takes:
            return None
        after = self.but(at=self.at + 1)
        return (after, broadcast(self.to, B())) if after.at == self.takes else after


def a_listener(network: str = "set", takes: int = 3) -> Asked:
    t, its = group("t", 1), group("l", 1)
    parts: Parts = {t: lambda _: Talks(to=its), its: lambda _: Listens(to=t, takes=takes)}
    return Asked(Cluster(parts, [reaches(X)]), network)


@pytest.mark.parametrize("silent", range(5))
def test_what_a_listener_says_is_heard(silent: int, monkeypatch: Patch) -> None:
    patient_for(silent, monkeypatch)
    for network, crashes, reductions in product(NETWORKS, (0, 1), (*NAMELESS, REDUCTIONS)):
        asked = a_listener()._replace(network=network, crashes=crashes)
        found = explore(asked.runs(), reductions=reductions)
        assert (found.outcomes, lengths(found)) == ({"reaches": Outcome.REACHED}, {"reaches": 7})
        check_runs(asked, found)


def test_a_search_that_begins_again_says_so(monkeypatch: Patch) -> None:
    patient_for(2, monkeypatch)
    why, reductions = "there are more than 2 local reactions of l1", (*ALL, "cover")
    found = explore(a_listener("once", takes=9).runs(), reductions=reductions)  # there are three
    assert (found.reduced, found.skipped) == (ALL, {"minimise and prune of l1": why, "cover": why})
    found = explore(a_listener("once").runs(), reductions=reductions)
    wrong = dict.fromkeys(("minimise", "prune"), "l1 sends what it did not seem to send")
    assert (found.reduced, found.skipped) == (("fuse",), {"cover": why, **wrong})


def test_paxos_is_the_same_where_its_learner_is_left_open(monkeypatch: Patch) -> None:
    patient_for(100, monkeypatch)
    asked = Asked(paxos(acceptors=3, proposers=2, learners=1, rounds=1))
    expected = explore(asked.runs(), all_properties=True)
    found = explore(asked.runs(), reductions=REDUCTIONS, all_properties=True)
    assert (found.outcomes, lengths(found)) == (expected.outcomes, lengths(expected))
    assert (expected.states, found.states, found.verdict) == (12_169, 240, Verdict.HOLDS)
    why = "there are more than 100 local reactions of l1"
    assert found.skipped == {"minimise and prune of l1": why, "cover": why}
    check_runs(asked, found)


class Careless(Open):
    """Does not look at what is sent."""

    def steps(self, config: Config) -> tuple[Row, ...]:
        return self._inner.steps(config)


class CutShort(Closure):
    """Takes a table that was not asked to its end for a closed one."""

    def _ask(self, i: int, local: Local, letter: Letter | None) -> None:
        self._silent[type(local.actor)] += 1
        if type(local.actor) in self._send or self._silent[type(local.actor)] <= 2:
            super()._ask(i, local, letter)


@pytest.mark.parametrize(("version", "silent"), [(Careless, 2), (CutShort, 99)])
def test_a_careless_version_misses_it(version: type, silent: int, monkeypatch: Patch) -> None:
    patient_for(silent, monkeypatch)
    monkeypatch.setattr(reduce, version.__base__.__name__, version)  # type: ignore[union-attr]
    with pytest.raises(AssertionError):
        check_reduced(a_listener(), [["prune"]])
    assert explore(a_listener().runs(), reductions=["prune"]).violated == ("reaches",)


@dataclass(frozen=True)
class Chooses(Walker):
    of: tuple[Id, ...] = fixed()

    def actions(self) -> Iterator[Action]:
        ways = ((one, (self.but(at=1), send(one, A()))) for one in self.of)
        return iter([action("chooses", either(*ways))] if self.at == 0 else [])


@dataclass(frozen=True)
class Favours(Walker):
    whom: Id = fixed()

    def receive(self, msg: object, src: Id) -> Step:
        return (self.but(at=1), broadcast(NOBODY, X())) if src == self.whom else None


def favouring(whom: str, idle: int, way: int) -> Asked:
    """c1 hands A to l1 or to l2, who makes B of it for t1, who sends X for the B of one of them."""
    its, t = group("l", 2), group("t", 1)
    parts: Parts = {group("idle", idle): lambda i: Walker(at=i)}
    parts[group("c", 1)] = lambda _: Chooses(of=its.ids[::way])
    parts |= {its: lambda _: Listens(to=t, takes=1), t: lambda _: Favours(whom=Id(whom))}
    return Asked(Cluster(parts, [reaches(X)], interchangeable=[its]))


@pytest.mark.parametrize("silent", [1, 2, 3])
def test_a_favourite_is_found_out_though_others_are_open(silent: int, monkeypatch: Patch) -> None:
    """Of l1 and l2, if l1 comes to be left open as it sends: the table of t1 knows its B alone."""
    patient_for(silent, monkeypatch)
    for whom, idle, way, reductions in product(("l1", "l2"), range(4), (1, -1), SEVERAL):
        with pytest.raises(Asymmetric):
            explore(favouring(whom, idle, way).runs(), reductions=(*reductions, "symmetry"))
