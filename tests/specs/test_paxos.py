"""Paxos: counts confirmed by other programs, and the counterexamples of two bugs.

The program `tests/peer.py` is a second implementation of Paxos, without actors.
"""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from pcheck import UP, Id, Seen, always
from pcheck.search.outcome import Outcome, SearchResult, Verdict
from pcheck.search.reference import explore
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.trace import follow
from tests.peer import Counts
from tests.peer import explore as by_the_peer
from tests.runs import counts
from tests.sampling import fast_every, fast_first
from tests.specs.family import Watched
from tests.specs.family import paxos as cluster

ROOT = Path(__file__).resolve().parent.parent.parent
Votes = frozenset[tuple[int, int, int]]  # (acceptor, ballot, value), as in the peer


def paxos(network: str = "set", crashes: int = 0, bug: str = "", **options: int) -> SearchResult:
    return explore(ClusterModel(cluster(bug, **options), NETWORKS[network], crashes))


# Tables of counts


@pytest.mark.parametrize(
    ("acceptors", "proposers", "rounds", "crashes", "expected"),
    [
        (3, 1, 1, 0, (53, 109, 9)),
        (2, 2, 1, 0, (169, 352, 14)),
        (3, 2, 1, 0, (2_905, 8_338, 18)),
        pytest.param(3, 3, 1, 0, (159_725, 544_479, 27), marks=pytest.mark.slow),
        (2, 2, 2, 0, (11_881, 27_884, 28)),
        (3, 1, 1, 1, (314, 957, 11)),
        (2, 2, 1, 1, (1_014, 3_052, 16)),
        (3, 2, 1, 1, (19_911, 77_270, 20)),
    ],
)
def test_the_counts_on_set_are_those_that_spin_and_tlc_gave(
    acceptors: int, proposers: int, rounds: int, crashes: int, expected: tuple[int, int, int]
) -> None:
    search = paxos(crashes=crashes, acceptors=acceptors, proposers=proposers, rounds=rounds)
    assert (counts(search), search.verdict) == (expected, Verdict.HOLDS)


@pytest.mark.parametrize(
    ("network", "states", "transitions"),
    [("set", 169, 352), ("once", 169, 352), ("lossy", 943, 2_770), ("fifo", 943, 3_104)],
)
def test_the_counts_on_each_network(network: str, states: int, transitions: int) -> None:
    search = paxos(network, acceptors=2, proposers=2, rounds=1)
    assert (counts(search), search.verdict) == ((states, transitions, 14), Verdict.HOLDS)


@pytest.mark.slow
def test_the_count_with_a_learner() -> None:
    search = paxos(acceptors=3, proposers=2, rounds=1, learners=1)
    assert (search.states, search.verdict) == (12_169, Verdict.HOLDS)
    assert counts(search) == by_the_peer(3, 2, learners=1)[:3]


def test_every_property_has_an_outcome() -> None:
    search = paxos(acceptors=2, proposers=2, rounds=1, learners=1)
    assert search.outcomes == {
        "agreement": Outcome.HOLDS,
        "validity": Outcome.HOLDS,
        "one_value_per_ballot": Outcome.HOLDS,
        "some_value_chosen": Outcome.REACHED,
        "only_the_chosen_is_learned": Outcome.HOLDS,
        "learners_agree": Outcome.HOLDS,
        "no_other_is_chosen": Outcome.HOLDS,
        "some_value_learned": Outcome.REACHED,
        "v1_can_be_chosen": Outcome.REACHED,
        "v2_can_be_chosen": Outcome.REACHED,
    }


def test_the_shortest_trace_to_a_chosen_value_is_one_ballot_of_a_majority() -> None:
    """The steps are a start, then for each of two acceptors a prepare, a promise and a vote."""
    search = paxos(acceptors=3, proposers=2, rounds=1)
    lengths = {name: len(found.trace) for name, found in search.discoveries.items()}
    assert lengths == {"some_value_chosen": 7, "v1_can_be_chosen": 7, "v2_can_be_chosen": 7}


