"""Lamport's Paxos.tla, written as a Model: its counts equal those of TLC."""

from __future__ import annotations

import pytest

from pcheck.language.model import Model
from pcheck.loading.spec import find
from pcheck.search.outcome import Outcome, Verdict
from pcheck.search.reference import explore
from tests.sampling import fast_first


def lamports(acceptors: int, values: int, ballots: int) -> Model[object]:
    spec = find("lamport")
    built = spec.build(spec.options({"acceptors": acceptors, "values": values, "ballots": ballots}))
    assert isinstance(built, Model)
    return built


@pytest.mark.slow
@pytest.mark.parametrize(
    ("acceptors", "values", "ballots", "states", "depth"),
    fast_first(
        2, [(1, 1, 2, 25, 8), (3, 1, 2, 1_681, 16), (3, 2, 2, 3_921, 16), (2, 2, 3, 1_501, 18)]
    ),
)
def test_the_counts_are_those_of_tlc(
    acceptors: int, values: int, ballots: int, states: int, depth: int
) -> None:
    search = explore(lamports(acceptors, values, ballots))
    assert (search.states, search.depth, search.verdict) == (states, depth, Verdict.HOLDS)


def test_any_value_can_be_chosen_in_any_ballot() -> None:
    search = explore(lamports(2, 2, 1))
    assert search.outcomes == {
        "agreement": Outcome.HOLDS,
        "one_value_per_ballot": Outcome.HOLDS,
        "some_value_chosen": Outcome.REACHED,
        "v1_can_be_chosen": Outcome.REACHED,
        "v2_can_be_chosen": Outcome.REACHED,
    }


def test_the_shortest_trace_to_a_chosen_value_is_one_ballot_without_rivals() -> None:
    search = explore(lamports(1, 1, 1))
    assert search.discoveries["some_value_chosen"].trace.labels == (
        "leader starts ballot 0",
        "a1 promises ballot 0",
        "leader asks for v1 in ballot 0",
        "a1 votes for v1 in ballot 0",
    )
