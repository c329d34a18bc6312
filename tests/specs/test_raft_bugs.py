"""The bugs of Raft: each violates its property in the expected number of steps."""

from __future__ import annotations

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

STEPS = {
    (601, "counts-replicas-of-an-old-term"): 18,
    (602, "forgets-whom-it-voted-for"): 10,
    (603, "forgets-its-term"): 10,
    (604, "votes-for-the-outdated"): 10,
    (605, "compares-lengths-only"): 14,
    (605, "compares-terms-only"): 13,
    (606, "votes-twice"): 8,
    (607, "counts-old-votes"): 9,
    (608, "leads-on"): 8,
    (609, "half-is-a-majority"): 8,
    (610, "compares-no-terms"): 12,
    (610, "ignores-what-is-before"): 11,
    (611, "keeps-what-it-has"): 13,
    (612, "cuts-off-too-much"): 13,
    (613, "follows-an-old-leader"): 10,
}
SAFE = [(614, "keeps-its-vote-for-the-next-term")]
QUICK = {name for number, name in STEPS if number in (602, 603, 606, 608)}
STEPS_OF = {name: steps for (_, name), steps in STEPS.items()}


def check_at(name: str, given: dict[str, Any] | None = None, **how: Any) -> Result:
    """Check a bug at another size or with another engine."""
    spec = find("raft")
    found = spec.bug(name)
    setup = prepare(spec, given or {}, bug=found, properties=[found.breaks])
    return answer(setup, SearchOptions(**how))


def test_the_tables_list_every_bug() -> None:
    assert sorted([*STEPS, *SAFE]) == bugs_of("raft")


@pytest.mark.parametrize("name", STEPS_OF)
def test_a_bug_violates_its_property_in_the_expected_number_of_steps(name: str) -> None:
    found = checked("raft", name)
    assert (found.as_expected, length(found.result)) == (True, STEPS_OF[name])
    assert matches_saved_files(found)


def test_a_server_that_keeps_its_vote_in_later_terms_violates_no_property() -> None:
    assert breaks_nothing(checked("raft", "keeps-its-vote-for-the-next-term"))


# Other engines and reductions


@pytest.mark.parametrize("name", [n for n in STEPS_OF if n != "counts-replicas-of-an-old-term"])
def test_without_reductions_the_trace_has_the_same_length(name: str) -> None:
    assert length(check_at(name, engine="compiled", reductions="none")) == STEPS_OF[name]


@pytest.mark.parametrize("name", sorted(QUICK))
def test_the_reference_finds_a_trace_of_the_same_length(name: str) -> None:
    assert length(check_at(name, engine="reference")) == STEPS_OF[name]


# Smaller sizes


@pytest.mark.parametrize(
    ("name", "smaller"),
    [
        ("counts-replicas-of-an-old-term", {"terms": 3}),
        ("compares-lengths-only", {"terms": 2}),
        ("compares-terms-only", {"entries": 1}),
        ("keeps-what-it-has", {"terms": 2}),
        ("cuts-off-too-much", {"entries": 1}),
        ("half-is-a-majority", {"servers": 3}),
        ("counts-old-votes", {"terms": 1}),
    ],
)
def test_a_smaller_scope_has_no_violation(name: str, smaller: dict[str, int]) -> None:
    assert check_at(name, smaller).verdict is Verdict.HOLDS
