"""Raft: comparisons with a second program, with both engines and with the reductions.

The second program is `raft_peer.py`, which has no actors and shares no code with pcheck.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from pcheck import check
from pcheck.search.outcome import Outcome, SearchResult, Verdict
from pcheck.search.reductions.reduce import REDUCTIONS
from pcheck.search.reference import explore
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS
from tests.runs import counts
from tests.sampling import fast_every
from tests.specs.family import Watched, agree, cluster
from tests.specs.raft_peer import APPEND, COMMITTED, Counts, Message
from tests.specs.raft_peer import explore as by_the_peer

HOLDS = [Outcome.HOLDS] * 4 + [Outcome.REACHED] * 2


def as_in_the_peer(sender: str, message: Any) -> Message:
    """Return a message in the form of the second program."""
    kind = {"AppendEntries": APPEND, "Committed": COMMITTED}[type(message).__name__]
    return kind, int(sender[1:]), *vars(message).values()


def watched(
    servers: int, terms: int, entries: int, network: str, crashes: int
) -> tuple[SearchResult, Counts]:
    model = Watched(
        cluster("raft", servers=servers, terms=terms, entries=entries), network, crashes
    )
    search = explore(model)
    kinds: tuple[type[Any], ...] = model.cluster.watched_kinds
    observations = {
        frozenset(as_in_the_peer(*each) for kind in kinds for each in seen.sent(kind))
        for seen in model.observations
    }
    return search, Counts(*counts(search), frozenset(observations))


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
    return [*fast_every(12, GRID), *(pytest.param(*size, marks=pytest.mark.slow) for size in MORE)]


@pytest.mark.parametrize(("servers", "terms", "entries", "network", "crashes"), each_size())
def test_a_second_program_finds_the_same_counts_and_observations(
    servers: int, terms: int, entries: int, network: str, crashes: int
) -> None:
    search, found = watched(servers, terms, entries, network, crashes)
    assert found == by_the_peer(servers, terms, entries, network, crashes)
    assert search.verdict is Verdict.HOLDS


@pytest.mark.parametrize("size", [(2, 2, 2, "set", 1), (3, 1, 2, "set", 0)])
def test_the_observations_of_the_second_program_are_safe(size: Any) -> None:
    """Each term has one sender of AppendEntries, and each index one committed entry."""
    for seen in by_the_peer(*size).observations:
        leading = {(term, who) for kind, who, term, *_ in seen if kind == APPEND}
        committed = {(index, entry) for kind, _, _, index, entry in of_kind(seen, COMMITTED)}
        assert len(leading) == len(dict(leading)), seen
        assert len(committed) == len(dict(committed)), seen


def of_kind(seen: frozenset[Message], kind: int) -> list[Message]:
    return [message for message in seen if message[0] == kind]


# Engines and reductions


@pytest.mark.slow
@pytest.mark.parametrize(
    "setup",
    [
        pytest.param({"terms": 1, "crashes": 0}, marks=pytest.mark.slow),
        {"terms": 1, "entries": 1, "crashes": 1},
        {"servers": 2, "crashes": 0},
        {"servers": 2, "terms": 1, "network": "fifo", "crashes": 0},
        pytest.param(
            {"servers": 2, "terms": 2, "entries": 1, "network": "lossy", "crashes": 1},
            marks=pytest.mark.slow,
        ),
        pytest.param(
            {"servers": 4, "terms": 1, "entries": 1, "crashes": 0}, marks=pytest.mark.slow
        ),
        pytest.param({"entries": 1, "crashes": 0}, marks=pytest.mark.slow),
    ],
)
def test_both_engines_and_all_reductions_agree(setup: dict[str, Any]) -> None:
    assert agree("raft", **setup).verdict is Verdict.HOLDS


@pytest.mark.slow
def test_raft_holds_at_the_default_size() -> None:
    found = check("raft")
    assert (found.verdict, list(found.properties.values())) == (
        Verdict.HOLDS,
        [*HOLDS, Outcome.REACHED],
    )
    assert (found.search.reduced, found.search.skipped) == (REDUCTIONS[:-1], {})  # not cover


@pytest.mark.slow
def test_raft_holds_with_three_terms_and_one_entry() -> None:
    found = check("raft", terms=3, entries=1, crashes=1)
    assert (found.verdict, list(found.properties.values())) == (Verdict.HOLDS, HOLDS)


# The shortest traces


def test_an_election_takes_three_steps_and_a_commitment_six() -> None:
    """A timeout, a request and a vote; then a command, a follower's copy and its confirmation."""
    search = explore(ClusterModel(cluster("raft", terms=1, entries=1), NETWORKS["set"], 0))
    lengths = {name: len(found.trace) for name, found in search.discoveries.items()}
    assert lengths == {"a_leader_is_elected": 3 + 1, "an_entry_is_committed": 3 + 3}


def test_a_leader_is_only_observed_once_it_sends_an_entry() -> None:
    search = explore(
        ClusterModel(cluster("raft", servers=2, terms=1, entries=1), NETWORKS["set"], 0)
    )
    labels = search.discoveries["a_leader_is_elected"].trace.labels
    assert labels[-1] == "s1 takes a command"


def test_an_older_entry_is_committed_together_with_an_entry_of_the_current_term() -> None:
    found = check("raft", servers=2, crashes=0, engine="reference")
    labels = found.search.discoveries["an_older_entry_is_committed"].trace.labels
    assert labels[-1].endswith("Appended(term=2, index=2)")


def test_without_a_second_entry_there_is_no_property_of_older_entries() -> None:
    names = [prop.name for prop in cluster("raft", entries=1).properties]
    assert "an_older_entry_is_committed" not in names
