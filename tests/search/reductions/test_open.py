"""Open nodes, which have no closed table: leaving nodes open loses no observation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest

from pcheck import Action, Actor, Cluster, Group, Id, Step, action, broadcast, fixed, group, send
from pcheck.errors import Asymmetric, SpecError
from pcheck.language.actor import either
from pcheck.search.clock import EXPLORING, Clock, Progress
from pcheck.search.compiled import patience
from pcheck.search.compiled.explorer import explore
from pcheck.search.compiled.turn import CLOSING
from pcheck.search.compiled.walk import Walk
from pcheck.search.outcome import Outcome, Verdict
from pcheck.search.reductions import closure, reduce
from pcheck.search.reductions.automaton import MacroStep
from pcheck.search.reductions.closure import Closure
from pcheck.search.reductions.local_tables import Local
from pcheck.search.reductions.met import Met, MetUnknown, Noting
from pcheck.search.reductions.reduce import REDUCTIONS, ReducedCluster, reduce_cluster
from pcheck.search.reductions.unseen_steps import ForbidsUnseenSteps
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS, Letter
from pcheck.semantics.node import Config
from tests import draws as st
from tests.sampling import fast_first
from tests.search.alike import NO_LIMITS, Case, check_traces
from tests.search.parts import Ticker, never_at
from tests.search.peers import symmetric_cases
from tests.search.protocols import cases
from tests.search.reductions import reducing, symmetric
from tests.search.reductions.covering import NAMELESS, lengths
from tests.search.reductions.reducing import check_reduced
from tests.search.reductions.symmetric import check_symmetric
from tests.search.reductions.traps import NOBODY, A, B, Walker, X, reaches
from tests.specs.family import paxos

ALL = ("minimise", "fuse", "prune")
SEVERAL = (("prune",), ("minimise", "prune"), ALL)
Parts = dict[Group, Callable[[int], Actor]]
Patch = pytest.MonkeyPatch


def limit_silent_roles(reactions: int, patch: Patch) -> None:
    """Leave a role open if it has more reactions than this and sends nothing to any node."""
    patch.setattr(closure, "MAX_REACTIONS_OF_SILENT_ROLE", reactions)
    patch.setattr(reduce, "MAX_REACTIONS_OF_SILENT_ROLE", reactions)


def with_listeners(case: Case) -> Case:
    """Return the case with a last role that may send twice, the first time to nobody."""
    actors: dict[Id, Any] = dict(case.cluster.actors)
    role = type(list(actors.values())[-1])

    def becomes(actor: Any, *way: Any) -> Any:
        step = role.becomes(actor, *way)
        sends = step[1:] if actor.left == 2 and isinstance(step, tuple) else ()
        return (step[0], *(broadcast(NOBODY, each.message) for each in sends)) if sends else step

    late = type("Late", (role,), {"__module__": __name__, "becomes": becomes})
    cluster = copy(case.cluster)
    cluster.actors = actors | {
        name: late(**vars(actor) | {"left": 2})
        for name, actor in actors.items()
        if type(actor) is role
    }
    return case._replace(cluster=cluster, limits=NO_LIMITS)


def final_reductions(
    counted: Counter[str],
) -> Callable[[ClusterModel, Iterable[str]], ReducedCluster]:
    """Return a function that applies the reductions of a search that meets nothing unknown.

    The function counts the clusters with open nodes and the searches that begin again, with the
    tables of what they met.
    """

    def reduce_finally(model: ClusterModel, reductions: Iterable[str]) -> ReducedCluster:
        found = reduce_cluster(model, reductions)
        counted["open"] += any(" of " in name for name in found.skipped)
        try:
            search(model, found)
        except MetUnknown:
            counted["begun again"] += 1
            return with_what_is_met(model, reductions)
        except ForbidsUnseenSteps:  # the comparison begins again by itself
            pass
        return found

    return reduce_finally


def search(model: ClusterModel, reduced: ReducedCluster) -> None:
    Walk(model, NO_LIMITS, reduced, True, Clock(NO_LIMITS, None)).run()


def with_what_is_met(model: ClusterModel, reductions: Iterable[str]) -> ReducedCluster:
    """Return reductions with the tables of what was met, after a search that met nothing else."""
    met = Met(model)
    while True:
        found = reduce_cluster(model, reductions, met=met)
        try:
            search(model, found)
        except ForbidsUnseenSteps:  # the comparison begins again by itself
            pass
        except (SpecError, AssertionError):
            if not met.unknown:
                raise
        if not met.unknown:
            return found


def compared(examples: int, silent: int, max_states: int, nth: int) -> Counter[str]:
    """Check random protocols with listeners and few allowed reactions, and count their kinds."""
    counted = Counter[str]()

    def compare(case: Case) -> None:
        if sum(1 for _ in symmetric.states(case.model(), max_states)) <= max_states:
            counted["protocols"] += 1
            if case.cluster.interchangeable:
                check_symmetric(case, [(*reductions, "symmetry") for reductions in SEVERAL])
            else:
                check_reduced(case._replace(only=()), SEVERAL)

    with Patch.context() as patch:
        limit_silent_roles(silent, patch)
        patch.setattr(reducing, "reduce_cluster", final_reductions(counted))
        several = st.one_of(cases(max_states), symmetric_cases()).map(with_listeners)
        st.for_each(several, examples, compare, first=nth * st.MANY)
    return counted


@pytest.mark.slow
@pytest.mark.parametrize("silent", [0, 2, 8])
def test_open_nodes_lose_no_observation_of_random_protocols(silent: int) -> None:
    counted = compared(80, silent, 160, nth=81)
    assert min(counted["protocols"] - 20, counted["open"]) > 0
    if silent < 8:  # with 8 allowed reactions a table is seldom wrong, and with 0 never
        assert (counted["begun again"] > 0) == (silent > 0)


@pytest.mark.slow
@pytest.mark.parametrize("silent", range(4))
def test_open_nodes_lose_no_observation_of_a_thousand_random_protocols(silent: int) -> None:
    assert compared(250, silent, 300, nth=silent)["open"] > 0


@dataclass(frozen=True)
class Talks(Walker):
    """Sends A three times, and X to nobody on B after that."""

    to: Group = fixed()

    def actions(self) -> Iterator[Action]:
        if self.at < 3:
            yield action("talks", self.but(at=self.at + 1), broadcast(self.to, A()))

    def receive(self, msg: object, src: Id) -> Step:
        return (self.but(at=4), broadcast(NOBODY, X())) if msg == B() and self.at == 3 else None


@dataclass(frozen=True)
class Waits(Talks):
    """Sends A three times, waits silently, and only then sends X to nobody on B."""

    def actions(self) -> Iterator[Action]:
        yield from super().actions()
        if self.at == 3:
            yield action("waits", self.but(at=4))

    def receive(self, msg: object, src: Id) -> Step:
        return (self.but(at=5), broadcast(NOBODY, X())) if msg == B() and self.at == 4 else None


@dataclass(frozen=True)
class Listens(Walker):
    """Receives `takes` copies of A, and then sends B."""

    to: Group = fixed()
    takes: int = fixed(3)

    def receive(self, msg: object, src: Id) -> Step:
        if msg != A() or self.at == self.takes:
            return None
        after = self.but(at=self.at + 1)
        return (after, broadcast(self.to, B())) if after.at == self.takes else after


def a_listener(network: str = "set", takes: int = 3, talks: type[Talks] = Talks) -> Case:
    talker, listener = group("t", 1), group("l", 1)
    parts: Parts = {
        talker: lambda _: talks(to=listener),
        listener: lambda _: Listens(to=talker, takes=takes),
    }
    return Case(Cluster(parts, [reaches(X)]), network)


@pytest.mark.parametrize("silent", fast_first(1, range(5)))
def test_the_messages_of_an_open_node_arrive(silent: int, monkeypatch: Patch) -> None:
    limit_silent_roles(silent, monkeypatch)
    for network, crashes, reductions in product(NETWORKS, (0, 1), (*NAMELESS, REDUCTIONS)):
        case = a_listener()._replace(network=network, crashes=crashes)
        found = explore(case.model(), reductions=reductions)
        assert (found.outcomes, lengths(found)) == ({"reaches": Outcome.REACHED}, {"reaches": 7})
        check_traces(case, found)


def test_no_node_is_open_in_a_search_that_begins_again(monkeypatch: Patch) -> None:
    """If l1 takes nine messages, l1 sends nothing: t1 sends only three."""
    limit_silent_roles(2, monkeypatch)
    why, reductions = "there are more than 2 local reactions of l1", (*ALL, "cover")
    found = explore(a_listener("once", takes=9).model(), reductions=reductions)
    assert (found.reduced, found.skipped) == (ALL, {"minimise and prune of l1": why, "cover": why})
    found = explore(a_listener("once").model(), reductions=reductions)
    assert (found.reduced, found.skipped) == (ALL, {})


@pytest.mark.parametrize(("first", "reached"), [(1, True), (None, False)])
def test_a_search_that_begins_again_keeps_what_every_search_before_it_found(
    first: int | None, reached: bool, monkeypatch: Patch
) -> None:
    """A plain search of 130 reactions finds X; a search with wrong tables finds nothing."""
    limit_silent_roles(2, monkeypatch)
    monkeypatch.setattr(patience, "MIN_PLAIN_WORK", 0)
    monkeypatch.setattr(patience, "MAX_PLAIN_WORK", 130)
    monkeypatch.setattr(Clock, "PERIOD", 0.0)
    activities: list[tuple[str, bool]] = []

    def on_progress(progress: Progress) -> None:
        if progress.activity == CLOSING and (EXPLORING, True) in activities:
            raise KeyboardInterrupt
        activities.append((progress.activity, progress.is_reduced))

    talker, listener, ticker = group("t", 1), group("l", 1), group("n", 1)
    parts: Parts = {
        talker: lambda _: Talks(to=listener),
        listener: lambda _: Listens(to=talker),
        ticker: lambda _: Ticker(end=100),
    }
    found = explore(
        Case(Cluster(parts, [reaches(X), never_at(4, 3, 100, name="far")])).model(),
        reductions=["minimise"],
        all_properties=True,
        on_progress=on_progress,
        first_reactions=first,
    )
    x = Outcome.REACHED if reached else Outcome.UNDECIDED
    assert found.outcomes == {"reaches": x, "far": Outcome.UNDECIDED}
    assert found.stopped == "an interrupt"


def test_paxos_has_the_same_outcomes_if_its_learner_is_left_open(monkeypatch: Patch) -> None:
    limit_silent_roles(100, monkeypatch)
    case = Case(paxos(acceptors=3, proposers=2, learners=1, rounds=1))
    expected = explore(case.model(), all_properties=True)
    found = explore(case.model(), reductions=REDUCTIONS, all_properties=True)
    assert (found.outcomes, lengths(found)) == (expected.outcomes, lengths(expected))
    assert (expected.states, found.states, found.verdict) == (12_169, 240, Verdict.HOLDS)
    why = "there are more than 100 local reactions of l1: l1 has 16 values of its field heard"
    why += "; fewer of them would help"
    assert found.skipped == {"minimise and prune of l1": why, "cover": why}
    check_traces(case, found)


class Careless(Noting):
    """Notes nothing, so that the messages that an open node sends are not checked."""

    def steps(self, config: Config) -> tuple[MacroStep, ...]:
        return self.inner.steps(config)


class CutShort(Closure):
    """Uses an incomplete table as a closed one."""

    def _add_reaction(self, i: int, local: Local, letter: Letter | None) -> None:
        role = type(local.actor)
        self._silent_reactions[role] += 1
        if role in self._sending_roles or self._silent_reactions[role] <= 2:
            super()._add_reaction(i, local, letter)


@pytest.mark.parametrize(
    ("careless", "reduction", "talks", "silent"),
    [(Careless, "minimise", Waits, 2), (CutShort, "prune", Talks, 99)],
)
def test_a_careless_version_loses_an_observation(
    careless: type, reduction: str, talks: type[Talks], silent: int, monkeypatch: Patch
) -> None:
    case = a_listener(talks=talks)
    limit_silent_roles(silent, monkeypatch)
    assert explore(case.model(), reductions=[reduction]).violated == ()
    monkeypatch.setattr(reduce, careless.__bases__[0].__name__, careless)
    with pytest.raises(AssertionError):
        check_reduced(case, [[reduction]])
    assert explore(case.model(), reductions=[reduction]).violated == ("reaches",)


@dataclass(frozen=True)
class Chooses(Walker):
    """Sends A to one of several nodes."""

    of: tuple[Id, ...] = fixed()

    def actions(self) -> Iterator[Action]:
        ways = ((node, (self.but(at=1), send(node, A()))) for node in self.of)
        return iter([action("chooses", either(*ways))] if self.at == 0 else [])


@dataclass(frozen=True)
class Favours(Walker):
    """Sends X on the message of one node."""

    whom: Id = fixed()

    def receive(self, msg: object, src: Id) -> Step:
        return (self.but(at=1), broadcast(NOBODY, X())) if src == self.whom else None


def favouring(whom: str, idle: int, way: int) -> Case:
    """Return a case: c1 sends A to l1 or l2, which sends B to t1; t1 sends X on B from `whom`."""
    listeners, t = group("l", 2), group("t", 1)
    parts: Parts = {group("idle", idle): lambda i: Walker(at=i)}
    parts[group("c", 1)] = lambda _: Chooses(of=listeners.ids[::way])
    parts |= {listeners: lambda _: Listens(to=t, takes=1), t: lambda _: Favours(whom=Id(whom))}
    return Case(Cluster(parts, [reaches(X)], interchangeable=[listeners]))


@pytest.mark.slow
@pytest.mark.parametrize("silent", [1, 2, 3])
def test_an_asymmetric_handler_is_reported_although_others_are_open(
    silent: int, monkeypatch: Patch
) -> None:
    """If l1 is left open while it sends, the table of t1 contains B from l1 or l2 only."""
    limit_silent_roles(silent, monkeypatch)
    for whom, idle, way, reductions in product(("l1", "l2"), range(4), (1, -1), SEVERAL):
        with pytest.raises(Asymmetric):
            explore(favouring(whom, idle, way).model(), reductions=(*reductions, "symmetry"))
