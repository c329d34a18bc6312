"""The explanations that the page knows, compared with those of the properties themselves.

`test_engine` compares them for the saved trace and for random walks of every bug. The bugs here are
so small that random walks violate their properties in many orders.
"""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from pcheck.bugs import KnownBug
from pcheck.language.property import Kind, Property
from pcheck.language.seen import History, Seen
from pcheck.loading.setup import prepare
from pcheck.loading.spec import find
from pcheck.play.page.recorder import Answers
from pcheck.play.page.stories import MAX_CONDITIONS, stories_of
from pcheck.semantics.cluster_model import ClusterModel
from tests.play.page.engine import check, job, page_data
from tests.sampling import fast_first

SMALL = [
    ("paxos", "votes-in-any-ballot", {"acceptors": 1}),
    ("paxos", "ignores-votes", {"acceptors": 1}),
    ("paxos", "skips-phase-one", {"acceptors": 2}),
    ("multi_paxos", "executes-over-a-gap", {}),
    ("two_phase_commit", "a-majority-is-enough", {}),
]


@pytest.mark.parametrize(("name", "bug", "given"), fast_first(1, SMALL))
def test_violations_in_any_order_are_explained_as_their_properties_do(
    name: str, bug: str, given: dict[str, Any]
) -> None:
    setup = prepare(name, given, bug=bug)
    assert isinstance(setup.model, ClusterModel)
    data = page_data(setup)
    walks = job(data, setup.model, Random(bug), 300)
    ends = [str(shown[-1]["stories"]) for shown in walks.shown if shown[-1]["stories"]]
    assert len(set(ends)) > 1
    assert len(ends) > 3
    check([walks])


def test_every_explained_bug_has_its_explanation_on_its_page() -> None:
    spec = find("paxos")
    known = KnownBug(spec, spec.bug("votes-in-any-ballot"))
    saved = known.saved
    assert saved is not None
    assert isinstance(known.setup.model, ClusterModel)
    walk = job(page_data(known.setup), known.setup.model, Random(0), 0, more=[saved.steps])
    check([walk])
    (agreement,) = walk.shown[0][-1]["stories"].values()
    assert agreement == [
        "v2 is chosen by step 12: a1 and a2, a majority, voted for it in ballot 2.",
        "v1 is chosen by step 14: a1 and a2, a majority, voted for it in ballot 1.",
        "Any two majorities have an acceptor in common: here a1 and a2, voting for both.",
        *("a1", "a2"),
    ]


def story_of(explain: Any) -> Answers:
    """Return the answers of a property that is false for one observation, with its stories."""
    prop = Property("p", Kind.ALWAYS, (), lambda seen: "it is", "", explain=explain)
    found = Answers(prop, violating={(0,): Seen((), {}, {})})
    stories_of(found)
    return found


def test_an_explanation_that_does_more_than_compare_and_print_is_left_out() -> None:
    def counts(history: History) -> Any:
        yield f"{history.since(lambda seen: True) + 1} steps"

    def fails(history: History) -> Any:
        raise ValueError

    def asks_much(history: History) -> Any:
        for number in range(MAX_CONDITIONS + 1):
            yield str(history.since(lambda seen: number > 0))  # noqa: B023

    for explain in (counts, fails, asks_much):
        assert story_of(explain).stories == {}


def test_what_an_explanation_depends_on_is_followed_both_ways() -> None:
    def explain(history: History) -> Any:
        first, second = history.since(lambda seen: True), history.since(lambda seen: 1 > 0)
        yield f"{max(first, second)}"

    (story,) = story_of(explain).stories.values()
    fails = story_of(lambda history: [history.since(lambda seen: False)]).stories
    assert (fails, json.loads(story)) == ({}, ["<", 0, 1, ["=", "\x011\x02"], ["=", "\x010\x02"]])


def test_a_condition_that_never_held_is_an_error_of_which_the_explanation_may_know() -> None:
    def explain(history: History) -> Any:
        try:
            yield f"since {history.since(lambda seen: False)}"
        except LookupError:
            yield "never"

    (story,) = story_of(explain).stories.values()
    assert json.loads(story) == ["?", 0, ["=", "since \x010\x02"], ["=", "never"]]