def test_proposer_i_of_p_uses_ballot_r_p_plus_i_and_wants_v_i() -> None:
    actors = cluster(acceptors=1, proposers=3, rounds=2).actors
    proposers = {str(node): vars(actor) for node, actor in actors.items() if node[0] == "p"}
    assert {
        node: (str(fields["wants"]), fields["ballots"]) for node, fields in proposers.items()
    } == {
        "p1": ("v1", (1, 4)),
        "p2": ("v2", (2, 5)),
        "p3": ("v3", (3, 6)),
    }


# A second program


def observations(model: Watched) -> frozenset[Votes]:
    return frozenset(votes_of(model, seen) for seen in model.observations)


def votes_of(model: Watched, seen: Seen) -> Votes:
    accepted: type[Any] = model.cluster.watched_kinds[0]
    return frozenset(
        (int(acceptor[1:]), said.vote.ballot, int(said.vote.value[1:]))
        for acceptor, said in seen.sent(accepted)
    )


def watched(network: str, crashes: int, **options: int) -> Counts:
    """Return what the reference finds, in the form that the peer uses."""
    model = Watched(cluster("", **options), network, crashes)
    search = explore(model)
    assert search.verdict is Verdict.HOLDS
    return Counts(*counts(search), observations(model))


SMALL = [
    # acceptors, proposers, rounds, learners
    *((1, 1, 1, 0), (1, 1, 1, 1), (1, 1, 1, 2), (1, 1, 2, 0), (1, 1, 2, 1), (1, 1, 3, 0)),
    *((1, 2, 1, 0), (1, 2, 1, 1), (1, 2, 2, 0)),
    *((2, 1, 1, 0), (2, 1, 1, 1), (2, 1, 2, 0), (3, 1, 1, 0)),
]
GRID = [
    *((*size, network, crashes) for size, network, crashes in product(SMALL, NETWORKS, range(3))),
    *((2, 2, 1, 0, network, crashes) for network, crashes in product(NETWORKS, range(2))),
    *((2, 2, 1, 0, network, 2) for network in ("set", "once")),
    *((2, 2, 1, 1, network, 0) for network in NETWORKS),
    *((2, 2, 1, 1, "set", 1), (2, 2, 1, 2, "set", 0), (2, 1, 2, 1, "set", 2)),
    *((3, 2, 1, 0, "set", 0), (3, 2, 1, 0, "once", 0), (2, 2, 2, 0, "set", 0)),
    *((3, 2, 1, 0, "set", 1), (4, 1, 1, 0, "set", 1), (1, 3, 1, 0, "fifo", 1)),
]


@pytest.mark.parametrize(
    ("acceptors", "proposers", "rounds", "learners", "network", "crashes"), fast_every(6, GRID)
)
def test_another_program_finds_the_same_counts_and_observations(
    acceptors: int, proposers: int, rounds: int, learners: int, network: str, crashes: int
) -> None:
    found = watched(
        network,
        crashes,
        acceptors=acceptors,
        proposers=proposers,
        rounds=rounds,
        learners=learners,
    )
    assert found == by_the_peer(acceptors, proposers, rounds, network, crashes, learners)


