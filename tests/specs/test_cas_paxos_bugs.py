"""Bugs of CASPaxos: each violates its declared property in the number of steps counted by hand."""

from __future__ import annotations

import pytest

from pcheck import check
from pcheck.search.outcome import Verdict
from tests.specs.family import breaks_nothing, bugs_of, checked, length, matches_saved_files

pytestmark = pytest.mark.slow  # other tests replay the saved traces

# Steps of a ballot: its start, two steps for each promise, and one for each vote.
STEPS = {
    (501, "writes-blindly"): (1 + 2 + 1) + (1 + 2 + 1),
    # a3 votes for x, then for xy; z is chosen without a3, then xy is chosen
    (502, "changes-the-longest-state"): 2 * (1 + 2 * 2 + 1) + 2 * (1 + 2 * 2 + 2),
    # ballot 1 gets no vote, ballot 2 chooses y, ballot 3 chooses x
    (503, "changes-what-it-remembers"): (1 + 2) + (1 + 2 + 1) + (1 + 2 + 1),
    (504, "changes-again"): (1 + 2 + 1) + (1 + 2 + 1),
    (505, "erases-its-promise"): (1 + 2 + 1) + (1 + 2 + 1),
}
SAFE = [(506, "erases-its-promise-only")]


def test_every_bug_is_in_one_of_the_tables() -> None:
    assert bugs_of("cas_paxos") == sorted([*STEPS, *SAFE])


@pytest.mark.parametrize("bug", STEPS, ids=lambda bug: bug[1])
def test_a_bug_violates_its_property_in_this_number_of_steps(bug: tuple[int, str]) -> None:
    found = checked("cas_paxos", bug[1])
    actual = found.as_expected, found.result.verdict, length(found.result)
    assert actual == (True, Verdict.VIOLATED, STEPS[bug])
    assert matches_saved_files(found)


@pytest.mark.parametrize("name", [name for _, name in SAFE])
def test_a_safe_change_violates_no_property(name: str) -> None:
    assert breaks_nothing(checked("cas_paxos", name))


def test_with_two_clients_the_longest_state_is_always_the_current_one() -> None:
    result = check("cas_paxos", bug="changes-the-longest-state", proposers=2)
    assert result.verdict is Verdict.HOLDS


@pytest.mark.parametrize(
    "name", ["writes-blindly", "changes-what-it-remembers", "changes-again", "erases-its-promise"]
)
def test_the_reference_finds_a_trace_of_the_same_length(name: str) -> None:
    found = checked("cas_paxos", name)
    plain = check("cas_paxos", bug=name, properties=[found.bug.breaks], engine="reference")
    assert length(plain) == length(found.result)
