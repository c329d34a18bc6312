"""Reductions lose no change of the observation, and lengthen no shortest trace to one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest

from pcheck.search.limits import Limits
from pcheck.semantics.network import NETWORKS
from tests.draws import Strategy, for_each
from tests.search.alike import Case
from tests.search.peers import symmetric_cases
from tests.search.protocols import cases
from tests.search.reductions.changes import changes, check_changes
from tests.search.reductions.reducing import SUBSETS
from tests.specs.family import cluster as built

WITH_SYMMETRY = [reductions for reductions in SUBSETS if "symmetry" in reductions]
NAMELESS = [reductions for reductions in SUBSETS if "symmetry" not in reductions]


def compared(strategy: Strategy[Case], examples: int, max_states: int) -> Counter[str]:
    """Compare the changes of random protocols under each subset; count protocols and changes."""
    counted = Counter[str]()

    def compare(case: Case) -> None:
        whole = case._replace(limits=Limits(), only=())
        expected = changes(whole, max_states)
        if expected is not None:
            check_changes(whole, subsets_for(whole), expected)
            counted["protocols"] += 1
            counted["changes after the first step"] += max(expected.values(), default=0) > 1

    for_each(strategy, examples, compare)
    return counted


def subsets_for(case: Case) -> Sequence[Sequence[str]]:
    return WITH_SYMMETRY if case.cluster.interchangeable else NAMELESS


def test_no_change_of_some_random_protocols_is_lost() -> None:
    assert compared(cases(100), 12, 100)["changes after the first step"] > 0


def test_no_change_of_some_random_protocols_is_lost_up_to_renaming() -> None:
    assert compared(symmetric_cases(), 8, 60)["changes after the first step"] > 0


@pytest.mark.slow
def test_no_change_of_many_random_protocols_is_lost() -> None:
    assert compared(cases(150), 80, 150)["changes after the first step"] > 15
    assert compared(symmetric_cases(), 40, 150)["changes after the first step"] > 5


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("crashes", [0, 1])
def test_no_change_of_two_phase_commit_is_lost(network: str, crashes: int) -> None:
    case = Case(built("two_phase_commit", rms=2), network, crashes)
    expected = changes(case, 20_000)
    assert expected is not None
    assert len(expected) > 10
    check_changes(case, [("symmetry",), ("minimise", "fuse", "prune", "symmetry")], expected)