@always(sees=[UP])
def sees_up(seen: Seen) -> str | None:
    return None


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize(
    ("size", "crash_nodes"),
    [
        ((2, 1, 1, 0), "a1 a2"),
        ((2, 1, 1, 0), "a2"),
        ((2, 1, 1, 0), "p1"),
        ((1, 2, 1, 0), "p1 a1"),
        ((1, 1, 2, 0), "p1"),
        ((1, 1, 1, 2), "l2 p1"),
        ((1, 1, 1, 1), "a1 p1 l1"),
    ],
)
def test_another_program_agrees_on_which_nodes_may_crash_and_which_are_up(
    size: tuple[int, int, int, int], crash_nodes: str, network: str
) -> None:
    acceptors, proposers, rounds, learners = size
    sizes = {"acceptors": acceptors, "proposers": proposers, "learners": learners}
    numbers = {
        Id(f"{role[0]}{nth + 1}"): number
        for number, (role, nth) in enumerate(
            ((role, nth) for role, count in sizes.items() for nth in range(count)), start=1
        )
    }
    nodes = [Id(name) for name in crash_nodes.split()]
    for crashes in (1, 2):
        built = cluster("", rounds=rounds, **sizes)
        built.properties = (*built.properties, sees_up)
        model = Watched(built, network, crashes, nodes)
        search = explore(model, all_properties=True)
        observed = frozenset(
            votes | {(number, 0, 0) for node, number in numbers.items() if not seen.up(node)}
            for seen in model.observations
            for votes in [votes_of(model, seen)]
        )
        found = Counts(*counts(search), observed)
        some = [numbers[node] for node in nodes]
        assert found == by_the_peer(
            *size[:3], network, crashes, learners, crash_nodes=some, sees_down=True
        )


@pytest.mark.parametrize("crashes", [0, 1])
@pytest.mark.parametrize(
    ("acceptors", "proposers", "rounds"), fast_first(1, [(2, 1, 2), (1, 2, 2), (2, 2, 1)])
)
def test_every_observation_on_another_network_also_occurs_on_set(
    acceptors: int, proposers: int, rounds: int, crashes: int
) -> None:
    found = {
        network: watched(
            network, crashes, acceptors=acceptors, proposers=proposers, rounds=rounds
        ).observations
        for network in NETWORKS
    }
    more = {network: observations - found["set"] for network, observations in found.items()}
    assert more == {network: frozenset() for network in NETWORKS}


# Two bugs


def test_the_last_step_of_the_trace_violates_agreement() -> None:
    options = {"acceptors": 3, "proposers": 2, "rounds": 1}
    search = paxos("set", 0, "14", **options)
    assert (search.violated, search.depth) == (("agreement",), 14)
    labels = search.discoveries["agreement"].trace.labels
    model = ClusterModel(cluster("14", **options), NETWORKS["set"], 0)
    agreement = model.properties[0]
    trace = follow(model, labels)
    why = [agreement.why_false(model.observe(state)) for state in trace.states]
    assert why == [None] * 14 + ["v1 and v2 are both chosen"]


def test_correct_paxos_refuses_a_step_of_the_trace() -> None:
    labels = paxos(bug="14", rounds=1).discoveries["agreement"].trace.labels
    model = ClusterModel(cluster(), NETWORKS["set"], 0)
    trace = follow(model, labels)
    refused = labels[len(trace)]
    assert (len(trace) < len(labels), "Accept(" in refused) == (True, True)


def test_a_bug_violates_nothing_in_too_small_a_scope() -> None:
    search = paxos(bug="1", acceptors=3, proposers=2, rounds=1)
    assert (search.verdict, search.violated) == (Verdict.HOLDS, ())


@pytest.mark.parametrize("bug", ["1", "14"])
def test_a_bug_of_the_acceptor_replaces_every_acceptor_and_no_other_node(bug: str) -> None:
    roles = {str(node): type(actor).__name__ for node, actor in cluster(bug).actors.items()}
    name = {"1": "VoteLeavesPromise", "14": "VotesInAnyBallot"}[bug]
    assert roles == {"p1": "Proposer", "p2": "Proposer", "a1": name, "a2": name, "a3": name}


@pytest.mark.slow
def test_the_trace_does_not_depend_on_the_hash_seed() -> None:
    program = (
        "from tests.specs.test_paxos import paxos\n"
        "search = paxos(bug='14', rounds=1)\n"
        "print(search.states, search.transitions)\n"
        "print(*search.discoveries['agreement'].trace.labels, sep='\\n')\n"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert [len(text.splitlines()) for text in outputs] == [15]
