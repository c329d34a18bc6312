"""Specs that are unlike Paxos and know nothing of reductions: each is right, and so is its bug."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pcheck import check
from pcheck.bugs import KnownBug, select
from pcheck.search.outcome import Outcome, SearchResult, Verdict
from tests.runs import counts

USERS = Path(__file__).parent / "users"
SMALL: dict[str, dict[str, Any]] = {
    "register": {"servers": 2, "network": "once", "crashes": 1},
    "viewstamped": {"operations": 1, "crashes": 1},
    "put_and_get": {"network": "once", "crashes": 0},
}
GOOD = {Outcome.HOLDS, Outcome.REACHED}


def path(name: str) -> str:
    return str(USERS / f"{name}.py")


def searches(name: str, **options: Any) -> tuple[SearchResult, SearchResult]:
    """Return the results of the reference engine and of the compiled one without reductions."""
    by_reference = check(path(name), engine="reference", **options)
    unreduced = check(path(name), engine="compiled", reduce="none", **options)
    return by_reference.search, unreduced.search


def bug_of(name: str) -> KnownBug:
    (known,) = select(path(name))
    return known


def test_every_spec_of_the_folder_is_tested() -> None:
    assert sorted(each.stem for each in USERS.glob("*.py")) == sorted(SMALL)


@pytest.mark.parametrize("name", SMALL)
def test_both_engines_find_that_a_small_scope_holds(name: str) -> None:
    by_reference, unreduced = searches(name, **SMALL[name])
    assert (by_reference.verdict, by_reference.complete) == (Verdict.HOLDS, True)
    assert set(by_reference.outcomes.values()) == GOOD
    assert unreduced.outcomes == by_reference.outcomes
    assert counts(unreduced) == counts(by_reference)


@pytest.mark.parametrize("name", SMALL)
def test_both_engines_find_that_the_bug_breaks_its_property(name: str) -> None:
    bug = bug_of(name).bug
    by_reference, unreduced = searches(name, bug=bug.number)
    assert by_reference.violated == unreduced.violated == (bug.breaks,)
    assert counts(unreduced) == counts(by_reference)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "reductions"),
    [
        ("register", {"minimise", "fuse", "prune", "symmetry"}),
        ("viewstamped", {"minimise", "fuse", "prune"}),
    ],
)
def test_every_reduction_that_applies_is_on_and_changes_no_answer(
    name: str, reductions: set[str]
) -> None:
    """Neither spec has closed tables: one is endless, and a handler of the other one raises."""
    found, unreduced = (check(path(name), reduce=each).search for each in ("all", "none"))
    assert set(found.reduced) - {"cover"} == reductions
    assert found.outcomes == unreduced.outcomes
    assert found.verdict is Verdict.HOLDS
    assert found.states * 20 < unreduced.states
    lengths = [
        {k: len(d.trace) for k, d in each.discoveries.items()} for each in (found, unreduced)
    ]
    assert lengths[0] == lengths[1]


@pytest.mark.slow
@pytest.mark.parametrize("name", SMALL)
def test_all_reductions_find_the_bug(name: str) -> None:
    bug = bug_of(name).bug
    found = check(path(name), bug=bug.number, reduce="all").search
    unreduced = check(path(name), bug=bug.number, reduce="none").search
    assert found.violated == unreduced.violated == (bug.breaks,)
    traces = [each.discoveries[bug.breaks].trace for each in (found, unreduced)]
    assert len(traces[0]) == len(traces[1])
