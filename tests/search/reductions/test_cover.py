"""Cover: dropping covered states loses no observation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeAlias

import pytest

from pcheck.search.clock import Clock
from pcheck.search.compiled import turn, walk
from pcheck.search.compiled.explorer import explore
from pcheck.search.compiled.walk import Walk
from pcheck.search.limits import Limits
from pcheck.search.outcome import SearchResult
from pcheck.search.reductions.cover import rank_local_states
from pcheck.search.reductions.reduce import reduce_cluster
from pcheck.search.reference import explore as by_reference
from tests import draws as st
from tests.sampling import fast_first
from tests.search.alike import NO_LIMITS, Case, check_traces
from tests.search.hasty import hasty_cases
from tests.search.peers import symmetric_cases
from tests.search.protocols import cases
from tests.search.reductions import symmetric
from tests.search.reductions.covering import (
    FUSED,
    NAMELESS,
    WITH_SYMMETRY,
    Plain,
    check_proof,
    lengths,
    never_decided,
    numbers,
    proof,
)
from tests.search.reductions.reducing import observations
from tests.search.reductions.symmetric import all_renamings, key_of_state, with_names
from tests.specs.family import paxos

Patch: TypeAlias = pytest.MonkeyPatch
ALL = WITH_SYMMETRY[-1]


def check_explored(case: Case, reductions: Sequence[str], expected: SearchResult) -> bool:
    """Assert that the engine agrees with the reference; return whether cover proved the rest."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(turn, "MIN_STATES_TO_TRY_COVER", 0)
        model, everything = never_decided(case), case.all_properties
        found = explore(model, reductions=(*reductions, "cover"), all_properties=everything)
    assert found.verdict is expected.verdict, reductions
    assert found.outcomes == expected.outcomes, reductions
    assert lengths(found) == lengths(expected), reductions
    check_traces(case, found)
    return "cover" in found.reduced


def nameless(case: Case) -> Any:
    return observations(case.model(), 300)


def with_names_alike(case: Case) -> Any:
    few = sum(1 for _ in symmetric.states(case.model(), 200)) <= 200
    return symmetric.observations(case) if few else None


def compared(
    examples: int,
    several: st.Strategy[Case],
    subsets: Sequence[tuple[str, ...]],
    levels_of: Callable[[Case], Any] = nameless,
    nth: int = 0,
) -> Counter[str]:
    """Check random protocols, and count those with a dropped state and those that were proved.

    A proof must find the observations of `levels_of`; a protocol without them is left out.
    """
    counted: Counter[str] = Counter()

    def compare(case: Case) -> None:
        case = case._replace(limits=NO_LIMITS)
        can_be = reduce_cluster(never_decided(case), ("cover",)).successors is not None
        levels = levels_of(case) if can_be else None
        if levels is not None:
            expected = by_reference(never_decided(case), all_properties=case.all_properties)
            counted["protocols"] += 1
            dropped = [check_proof(case, reductions, levels) for reductions in subsets]
            proved = [check_explored(case, reductions, expected) for reductions in subsets]
            counted["dropped"] += any(dropped)
            counted["proved"] += any(proved)

    st.for_each(several, examples, compare, first=nth * st.MANY)
    return counted


def test_a_proof_finds_every_observation_of_some_random_protocols() -> None:
    assert compared(6, hasty_cases(), NAMELESS)["proved"] > 0


@pytest.mark.slow
def test_a_proof_finds_every_observation_of_random_protocols() -> None:
    counted = compared(60, hasty_cases(), NAMELESS)
    assert counted["protocols"] > 40
    assert min(counted["dropped"], counted["proved"]) > counted["protocols"] / 3


@pytest.mark.slow
def test_a_proof_with_symmetry_finds_every_observation_up_to_renaming() -> None:
    several = hasty_cases((2, 2, 3))
    counted = compared(150, several, [("symmetry",), ALL], with_names_alike, nth=2)
    assert counted["protocols"] > 50
    assert min(counted["dropped"], counted["proved"]) > counted["protocols"] / 10


@pytest.mark.slow
def test_a_proof_finds_every_observation_of_the_random_protocols_of_other_reductions() -> None:
    """Fewer states are dropped than with `hasty_cases`, but the protocols have more features."""
    counted = compared(100, cases(400), [(), NAMELESS[-1]], nth=3)
    counted += compared(80, symmetric_cases(), [("symmetry",), ALL], with_names_alike, 3)
    assert counted["protocols"] > 50
    assert (counted["dropped"] > 0, counted["proved"] > 5) == (True, True)


