"""Flexible Paxos: exactly the quorums that the paper calls safe are safe."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from pcheck import Id, check, group
from pcheck.errors import SpecError
from pcheck.search.outcome import Verdict
from specs.flexible_paxos import grid_quorums
from tests.sampling import fast_every, fast_first
from tests.specs.family import agree, cluster, length, watched

SAFE, UNSAFE = Verdict.HOLDS, Verdict.VIOLATED


@pytest.mark.slow
@pytest.mark.parametrize("acceptors", [1, 2, 3, pytest.param(4, marks=pytest.mark.slow)])
def test_sizes_are_safe_if_and_only_if_their_sum_exceeds_the_acceptors(acceptors: int) -> None:
    sizes = list(product(range(1, acceptors + 1), repeat=2))
    verdicts = {
        (promises, votes): check(
            "flexible_paxos",
            acceptors=acceptors,
            rounds=1,
            promise_quorum=promises,
            vote_quorum=votes,
            crashes=0,
        ).verdict
        for promises, votes in sizes
    }
    assert verdicts == {(p, v): SAFE if p + v > acceptors else UNSAFE for p, v in sizes}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("promises", "votes"),
    fast_every(3, [(p, v) for p, v in product(range(1, 4), repeat=2) if p + v <= 4]),
)
def test_the_shortest_trace_with_disjoint_quorums(promises: int, votes: int) -> None:
    """Each of the two ballots takes a start, two steps for each promise, and one for each vote."""
    result = check(
        "flexible_paxos",
        acceptors=4,
        rounds=1,
        promise_quorum=promises,
        vote_quorum=votes,
        crashes=0,
        properties=["agreement"],
    )
    assert length(result) == 2 * (1 + 2 * promises + votes)


@pytest.mark.parametrize(
    ("given", "sizes"),
    [
        ({"acceptors": 4}, (3, 2)),
        ({"acceptors": 5}, (3, 3)),
        ({"acceptors": 5, "vote_quorum": 2}, (4, 2)),
        ({"acceptors": 5, "promise_quorum": 2}, (2, 4)),
        ({"acceptors": 5, "promise_quorum": 2, "vote_quorum": 3}, (2, 3)),
        ({"acceptors": 6, "rows": 2}, (3, 2)),
    ],
)
def test_a_size_that_is_not_given_is_the_smallest_safe_one(
    given: dict[str, Any], sizes: tuple[int, int]
) -> None:
    (p1, *_) = cluster("flexible_paxos", **given).actors.values()
    result = check("flexible_paxos", **given, rounds=1, proposers=1, crashes=0, find="chosen")
    promises, votes = sizes
    assert vars(p1)["promising"].size == promises
    assert length(result) == 1 + 2 * promises + votes


def test_with_majorities_the_states_and_votes_are_those_of_paxos() -> None:
    found = watched("flexible_paxos", acceptors=3, rounds=1)
    assert found[:3] == (2_905, 8_338, 18)
    assert found == watched("paxos", acceptors=3, rounds=1)


# Grids


def test_a_grid_has_rows_and_columns_as_quorums() -> None:
    rows, columns = grid_quorums(group("a", 6), 2)
    assert [" ".join(line) for line in rows.lines] == ["a1 a2 a3", "a4 a5 a6"]
    assert [" ".join(line) for line in columns.lines] == ["a1 a4", "a2 a5", "a3 a6"]
    assert rows.is_in([Id("a4"), Id("a6"), Id("a1"), Id("a5")])
    assert not rows.is_in([Id("a1"), Id("a2"), Id("a6"), Id("a5")])
    assert not columns.is_in([Id("a1"), Id("a2"), Id("a3")])


def test_four_acceptors_do_not_form_a_grid_of_three_rows() -> None:
    with pytest.raises(
        SpecError, match="acceptors must be a multiple of rows, got 4 acceptors and 3 rows"
    ):
        check("flexible_paxos", acceptors=4, rows=3)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("acceptors", "rows"),
    [
        *((1, 1), (2, 1), (2, 2), (4, 2), (4, 4)),
        pytest.param(6, 2, marks=pytest.mark.slow),
        pytest.param(6, 3, marks=pytest.mark.slow),
    ],
)
def test_a_grid_holds(acceptors: int, rows: int) -> None:
    result = check("flexible_paxos", acceptors=acceptors, rows=rows, rounds=1, crashes=0)
    assert result.verdict is Verdict.HOLDS


@pytest.mark.parametrize(("rows", "sizes"), [(1, (3, 1)), (3, (1, 3))])
def test_a_grid_of_one_line_equals_quorums_of_all_acceptors_and_of_one(
    rows: int, sizes: tuple[int, int]
) -> None:
    promises, votes = sizes
    grid = watched("flexible_paxos", acceptors=3, rows=rows, rounds=1)
    assert grid == watched(
        "flexible_paxos", acceptors=3, promise_quorum=promises, vote_quorum=votes, rounds=1
    )


# Engines and larger sizes


@pytest.mark.parametrize("crashes", fast_first(1, [0, 1]))
@pytest.mark.parametrize(
    "size",
    [
        {"acceptors": 2, "rounds": 1, "promise_quorum": 1, "vote_quorum": 2},
        {"acceptors": 3, "rounds": 1, "promise_quorum": 3, "vote_quorum": 1},
        {"acceptors": 2, "rounds": 1, "rows": 2},
    ],
)
def test_the_engines_agree_with_and_without_reductions(size: dict[str, int], crashes: int) -> None:
    assert agree("flexible_paxos", crashes=crashes, **size).verdict is Verdict.HOLDS


@pytest.mark.slow
def test_two_of_four_votes_choose_if_three_must_promise() -> None:
    assert check("flexible_paxos").verdict is Verdict.HOLDS
