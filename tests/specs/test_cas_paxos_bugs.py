"""The mistakes of CASPaxos: each breaks what it says, after as many steps as can be counted."""

from __future__ import annotations

import pytest

from pcheck import check
from pcheck.search.outcome import Verdict
from tests.specs.family import breaks_nothing, hunted, is_as_kept, length, mistakes

pytestmark = pytest.mark.slow  # the runs that are kept are walked by the others

# Each ballot: its start, two steps for each promise, one for each vote.
STEPS = {
    (501, "writes-blindly"): (1 + 2 + 1) + (1 + 2 + 1),
    # x is written to a3, xy is; z is chosen without a3, xy is chosen
    (502, "changes-the-longest-state"): 2 * (1 + 2 * 2 + 1) + 2 * (1 + 2 * 2 + 2),
    # x is not written; y is; x is
    (503, "changes-what-it-remembers"): (1 + 2) + (1 + 2 + 1) + (1 + 2 + 1),
    (504, "changes-again"): (1 + 2 + 1) + (1 + 2 + 1),
    (505, "erases-its-promise"): (1 + 2 + 1) + (1 + 2 + 1),
}
SAFE = [(506, "erases-its-promise-only")]


def test_every_mistake_stands_in_one_of_the_tables() -> None:
    assert mistakes("cas_paxos") == sorted([*STEPS, *SAFE])


@pytest.mark.parametrize("mistake", STEPS, ids=lambda mistake: mistake[1])
def test_a_mistake_breaks_what_it_says_in_so_many_steps(mistake: tuple[int, str]) -> None:
    found = hunted("cas_paxos", mistake[1])
    told = found.as_expected, found.result.verdict, length(found.result)
    assert told == (True, Verdict.VIOLATED, STEPS[mistake])
    assert is_as_kept(found)


@pytest.mark.parametrize("name", [name for _, name in SAFE])
def test_a_control_looks_wrong_and_breaks_nothing(name: str) -> None:
    assert breaks_nothing(hunted("cas_paxos", name))


def test_two_clients_are_too_few_for_the_longest_state_to_be_the_wrong_one() -> None:
    result = check("cas_paxos", bug="changes-the-longest-state", proposers=2)
    assert result.verdict is Verdict.HOLDS


@pytest.mark.parametrize(
    "name", ["writes-blindly", "changes-what-it-remembers", "changes-again", "erases-its-promise"]
)
def test_the_reference_finds_a_run_as_short(name: str) -> None:
    found = hunted("cas_paxos", name)
    plain = check("cas_paxos", bug=name, properties=[found.bug.breaks], engine="reference")
    assert length(plain) == length(found.result)
