"""Of nodes that are declared interchangeable, what a search sees is the same up to renaming.

And under `symmetry` alone there are as many states as orbits, as counted here by brute force.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given, seed, settings

import specs.paxos
from pcheck import Action, Actor, Cluster, Group, Id, Step, Value, action, broadcast, fixed, group
from pcheck.language.actor import either
from pcheck.search.compiled.explorer import explore
from pcheck.search.compiled.tables import Tables
from pcheck.search.reductions.reduce import reduced
from pcheck.semantics.cluster_model import State
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.trace import follow
from tests.search.alike import Asked, check_runs
from tests.search.parts import nothing
from tests.search.peers import symmetric_questions
from tests.search.reductions.symmetric import WITH_SYMMETRY, check_symmetric, left, orbits, states
from tests.search.reductions.traps import A, watches
from tests.search.settings import COMMON
from tests.specs.family import paxos

Monkeypatch = pytest.MonkeyPatch

NETS = pytest.mark.parametrize("network", NETWORKS)
FUSED, ALL = ("fuse", "prune"), ("minimise", "fuse", "prune", "symmetry")

# Random protocols


def compared(
    examples: int, most: int, nth: int = 0, subsets: Sequence[tuple[str, ...]] = WITH_SYMMETRY
) -> Counter[str]:
    """How many states were left of so many random protocols, under each subset of the passes."""
    left: Counter[str] = Counter()

    @seed(nth)
    @settings(max_examples=examples, **COMMON | {"derandomize": False})
    @given(symmetric_questions())
    def compare(asked: Asked) -> None:
        if sum(1 for _ in states(asked.runs(), most)) <= most:
            left.update(check_symmetric(asked, [(), *subsets]))
            left["protocols"] += 1

    compare()
    return left


def test_symmetry_is_exact_up_to_renaming_on_random_protocols() -> None:
    left = compared(60, 150)
    assert left["protocols"] > 24
    assert left["minimise,fuse,prune,symmetry"] < left["fuse,symmetry"] < left["symmetry"]
    assert left["symmetry"] < 0.6 * left[""]


@pytest.mark.slow
@pytest.mark.parametrize("nth", range(6))
def test_symmetry_is_exact_up_to_renaming_on_thousands_of_random_protocols(nth: int) -> None:
    """Each of them under every sixth subset."""
    assert compared(800, 150, nth + 1, WITH_SYMMETRY[nth::6])["protocols"] > 240


# One state an orbit


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
    asked = Asked(paxos("", **options, rounds=1), network, crashes)
    found = orbits(asked)
    assert left(asked, "symmetry") == found
    assert expected in (None, found)


@dataclass(frozen=True)
class Points(Actor):
    """Points at one of all, itself among them; and tells it, who then forgets whom it points at."""

    everybody: Group = fixed()
    tells: bool = fixed(False)
    at: Id | None = None
    told: bool = False

    def actions(self) -> Iterator[Action]:
        if self.at is None and not self.told:
            yield action("points", either(*((str(n), self.but(at=n)) for n in self.everybody)))
        if self.tells and self.at is not None and not self.told:
            yield action("tells", self.but(told=True), broadcast([self.at], A()))

    def receive(self, msg: object, src: Id) -> Step:
        return self.but(at=None, told=True) if self.at == src else None


@pytest.mark.parametrize(("size", "expected"), [(2, 6), (3, 16), (4, 45)])
def test_states_in_which_all_names_look_alike_are_told_apart(size: int, expected: int) -> None:
    """Two pairs are no ring of four. Partial maps, up to renaming: A126285."""
    n = group("n", size)
    parts = {n: lambda i: Points(everybody=n)}
    asked = Asked(Cluster(parts, properties=[nothing()], interchangeable=[n]))
    assert left(asked, "symmetry") == orbits(asked) == expected


@NETS
def test_peers_that_point_at_each_other_are_one_state_an_orbit(network: str) -> None:
    n = group("n", 3)
    parts = {n: lambda i: Points(everybody=n, tells=True)}
    asked = Asked(Cluster(parts, properties=[watches("at")], interchangeable=[n]), network)
    assert left(asked, "symmetry") == orbits(asked)


def test_of_very_many_renamings_not_the_least_is_taken_and_yet_they_are_told_to_be_alike() -> None:
    """A ring of eight looks the same to each of them: 5,040 renamings, of which 720 are made."""
    n = group("n", 8)
    parts = {n: lambda i: Points(everybody=n)}
    model = Asked(Cluster(parts, properties=[nothing()], interchangeable=[n])).runs()
    reduction = reduced(model, ["symmetry"])
    tables = Tables(model, reduction.automata, reduction.symmetry)

    def at(*rings: str) -> State:
        pairs = [(ring[nth - 1], ring[nth]) for ring in rings for nth in range(len(ring))]
        return follow(model, tuple(f"n{one} points, n{other}" for one, other in pairs)).states[-1]

    one, *others = (at(ring) for ring in ("12345678", "18273645", "86421357", "15263748"))
    assert len({tuple(tables.canonical(each)) for each in (one, *others)}) > 1
    for other in others:
        assert tables.stands_for(tables.canonical(one), other, 0)
    assert not tables.stands_for(tables.canonical(one), at("1234", "5678"), 0)


@dataclass(frozen=True)
class Picks(Actor):
    values: tuple[Value, ...] = fixed()
    value: Value | None = None

    def actions(self) -> Iterator[Action]:
        if self.value is None:
            yield action("picks", either(*((str(v), self.but(value=v)) for v in self.values)))


def test_values_may_be_interchangeable_too() -> None:
    """Two nodes, three values: 16 states; none, one of two, the same twice, and two that differ."""
    n, values = group("n", 2), (Value("v1"), Value("v2"), Value("v3"))
    parts = {n: lambda i: Picks(values=values)}

    def asked(*interchangeable: Group | tuple[Value, ...]) -> Asked:
        watched = [watches("value")]
        return Asked(Cluster(parts, properties=watched, interchangeable=interchangeable))

    assert check_symmetric(asked(values), [(), ("symmetry",)]) == {"": 16, "symmetry": 5}
    assert check_symmetric(asked(n), [(), ("symmetry",)]) == {"": 16, "symmetry": 10}
    assert check_symmetric(asked(values, n), [(), ("symmetry",)]) == {"": 16, "symmetry": 4}


# Counts that are known


@pytest.mark.parametrize(
    ("options", "passes", "expected"),
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
    asked = Asked(paxos(acceptors=acceptors, proposers=proposers, rounds=rounds))
    assert left(asked, *reductions) == expected


@dataclass(frozen=True)
class Keeps(specs.paxos.Proposer):
    """Keeps the value that it asked for, as the prototypes of the design did; nothing needs it."""

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
    ("options", "passes", "kept", "minimised"),
    [
        ((3, 2, 1), FUSED, 625, 625),
        ((3, 2, 1), (*FUSED, "symmetry"), 169, 169),
        ((3, 3, 1), FUSED, 12_485, 12_434),
        ((3, 3, 1), (*FUSED, "symmetry"), 2_690, 2_677),
        ((4, 3, 1), (*FUSED, "symmetry"), 7_339, 7_322),
        ((3, 2, 2), (*FUSED, "symmetry"), 15_309, 15_271),
        ((3, 2, 2), FUSED, 80_739, 80_556),
    ],
)
def test_minimise_finds_what_a_proposer_need_not_keep(
    options: tuple[int, int, int],
    reductions: tuple[str, ...],
    kept: int,
    minimised: int,
    monkeypatch: Monkeypatch,
) -> None:
    """The first count is that of two prototypes; the second that of a proposer that forgets."""
    monkeypatch.setattr(specs.paxos, "Proposer", Keeps)
    acceptors, proposers, rounds = options
    asked = Asked(specs.paxos.paxos(acceptors=acceptors, proposers=proposers, rounds=rounds))
    assert left(asked, *reductions) == kept
    assert left(asked, "minimise", *reductions) == minimised


@pytest.mark.parametrize(
    ("bug", "rounds", "length"), [pytest.param("1", 2, 20, marks=pytest.mark.slow), ("14", 1, 14)]
)
def test_the_mistakes_of_paxos_are_found_in_as_many_steps(
    bug: str, rounds: int, length: int
) -> None:
    asked = Asked(paxos(bug, acceptors=3, proposers=2, rounds=rounds))
    search = explore(asked.runs(), reductions=ALL)
    check_runs(asked, search)
    assert len(search.discoveries["agreement"].trace) == length
    assert "symmetry" in search.reduced
