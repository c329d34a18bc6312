"""The mistakes of Fast Paxos: each breaks what it says, after as many steps as can be counted."""

from __future__ import annotations

import pytest

from pcheck import check
from pcheck.search.outcome import Verdict
from tests.specs.family import breaks_nothing, hunted, length, mistakes

pytestmark = pytest.mark.slow  # the runs that are kept are walked by the others

# Proposals; then each ballot: its start, two steps for each promise, one for each acceptor that is
# let vote for any proposal, one for each vote.
STEPS = {
    (201, "recovers-as-paxos-does"): 2 + (1 + 2 * 3 + 4 + 4) + (1 + 2 * 3 + 3),
    (202, "a-majority-is-a-fast-quorum"): 2 + (1 + 2 * 2 + 3 + 3) + (1 + 2 * 2 + 2),
    (203, "half-is-enough-to-recover"): 2 + (1 + 2 * 2 + 4 + 4) + (1 + 2 * 2 + 2),
    (204, "votes-for-the-second-too"): 2 + (1 + 2 * 1 + 1 + 2),
    # ballots 2 (a vote), 1 (only started, before 3), 3 (chosen), 4 (chosen)
    (206, "counts-votes-of-all-ballots"): (1 + 4 + 1) + 1 + (1 + 4 + 2) + (1 + 4 + 2),
    # ballots 1 (chosen), 2 (a vote), 4 (chosen)
    (207, "takes-a-lonely-vote-for-nothing"): 1 + (1 + 4 + 2 + 2) + (1 + 4 + 1) + (1 + 4 + 2),
    (208, "forgets-the-silent"): 2 + (1 + 2 * 3 + 4 + 4) + (1 + 2 * 3 + 3),
    (209, "opens-any-fast-ballot"): 2 + (1 + 2 + 1 + 1) + (1 + 2 + 1 + 1),
    (210, "votes-in-a-ballot-that-it-left"): 1 + (1 + 2 + 1 + 1) + (1 + 2 + 1),
}
SAFE = [
    (205, "picks-what-most-voted-for"),
    (211, "opens-the-first-at-once"),
    (212, "forgets-what-is-open"),
]


def test_every_mistake_stands_in_one_of_the_tables() -> None:
    assert mistakes("fast_paxos") == sorted([*STEPS, *SAFE])


@pytest.mark.parametrize("mistake", STEPS, ids=lambda mistake: mistake[1])
def test_a_mistake_breaks_agreement_in_so_many_steps(mistake: tuple[int, str]) -> None:
    found = hunted("fast_paxos", mistake[1])
    told = found.as_expected, found.result.verdict, length(found.result)
    assert told == (True, Verdict.VIOLATED, STEPS[mistake])


@pytest.mark.parametrize("name", [name for _, name in SAFE])
def test_a_control_looks_wrong_and_breaks_nothing(name: str) -> None:
    assert breaks_nothing(hunted("fast_paxos", name))


def test_the_mistakes_that_a_smaller_cluster_does_not_show() -> None:
    """Three acceptors: a fast quorum is all of them, so what is chosen has no rival."""
    for name in ("recovers-as-paxos-does", "forgets-the-silent"):
        assert check("fast_paxos", bug=name, acceptors=3).verdict is Verdict.HOLDS


def test_a_majority_of_four_is_a_fast_quorum() -> None:
    result = check("fast_paxos", bug="a-majority-is-a-fast-quorum", acceptors=4)
    assert result.verdict is Verdict.HOLDS


@pytest.mark.parametrize("acceptors", [3, 5])
def test_the_value_with_most_votes_is_safe_in_other_sizes(acceptors: int) -> None:
    rounds = 2 if acceptors == 3 else 1
    result = check(
        "fast_paxos", bug="picks-what-most-voted-for", acceptors=acceptors, rounds=rounds
    )
    assert result.verdict is Verdict.HOLDS


@pytest.mark.parametrize("mistake", STEPS, ids=lambda mistake: mistake[1])
def test_without_any_reduction_a_run_is_as_short(mistake: tuple[int, str]) -> None:
    _, name = mistake
    found = check(
        "fast_paxos", bug=name, properties=["agreement"], engine="compiled", reduce="none"
    )
    assert (found.verdict, length(found)) == (Verdict.VIOLATED, STEPS[mistake])


@pytest.mark.parametrize("name", ["votes-for-the-second-too", "opens-any-fast-ballot"])
def test_the_reference_finds_a_run_as_short(name: str) -> None:
    found = check("fast_paxos", bug=name, properties=["agreement"], engine="reference")
    assert length(found) == length(hunted("fast_paxos", name).result)
