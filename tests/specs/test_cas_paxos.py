"""CASPaxos: Paxos with other values, and no update of the register is lost."""

from __future__ import annotations

from typing import Any

import pytest

from pcheck import Id, Seen, Value, check, group
from pcheck.search.outcome import Outcome, Verdict
from specs.cas_paxos import Changer, each_change_once, no_update_is_lost
from specs.consensus import Accepted, Vote
from tests.peer import explore as paxos_by_its_peer
from tests.specs.family import agree, length, watched

HOLDS = {
    "no_update_is_lost": Outcome.HOLDS,
    "each_change_once": Outcome.HOLDS,
    "one_value_per_ballot": Outcome.HOLDS,
    "some_value_chosen": Outcome.REACHED,
    "all_changes_chosen": Outcome.REACHED,
}


# Counts and verdicts


@pytest.mark.parametrize(
    ("acceptors", "proposers", "rounds", "crashes", "expected"),
    [
        (3, 1, 1, 0, (53, 109, 9)),
        (2, 2, 1, 0, (169, 352, 14)),
        (3, 2, 1, 0, (2_905, 8_338, 18)),
        (3, 1, 1, 1, (314, 957, 11)),
        (2, 2, 1, 1, (1_014, 3_052, 16)),
        (2, 2, 2, 0, (11_881, 27_884, 28)),
        (3, 2, 1, 1, (19_911, 77_270, 20)),
    ],
)
def test_the_counts_equal_those_of_paxos_where_values_correspond(
    acceptors: int, proposers: int, rounds: int, crashes: int, expected: tuple[int, int, int]
) -> None:
    """With two proposers and one round, ballot 2 asks for v1 or v2 in Paxos, and for xy or y in
    CASPaxos, depending on whether a promise reports a vote of ballot 1. With two acceptors a quorum
    is all acceptors, so the promises determine the value in both protocols."""
    found = check(
        "cas_paxos",
        acceptors=acceptors,
        proposers=proposers,
        rounds=rounds,
        crashes=crashes,
        engine="reference",
    )
    assert (found.states, found.transitions, found.depth) == expected
    assert found.verdict is Verdict.HOLDS


def test_the_votes_are_those_of_paxos_with_other_values() -> None:
    words = {(1, 1): "x", (2, 1): "xy", (2, 2): "y"}
    paxos = paxos_by_its_peer(3, 2).observations
    expected = {frozenset((a, b, words[b, value]) for a, b, value in votes) for votes in paxos}
    assert watched("cas_paxos", acceptors=3, rounds=1).observations == expected


@pytest.mark.parametrize(("acceptors", "proposers"), [(1, 2), (2, 2), (3, 2), (1, 3)])
def test_the_shortest_trace_to_all_changes_is_one_ballot_after_another(
    acceptors: int, proposers: int
) -> None:
    """Each ballot takes a start, a majority of promises, and votes. One vote is enough for the
    next ballot to see its value; only the last ballot needs a majority of votes."""
    majority = acceptors // 2 + 1
    found = check(
        "cas_paxos",
        acceptors=acceptors,
        proposers=proposers,
        rounds=1,
        crashes=0,
        find="all_changes_chosen",
    )
    before, last = 1 + 2 * majority + 1, 1 + 2 * majority + majority
    assert length(found) == before * (proposers - 1) + last


@pytest.mark.parametrize(
    ("reported", "asked"),
    [([], "y"), (["1 x"], "xy"), (["1 x", "2 xy"], "xy"), (["3 z", "2 xy"], "zy")],
)
def test_a_change_applies_to_the_highest_vote(reported: list[str], asked: str) -> None:
    votes = [Vote(int(ballot), Value(state)) for ballot, state in map(str.split, reported)]
    p2 = Changer(wants=Value("y"), acceptors=group("a", 3), ballots=(2,), quorum=2)
    assert p2.safe_value(votes) == Value(asked)


@pytest.mark.slow
def test_two_clients_with_two_ballots_each_and_a_crash() -> None:
    result = check("cas_paxos")
    assert (result.verdict, dict(result.properties)) == (Verdict.HOLDS, HOLDS)


@pytest.mark.slow
def test_three_clients() -> None:
    result = check("cas_paxos", proposers=3, rounds=1, crashes=0)
    assert (result.verdict, dict(result.properties)) == (Verdict.HOLDS, HOLDS)


@pytest.mark.parametrize("crashes", [0, 1])
@pytest.mark.parametrize(
    "size",
    [
        {"acceptors": 1, "proposers": 2, "rounds": 2},
        {"acceptors": 2, "proposers": 2, "rounds": 1},
        {"acceptors": 1, "proposers": 3, "rounds": 1},
    ],
)
def test_the_engines_agree_with_and_without_reductions(size: dict[str, int], crashes: int) -> None:
    assert agree("cas_paxos", crashes=crashes, **size).verdict is Verdict.HOLDS


# Properties of observations made by hand


def seen(*votes: str) -> Seen:
    """`seen("a1 1 x")`: a1 voted for x in ballot 1."""
    sent: list[tuple[Id, Any]] = [
        (Id(acceptor), Accepted(Vote(int(ballot), Value(state))))
        for acceptor, ballot, state in map(str.split, votes)
    ]
    wants = ((Id("p1"), Value("x")), (Id("p2"), Value("y")))
    return Seen(sent, {"a": group("a", 3)}, {"wants": wants})


def twice(vote: str) -> tuple[str, str]:
    return f"a1 {vote}", f"a2 {vote}"


@pytest.mark.parametrize(
    ("votes", "why"),
    [
        ((), None),
        (twice("1 x"), None),
        ((*twice("1 x"), "a3 2 y"), None),  # not chosen
        ((*twice("1 x"), *twice("2 xy")), None),
        ((*twice("1 x"), *twice("3 x")), None),  # a read
        (
            (*twice("1 x"), *twice("2 y")),
            "y, chosen in ballot 2, does not begin with x, chosen in ballot 1",
        ),
        (
            (*twice("1 xy"), *twice("2 x")),
            "x, chosen in ballot 2, does not begin with xy, chosen in ballot 1",
        ),
    ],
)
def test_an_update_is_lost_if_a_higher_chosen_state_lacks_it(
    votes: tuple[str, ...], why: str | None
) -> None:
    assert no_update_is_lost.why_false(seen(*votes)) == why


@pytest.mark.parametrize(
    ("vote", "why"),
    [
        ("a1 1 x", None),
        ("a1 2 yx", None),
        ("a1 2 xx", "a change was made twice in xx"),
        ("a1 2 xz", "xz contains a change that no client wants"),
    ],
)
def test_a_state_contains_only_wanted_changes(vote: str, why: str | None) -> None:
    assert each_change_once.why_false(seen(vote)) == why