@pytest.mark.slow
def test_a_proof_finds_every_observation_of_a_thousand_random_protocols() -> None:
    counted = compared(300, hasty_cases(), [(), *NAMELESS[-3:]])
    counted += compared(300, cases(400), [(), NAMELESS[-1]])
    counted += compared(300, hasty_cases((2, 2, 3)), [("symmetry",), ALL], with_names_alike)
    counted += compared(150, symmetric_cases(), [ALL], with_names_alike)
    assert counted["protocols"] > 360, counted
    assert counted["dropped"] > 50 < counted["proved"], counted


# Exact numbers


def paxos_of(acceptors: int, proposers: int, bug: str = "") -> Case:
    return Case(paxos(bug, acceptors=acceptors, proposers=proposers, rounds=1))


def kept(search: Walk) -> int:
    """Return the number of states that are not dropped."""
    assert search.cover is not None
    return len(search.store) - search.cover.dropped


SYMMETRIC = (*FUSED, "symmetry")


@pytest.mark.parametrize(
    ("acceptors", "proposers", "reductions", "expected"),
    [
        (3, 2, FUSED, 460),
        (3, 3, FUSED, 6_227),
        (3, 2, SYMMETRIC, 129),
        (3, 3, SYMMETRIC, 1_401),
        pytest.param(4, 3, SYMMETRIC, 3_351, marks=pytest.mark.slow),
    ],
)
def test_the_number_of_kept_states_of_paxos(
    acceptors: int, proposers: int, reductions: tuple[str, ...], expected: int
) -> None:
    assert kept(proof(paxos_of(acceptors, proposers), reductions)) == expected


@pytest.mark.parametrize(
    ("reductions", "expected"), fast_first(1, [(SYMMETRIC, 129), (FUSED, 460)])
)
def test_the_kept_states_of_paxos_are_those_below_no_other(
    reductions: tuple[str, ...], expected: int, monkeypatch: Patch
) -> None:
    """The states of the search by steps are compared, also with renamings of each other."""
    case = paxos_of(3, 2)
    model = case.model()
    steps = Walk(model, Limits(), reduce_cluster(model, reductions), True, Clock(Limits(), None))
    assert steps.advance()
    renamings = all_renamings(case) if "symmetry" in reductions else [{}]
    states = [key_of_state(model, steps.tables.vectors.state(each)) for each in numbers(steps)]
    images = [[with_names(each, names) for names in renamings] for each in states]
    alike: dict[Hashable, list[tuple[int, Any]]] = {}
    for nth, several in enumerate(images):
        for image in dict.fromkeys(several):
            alike.setdefault(without_inboxes(image), []).append((nth, image))
    assert expected == sum(
        not any(
            nth != other and is_below(state, image)
            for other, image in alike[without_inboxes(state)]
        )
        for nth, state in enumerate(states)
    )
    monkeypatch.setattr(walk, "Cover", Plain)
    assert kept(proof(case, reductions)) == expected


def test_a_search_and_its_proof_give_the_same_configuration_the_same_views() -> None:
    model = paxos_of(3, 2).model()
    reduced = reduce_cluster(model, (*SYMMETRIC, "cover"))
    search = Walk(model, Limits(), reduced, True, Clock(Limits(), None))
    search.advance(pause=lambda: len(search.levels) > 8)
    assert search.reduced.successors is not None
    ours = views(search)
    proof = search.proof(rank_local_states(search.reduced.successors))
    proof.advance()
    theirs = views(proof)
    both = ours.keys() & theirs.keys()
    assert len(both) > 60
    assert {key: ours[key] for key in both} == {key: theirs[key] for key in both}


def views(search: Walk) -> dict[Hashable, tuple[int, ...]]:
    """Return the views of each node's configurations that the search has filled in."""
    orbits, machines = search.tables.orbits, search.tables.machines
    return {
        (i, config): tuple(orbits.views[orbits.first_row[i] + number].tolist())
        for i in range(len(machines.nodes))
        for number, config in enumerate(machines.configs[i].all)
        if orbits.views[orbits.first_row[i] + number, 0]
    }


def without_inboxes(state: Any) -> Hashable:
    nodes, _, sent = state
    return frozenset(node[:-1] for node in nodes), sent


def is_below(lower: Any, upper: Any) -> bool:
    inboxes, more = ({node[:-1]: dict(node[-1]) for node in each[0]} for each in (lower, upper))
    return lower[1] >= upper[1] and all(
        copies <= more[node].get(letter, 0)
        for node, letters in inboxes.items()
        for letter, copies in letters.items()
    )
