"""Bugs of two-phase commit: each violates its property in the number of steps counted by hand."""

from __future__ import annotations

from typing import Any

import pytest

from pcheck import check
from pcheck.search.outcome import Verdict
from tests.specs.family import breaks_nothing, bugs_of, checked, length, matches_saved_files

pytestmark = pytest.mark.slow  # other tests replay the saved traces

# Two managers prepare and are heard, the coordinator commits, and one manager hears of it.
ONE_OF_TWO_COMMITS = 2 * 2 + 1 + 1
STEPS = {
    (701, "stops-waiting"): ONE_OF_TWO_COMMITS + 1,  # the other manager aborts
    (702, "a-majority-is-enough"): ONE_OF_TWO_COMMITS,  # the third manager is silent
    # one manager prepares and is heard twice; the other one aborts
    (703, "counts-messages"): 1 + 2 + 1 + 1 + 1,
    (704, "forgets-that-it-is-prepared"): ONE_OF_TWO_COMMITS + 3,  # crash, restart, abort
    # an abort, a crash and a restart before the commit; the other manager hears of the abort
    (705, "forgets-its-decision"): ONE_OF_TWO_COMMITS + 3 + 1,
    # one manager prepares and is heard; commit, abort, and both messages are delivered
    (706, "aborts-what-it-committed"): 2 + 2 + 2,
}
NEVER = (707, "waits-for-too-many")
SAFE = (708, "remembers-who-is-prepared")


def test_every_bug_is_in_one_of_the_tables() -> None:
    assert bugs_of("two_phase_commit") == sorted([*STEPS, NEVER, SAFE])


@pytest.mark.parametrize("bug", STEPS, ids=lambda bug: bug[1])
def test_a_bug_violates_its_property_in_this_number_of_steps(bug: tuple[int, str]) -> None:
    found = checked("two_phase_commit", bug[1])
    actual = found.as_expected, found.result.verdict, length(found.result)
    assert actual == (True, Verdict.VIOLATED, STEPS[bug])
    assert matches_saved_files(found)


@pytest.mark.parametrize("bug", STEPS, ids=lambda bug: bug[1])
def test_the_reference_finds_a_trace_of_the_same_length(bug: tuple[int, str]) -> None:
    found = checked("two_phase_commit", bug[1])
    asked: dict[str, Any] = {"properties": [found.bug.breaks], **found.bug.scope}
    plain = check("two_phase_commit", bug=bug[1], engine="reference", **asked)
    assert length(plain) == STEPS[bug]


def test_waiting_for_too_many_never_commits() -> None:
    found = checked("two_phase_commit", NEVER[1])
    assert (found.as_expected, found.result.verdict) == (True, Verdict.VIOLATED)


def test_a_safe_change_violates_no_property() -> None:
    assert breaks_nothing(checked("two_phase_commit", SAFE[1]))
