"""The bugs of elected leaders: each violates its property in the expected number of steps."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from pcheck.checking import answer
from pcheck.loading.setup import prepare
from pcheck.loading.spec import find
from pcheck.results.result import Result
from pcheck.search.options import SearchOptions
from pcheck.search.outcome import Verdict
from tests.specs.family import breaks_nothing, bugs_of, checked, length, matches_saved_files

pytestmark = pytest.mark.slow  # the quick tests replay the saved traces

SPEC = "elected_leader"
LENGTHS = {
    (301, "promises-a-ballot-to-two"): 14,  # as many steps as for bug 10 of Paxos
    (302, "heeds-only-the-last-of-two"): 15,
    (303, "votes-for-one-of-two"): 12,
    (304, "decides-on-the-first-vote"): 8,
    (305, "takes-over-unasked"): 6,
    (306, "goes-by-its-own-vote"): 14,
    (307, "takes-a-vote-for-a-decision"): 10,
    (308, "begins-anew-when-decided"): 17,
    (309, "counts-before-its-own-prepare"): 12,
    (310, "comes-back-empty"): 9,
    (311, "counts-votes-for-its-last-ballot"): 15,
}
SAFE = [(312, "counts-on-when-overtaken")]


def check_at(name: str, given: dict[str, Any], **how: Any) -> Result:
    """Check a bug at another size or with another engine."""
    spec = find(SPEC)
    found = spec.bug(name)
    setup = prepare(spec, given, bug=found, properties=[found.breaks])
    return answer(setup, SearchOptions(**how))


def test_the_tables_list_every_bug() -> None:
    assert bugs_of(SPEC) == sorted([*LENGTHS, *SAFE])


@pytest.mark.parametrize(("number", "name"), LENGTHS)
def test_a_bug_violates_its_property_in_the_expected_number_of_steps(
    number: int, name: str
) -> None:
    found = checked(SPEC, name)
    actual = found.as_expected, found.result.verdict, found.steps
    assert actual == (True, Verdict.VIOLATED, LENGTHS[number, name])
    assert matches_saved_files(found)


@pytest.mark.parametrize("name", [name for _, name in SAFE])
def test_a_safe_bug_violates_no_property(name: str) -> None:
    assert breaks_nothing(checked(SPEC, name))


@pytest.mark.parametrize(
    ("name", "smaller"),
    [
        ("promises-a-ballot-to-two", {"leaders": 1}),
        ("votes-for-one-of-two", {"leaders": 1}),
        ("begins-anew-when-decided", {"rounds": 1}),
        ("counts-votes-for-its-last-ballot", {"rounds": 1}),
    ],
)
def test_a_smaller_scope_has_no_violation(name: str, smaller: dict[str, int]) -> None:
    assert check_at(name, smaller).verdict is Verdict.HOLDS


@pytest.mark.parametrize(
    "name", ["decides-on-the-first-vote", "counts-before-its-own-prepare", "comes-back-empty"]
)
def test_the_engines_and_the_reductions_find_traces_of_one_length(name: str) -> None:
    plain = check_at(name, {}, engine="reference")
    compiled = check_at(name, {}, engine="compiled", reductions="none")
    reduced = check_at(name, {}, engine="compiled", reductions="all")
    assert length(plain) == length(compiled) == length(reduced) == LENGTHS[number_of(name), name]


def number_of(name: str) -> int:
    return next(number for number, other in LENGTHS if other == name)


def test_a_leader_that_takes_its_ballot_again_asks_for_another_value() -> None:
    """The detector names the leader again before its own prepare arrives."""
    trace = checked(SPEC, "counts-before-its-own-prepare").result.saved
    assert trace is not None
    label = "is named leader, and takes ballot 1"
    named = [i for i, step in enumerate(trace.steps) if label in step]
    asks = [i for i, step in enumerate(trace.steps) if "asks for" in step]
    assert (len(named), len(asks)) == (2, 2)
    assert all(a < b for a, b in pairwise([named[0], asks[0], named[1], asks[1]]))
