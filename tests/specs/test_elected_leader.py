"""Elected leaders: which readings of the log are safe, what another program finds, every way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

import pytest

import specs.elected_leader
import specs.readings
from pcheck import Action, Group, Id, Seen, Value, always, check, fixed, group
from pcheck.checking import Result, answer
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
    """What the docstring says, row by row."""
    rows = re.findall(r"^  (\w+) +(\w+) +(\w+) +(\w+)$", specs.elected_leader.__doc__ or "", re.M)
    return {
        (same, accepts, once): said
        for same, accepts, *says in rows
        for once, said in zip((False, True), says)
    }


def read(
    reading: Reading, size: dict[str, int], decided: str = "silent", crashes: int = 0
) -> Result:
    same_ballot, accepts, votes_once = reading
    words = {"same_ballot": same_ballot, "accepts": accepts, "decided": decided}
    given = {**words, "votes_once": votes_once, **size}
    setup = prepare(find(SPEC), given, crashes=crashes, properties=["agreement"])
    return answer(setup)


def says(result: Result) -> str:
    return steps(result.search)


def steps(search: SearchResult) -> str:
    """In the words of the table."""
    if search.verdict is Verdict.HOLDS:
        return "safe"
    (found,) = search.discoveries.values()
    return str(len(found.trace))


def smallest(reading: Reading) -> dict[str, int]:
    """The size that shows it: two leaders, or one that takes three ballots."""
    same_ballot, accepts, _ = reading
    return ONE_LEADER if (same_ballot, accepts) == ("refused", "unnoted") else TWO_LEADERS


@dataclass(frozen=True)
class InTurn(Node):
    """Leads in one ballot only."""

    takes: int = fixed()

    def actions(self) -> Iterator[Action]:
        if self.ballot + 1 == self.takes:
            yield from super().actions()


def of_three_leaders(reading: Reading) -> SearchResult:
    """Two that share a ballot, and one that takes the next: only a part of all runs, as all of
    them take minutes. They were looked at once: the shortest have 20 steps, too."""
    nodes, values = group("p", 3), (Value("v1"), Value("v2"))
    same_ballot, accepts, votes_once = reading
    how = specs.readings.Reading(same_ballot, accepts, votes_once, "silent")

    def node(i: int) -> Node:
        takes = 1 if i < 3 else 2
        return InTurn(
            nodes=nodes, proposals=values, turns=1, last_ballot=2, reading=how, takes=takes
        )

    alike: list[Group | tuple[Value, ...]] = [Group(nodes.name, nodes.ids[:2]), values]
    built = Cluster({nodes: node}, properties=[agreement], interchangeable=alike)
    return fast(ClusterModel(built, NETWORKS["set"], 0), reductions=REDUCTIONS)


QUICK = ("promised", "unnoted", False)


def each_reading() -> list[Any]:
    readings = product(("refused", "promised"), ("any", "promised", "unnoted"), (False, True))
    return [pytest.param(r, marks=[] if r == QUICK else pytest.mark.slow) for r in readings]


def test_the_table_has_all_readings() -> None:
    assert list(table()) == [each.values[0] for each in each_reading()]


@pytest.mark.parametrize("reading", each_reading())
def test_a_reading_is_as_safe_as_the_table_says(reading: Reading) -> None:
    same_ballot, _, votes_once = reading
    if same_ballot == "promised" and votes_once:
        assert says(read(reading, TWO_LEADERS)) == "safe"  # it takes a third ballot
        assert steps(of_three_leaders(reading)) == table()[reading]
    else:
        assert says(read(reading, smallest(reading))) == table()[reading]


@pytest.mark.slow
@pytest.mark.parametrize("reading", [each for each, said in table().items() if said == "safe"])
def test_what_is_safe_is_so_with_a_crash_and_in_three_ballots(reading: Reading) -> None:
    assert says(read(reading, TWO_LEADERS, crashes=1)) == "safe"
    if not reading[-1]:  # who votes once does nothing that the others do not
        assert says(read(reading, ONE_LEADER)) == "safe"


@pytest.mark.slow
@pytest.mark.parametrize("once", [False, True])
@pytest.mark.parametrize("accepts", ["any", "promised"])
def test_one_leader_alone_may_be_promised_a_ballot_again(accepts: str, once: bool) -> None:
    assert says(read(("promised", accepts, once), {"leaders": 1, "rounds": 2})) == "safe"


@pytest.mark.slow
@pytest.mark.parametrize("decided", ["tells", "takes-part", "silent"])
def test_what_a_decided_node_does_makes_no_difference(decided: str) -> None:
    assert says(read(("promised", "any", False), TWO_LEADERS, decided)) == "14"
    assert says(read(("refused", "any", False), {"leaders": 1, "rounds": 2}, decided)) == "safe"


# The spec


@pytest.mark.slow
def test_every_property_is_answered() -> None:
    result = check(SPEC)
    assert result.verdict is Verdict.HOLDS
    assert result.properties == {
        "agreement": Outcome.HOLDS,
        "validity": Outcome.HOLDS,
        "only_the_chosen_is_decided": Outcome.HOLDS,
        "nodes_agree": Outcome.HOLDS,
        "a_decision_is_final": Outcome.HOLDS,
        "one_leader_per_ballot": Outcome.HOLDS,
        "something_is_decided": Outcome.REACHED,
        "a_killed_leader_is_survived": Outcome.REACHED,
    }
    assert "symmetry" in result.search.reduced


@pytest.mark.parametrize(
    ("nodes", "leaders", "asked"), [(3, 2, True), (3, 1, False), (2, 2, False)]
)
def test_a_killed_leader_is_survived_where_a_majority_and_another_leader_are_left(
    nodes: int, leaders: int, asked: bool
) -> None:
    names = [each.name for each in cluster(nodes=nodes, leaders=leaders).properties]
    assert ("a_killed_leader_is_survived" in names) == asked


def test_a_decision_does_not_change() -> None:
    """Asked as a question about steps, which no pass can stand: so at a small size."""

    @always(sees=["decided"])
    def decisions_stay(before: Seen, after: Seen) -> str | None:
        """What a node has decided stays so."""
        for (node, old), (_, new) in zip(before.field("decided"), after.field("decided")):
            if old not in (None, new):
                return f"{node} takes {new} for decided, and not {old}"
        return None

    built = cluster(nodes=2, leaders=1, rounds=2)
    built.properties = (*built.properties, decisions_stay)
    search = explore(ClusterModel(built, NETWORKS["set"], 1))
    assert search.outcomes["decisions_stay"] is Outcome.HOLDS


@pytest.mark.parametrize("network", NETWORKS)
def test_the_engines_and_the_passes_agree(network: str) -> None:
    size = {"nodes": 2, "leaders": 1, "rounds": 2 if network == "set" else 1}
    assert agree(SPEC, **size, network=network, crashes=0).verdict is Verdict.HOLDS


def test_the_engines_and_the_passes_agree_about_two_leaders_and_a_crash() -> None:
    size = {"nodes": 2, "leaders": 2, "rounds": 1}
    reduced = agree(SPEC, **size, crashes=1)
    assert (reduced.verdict, "symmetry" in reduced.search.reduced) == (Verdict.HOLDS, True)


@pytest.mark.parametrize("nodes", [1, 2])
def test_instances_share_nothing(nodes: int) -> None:
    """So there are as many states of two as there are pairs of states of one."""
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
    """What the reference finds, which no reduction has touched."""
    options = world._asdict()
    crashes = options.pop("crashes")
    model = Watched(cluster(**options), "set", crashes)
    kinds = {kind.__name__: kind for kind in model.cluster.watched_kinds}
    search = explore(model)
    assert search.verdict is Verdict.HOLDS
    observations = frozenset(as_the_peer_tells(seen, kinds) for seen in model.sights)
    return Counts(*counts(search), observations)


def as_the_peer_tells(
    seen: Seen, kinds: dict[str, type[Any]]
) -> tuple[frozenset[Any], frozenset[Any]]:
    """The files of a spec are loaded as a package of their own, with messages of its own."""
    said: list[tuple[Id, Any]] = seen.sent(kinds["Accepted"])
    told: list[tuple[Id, Any]] = seen.sent(kinds["Decided"])
    votes = ((str(n), m.vote.ballot, str(m.vote.value), str(m.leader)) for n, m in said)
    return frozenset(votes), frozenset((str(n), str(m.value)) for n, m in told)


@pytest.mark.parametrize(
    "world",
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
    ids=str,
)
def test_another_program_finds_the_same_counts_and_observations(world: World) -> None:
    assert watched(world) == by_the_peer(world)
