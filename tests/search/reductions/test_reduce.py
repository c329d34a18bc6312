"""Reductions lose no observation of random protocols, and lengthen no shortest trace."""

from __future__ import annotations

from collections import Counter

import pytest

from pcheck.search.limits import Limits
from tests.draws import for_each
from tests.search.alike import Case
from tests.search.protocols import cases
from tests.search.reductions.reducing import SUBSETS, check_reduced, observations

# The module test_symmetry has the other subsets.
NAMELESS = [reductions for reductions in SUBSETS if "symmetry" not in reductions]


def compared(examples: int, max_states: int, first: int = 0) -> Counter[str]:
    """Check random protocols of at most `max_states` states under each subset of the reductions.

    Return the total number of states for each subset, and the number of protocols.
    """
    left: Counter[str] = Counter()

    def compare(case: Case) -> None:
        levels = observations(case.model(), max_states)
        if levels is not None:
            whole = case._replace(limits=Limits(), only=())
            left.update(check_reduced(whole, NAMELESS, levels))
            left["protocols"] += 1

    for_each(cases(max_states), examples, compare, first=first)
    return left


def test_reductions_are_exact_on_some_random_protocols() -> None:
    assert compared(12, 300)["protocols"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("part", range(2))
def test_reductions_are_exact_on_hundreds_of_random_protocols(part: int) -> None:
    left = compared(350, 400, first=1_000 * part)
    assert left["protocols"] > 150
    assert left["minimise,fuse,prune"] < left["fuse"] < left[""]
    assert left["minimise"] < left[""]
    assert left["prune"] < left[""]
