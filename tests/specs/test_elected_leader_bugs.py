"""The mistakes about elected leaders: each breaks what it says, after so many steps."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from pcheck.checking import Result, answer
from pcheck.loading.setup import prepare
from pcheck.loading.spec import find
from pcheck.search.options import SearchOptions
from pcheck.search.outcome import Verdict
from tests.specs.family import breaks_nothing, hunted, is_as_kept, length, mistakes

pytestmark = pytest.mark.slow  # the runs that are kept are walked by the others

SPEC = "elected_leader"
LENGTHS = {
    (301, "promises-a-ballot-to-two"): 14,  # as the collection has it for Paxos (10)
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


def asked(name: str, given: dict[str, Any], **how: Any) -> Result:
    """The same question at another size, or by another engine."""
    spec = find(SPEC)
    found = spec.bug(name)
    setup = prepare(spec, given, bug=found, properties=[found.breaks])
    return answer(setup, SearchOptions(**how))


def test_every_mistake_stands_in_one_of_the_tables() -> None:
    assert mistakes(SPEC) == sorted([*LENGTHS, *SAFE])


@pytest.mark.parametrize(("number", "name"), LENGTHS)
def test_a_mistake_breaks_what_it_says_in_so_many_steps(number: int, name: str) -> None:
    found = hunted(SPEC, name)
    told = found.as_expected, found.result.verdict, found.steps
    assert told == (True, Verdict.VIOLATED, LENGTHS[number, name])
    assert is_as_kept(found)


@pytest.mark.parametrize("name", [name for _, name in SAFE])
def test_a_control_looks_wrong_and_breaks_nothing(name: str) -> None:
    assert breaks_nothing(hunted(SPEC, name))


@pytest.mark.parametrize(
    ("name", "smaller"),
    [
        ("promises-a-ballot-to-two", {"leaders": 1}),
        ("votes-for-one-of-two", {"leaders": 1}),
        ("begins-anew-when-decided", {"rounds": 1}),
        ("counts-votes-for-its-last-ballot", {"rounds": 1}),
    ],
)
def test_a_mistake_is_not_seen_where_its_scope_is_too_small(
    name: str, smaller: dict[str, int]
) -> None:
    assert asked(name, smaller).verdict is Verdict.HOLDS


@pytest.mark.parametrize(
    "name", ["decides-on-the-first-vote", "counts-before-its-own-prepare", "comes-back-empty"]
)
def test_the_engines_and_the_passes_find_runs_of_one_length(name: str) -> None:
    plain = asked(name, {}, engine="reference")
    compiled = asked(name, {}, engine="compiled", reductions="none")
    reduced = asked(name, {}, engine="compiled", reductions="all")
    assert length(plain) == length(compiled) == length(reduced) == LENGTHS[number_of(name), name]


def number_of(name: str) -> int:
    return next(number for number, other in LENGTHS if other == name)


def test_who_takes_its_ballot_again_asks_in_it_for_another_value() -> None:
    """It is the detector that names it again before it has heard its own prepare."""
    run = hunted(SPEC, "counts-before-its-own-prepare").result.saved
    assert run is not None
    named = [i for i, step in enumerate(run.steps) if "is named leader, and takes ballot 1" in step]
    asks = [i for i, step in enumerate(run.steps) if "asks for" in step]
    assert (len(named), len(asks)) == (2, 2)
    assert all(one < other for one, other in pairwise([named[0], asks[0], named[1], asks[1]]))
