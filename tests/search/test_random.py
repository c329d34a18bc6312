"""Random protocols: whatever a cluster does, both engines must say the same of it."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest
from hypothesis import given, settings

from pcheck.search.outcome import SearchResult
from pcheck.semantics.network import NETWORKS
from tests.search.alike import Asked, check_alike
from tests.search.protocols import questions
from tests.search.settings import COMMON

MANY = 200


@cache
def compared(examples: int, most: int) -> Counter[str]:
    """What came up in so many random protocols, of each of which both engines said the same."""
    seen: Counter[str] = Counter()

    @settings(max_examples=examples, **COMMON)
    @given(questions(most))
    def compare(asked: Asked) -> None:
        seen.update(features(asked, check_alike(asked)))

    compare()
    return seen


def features(asked: Asked, search: SearchResult) -> set[str]:
    found = search.discoveries
    steps = {prop.name for prop in search.properties if prop.is_step_property}
    labels = " ".join(label for each in found.values() for label in each.trace.labels)
    said = {
        "whole, 100 states and more": search.complete and search.states >= 100,
        "stopped": search.stopped is not None,
        "all properties": asked.all_properties,
        "not all that is seen is asked": len(search.properties) < len(asked.cluster.properties),
        "a step is wrong": bool(steps & found.keys()),
        "two are wrong": sum(each.why is not None for each in found.values()) > 1,
        "chosen in a run": ", way" in labels,
        "crashed in a run": "crashes" in labels,
        "restarted in a run": "restarts" in labels,
        "lost in a run": "lost:" in labels,
        "delivered in a run": "<-" in labels,
    }
    return {
        f"verdict {search.verdict.value}",
        f"network {asked.network}",
        f"crashes {asked.crashes}",
        f"nodes {len(asked.cluster.actors)}",
        *(f"outcome {outcome.value}" for outcome in search.outcomes.values()),
        *(f"a run of {min(len(each.trace), 6)}" for each in found.values()),
        *(name for name, true in said.items() if true),
    }


def test_both_engines_say_the_same_of_random_protocols() -> None:
    assert compared(MANY, 500).total() > MANY


COMES_UP: dict[str, int] = {  # in at least so many of the 200
    **{f"network {name}": 10 for name in NETWORKS},
    **{f"verdict {name}": 10 for name in ("holds", "violated", "incomplete")},
    **{f"crashes {budget}": 20 for budget in (0, 1, 2)},
    **{f"nodes {count}": 10 for count in (1, 2, 3)},
    **{f"a run of {length}": 1 for length in (0, 1, 2, 3)},
    "outcome holds": 20,
    "outcome violated": 20,
    "outcome reached": 5,
    "outcome never_reached": 5,
    "outcome undecided": 20,
    "whole, 100 states and more": 5,
    "stopped": 10,
    "all properties": 40,
    "not all that is seen is asked": 20,
    "a step is wrong": 10,
    "two are wrong": 1,
    "chosen in a run": 5,
    "delivered in a run": 5,
}


@pytest.mark.parametrize("feature", COMES_UP)
def test_the_random_protocols_are_of_every_kind(feature: str) -> None:
    assert compared(MANY, 500)[feature] >= COMES_UP[feature]


@pytest.mark.slow
def test_both_engines_say_the_same_of_thousands_of_random_protocols() -> None:
    seen = compared(1_500, 1_000)
    print(*(f"{count:6} {feature}" for feature, count in sorted(seen.items())), sep="\n")
    # that a shortest run needs a restart comes up too seldom: see test_restart.py
    assert {"crashed in a run", "lost in a run", "a run of 5"} <= seen.keys()
