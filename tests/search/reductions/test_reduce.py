"""Whatever the passes leave out, nothing that can be seen is lost, and nothing comes later."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings

from pcheck.search.limits import Limits
from tests.search.alike import Asked
from tests.search.protocols import questions
from tests.search.reductions.reducing import SUBSETS, check_reduced, observations
from tests.search.settings import COMMON

NAMELESS = [
    reductions for reductions in SUBSETS if "symmetry" not in reductions
]  # test_symmetry has others


def compared(examples: int, most: int) -> Counter[str]:
    """How many states were left of so many random protocols, under each subset of the passes."""
    left: Counter[str] = Counter()

    @settings(max_examples=examples, **COMMON)
    @given(questions(most))
    def compare(asked: Asked) -> None:
        about_states = [prop.name for prop in asked.cluster.properties if not prop.is_step_property]
        if about_states and observations(asked.runs(), most) is not None:
            whole = asked._replace(limits=Limits(), only=tuple(about_states))
            left.update(check_reduced(whole, NAMELESS))
            left["protocols"] += 1

    compare()
    return left


def test_the_passes_are_exact_on_random_protocols() -> None:
    left = compared(90, 300)
    assert left["protocols"] > 15
    assert left["minimise,fuse,prune"] < left["fuse"] < left[""]
    assert left["minimise"] < left[""]
    assert left["prune"] < left[""]


@pytest.mark.slow
def test_the_passes_are_exact_on_thousands_of_random_protocols() -> None:
    assert compared(1_000, 400)["protocols"] > 150
