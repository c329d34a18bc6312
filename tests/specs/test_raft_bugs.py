"""The mistakes in Raft: each breaks what it says, in as many steps by every way of searching."""

from __future__ import annotations

from typing import Any

import pytest

from pcheck.checking import Result, answer
from pcheck.loading.setup import prepare
from pcheck.loading.spec import find
from pcheck.search.options import SearchOptions
from pcheck.search.outcome import Verdict
from tests.specs.family import breaks_nothing, hunted, is_as_kept, length, mistakes

pytestmark = pytest.mark.slow  # the runs that are kept are walked by the others

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
HERE = {name: steps for (_, name), steps in STEPS.items()}


def asked(name: str, given: dict[str, Any] | None = None, **how: Any) -> Result:
    """The same question at another size, or by another engine."""
    spec = find("raft")
    found = spec.bug(name)
    setup = prepare(spec, given or {}, bug=found, properties=[found.breaks])
    return answer(setup, SearchOptions(**how))


def test_every_mistake_stands_in_one_of_the_tables() -> None:
    assert sorted([*STEPS, *SAFE]) == mistakes("raft")


@pytest.mark.parametrize("name", HERE)
def test_a_mistake_breaks_what_it_says_in_so_many_steps(name: str) -> None:
    found = hunted("raft", name)
    assert (found.as_expected, length(found.result)) == (True, HERE[name])
    assert is_as_kept(found)


def test_who_keeps_its_vote_for_the_next_term_breaks_nothing() -> None:
    assert breaks_nothing(hunted("raft", "keeps-its-vote-for-the-next-term"))


# By other ways


@pytest.mark.parametrize("name", [n for n in HERE if n != "counts-replicas-of-an-old-term"])
def test_without_any_reduction_a_run_is_as_short(name: str) -> None:
    assert length(asked(name, engine="compiled", reductions="none")) == HERE[name]


@pytest.mark.parametrize("name", sorted(QUICK))
def test_the_reference_finds_a_run_as_short(name: str) -> None:
    assert length(asked(name, engine="reference")) == HERE[name]


# What is said of other sizes


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
def test_a_smaller_size_does_not_show_it(name: str, smaller: dict[str, int]) -> None:
    assert asked(name, smaller).verdict is Verdict.HOLDS
