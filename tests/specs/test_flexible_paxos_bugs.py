"""The mistakes with quorums: each breaks what it says, after as many steps as can be counted."""

from __future__ import annotations

import pytest

from pcheck import check
from pcheck.search.outcome import Verdict
from tests.specs.family import breaks_nothing, hunted, is_as_kept, length, mistakes

pytestmark = pytest.mark.slow  # the runs that are kept are walked by the others

# Two ballots: the start of each, two steps for each promise, one for each vote.
STEPS = {
    (401, "half-promise-and-half-choose"): 2 * (1 + 2 * 1 + 1),
    (402, "a-majority-promises-and-one-chooses"): 2 * (1 + 2 * 2 + 1),
    (404, "waits-for-a-column"): 2 * (1 + 2 * 2 + 2),
    (405, "counts-promises-in-a-grid"): 2 * (1 + 2 * 2 + 2),
}
SAFE = [(403, "one-promise-is-enough"), (406, "waits-for-one-of-each-column")]


def test_every_mistake_stands_in_one_of_the_tables() -> None:
    assert mistakes("flexible_paxos") == sorted([*STEPS, *SAFE])


@pytest.mark.parametrize("mistake", STEPS, ids=lambda mistake: mistake[1])
def test_a_mistake_breaks_agreement_in_so_many_steps(mistake: tuple[int, str]) -> None:
    found = hunted("flexible_paxos", mistake[1])
    told = found.as_expected, found.result.verdict, length(found.result)
    assert told == (True, Verdict.VIOLATED, STEPS[mistake])
    assert is_as_kept(found)


@pytest.mark.parametrize("name", [name for _, name in SAFE])
def test_a_control_looks_wrong_and_breaks_nothing(name: str) -> None:
    assert breaks_nothing(hunted("flexible_paxos", name))


@pytest.mark.parametrize("acceptors", [1, 2])
def test_one_vote_is_enough_where_a_majority_is_all(acceptors: int) -> None:
    name = "a-majority-promises-and-one-chooses"
    assert check("flexible_paxos", bug=name, acceptors=acceptors).verdict is Verdict.HOLDS


@pytest.mark.parametrize("mistake", STEPS, ids=lambda mistake: mistake[1])
def test_without_any_reduction_a_run_is_as_short(mistake: tuple[int, str]) -> None:
    _, name = mistake
    found = check(
        "flexible_paxos", bug=name, properties=["agreement"], engine="compiled", reduce="none"
    )
    assert (found.verdict, length(found)) == (Verdict.VIOLATED, STEPS[mistake])
