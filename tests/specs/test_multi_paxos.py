"""Multi-Paxos: comparisons with a second program and with Paxos, and its properties.

The expected counts come from `multi_paxos_peer.py`, which has no actors. In its first slot
Multi-Paxos has the votes of Paxos, which `tests/peer.py`, Spin and TLC count in the same way.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from pcheck import Property, Seen, always, check, sometimes
from pcheck.language.cluster import Cluster
from pcheck.loading.spec import find
from pcheck.search.outcome import Outcome, Verdict
from pcheck.search.reference import explore
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.network import NETWORKS
from tests.peer import explore as single_decree
from tests.runs import counts
from tests.sampling import fast_every, fast_first
from tests.specs.multi_paxos_peer import Counts, Observation, Size
from tests.specs.multi_paxos_peer import explore as by_the_peer


def cluster(**options: int) -> Cluster:
    spec = find("multi_paxos")
    built = spec.build(spec.options(options))
    assert isinstance(built, Cluster)
    return built


def sizes(size: Size) -> dict[str, Any]:
    options = size._asdict()
    del options["network"], options["crashes"]
    return options


class Watched(ClusterModel):
    """A ClusterModel that records every observation in the form of the second program."""

    def __init__(self, size: Size) -> None:
        super().__init__(cluster(**sizes(size)), NETWORKS[size.network], size.crashes)
        self.replicas = size.replicas
        self.observations: set[Observation] = set()

    def observe(self, state: State) -> Seen:
        seen = super().observe(state)
        accepted: type[Any] = self.cluster.watched_kinds[0]
        votes = [
            (str(acceptor), vote.slot, vote.ballot, str(vote.value))
            for acceptor, vote in seen.sent(accepted)
        ]
        commands = [
            (str(replica), n, str(command))
            for replica, executed in (seen.field("executed") if self.replicas else [])
            for n, command in enumerate(executed, start=1)
        ]
        self.observations.add((frozenset(votes), frozenset(commands)))
        return seen


def watched(size: Size) -> Counts:
    """Return what the reference search finds, without any reduction."""
    model = Watched(size)
    search = explore(model)
    assert search.violated == ()
    return Counts(*counts(search), frozenset(model.observations))


# A second program

SMALL = [
    # acceptors, leaders, slots, rounds, replicas
    *((1, 1, 1, 1, 0), (1, 1, 1, 1, 1), (1, 1, 2, 1, 1), (1, 1, 2, 1, 2), (1, 1, 2, 2, 0)),
    *((1, 1, 2, 2, 1), (1, 1, 3, 1, 1), (1, 2, 1, 1, 0), (1, 2, 2, 1, 0), (1, 2, 2, 1, 1)),
    *((2, 1, 1, 1, 1), (2, 1, 2, 1, 0), (2, 1, 2, 1, 1), (2, 2, 1, 1, 0)),
]
GRID = [
    *(Size(*each, *how) for each, how in product(SMALL, product(("set", "once"), range(2)))),
    *(Size(1, 1, 2, 2, 2, "once", 1), Size(2, 1, 1, 1, 2, "once", 1)),
    *(Size(1, 2, 2, 2, 0, "set", 0), Size(1, 2, 3, 1, 0, "set", 1)),
    *(Size(1, 3, 2, 1, 0, "set", 0), Size(2, 2, 2, 1, 0, "set", 0), Size(2, 2, 2, 1, 0, "once", 0)),
    Size(1, 1, 2, 1, 1, "set", 2),
]
LARGE = [  # 3 acceptors, 2 leaders and 2 slots were compared once by hand: equal, in a minute
    *(Size(2, 2, 2, 1, 1, "set", 0), Size(3, 1, 2, 1, 0, "set", 1), Size(2, 1, 2, 1, 2, "set", 0)),
    *(Size(3, 2, 1, 1, 0, "set", 0), Size(2, 2, 2, 1, 0, "set", 1)),
    *(Size(2, 2, 2, 1, 1, "once", 1), Size(2, 1, 2, 1, 2, "once", 1)),
]


@pytest.mark.parametrize(
    "size",
    [*fast_every(6, GRID), *(pytest.param(size, marks=pytest.mark.slow) for size in LARGE)],
    ids=str,
)
def test_a_second_program_finds_the_same_counts_and_observations(size: Size) -> None:
    assert watched(size) == by_the_peer(size)


def test_one_acceptor_and_one_leader_have_one_execution_of_five_steps() -> None:
    """Counted by hand: a start, a prepare, a promise, a proposal and a vote, in this order."""
    assert watched(Size(1, 1, 1))[:3] == (6, 5, 5)


@pytest.mark.parametrize(
    ("acceptors", "leaders", "rounds"),
    [(1, 2, 1), (1, 2, 2), (2, 2, 1), (1, 3, 1), (2, 1, 2), (3, 2, 1)],
)
def test_the_votes_in_one_slot_are_those_of_paxos(
    acceptors: int, leaders: int, rounds: int
) -> None:
    in_paxos = single_decree(acceptors, leaders, rounds).observations
    expected = {
        frozenset((f"a{a}", 1, ballot, f"{'?xyz'[value]}1") for a, ballot, value in votes)
        for votes in in_paxos
    }
    observations = watched(Size(acceptors, leaders, 1, rounds)).observations
    assert {votes for votes, _ in observations} == expected


# The engines


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("crashes", [0, 1])
@pytest.mark.parametrize(
    ("acceptors", "leaders", "slots", "rounds", "replicas"),
    fast_first(
        1, [(1, 1, 2, 1, 1), (1, 1, 1, 1, 2), (1, 2, 1, 1, 1), (2, 1, 1, 1, 1), (1, 1, 2, 2, 0)]
    ),
)
def test_the_engines_and_the_reductions_agree(
    network: str,
    crashes: int,
    acceptors: int,
    leaders: int,
    slots: int,
    rounds: int,
    replicas: int,
) -> None:
    setup = sizes(Size(acceptors, leaders, slots, rounds, replicas))
    setup |= {"network": network, "crashes": crashes}
    plain = check("multi_paxos", engine="reference", **setup)
    compiled = check("multi_paxos", engine="compiled", reduce="none", **setup)
    reduced = check("multi_paxos", engine="compiled", **setup)
    assert counts(compiled.search) == counts(plain.search)
    assert compiled.properties == plain.properties == reduced.properties
    assert [each.verdict for each in (plain, compiled, reduced)] == [Verdict.HOLDS] * 3


@pytest.mark.slow
@pytest.mark.parametrize("size", [Size(2, 2, 2, 1, 1), Size(3, 2, 1, 1, 2), Size(1, 2, 2, 2, 1)])
def test_a_reduced_search_finds_traces_of_the_same_length(size: Size) -> None:
    ways = [
        check("multi_paxos", **sizes(size), reduce=reductions) for reductions in ("none", "all")
    ]
    plain, reduced = (
        {name: len(found.trace) for name, found in way.search.discoveries.items()} for way in ways
    )
    assert (plain, ways[0].verdict) == (reduced, Verdict.HOLDS)


# Properties


@pytest.mark.slow
def test_every_property_has_its_expected_outcome_at_the_default_size() -> None:
    found = check("multi_paxos")
    assert found.verdict is Verdict.HOLDS
    assert dict(found.properties) == {
        "agreement": Outcome.HOLDS,
        "validity": Outcome.HOLDS,
        "one_value_per_ballot": Outcome.HOLDS,
        "some_value_chosen": Outcome.REACHED,
        "a_gap_is_filled": Outcome.REACHED,
        "x1_x2_can_be_chosen": Outcome.REACHED,
        "y1_y2_can_be_chosen": Outcome.REACHED,
        "only_the_chosen_is_executed": Outcome.HOLDS,
        "replicas_agree": Outcome.HOLDS,
        "all_is_executed": Outcome.REACHED,
    }


@pytest.mark.slow
def test_phase_one_is_run_once_for_all_slots() -> None:
    """Phase 1 has five steps. Each slot has a proposal and two votes, and two more to a replica.

    A leader fills a gap only below a reported vote, here a vote for another leader in slot 2.
    """
    found = check("multi_paxos", crashes=0)
    lengths = {name: len(each.trace) for name, each in found.search.discoveries.items()}
    assert lengths == {
        "some_value_chosen": 5 + 3,
        "x1_x2_can_be_chosen": 5 + 2 * 3,
        "y1_y2_can_be_chosen": 5 + 2 * 3,
        "all_is_executed": 5 + 2 * (3 + 2),
        "a_gap_is_filled": (5 + 2 + 1) + (5 + 2),
    }


def cluster_with(prop: Property, **options: int) -> Cluster:
    built = cluster(**options)
    built.properties = (*built.properties, prop)
    return built


@always(sees=["executed"])
def nothing_executed_is_changed(before: Seen, after: Seen) -> str | None:
    for (replica, old), (_, new) in zip(before.field("executed"), after.field("executed")):
        if new[: len(old)] != old or len(new) > len(old) + 1:
            return f"{replica} had executed {old}, but now {new}"
    return None


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize(
    "options",
    [
        {"acceptors": 1, "leaders": 2, "replicas": 1},
        {"acceptors": 1, "leaders": 1, "replicas": 2, "rounds": 2, "slots": 1},
    ],
)
def test_an_executed_command_never_changes(network: str, options: dict[str, int]) -> None:
    built = cluster_with(nothing_executed_is_changed, **options)
    search = explore(ClusterModel(built, NETWORKS[network], 1))
    assert search.outcomes["nothing_executed_is_changed"] is Outcome.HOLDS


@sometimes(sees=["executed"])
def two_have_executed_a_command(seen: Seen) -> bool:
    return all(executed for _, executed in seen.field("executed"))


def test_a_replica_may_execute_a_command_that_another_replica_decided() -> None:
    """The first replica receives two votes. The second receives only the decision of the first."""
    built = cluster_with(two_have_executed_a_command, acceptors=2, leaders=1, slots=1, replicas=2)
    search = explore(ClusterModel(built, NETWORKS["set"], 0))
    labels = search.discoveries["two_have_executed_a_command"].trace.labels
    assert (len(labels), sum("Decide" in label for label in labels)) == (5 + 3 + 2 + 1, 1)


# The builder


def test_leader_i_of_n_uses_ballot_r_n_plus_i_and_has_a_command_for_each_slot() -> None:
    actors = cluster(acceptors=1, leaders=3, slots=2, rounds=2).actors
    leaders = {str(node): vars(actor) for node, actor in actors.items() if node[0] == "p"}
    found = {node: (each["ballots"], " ".join(each["wants"])) for node, each in leaders.items()}
    assert found == {
        "p1": ((1, 4), "x1 x2"),
        "p2": ((2, 5), "y1 y2"),
        "p3": ((3, 6), "z1 z2"),
    }


@pytest.mark.parametrize(
    ("options", "count"),
    [
        ({"slots": 1, "replicas": 0}, 0),
        ({"leaders": 1, "replicas": 0}, 0),
        ({"leaders": 1, "rounds": 2, "replicas": 0}, 1),
        ({"leaders": 1}, 3),
        ({}, 4),
    ],
)
def test_gaps_and_replicas_have_properties_only_where_they_can_occur(
    options: dict[str, int], count: int
) -> None:
    names = {prop.name for prop in cluster(**options).properties}
    about = {"a_gap_is_filled", "only_the_chosen_is_executed", "replicas_agree", "all_is_executed"}
    assert len(names & about) == count


@pytest.mark.slow
def test_it_holds_with_two_replicas() -> None:
    assert check("multi_paxos", replicas=2).verdict is Verdict.HOLDS


@pytest.mark.slow
def test_it_holds_without_any_reduction() -> None:
    ways = [check("multi_paxos", reduce=reductions) for reductions in ("none", "all")]
    plain, reduced = (
        {name: len(found.trace) for name, found in way.search.discoveries.items()} for way in ways
    )
    assert (plain, ways[0].properties) == (reduced, ways[1].properties)
