"""Fast Paxos: a second program finds the same counts, and values are picked as in the paper."""

from __future__ import annotations

from typing import Any

import pytest

from pcheck import Id, Map, Value, check, group
from pcheck.language.actor import Either, Send
from pcheck.search.outcome import Outcome, Verdict
from specs.consensus import Vote
from specs.fast_paxos import Any as Opens
from specs.fast_paxos import FastProposer
from specs.paxos import Accept
from tests.peer import explore as paxos_by_its_peer
from tests.specs.family import Found, agree, cluster, length, watched
from tests.specs.fast_paxos_peer import explore as by_the_peer

HOLDS = {
    "agreement": Outcome.HOLDS,
    "validity": Outcome.HOLDS,
    "some_value_chosen": Outcome.REACHED,
    "chosen_fast": Outcome.REACHED,
    "chosen_after_a_collision": Outcome.REACHED,
}


# A second program


@pytest.mark.parametrize(
    ("acceptors", "proposers", "rounds", "fast", "crashes"),
    [
        (1, 1, 1, 1, 0),
        (1, 1, 2, 1, 1),
        (1, 2, 1, 0, 1),
        (1, 2, 1, 1, 1),
        (1, 2, 1, 2, 1),
        (1, 2, 2, 1, 0),
        (1, 3, 1, 2, 0),
        (2, 1, 2, 2, 1),
        (2, 2, 1, 1, 0),
        (2, 2, 1, 2, 0),
        (3, 1, 1, 1, 1),
        (4, 1, 1, 1, 0),
        pytest.param(*(2, 2, 1, 2, 1), marks=pytest.mark.slow),
        pytest.param(*(2, 2, 2, 2, 0), marks=pytest.mark.slow),
        pytest.param(*(2, 3, 1, 1, 0), marks=pytest.mark.slow),
        pytest.param(*(3, 2, 1, 1, 0), marks=pytest.mark.slow),
    ],
)
def test_another_program_finds_the_same_counts_and_votes(
    acceptors: int, proposers: int, rounds: int, fast: int, crashes: int
) -> None:
    found = watched(
        "fast_paxos",
        crashes=crashes,
        acceptors=acceptors,
        proposers=proposers,
        rounds=rounds,
        fast=fast,
    )
    assert found == Found(*by_the_peer(acceptors, proposers, rounds, fast, crashes))


@pytest.mark.parametrize("size", [(1, 2, 2), (2, 2, 1), (3, 1, 1)])
def test_without_fast_ballots_the_votes_are_those_of_paxos(size: tuple[int, int, int]) -> None:
    paxos = paxos_by_its_peer(*size)
    assert by_the_peer(*size, fast=0).observations == paxos.observations


# Values picked after the answers of three of four acceptors: "1 v1" is a vote, "-" none


@pytest.mark.parametrize(
    ("votes", "picks"),
    [
        (("-", "-", "-"), {"v2"}),
        (
            ("1 v1", "1 v1", "1 v2"),
            {"v1"},
        ),  # two and the silent acceptor may be a fast quorum for v1
        (("1 v1", "1 v2", "1 v2"), {"v2"}),
        (("1 v1", "1 v2", "-"), {"v1", "v2"}),  # neither value can have three votes
        (("1 v1", "1 v2", "1 v3"), {"v1", "v2", "v3"}),
        (("1 v1", "-", "-"), {"v1"}),  # v1 has at most two votes, but no rival
        (("1 v1", "1 v3", "-"), {"v1", "v2", "v3"}),  # v2 is the proposer's own value
        (("1 v1", "1 v1", "2 v3"), {"v3"}),  # only the highest ballot counts
    ],
)
def test_the_value_is_picked_as_in_the_paper(votes: tuple[str, ...], picks: set[str]) -> None:
    assert {each.vote.value for each in sent(votes, fast=1)} == {Value(v) for v in picks}


def test_a_fast_ballot_is_opened_if_no_value_is_forced() -> None:
    assert sent(("-", "-", "-"), fast=5) == {Opens(5)}
    assert sent(("1 v1", "1 v2", "-"), fast=5) == {Opens(5)}
    assert sent(("1 v1", "1 v1", "1 v2"), fast=5) == {Accept(Vote(5, Value("v1")))}


