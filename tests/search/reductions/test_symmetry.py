"""Symmetry is exact up to renaming, and explores one state of each orbit.

The tests count orbits by brute force.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

import specs.paxos
from pcheck import Action, Actor, Cluster, Group, Id, Step, Value, action, broadcast, fixed, group
from pcheck.language.actor import either
from pcheck.search.compiled.explorer import explore
from pcheck.search.compiled.tables import Tables
from pcheck.search.reductions.reduce import reduce_cluster
from pcheck.semantics.cluster_model import State
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.trace import follow
from tests.draws import MANY, for_each
from tests.sampling import fast_first
from tests.search.alike import Case, check_traces
from tests.search.parts import nothing
from tests.search.peers import symmetric_cases
from tests.search.reductions.symmetric import WITH_SYMMETRY, check_symmetric, left, orbits, states
from tests.search.reductions.traps import A, watches
from tests.specs.family import paxos

Monkeypatch = pytest.MonkeyPatch

NETS = pytest.mark.parametrize("network", NETWORKS)
FUSED, ALL = ("fuse", "prune"), ("minimise", "fuse", "prune", "symmetry")

# Random protocols


def compared(
    examples: int, max_states: int, nth: int = 0, subsets: Sequence[tuple[str, ...]] = WITH_SYMMETRY
) -> Counter[str]:
    """Check random protocols of at most `max_states` states under subsets of the reductions.

    Return the total number of states for each subset, and the number of protocols.
    """
    left: Counter[str] = Counter()

    def compare(case: Case) -> None:
        if sum(1 for _ in states(case.model(), max_states)) <= max_states:
            left.update(check_symmetric(case, [(), *subsets]))
            left["protocols"] += 1

    for_each(symmetric_cases(), examples, compare, first=nth * MANY)
    return left


def test_symmetry_is_exact_up_to_renaming_on_some_random_protocols() -> None:
    assert compared(8, 150)["protocols"] > 0


@pytest.mark.slow
def test_symmetry_is_exact_up_to_renaming_on_random_protocols() -> None:
    left = compared(60, 150)
    assert left["protocols"] > 24
    assert left["minimise,fuse,prune,symmetry"] < left["fuse,symmetry"] < left["symmetry"]
    assert left["symmetry"] < 0.65 * left[""]


@pytest.mark.slow
@pytest.mark.parametrize("nth", range(6))
def test_symmetry_is_exact_up_to_renaming_on_thousands_of_random_protocols(nth: int) -> None:
    """Each protocol is checked under every sixth subset."""
    assert compared(800, 150, nth + 1, WITH_SYMMETRY[nth::6])["protocols"] > 240


# One state of each orbit


@pytest.mark.parametrize(
    ("options", "network", "crashes", "expected"),
    [
        pytest.param(*({"acceptors": 3, "proposers": 2}, "set", 0, 609), marks=pytest.mark.slow),
        ({"acceptors": 2, "proposers": 2}, "set", 0, None),
        ({"acceptors": 3, "proposers": 1}, "set", 0, None),
        ({"acceptors": 3, "proposers": 1}, "set", 1, None),
        ({"acceptors": 2, "proposers": 2}, "set", 1, None),
        ({"acceptors": 2, "proposers": 2}, "once", 0, None),
        ({"acceptors": 3, "proposers": 1}, "lossy", 0, None),
        ({"acceptors": 3, "proposers": 1}, "fifo", 0, None),
        ({"acceptors": 2, "proposers": 1, "learners": 2}, "set", 0, None),
        ({"acceptors": 2, "proposers": 1, "learners": 2}, "set", 1, None),
    ],
)
def test_one_state_of_each_orbit_is_visited(
    options: dict[str, int], network: str, crashes: int, expected: int | None
) -> None:
    case = Case(paxos("", **options, rounds=1), network, crashes)
    found = orbits(case)
    assert left(case, "symmetry") == found
    assert expected in (None, found)


@dataclass(frozen=True)
class Points(Actor):
    """Points at a node, possibly itself; if it `notifies`, the node then points at nobody."""

    everybody: Group = fixed()
    notifies: bool = fixed(False)
    at: Id | None = None
    done: bool = False

    def actions(self) -> Iterator[Action]:
        if self.at is None and not self.done:
            yield action("points", either(*((str(n), self.but(at=n)) for n in self.everybody)))
        if self.notifies and self.at is not None and not self.done:
            yield action("notifies", self.but(done=True), broadcast([self.at], A()))

    def receive(self, msg: object, src: Id) -> Step:
        return self.but(at=None, done=True) if self.at == src else None


@pytest.mark.parametrize(("size", "expected"), [(2, 6), (3, 16), (4, 45)])
def test_states_in_which_all_names_have_equal_views_are_distinguished(
    size: int, expected: int
) -> None:
    """For example, two pairs differ from a ring of four. Partial maps up to renaming: A126285."""
    n = group("n", size)
    parts = {n: lambda i: Points(everybody=n)}
    case = Case(Cluster(parts, properties=[nothing()], interchangeable=[n]))
    assert left(case, "symmetry") == orbits(case) == expected


@NETS
def test_one_state_of_each_orbit_is_visited_if_nodes_point_at_each_other(network: str) -> None:
    n = group("n", 3)
    parts = {n: lambda i: Points(everybody=n, notifies=True)}
    case = Case(Cluster(parts, properties=[watches("at")], interchangeable=[n]), network)
    assert left(case, "symmetry") == orbits(case)


@pytest.mark.slow
def test_states_with_too_many_renamings_are_still_recognised_as_equivalent() -> None:
    """The views of a ring of eight are equal: of 5,040 renamings only 720 are tried."""
    n = group("n", 8)
    parts = {n: lambda i: Points(everybody=n)}
    model = Case(Cluster(parts, properties=[nothing()], interchangeable=[n])).model()
    reduction = reduce_cluster(model, ["symmetry"])
    tables = Tables(model, reduction.automata, reduction.views)

    def at(*rings: str) -> State:
        pairs = [(ring[nth - 1], ring[nth]) for ring in rings for nth in range(len(ring))]
        return follow(model, tuple(f"n{a} points, n{b}" for a, b in pairs)).states[-1]

    first, *others = (at(ring) for ring in ("12345678", "18273645", "86421357", "15263748"))
    assert len({tuple(tables.vectors.canonical(each)) for each in (first, *others)}) > 1
    for other in others:
        assert tables.vectors.represents(tables.vectors.canonical(first), other)
    assert not tables.vectors.represents(tables.vectors.canonical(first), at("1234", "5678"))


@dataclass(frozen=True)
class Picks(Actor):
    values: tuple[Value, ...] = fixed()
    value: Value | None = None

    def actions(self) -> Iterator[Action]:
        if self.value is None:
            yield action("picks", either(*((str(v), self.but(value=v)) for v in self.values)))


def test_values_may_be_interchangeable() -> None:
    """Two nodes have 16 states; up to renaming: no value, one value, one value twice, or two."""
    n, values = group("n", 2), (Value("v1"), Value("v2"), Value("v3"))
    parts = {n: lambda i: Picks(values=values)}

    def case(*interchangeable: Group | tuple[Value, ...]) -> Case:
        watched = [watches("value")]
        return Case(Cluster(parts, properties=watched, interchangeable=interchangeable))

    assert check_symmetric(case(values), [(), ("symmetry",)]) == {"": 16, "symmetry": 5}
    assert check_symmetric(case(n), [(), ("symmetry",)]) == {"": 16, "symmetry": 10}
    assert check_symmetric(case(values, n), [(), ("symmetry",)]) == {"": 16, "symmetry": 4}


# Known counts


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "reductions", "expected"),
    [
        ((3, 2, 1), FUSED, 625),
        ((3, 3, 1), FUSED, 12_434),
        ((3, 2, 1), (*FUSED, "symmetry"), 169),
        ((5, 2, 1), (*FUSED, "symmetry"), 723),
        ((3, 3, 1), (*FUSED, "symmetry"), 2_677),
        pytest.param((4, 3, 1), (*FUSED, "symmetry"), 7_322, marks=pytest.mark.slow),
        pytest.param((3, 2, 2), (*FUSED, "symmetry"), 15_271, marks=pytest.mark.slow),
    ],
)
def test_the_counts_of_paxos(
    options: tuple[int, int, int], reductions: tuple[str, ...], expected: int
) -> None:
    acceptors, proposers, rounds = options
    case = Case(paxos(acceptors=acceptors, proposers=proposers, rounds=rounds))
    assert left(case, *reductions) == expected


@dataclass(frozen=True)
class Keeps(specs.paxos.Proposer):
    """Remembers the value of its Accept messages, as the prototypes did, without need."""

    asked: Value | None = None

    def actions(self) -> Iterator[Action]:
        for each in super().actions():
            assert isinstance(each.step, tuple)
            begun, *sends = each.step
            yield action(each.label, begun.but(asked=None), *sends)

    def receive(self, msg: object, src: Id) -> Step:
        step = super().receive(msg, src)
        if not isinstance(step, tuple):
            return step
        after, *asks = step
        return after.but(asked=asks[0].message.vote.value), *asks  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("options", "reductions", "kept", "minimised"),
    fast_first(
        2,
        [
            ((3, 2, 1), FUSED, 625, 625),
            ((3, 2, 1), (*FUSED, "symmetry"), 169, 169),
            ((3, 3, 1), FUSED, 12_485, 12_434),
            ((3, 3, 1), (*FUSED, "symmetry"), 2_690, 2_677),
            ((4, 3, 1), (*FUSED, "symmetry"), 7_339, 7_322),
            ((3, 2, 2), (*FUSED, "symmetry"), 15_309, 15_271),
            ((3, 2, 2), FUSED, 80_739, 80_556),
        ],
    ),
)
def test_minimise_finds_a_field_that_a_proposer_does_not_need(
    options: tuple[int, int, int],
    reductions: tuple[str, ...],
    kept: int,
    minimised: int,
    monkeypatch: Monkeypatch,
) -> None:
    """`kept` is the count of two prototypes, `minimised` that of a proposer without the field."""
    monkeypatch.setattr(specs.paxos, "Proposer", Keeps)
    acceptors, proposers, rounds = options
    case = Case(specs.paxos.paxos(acceptors=acceptors, proposers=proposers, rounds=rounds))
    assert left(case, *reductions) == kept
    assert left(case, "minimise", *reductions) == minimised


@pytest.mark.parametrize(
    ("bug", "rounds", "length"), [pytest.param("1", 2, 20, marks=pytest.mark.slow), ("14", 1, 14)]
)
def test_the_bugs_of_paxos_have_equally_short_traces_under_all_reductions(
    bug: str, rounds: int, length: int
) -> None:
    case = Case(paxos(bug, acceptors=3, proposers=2, rounds=rounds))
    search = explore(case.model(), reductions=ALL)
    check_traces(case, search)
    assert len(search.discoveries["agreement"].trace) == length
    assert "symmetry" in search.reduced
