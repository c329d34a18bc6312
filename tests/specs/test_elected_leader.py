"""Elected leaders: which readings of the log are safe, and comparisons with a second program."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

import pytest

import specs.readings
from pcheck import Action, Group, Id, Seen, Value, always, check, fixed, group
from pcheck.checking import answer
from pcheck.language.cluster import Cluster
from pcheck.loading.setup import prepare
from pcheck.loading.spec import find
from pcheck.search.compiled.explorer import explore as fast
from pcheck.search.outcome import Outcome, SearchResult, Verdict
from pcheck.search.reductions.reduce import REDUCTIONS
from pcheck.search.reference import explore
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS
from specs.decisions import agreement
from specs.elected_leader import Node
from tests.runs import counts
from tests.sampling import fast_every, fast_first
from tests.specs.elected_leader_peer import Counts, World
from tests.specs.elected_leader_peer import explore as by_the_peer
from tests.specs.family import Watched, agree
from tests.specs.family import cluster as of_family

SPEC = "elected_leader"
Reading = tuple[Any, Any, bool]  # same_ballot, accepts, votes_once
TWO_LEADERS = {"leaders": 2, "rounds": 1}
ONE_LEADER = {"leaders": 1, "rounds": 3}


cluster = partial(of_family, SPEC)


# The readings


def table() -> dict[Reading, str]:
    """Return the cells of the table in the docstring of `specs.readings`."""
    rows = re.findall(r"^  (\w+) +(\w+) +(\w+) +(\w+)$", specs.readings.__doc__ or "", re.M)
    return {
        (same, accepts, once): cell
        for same, accepts, *cells in rows
        for once, cell in zip((False, True), cells)
    }


def check_reading(
    reading: Reading, size: dict[str, int], decided: str = "silent", crashes: int = 0
) -> SearchResult:
    same_ballot, accepts, votes_once = reading
    words = {"same_ballot": same_ballot, "accepts": accepts, "decided": decided}
    given = {**words, "votes_once": votes_once, **size}
    setup = prepare(find(SPEC), given, crashes=crashes, properties=["agreement"])
    return answer(setup).search


def steps(search: SearchResult) -> str:
    """Return the length of the trace, or "safe" without one, as in the table."""
    if search.verdict is Verdict.HOLDS:
        return "safe"
    (found,) = search.discoveries.values()
    return str(len(found.trace))


def smallest(reading: Reading) -> dict[str, int]:
    """Return the smallest size with a trace: two leaders, or one leader with three ballots."""
    same_ballot, accepts, _ = reading
    return ONE_LEADER if (same_ballot, accepts) == ("refused", "unnoted") else TWO_LEADERS


@dataclass(frozen=True)
class InTurn(Node):
    """A node that leads in one ballot only."""

    takes: int = fixed()

    def actions(self) -> Iterator[Action]:
        if self.ballot + 1 == self.takes:
            yield from super().actions()


def of_three_leaders(reading: Reading) -> SearchResult:
    """Search executions in which two leaders share ballot 1 and a third takes ballot 2.

    A search of all executions takes minutes. It was done once, and also found 20 steps.
    """
    nodes, values = group("p", 3), (Value("v1"), Value("v2"))
    same_ballot, accepts, votes_once = reading
    rules = specs.readings.Reading(same_ballot, accepts, votes_once, "silent")

    def node(i: int) -> Node:
        takes = 1 if i < 3 else 2
        return InTurn(
            nodes=nodes, proposals=values, turns=1, last_ballot=2, reading=rules, takes=takes
        )

    alike: list[Group | tuple[Value, ...]] = [Group(nodes.name, nodes.ids[:2]), values]
    built = Cluster({nodes: node}, properties=[agreement], interchangeable=alike)
    return fast(ClusterModel(built, NETWORKS["set"], 0), reductions=REDUCTIONS)


def each_reading() -> list[Any]:
    readings = product(("refused", "promised"), ("any", "promised", "unnoted"), (False, True))
    return [pytest.param(reading, marks=pytest.mark.slow) for reading in readings]


def test_the_table_has_all_readings() -> None:
    assert list(table()) == [each.values[0] for each in each_reading()]


@pytest.mark.parametrize("reading", each_reading())
def test_a_reading_is_as_safe_as_the_table_says(reading: Reading) -> None:
    same_ballot, _, votes_once = reading
    if same_ballot == "promised" and votes_once:
        assert steps(check_reading(reading, TWO_LEADERS)) == "safe"  # a trace needs a third ballot
        assert steps(of_three_leaders(reading)) == table()[reading]
    else:
        assert steps(check_reading(reading, smallest(reading))) == table()[reading]


SAFE = [each for each, cell in table().items() if cell == "safe"]


@pytest.mark.slow
@pytest.mark.parametrize("reading", SAFE[:1])  # the others only remove executions of the first
def test_a_safe_reading_is_safe_with_a_crash_and_with_three_ballots(reading: Reading) -> None:
    assert steps(check_reading(reading, TWO_LEADERS, crashes=1)) == "safe"
    if not reading[-1]:  # voting once only removes executions
        assert steps(check_reading(reading, ONE_LEADER)) == "safe"


@pytest.mark.slow
@pytest.mark.parametrize("once", [False, True])
@pytest.mark.parametrize("accepts", ["any", "promised"])
def test_one_leader_alone_may_be_promised_a_ballot_again(accepts: str, once: bool) -> None:
    assert steps(check_reading(("promised", accepts, once), {"leaders": 1, "rounds": 2})) == "safe"


@pytest.mark.slow
@pytest.mark.parametrize("decided", ["tells", "takes-part", "silent"])
def test_the_option_decided_does_not_change_the_outcome(decided: str) -> None:
    assert steps(check_reading(("promised", "any", False), TWO_LEADERS, decided)) == "14"
    assert (
        steps(check_reading(("refused", "any", False), {"leaders": 1, "rounds": 2}, decided))
        == "safe"
    )


# The spec


@pytest.mark.slow
def test_every_property_has_its_expected_outcome() -> None:
    result = check(SPEC, reduce="all")
    assert result.verdict is Verdict.HOLDS
    assert result.properties == {
        "agreement": Outcome.HOLDS,
        "validity": Outcome.HOLDS,
        "only_the_chosen_is_decided": Outcome.HOLDS,
        "nodes_agree": Outcome.HOLDS,
        "a_decision_is_final": Outcome.HOLDS,
        "one_leader_per_ballot": Outcome.HOLDS,
        "something_is_decided": Outcome.REACHED,
        "another_node_is_told": Outcome.REACHED,
        "a_killed_leader_is_survived": Outcome.REACHED,
    }
    assert "symmetry" in result.search.reduced


@pytest.mark.parametrize(
    ("nodes", "leaders", "expected"), [(3, 2, True), (3, 1, False), (2, 2, False)]
)
def test_a_killed_leader_can_be_survived_if_a_majority_and_another_leader_are_left(
    nodes: int, leaders: int, expected: bool
) -> None:
    names = [each.name for each in cluster(nodes=nodes, leaders=leaders).properties]
    assert ("a_killed_leader_is_survived" in names) == expected


def test_a_decision_does_not_change() -> None:
    """Checked as a step property, with the reference search at a small size."""

    @always(sees=["decided"])
    def decisions_stay(before: Seen, after: Seen) -> str | None:
        """A node never changes its decision."""
        for (node, old), (_, new) in zip(before.field("decided"), after.field("decided")):
            if old not in (None, new):
                return f"{node} had decided {old}, but now {new}"
        return None

    built = cluster(nodes=2, leaders=1, rounds=2)
    built.properties = (*built.properties, decisions_stay)
    search = explore(ClusterModel(built, NETWORKS["set"], 1))
    assert search.outcomes["decisions_stay"] is Outcome.HOLDS


@pytest.mark.parametrize("network", fast_every(4, [*reversed(NETWORKS)]))
def test_the_engines_and_the_reductions_agree(network: str) -> None:
    size = {"nodes": 2, "leaders": 1, "rounds": 2 if network == "set" else 1}
    assert agree(SPEC, **size, network=network, crashes=0).verdict is Verdict.HOLDS


@pytest.mark.slow
def test_the_engines_and_the_reductions_agree_about_two_leaders_and_a_crash() -> None:
    size = {"nodes": 2, "leaders": 2, "rounds": 1}
    reduced = agree(SPEC, **size, crashes=1)
    assert (reduced.verdict, "symmetry" in reduced.search.reduced) == (Verdict.HOLDS, True)


@pytest.mark.parametrize("nodes", [1, 2])
def test_two_instances_have_every_pair_of_states_of_one_instance(nodes: int) -> None:
    one, two = (
        explore(
            ClusterModel(cluster(nodes=nodes, leaders=1, rounds=1, instances=n), NETWORKS["set"], 0)
        )
        for n in (1, 2)
    )
    assert (two.states, two.depth) == (one.states**2, 2 * one.depth)
    assert two.verdict is Verdict.HOLDS


# A second program


def watched(world: World) -> Counts:
    """Return what the reference search finds, without any reduction."""
    options = world._asdict()
    crashes = options.pop("crashes")
    model = Watched(cluster(**options), "set", crashes)
    kinds = {kind.__name__: kind for kind in model.cluster.watched_kinds}
    search = explore(model)
    assert search.verdict is Verdict.HOLDS
    observations = frozenset(as_in_the_peer(seen, kinds) for seen in model.observations)
    return Counts(*counts(search), observations)


def as_in_the_peer(
    seen: Seen, kinds: dict[str, type[Any]]
) -> tuple[frozenset[Any], frozenset[Any]]:
    """Return the votes and the decisions of an observation in the form of the second program.

    A spec is loaded as a separate package, so `kinds` maps names to the messages of that package.
    """
    accepted: list[tuple[Id, Any]] = seen.sent(kinds["Accepted"])
    decided: list[tuple[Id, Any]] = seen.sent(kinds["Decided"])
    votes = ((str(n), m.vote.ballot, str(m.vote.value), str(m.leader)) for n, m in accepted)
    return frozenset(votes), frozenset((str(n), str(m.value)) for n, m in decided)


@pytest.mark.parametrize(
    "world",
    fast_first(
        3,
        [
            *(World(1, 1, 3), World(1, 1, 2, 2), World(2, 1, 1, 1), World(2, 1, 2), World(2, 2, 1)),
            *(World(3, 1, 1), World(2, 2, 1, accepts="promised"), World(2, 2, 1, decided="silent")),
            World(2, 1, 2, decided="takes-part"),
            World(2, 1, 2, accepts="unnoted"),
            World(2, 1, 2, same_ballot="promised"),
            World(2, 1, 2, same_ballot="promised", accepts="promised"),
            pytest.param(
                World(2, 1, 2, same_ballot="promised", accepts="unnoted", votes_once=True),
                marks=pytest.mark.slow,
            ),
            World(2, 1, 2, same_ballot="promised", votes_once=True, decided="silent"),
            pytest.param(World(2, 2, 1, 1), marks=pytest.mark.slow),
            pytest.param(World(3, 1, 1, 1), marks=pytest.mark.slow),
            pytest.param(World(2, 1, 3), marks=pytest.mark.slow),
        ],
    ),
    ids=str,
)
def test_a_second_program_finds_the_same_counts_and_observations(world: World) -> None:
    assert watched(world) == by_the_peer(world)
