"""Paxos with quorums that the options name: they choose, whatever a majority is.

The program `tests/peer.py` states for itself what is chosen, and Flexible Paxos has the same
quorums.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from pcheck import Result, check
from pcheck.search.outcome import Outcome, Verdict
from tests.peer import Counts, first_disagreement
from tests.peer import explore as by_the_peer
from tests.sampling import fast_every, fast_first
from tests.specs.family import agree, length, watched

ONE_ROUND: dict[str, Any] = {"rounds": 1, "crashes": 0}


def quorums(promises: int, votes: int) -> dict[str, Any]:
    return {"promise_quorum": promises, "vote_quorum": votes}


def disagreement(name: str, acceptors: int, promises: int, votes: int) -> int | None:
    """Return the length of the shortest trace to two chosen values, or None without one."""
    only: dict[str, Any] = {"properties": ["agreement"], "acceptors": acceptors}
    result = check(name, **only, **quorums(promises, votes), **ONE_ROUND)
    return None if result.verdict is Verdict.HOLDS else length(result)


@pytest.mark.parametrize("acceptors", fast_first(2, [1, 2, 3]))
def test_two_values_are_chosen_as_soon_as_in_flexible_paxos_and_in_another_program(
    acceptors: int,
) -> None:
    sizes = [*product(range(1, acceptors + 1), repeat=2), (0, 0)]
    expected = {(p, v): first_disagreement(acceptors, 2, 1, p, v) for p, v in sizes}
    found = {(p, v): disagreement("paxos", acceptors, p, v) for p, v in sizes}
    flexible = {(p, v): disagreement("flexible_paxos", acceptors, p, v) for p, v in sizes}
    assert found == flexible == expected
    assert {size for size, steps in found.items() if steps is None} == {
        (p, v) for p, v in sizes if p + v > acceptors or not p
    }


SAFE = [
    *((2, 1, 2), (2, 2, 1), (3, 1, 3), (3, 3, 1)),
    *(pytest.param(*size, marks=pytest.mark.slow) for size in [(3, 2, 2), (3, 3, 2), (5, 2, 4)]),
]


@pytest.mark.slow
@pytest.mark.parametrize(("acceptors", "promises", "votes"), fast_every(2, SAFE))
def test_quorums_that_intersect_are_safe(acceptors: int, promises: int, votes: int) -> None:
    size: dict[str, Any] = {"acceptors": acceptors, "learners": 1}
    result = check("paxos", **size, **quorums(promises, votes), **ONE_ROUND)
    outcomes = set(result.properties.values())
    assert (result.verdict, outcomes) == (Verdict.HOLDS, {Outcome.HOLDS, Outcome.REACHED})


@pytest.mark.parametrize("size", [(2, 1, 2), (2, 2, 1), (1, 1, 1)], ids=str)
def test_the_engines_agree_with_and_without_reductions(size: tuple[int, int, int]) -> None:
    acceptors, promises, votes = size
    options: dict[str, Any] = {"acceptors": acceptors, "learners": 1, **quorums(promises, votes)}
    assert agree("paxos", **options, **ONE_ROUND).verdict is Verdict.HOLDS


SIZES = [
    # acceptors, proposers, network, crashes, learners, promises, votes
    *((2, 1, network, 0, 1, p, v) for network in ("set", "once") for p, v in [(1, 2), (2, 1)]),
    *((2, 1, network, 0, 0, p, v) for network in ("lossy", "fifo") for p, v in [(1, 2), (2, 1)]),
    *((2, 2, "set", 0, 1, 2, 1), (2, 2, "set", 1, 0, 1, 2), (3, 1, "set", 1, 0, 1, 3)),
    *((3, 1, "once", 0, 1, 3, 1), (2, 1, "set", 0, 2, 2, 1)),
]


@pytest.mark.parametrize(
    ("acceptors", "proposers", "network", "crashes", "learners", "promises", "votes"),
    fast_every(3, SIZES),
)
def test_another_program_finds_the_same_counts_and_votes(
    acceptors: int,
    proposers: int,
    network: str,
    crashes: int,
    learners: int,
    promises: int,
    votes: int,
) -> None:
    size: dict[str, Any] = {
        "acceptors": acceptors,
        "proposers": proposers,
        "rounds": 1,
        "learners": learners,
    }
    found = watched("paxos", network, crashes, **size, **quorums(promises, votes))
    sizes = acceptors, proposers, 1, network, crashes, learners, promises, votes
    assert Counts(*found[:3], frozenset(found.observations)) == by_the_peer(*sizes)


# Texts


def disjoint(acceptors: int, promises: int, votes: int) -> Result:
    return check("paxos", acceptors=acceptors, **quorums(promises, votes), **ONE_ROUND)


EXPLANATION = """\
v1 is chosen by step 4: a1, a quorum, voted for it in ballot 1.
v2 is chosen by step 8: a1, a quorum, voted for it in ballot 2.
Before the first vote in ballot 2:
- a1 did not promise ballot 2.
- a2 promised ballot 2 and reported no vote.
- a3 did not promise ballot 2.
Acceptors that voted for both: a1.
"""


def test_a_named_quorum_is_never_called_a_majority() -> None:
    text = disjoint(3, 1, 1).draw()
    assert "majorit" not in text
    assert "══ a1, a quorum, promised ballot 1\n" in text
    assert "══ v1 is chosen: a1, a quorum, voted in ballot 1\n" in text
    assert EXPLANATION in text


@pytest.mark.slow
@pytest.mark.parametrize("promises", [1, 2])
def test_a_quorum_of_a_majority_is_called_a_majority(promises: int) -> None:
    text = disjoint(4 if promises == 1 else 5, promises, 3).draw()
    assert "v1 is chosen: a1, a2 and a3, a majority, voted in ballot 1" in text
    assert "Any two majorities have an acceptor in common" in text
    assert ("a1, a quorum, promised" if promises == 1 else "a1 and a2, a quorum, promised") in text
