"""Raft: what another program says of it, and every way that it is explored.

The counts are those of `raft_peer.py`, which knows no actors and shares no code with pcheck.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from pcheck import check
from pcheck.search.outcome import Outcome, SearchResult, Verdict
from pcheck.search.reference import explore
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS
from tests.runs import counts
from tests.specs.family import Watched, agree, cluster
from tests.specs.raft_peer import APPEND, COMMITTED, Counts, Message
from tests.specs.raft_peer import explore as by_the_peer

HOLDS = [Outcome.HOLDS] * 4 + [Outcome.REACHED] * 2


def numbers(who: str, message: Any) -> Message:
    """A message as the peer tells it."""
    kind = {"AppendEntries": APPEND, "Committed": COMMITTED}[type(message).__name__]
    return kind, int(who[1:]), *vars(message).values()


def watched(
    servers: int, terms: int, entries: int, network: str, crashes: int
) -> tuple[SearchResult, Counts]:
    model = Watched(
        cluster("raft", servers=servers, terms=terms, entries=entries), network, crashes
    )
    search = explore(model)
    kinds: tuple[type[Any], ...] = model.cluster.watched_kinds
    sights = {
        frozenset(numbers(*each) for kind in kinds for each in seen.sent(kind))
        for seen in model.sights
    }
    return search, Counts(*counts(search), frozenset(sights))


# A second program

SIZES = [(2, 1, 1), (2, 1, 2), (2, 2, 1), (2, 3, 1), (3, 1, 1)]
GRID = [
    *((*size, network, k) for size, network, k in product(SIZES, ("set", "once"), (0, 1))),
    *((2, 2, 2, "set", 0), (2, 2, 2, "set", 1), (2, 2, 2, "once", 0), (2, 1, 3, "set", 0)),
    *((3, 1, 2, "set", 0), (4, 1, 1, "set", 0), (2, 2, 1, "set", 2)),
]
MORE = [
    *((2, 3, 2, "set", 1), (2, 2, 2, "once", 1), (2, 4, 1, "set", 0), (3, 2, 1, "set", 0)),
    *((3, 2, 1, "once", 0), (3, 1, 2, "set", 1), (3, 1, 3, "set", 0)),
]


def each_size() -> list[Any]:
    return [*GRID, *(pytest.param(*size, marks=pytest.mark.slow) for size in MORE)]


@pytest.mark.parametrize(("servers", "terms", "entries", "network", "crashes"), each_size())
def test_another_program_finds_the_same_counts_and_observations(
    servers: int, terms: int, entries: int, network: str, crashes: int
) -> None:
    search, found = watched(servers, terms, entries, network, crashes)
    assert found == by_the_peer(servers, terms, entries, network, crashes)
    assert search.verdict is Verdict.HOLDS


@pytest.mark.parametrize("size", [(2, 2, 2, "set", 1), (3, 1, 2, "set", 0)])
def test_what_another_program_has_seen_is_safe_by_its_own_count(size: Any) -> None:
    """One sender of AppendEntries a term; one entry an index."""
    for seen in by_the_peer(*size).observations:
        leading = {(term, who) for kind, who, term, *_ in seen if kind == APPEND}
        there = {(index, entry) for kind, _, _, index, entry in of_kind(seen, COMMITTED)}
        assert len(leading) == len(dict(leading)), seen
        assert len(there) == len(dict(there)), seen


def of_kind(seen: frozenset[Message], kind: int) -> list[Message]:
    return [message for message in seen if message[0] == kind]


# Engines and passes


@pytest.mark.parametrize(
    "question",
    [
        pytest.param({"terms": 1, "crashes": 0}, marks=pytest.mark.slow),
        {"terms": 1, "entries": 1, "crashes": 1},
        {"servers": 2, "crashes": 0},
        {"servers": 2, "terms": 1, "network": "fifo", "crashes": 0},
        {"servers": 2, "terms": 2, "entries": 1, "network": "lossy", "crashes": 1},
        pytest.param(
            {"servers": 4, "terms": 1, "entries": 1, "crashes": 0}, marks=pytest.mark.slow
        ),
        pytest.param({"entries": 1, "crashes": 0}, marks=pytest.mark.slow),
    ],
)
def test_both_engines_and_all_passes_agree(setup: dict[str, Any]) -> None:
    assert agree("raft", **setup).verdict is Verdict.HOLDS


@pytest.mark.slow
def test_what_is_explored_without_any_option_holds() -> None:
    found = check("raft")
    assert (found.verdict, found.states, found.search.depth) == (Verdict.HOLDS, 13_054, 22)
    assert list(found.properties.values()) == [*HOLDS, Outcome.REACHED]


@pytest.mark.slow
def test_three_terms_hold_where_a_log_has_one_entry() -> None:
    found = check("raft", terms=3, entries=1, crashes=1)
    assert (found.verdict, list(found.properties.values())) == (Verdict.HOLDS, HOLDS)


# The shortest runs


def test_an_election_takes_three_steps_and_a_commitment_six() -> None:
    """A time-out, a request and a vote; a command, stored and known to be stored by one other."""
    search = explore(ClusterModel(cluster("raft", terms=1, entries=1), NETWORKS["set"], 0))
    lengths = {name: len(found.trace) for name, found in search.discoveries.items()}
    assert lengths == {"a_leader_is_elected": 3 + 1, "an_entry_is_committed": 3 + 3}


def test_a_leader_without_an_entry_is_seen_by_nobody() -> None:
    search = explore(
        ClusterModel(cluster("raft", servers=2, terms=1, entries=1), NETWORKS["set"], 0)
    )
    labels = search.discoveries["a_leader_is_elected"].trace.labels
    assert labels[-1] == "s1 takes a command"


def test_an_older_entry_is_committed_with_one_of_the_term_behind_it() -> None:
    found = check("raft", servers=2, crashes=0, engine="reference")
    labels = found.search.discoveries["an_older_entry_is_committed"].trace.labels
    assert labels[-1].endswith("Appended(term=2, index=2)")


def test_where_a_log_has_one_entry_no_older_one_can_be_committed_and_nobody_asks() -> None:
    names = [prop.name for prop in cluster("raft", entries=1).properties]
    assert "an_older_entry_is_committed" not in names
