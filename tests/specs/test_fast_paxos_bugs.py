"""Bugs of Fast Paxos: each violates its declared property in a number of steps counted by hand."""

from __future__ import annotations

import pytest

from pcheck import check
from pcheck.search.outcome import Verdict
from tests.specs.family import breaks_nothing, bugs_of, checked, length

pytestmark = pytest.mark.slow  # other tests replay the saved traces

# Steps: the proposals; then for each ballot its start, two steps for each promise, one for each
# acceptor to which the ballot is opened, and one for each vote.
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


def test_every_bug_is_in_one_of_the_tables() -> None:
    assert bugs_of("fast_paxos") == sorted([*STEPS, *SAFE])


@pytest.mark.parametrize("bug", STEPS, ids=lambda bug: bug[1])
def test_a_bug_violates_agreement_in_this_number_of_steps(bug: tuple[int, str]) -> None:
    found = checked("fast_paxos", bug[1])
    actual = found.as_expected, found.result.verdict, length(found.result)
    assert actual == (True, Verdict.VIOLATED, STEPS[bug])


@pytest.mark.parametrize("name", [name for _, name in SAFE])
def test_a_safe_change_violates_no_property(name: str) -> None:
    assert breaks_nothing(checked("fast_paxos", name))


def test_three_acceptors_do_not_show_these_bugs() -> None:
    """A fast quorum of three acceptors is all of them, so a chosen value has no rival."""
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


@pytest.mark.parametrize("bug", STEPS, ids=lambda bug: bug[1])
def test_without_reductions_the_shortest_trace_is_as_long(bug: tuple[int, str]) -> None:
    _, name = bug
    found = check(
        "fast_paxos", bug=name, properties=["agreement"], engine="compiled", reduce="none"
    )
    assert (found.verdict, length(found)) == (Verdict.VIOLATED, STEPS[bug])


@pytest.mark.parametrize("name", ["votes-for-the-second-too", "opens-any-fast-ballot"])
def test_the_reference_finds_a_trace_of_the_same_length(name: str) -> None:
    found = check("fast_paxos", bug=name, properties=["agreement"], engine="reference")
    assert length(found) == length(checked("fast_paxos", name).result)
