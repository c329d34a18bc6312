"""The specs that ship with pcheck: both engines give the same answers."""

from __future__ import annotations

from itertools import product

import pytest

from pcheck.language.cluster import Cluster
from pcheck.loading.spec import find, shipped
from pcheck.search.limits import Limits
from pcheck.search.outcome import Outcome, Verdict
from pcheck.semantics.network import NETWORKS
from tests.runs import counts
from tests.sampling import fast_every
from tests.search.alike import Case, alike, answers, check_traces, compiled
from tests.specs.family import cluster as built

NETS = pytest.mark.parametrize("network", NETWORKS)
CLUSTERS = [spec.name for spec in shipped() if isinstance(spec.build(spec.options({})), Cluster)]


@pytest.mark.parametrize(
    ("name", "network", "crashes", "all_properties"),
    fast_every(11, product(CLUSTERS, NETWORKS, [0, 1, 2], [False, True])),
)
def test_both_engines_agree_on_the_first_states_of_every_spec(
    name: str, network: str, crashes: int, all_properties: bool
) -> None:
    alike(built(name), network, crashes, limits=Limits(states=500), all_properties=all_properties)


@NETS
@pytest.mark.parametrize(
    ("crashes", "sizes"),
    [
        (0, {"acceptors": 3, "proposers": 1}),
        (0, {"acceptors": 2, "proposers": 2}),
        (0, {"acceptors": 1, "proposers": 2, "rounds": 2}),
        (0, {"acceptors": 1, "proposers": 2, "learners": 1}),
        (0, {"acceptors": 2, "proposers": 1, "learners": 2}),
        (1, {"acceptors": 1, "proposers": 1, "rounds": 2}),
        (1, {"acceptors": 2, "proposers": 1, "learners": 1}),
        (2, {"acceptors": 1, "proposers": 1, "learners": 1}),
        (2, {"acceptors": 1, "proposers": 2}),
    ],
)
def test_both_engines_agree_on_small_paxos(
    network: str, crashes: int, sizes: dict[str, int]
) -> None:
    search = alike(built("paxos", **{"rounds": 1, **sizes}), network, crashes)
    assert search.verdict is Verdict.HOLDS


@NETS
@pytest.mark.parametrize("acceptors", [1, 2])
@pytest.mark.parametrize("all_properties", [False, True])
def test_both_engines_agree_on_the_bug_votes_in_any_ballot(
    network: str, acceptors: int, all_properties: bool
) -> None:
    faulty = built("paxos", 14, acceptors=acceptors, proposers=2, rounds=1)
    search = alike(faulty, network, 0, all_properties=all_properties)
    assert search.outcomes["agreement"] is Outcome.VIOLATED


@pytest.mark.slow
@pytest.mark.parametrize("crashes", [0, 1])
def test_both_engines_agree_on_votes_in_any_ballot_in_its_scope(crashes: int) -> None:
    search = alike(built("paxos", 14, rounds=1), "set", crashes)
    assert search.outcomes["agreement"] is Outcome.VIOLATED


@pytest.mark.slow
def test_both_engines_agree_on_vote_leaves_promise_in_its_scope() -> None:
    spec = find("paxos")
    scope = dict(spec.bug(1).scope)
    crashes = scope.pop("crashes")
    search = alike(built("paxos", 1, **scope), "set", crashes)
    assert (search.violated, search.depth) == (("agreement",), 20)


@pytest.mark.parametrize("name", ["set", "once", "lossy", "fifo"])
def test_both_engines_agree_on_vote_leaves_promise_with_two_acceptors(name: str) -> None:
    alike(built("paxos", 1, acceptors=2, rounds=1), name, 0)


def test_a_repeated_search_gives_the_same_answers() -> None:
    case = Case(built("paxos", 14, rounds=1), all_properties=True)
    once, again = compiled(case), compiled(case)
    assert answers(once) == answers(again)
    check_traces(case, again)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("acceptors", "proposers", "rounds", "crashes", "expected"),
    [
        (3, 3, 1, 0, (159_725, 544_479, 27)),
        (2, 2, 2, 0, (11_881, 27_884, 28)),
        (3, 2, 2, 0, (4_990_041, 15_189_882, 36)),
        (3, 2, 1, 1, (19_911, 77_270, 20)),
        (4, 3, 1, 0, (3_684_617, 16_576_659, 36)),
        (3, 2, 2, 1, (34_175_367, 137_837_686, 38)),
    ],
)
def test_counts_equal_those_of_spin_and_tlc(
    acceptors: int, proposers: int, rounds: int, crashes: int, expected: tuple[int, int, int]
) -> None:
    cluster = built("paxos", acceptors=acceptors, proposers=proposers, rounds=rounds)
    assert counts(compiled(Case(cluster, "set", crashes))) == expected
