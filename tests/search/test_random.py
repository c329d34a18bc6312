"""Random protocols: both engines give the same answers for each."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from pcheck import UP
from pcheck.search.outcome import SearchResult
from pcheck.semantics.network import NETWORKS
from tests.draws import for_each
from tests.search.alike import Case, check_alike
from tests.search.protocols import cases

EXAMPLES = 200


@cache
def compared(examples: int, max_states: int) -> Counter[str]:
    """Assert that both engines agree on random protocols, and count the features of the protocols.

    The search of a protocol stops at `max_states`.
    """
    seen: Counter[str] = Counter()

    def compare(case: Case) -> None:
        seen.update(features(case, check_alike(case)))

    for_each(cases(max_states), examples, compare)
    return seen


def features(case: Case, search: SearchResult) -> set[str]:
    """Return the features of a case and of its search that the random protocols should cover."""
    found = search.discoveries
    steps = {prop.name for prop in search.properties if prop.is_step_property}
    labels = " ".join(label for each in found.values() for label in each.trace.labels)
    present = {
        "whole, 100 states and more": search.complete and search.states >= 100,
        "stopped": search.stopped is not None,
        "all properties": case.all_properties,
        "only some properties": len(search.properties) < len(case.cluster.properties),
        "sees which nodes are up": any(UP in prop.sees for prop in search.properties),
        "only some nodes crash": len(case.crash_nodes or case.cluster.actors)
        < len(case.cluster.actors),
        "violated step property": bool(steps & found.keys()),
        "two violations": sum(each.why is not None for each in found.values()) > 1,
        "choice in a trace": ", way" in labels,
        "crash in a trace": "crashes" in labels,
        "restart in a trace": "restarts" in labels,
        "loss in a trace": "lost:" in labels,
        "delivery in a trace": "<-" in labels,
    }
    return {
        f"verdict {search.verdict.value}",
        f"network {case.network}",
        f"crashes {case.crashes}",
        f"nodes {len(case.cluster.actors)}",
        *(f"outcome {outcome.value}" for outcome in search.outcomes.values()),
        *(f"a trace of {min(len(each.trace), 6)}" for each in found.values()),
        *(name for name, is_present in present.items() if is_present),
    }


def test_both_engines_agree_on_some_random_protocols() -> None:
    assert compared(10, 300).total() > 10


MIN_EXAMPLES_WITH: dict[str, int] = {  # of the 200 examples
    **{f"network {name}": 10 for name in NETWORKS},
    **{f"verdict {name}": 10 for name in ("holds", "violated", "incomplete")},
    **{f"crashes {budget}": 20 for budget in (0, 1, 2)},
    **{f"nodes {count}": 10 for count in (1, 2, 3)},
    **{f"a trace of {length}": 1 for length in (0, 1, 2, 3)},
    "outcome holds": 20,
    "outcome violated": 20,
    "outcome reached": 5,
    "outcome never_reached": 5,
    "outcome undecided": 20,
    "whole, 100 states and more": 5,
    "stopped": 10,
    "all properties": 40,
    "only some properties": 20,
    "only some nodes crash": 20,
    "sees which nodes are up": 20,
    "violated step property": 10,
    "two violations": 1,
    "choice in a trace": 5,
    "delivery in a trace": 5,
}


@pytest.mark.slow
def test_both_engines_agree_on_random_protocols_with_every_feature() -> None:
    seen = compared(EXAMPLES, 500)
    assert [name for name, least in MIN_EXAMPLES_WITH.items() if seen[name] < least] == []


@pytest.mark.slow
def test_both_engines_agree_on_thousands_of_random_protocols() -> None:
    seen = compared(2_000, 1_000)
    print(*(f"{count:6} {feature}" for feature, count in sorted(seen.items())), sep="\n")
    # A shortest trace that needs a restart is too rare: see test_restart.py.
    assert {"crash in a trace", "loss in a trace", "a trace of 5"} <= seen.keys()
