"""Paxos with refusals: its numbers of states, by an independent program, and its safety."""

from __future__ import annotations

import pytest

from pcheck import check
from tests.specs.retrying_peer import explore as by_the_peer


@pytest.mark.parametrize("engine", ["reference", "compiled"])
@pytest.mark.parametrize(
    ("acceptors", "proposers", "rounds", "network"),
    [
        *((acceptors, 1, 1, "once") for acceptors in (1, 2, 3)),
        *((acceptors, 2, 1, "once") for acceptors in (1, 2, 3)),
        *((acceptors, 2, 2, "once") for acceptors in (1, 2)),
        (1, 2, 1, "lossy"),
        (2, 1, 1, "lossy"),
    ],
)
def test_the_states_are_those_of_the_peer(
    acceptors: int, proposers: int, rounds: int, network: str, engine: str
) -> None:
    result = check(
        "retrying_paxos",
        acceptors=acceptors,
        proposers=proposers,
        rounds=rounds,
        network=network,
        crashes=0,
        engine=engine,
        reduce="none" if engine == "compiled" else None,
    )
    assert result.verdict_word == "holds"
    found = result.states, result.transitions, result.depth
    assert found == by_the_peer(acceptors, proposers, rounds, network)


@pytest.mark.slow
def test_at_most_one_value_is_chosen_although_proposers_try_again() -> None:
    """One crash is allowed, every message may be repeated, and each proposer has two ballots."""
    assert check("retrying_paxos", rounds=2).verdict_word == "holds"
