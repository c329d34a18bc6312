"""A pass that is not exact for a cluster is skipped, and says why: the others are taken."""

from __future__ import annotations

import re
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass

import pytest

from pcheck import Actor, Id, Property, Seen, Step, always, broadcast, send
from pcheck.language.cluster import Cluster
from pcheck.search.compiled import explorer, walk
from pcheck.search.outcome import Outcome
from pcheck.search.reductions import reduce
from pcheck.search.reductions.closure import Closure
from pcheck.search.reductions.reduce import ABOUT_STEPS, CLOSED, REDUCTIONS, Reduction, reduced
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS
from tests.search.alike import Asked, by_reference
from tests.search.parts import N1, Idle, M, N, Ticker, cluster, nothing
from tests.search.reductions import reducing
from tests.search.reductions.reducing import check_reduced, reduced_search
from tests.search.reductions.traps import NOBODY, A, B, C, Poster, Walker, X, exact_sights, reaches
from tests.specs.family import paxos

ALL = ("minimise", "fuse", "prune")
OF_TABLES = ("minimise", "prune")
GIVEN_UP = "the nodes have more than 10 local reactions"


def skipped(asked: Asked) -> dict[str, str]:
    return reduced(asked.runs(), ALL).skipped


# A table without an end


@dataclass(frozen=True)
class Counts(Walker):
    """Counts what it is handed, without an end, and sends X at 2."""

    def receive(self, msg: object, src: Id) -> Step:
        after = self.but(at=self.at + 1)
        return (after, broadcast(NOBODY, X())) if after.at == 2 else after


def counting() -> Cluster:
    parts = {N: lambda _: Counts(), M: lambda _: Poster(to=(N1,), messages=(A(), A()))}
    return cluster(parts, reaches(X))


@pytest.mark.parametrize("network", ["once", "lossy", "fifo"])
def test_a_table_without_an_end_is_given_up(network: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each copy is delivered at most once, so that a run ends; only `set` has no end."""
    monkeypatch.setattr(reduce, "Closure", lambda model, tick, most: Closure(model, tick, 100))
    asked = Asked(counting(), network)
    why = "the nodes have more than 100 local reactions"
    assert skipped(asked) == dict.fromkeys(OF_TABLES, why)
    assert exact_sights(asked) == {"": 0, "X": 3}


@pytest.mark.parametrize(
    ("more", "on", "left_out"),
    [(10_000, REDUCTIONS, {}), (11, ("fuse", "symmetry"), dict.fromkeys(CLOSED, GIVEN_UP))],
)
def test_a_long_search_is_worth_some_more_questions(
    more: int, on: tuple[str, ...], left_out: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With closed tables it begins anew, else it goes on."""
    for module, numbers in (
        (explorer, {"MOST": 10, "MORE": more}),
        (walk, {"VERY_LONG": 30, "LONG": 0}),
    ):
        for name, number in numbers.items():
            monkeypatch.setattr(module, name, number)
    asked = Asked(paxos(acceptors=2, proposers=2, rounds=1), crashes=1)
    found, expected = explorer.explore(asked.runs(), reductions=REDUCTIONS), by_reference(asked)
    assert found.outcomes == expected.outcomes
    assert (found.reduced, found.skipped) == (on, left_out)


def test_fuse_needs_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing sent, two copies, one, none: with fuse not the state in between."""
    monkeypatch.setattr(reduce, "Closure", lambda model, tick, most: Closure(model, tick, 100))
    asked = Asked(counting(), "once")
    assert check_reduced(asked, [(), OF_TABLES, ALL]) == {"": 4, "fuse": 3}


# A handler that no run puts to this


@dataclass(frozen=True)
class AsksForB(Walker):
    """0 -A-> 1 asks for B by C, 1 -B-> 2 sends X. It relies on B not to come before."""

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
class SendsBWhenAsked(Poster):
    def receive(self, msg: object, src: Id) -> Step:
        return self, send(src, B())


@pytest.mark.parametrize("network", NETWORKS)
def test_a_handler_that_raises_where_no_run_leads_is_no_error(network: str) -> None:
    parts = {N: lambda _: AsksForB(), M: lambda _: SendsBWhenAsked(to=(N1,), messages=(A(),))}
    asked = Asked(cluster(parts, reaches(X)), network)
    why = (
        "where no run may lead, n1 raised ValueError: B before A "
        "[on B() from m1, in state AsksForB(at=0)]"
    )
    told = {name: re.sub(r"\S+:\d+: ", "", text) for name, text in skipped(asked).items()}
    assert told == dict.fromkeys(OF_TABLES, why)
    assert exact_sights(asked) == {"": 0, "X": 4}


# A property of steps


def never_unseen() -> Property:
    """False of any step that sends no X."""

    def test(before: Seen, after: Seen) -> str | None:
        return "nothing was seen" if before.sent(X) == after.sent(X) else None

    return always(sees=[X], name="never_unseen")(test)


def of_states_alone(model: ClusterModel, reductions: Iterable[str]) -> Reduction:
    """Takes the passes for the sake of the properties for which they are exact."""
    other = copy(model)
    other.properties = tuple(prop for prop in model.properties if not prop.is_step_property)
    return reduced(other, reductions)


@pytest.mark.parametrize(
    ("one_pass", "actor", "crashes", "states"),
    [("minimise", Ticker(), 0, 2), ("fuse", Ticker(), 0, 2), ("prune", Idle(), 1, 3)],
)
def test_a_property_of_steps_sees_what_the_passes_leave_out(
    one_pass: str, actor: Actor, crashes: int, states: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So they are skipped, whatever else is asked beside it. A silent step, and a crash, remain."""
    asked = Asked(cluster({N: lambda _: actor}, never_unseen(), nothing()), crashes=crashes)
    assert skipped(asked) == dict.fromkeys(ALL, ABOUT_STEPS)
    assert check_reduced(asked) == {"": states}
    assert answer_under(one_pass, asked) == (Outcome.VIOLATED, 1)
    monkeypatch.setattr(reducing, "reduced", of_states_alone)
    with pytest.raises(AssertionError):
        check_reduced(asked, [[one_pass]])
    assert answer_under(one_pass, asked) == (Outcome.HOLDS, None)


def answer_under(one_pass: str, asked: Asked) -> tuple[Outcome, int | None]:
    """What is said of `never_unseen`, and after how many steps."""
    search, _ = reduced_search(asked, [one_pass])
    found = search.discoveries.get("never_unseen")
    return search.outcomes["never_unseen"], len(found.trace) if found else None
