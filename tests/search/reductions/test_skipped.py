"""A reduction that is not exact for a cluster is skipped with a reason; others are applied."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from pcheck import Id, Step, broadcast, send
from pcheck.language.cluster import Cluster
from pcheck.search.compiled import explorer, patience, turn
from pcheck.search.limits import Limits
from pcheck.search.reductions import reduce
from pcheck.search.reductions.closure import Closure
from pcheck.search.reductions.reduce import (
    REDUCTIONS,
    reduce_cluster,
)
from pcheck.semantics.network import NETWORKS
from tests.search.alike import Case, answers, by_reference, check_traces
from tests.search.parts import N1, M, N, cluster
from tests.search.reductions.reducing import check_reduced
from tests.search.reductions.traps import (
    NOBODY,
    A,
    B,
    C,
    Poster,
    Walker,
    X,
    exact_observations,
    reaches,
)
from tests.specs.family import cluster as spec_cluster
from tests.specs.family import paxos

ALL = ("minimise", "fuse", "prune")
OF_TABLES = ("minimise", "prune")


def skipped(case: Case) -> dict[str, str]:
    return reduce_cluster(case.model(), ALL).skipped


# An infinite table


@dataclass(frozen=True)
class Counts(Walker):
    """Counts its deliveries without an end, and sends X at 2."""

    def receive(self, msg: object, src: Id) -> Step:
        after = self.but(at=self.at + 1)
        return (after, broadcast(NOBODY, X())) if after.at == 2 else after


def counting() -> Cluster:
    parts = {N: lambda _: Counts(), M: lambda _: Poster(to=(N1,), messages=(A(), A()))}
    return cluster(parts, reaches(X))


@pytest.mark.parametrize("network", ["once", "lossy", "fifo"])
def test_an_infinite_table_skips_reductions(network: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each copy is delivered at most once, so the state space is finite, except on `set`."""
    monkeypatch.setattr(reduce, "Closure", lambda model, tick, limit: Closure(model, tick, 100))
    case = Case(counting(), network)
    why = "the nodes have more than 100 local reactions: n1 has 50 values of its field at; "
    why += "fewer of them would help"
    assert skipped(case) == dict.fromkeys(OF_TABLES, why)
    assert exact_observations(case) == {"": 0, "X": 3}
    check_applied(case)


def check_applied(case: Case) -> None:
    """Check that a search of a cluster without closed tables has tables of what it meets."""
    found, expected = explorer.explore(case.model(), reductions=ALL), by_reference(case)
    assert (found.reduced, found.skipped) == (ALL, {})
    assert found.outcomes == expected.outcomes
    assert found.tables is not None
    check_traces(case, found)


@pytest.mark.parametrize(("first", "most"), [(10_000, 10_000), (10, 10_000), (10, 10), (None, 10)])
def test_a_long_search_has_tables_however_many_reactions_they_would_have(
    first: int | None, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With fewer first reactions than a closed table needs, a plain search comes first."""
    monkeypatch.setattr(explorer, "MAX_LOCAL_REACTIONS", most)
    monkeypatch.setattr(patience, "MIN_PLAIN_WORK", 0)
    monkeypatch.setattr(patience, "MAX_PLAIN_WORK", 0)
    monkeypatch.setattr(turn, "MIN_STATES_TO_TRY_COVER", 0)
    case = Case(paxos(acceptors=2, proposers=2, rounds=1), crashes=1)
    expected = by_reference(case)
    found = explorer.explore(case.model(), reductions=REDUCTIONS, first_reactions=first)
    assert found.outcomes == expected.outcomes
    assert (found.reduced, found.skipped) == (REDUCTIONS, {})
    check_traces(case, found)


@pytest.mark.parametrize("steps", [1, 2, 4])
def test_a_limit_of_steps_is_reached_whatever_the_tables_lack(
    steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A growth of the tables would take longer than two steps of raft."""
    monkeypatch.setattr(explorer, "MAX_LOCAL_REACTIONS", 10)
    for pairs in (0, explorer.MAX_PAIRS):
        monkeypatch.setattr(explorer, "MAX_PAIRS", pairs)
        case = Case(spec_cluster("raft"), crashes=1, limits=Limits(depth=steps))
        expected = by_reference(case)
        found = explorer.explore(case.model(), case.limits, reductions=["prune"])
        assert (found.depth, len(found.widths)) == (expected.depth, len(expected.widths))
        assert (found.outcomes, found.stopped) == (expected.outcomes, expected.stopped)


def test_a_search_that_ends_soon_has_no_tables() -> None:
    case = Case(paxos(acceptors=2, proposers=2, rounds=1), crashes=1)
    found = explorer.explore(case.model(), reductions=REDUCTIONS, first_reactions=10)
    assert answers(found) == answers(by_reference(case))
    assert (found.reduced, found.skipped, found.tables) == ((), {}, None)


def test_fuse_needs_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four states: before the step that sends, then two, one and no copies; fuse skips one copy."""
    monkeypatch.setattr(reduce, "Closure", lambda model, tick, limit: Closure(model, tick, 100))
    case = Case(counting(), "once")
    assert check_reduced(case, [(), OF_TABLES, ALL]) == {"": 4, "fuse": 3}


# A handler that fails in an unreachable local state


@dataclass(frozen=True)
class AsksForB(Walker):
    """0 -A-> 1 requests B with C, 1 -B-> 2 sends X; B in 0 raises an exception."""

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case A() if self.at == 0:
                return self.but(at=1), send(src, C())
            case B() if self.at == 0:
                raise ValueError("B before A")
            case B() if self.at == 1:
                return self.but(at=2), broadcast(NOBODY, X())
        return None


@dataclass(frozen=True)
class SendsBOnRequest(Poster):
    """Sends B on every message."""

    def receive(self, msg: object, src: Id) -> Step:
        return self, send(src, B())


@pytest.mark.parametrize("network", NETWORKS)
def test_a_handler_that_raises_in_an_unreachable_local_state_is_not_an_error(network: str) -> None:
    parts = {N: lambda _: AsksForB(), M: lambda _: SendsBOnRequest(to=(N1,), messages=(A(),))}
    case = Case(cluster(parts, reaches(X)), network)
    why = (
        "in a local state that may be unreachable, receive() of n1 raised ValueError: B before A "
        "[on B() from m1, in state AsksForB(at=0)]; ignore the message there"
    )
    reasons = {name: re.sub(r"\S+:\d+: ", "", text) for name, text in skipped(case).items()}
    assert reasons == dict.fromkeys(OF_TABLES, why)
    assert exact_observations(case) == {"": 0, "X": 4}
    check_applied(case)
