"""Bugs with quorums: each violates its declared property in the number of steps counted by hand."""

from __future__ import annotations

import pytest

from pcheck import check
from pcheck.search.outcome import Verdict
from tests.specs.family import breaks_nothing, bugs_of, checked, length, matches_saved_files

pytestmark = pytest.mark.slow  # other tests replay the saved traces

# Steps of two ballots: each start, two steps for each promise, and one for each vote.
STEPS = {
    (401, "half-promise-and-half-choose"): 2 * (1 + 2 * 1 + 1),
    (402, "a-majority-promises-and-one-chooses"): 2 * (1 + 2 * 2 + 1),
    (404, "waits-for-a-column"): 2 * (1 + 2 * 2 + 2),
    (405, "counts-promises-in-a-grid"): 2 * (1 + 2 * 2 + 2),
}
SAFE = [(403, "one-promise-is-enough"), (406, "waits-for-one-of-each-column")]


def test_every_bug_is_in_one_of_the_tables() -> None:
    assert bugs_of("flexible_paxos") == sorted([*STEPS, *SAFE])


@pytest.mark.parametrize("bug", STEPS, ids=lambda bug: bug[1])
def test_a_bug_violates_agreement_in_this_number_of_steps(bug: tuple[int, str]) -> None:
    found = checked("flexible_paxos", bug[1])
    actual = found.as_expected, found.result.verdict, length(found.result)
    assert actual == (True, Verdict.VIOLATED, STEPS[bug])
    assert matches_saved_files(found)


@pytest.mark.parametrize("name", [name for _, name in SAFE])
def test_a_safe_change_violates_no_property(name: str) -> None:
    assert breaks_nothing(checked("flexible_paxos", name))


@pytest.mark.parametrize("acceptors", [1, 2])
def test_one_vote_is_enough_if_a_majority_is_all_acceptors(acceptors: int) -> None:
    name = "a-majority-promises-and-one-chooses"
    assert check("flexible_paxos", bug=name, acceptors=acceptors).verdict is Verdict.HOLDS


@pytest.mark.parametrize("bug", STEPS, ids=lambda bug: bug[1])
def test_without_reductions_the_shortest_trace_is_as_long(bug: tuple[int, str]) -> None:
    _, name = bug
    found = check(
        "flexible_paxos", bug=name, properties=["agreement"], engine="compiled", reduce="none"
    )
    assert (found.verdict, length(found)) == (Verdict.VIOLATED, STEPS[bug])