def sent(votes: tuple[str, ...], fast: int) -> set[Any]:
    """Return the messages that p2 may send in ballot 5 after three acceptors reported votes."""
    p2 = FastProposer(
        wants=Value("v2"),
        acceptors=group("a", 4),
        ballots=(5,),
        quorum=3,
        fast=fast,
        fast_quorum=3,
        started=1,
    )
    got = Map((Id(f"a{i}"), vote_of(text)) for i, text in enumerate(votes, start=1))
    step = p2.asks(got)
    steps = [way for _, way in step.ways] if isinstance(step, Either) else [step]
    return {
        send.message
        for step in steps
        if isinstance(step, tuple)
        for send in step
        if isinstance(send, Send)
    }


def vote_of(text: str) -> Vote | None:
    ballot, _, value = text.partition(" ")
    return Vote(int(ballot), Value(value)) if value else None


@pytest.mark.parametrize(
    ("acceptors", "classic", "expected"),
    [(3, 0, (2, 3)), (4, 0, (3, 3)), (5, 0, (3, 4)), (7, 0, (4, 6)), (7, 5, (5, 5))],
)
def test_any_two_fast_quorums_and_a_classic_one_have_an_acceptor_in_common(
    acceptors: int, classic: int, expected: tuple[int, int]
) -> None:
    built = cluster("fast_paxos", acceptors=acceptors, classic_quorum=classic)
    (p1, *_) = built.actors.values()
    assert (vars(p1)["quorum"], vars(p1)["fast_quorum"]) == expected


# Verdicts and traces


@pytest.mark.slow
def test_four_acceptors_a_collision_and_a_crash() -> None:
    result = check("fast_paxos")
    assert (result.verdict, dict(result.properties)) == (Verdict.HOLDS, HOLDS)


@pytest.mark.parametrize(
    ("acceptors", "fast", "after"),
    [
        # steps: a proposal and a start, two for each promise, two for each vote in a fast ballot
        (1, 2 + 2 * 1 + 2 * 1, None),
        (2, 2 + 2 * 2 + 2 * 2, 3 + 2 * 2 + 2 * 2 + 1 + 2 * 2 + 2),
        pytest.param(
            *(4, 2 + 2 * 3 + 2 * 3, 3 + 2 * 3 + 2 * 2 + 1 + 2 * 3 + 3), marks=pytest.mark.slow
        ),
    ],
)
def test_the_shortest_traces_that_choose(acceptors: int, fast: int, after: int | None) -> None:
    found = {"chosen_fast": fast} | ({"chosen_after_a_collision": after} if after else {})
    for name, steps in found.items():
        result = check("fast_paxos", find=name, crashes=0, acceptors=acceptors)
        assert length(result) == steps


@pytest.mark.parametrize("crashes", [0, 1])
@pytest.mark.parametrize(
    "size",
    [
        {"acceptors": 1, "proposers": 2, "rounds": 1, "fast": 2},
        {"acceptors": 2, "proposers": 2, "rounds": 1, "fast": 1},
        {"acceptors": 3, "proposers": 1, "rounds": 1, "fast": 1},
    ],
)
def test_the_engines_agree_with_and_without_reductions(size: dict[str, int], crashes: int) -> None:
    result = agree("fast_paxos", crashes=crashes, **size)
    assert result.verdict is Verdict.HOLDS


@pytest.mark.slow
@pytest.mark.parametrize(
    "setup",
    [
        {"acceptors": 3, "rounds": 2, "fast": 2},
        {"acceptors": 4, "rounds": 1, "fast": 2},
        {"acceptors": 5, "rounds": 1, "crashes": 1},
        {"acceptors": 5, "rounds": 1, "classic_quorum": 4},
    ],
)
def test_larger_sizes_hold(setup: dict[str, Any]) -> None:
    result = check("fast_paxos", **({"crashes": 0} | setup))
    assert (result.verdict, dict(result.properties)) == (Verdict.HOLDS, HOLDS)


@pytest.mark.parametrize("crashes", [0, 1])
def test_without_fast_ballots_or_rivals_fewer_properties_apply(crashes: int) -> None:
    paxos = check("fast_paxos", acceptors=2, fast=0, crashes=crashes)
    alone = check("fast_paxos", acceptors=2, proposers=1, crashes=crashes)
    assert (paxos.verdict, set(HOLDS) - set(paxos.properties)) == (
        Verdict.HOLDS,
        {"chosen_fast", "chosen_after_a_collision"},
    )
    assert (alone.verdict, set(HOLDS) - set(alone.properties)) == (
        Verdict.HOLDS,
        {"chosen_after_a_collision"},
    )
