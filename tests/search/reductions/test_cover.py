"""What is dropped because it is covered is missed by nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcheck.search.compiled import walk
from pcheck.search.compiled.explorer import explore
from pcheck.search.compiled.walk import Walk
from pcheck.search.limits import Clock, Limits
from pcheck.search.outcome import SearchResult
from pcheck.search.reductions.reduce import reduced
from pcheck.search.reference import explore as by_reference
from tests.search.alike import NO_LIMITS, Asked, check_runs
from tests.search.hasty import hasty_questions
from tests.search.peers import symmetric_questions
from tests.search.protocols import questions
from tests.search.reductions import symmetric
from tests.search.reductions.covering import (
    FUSED,
    NAMELESS,
    WITH_SYMMETRY,
    Plain,
    asks_on,
    check_proof,
    lengths,
    numbers,
    proof,
)
from tests.search.reductions.reducing import observations
from tests.search.reductions.symmetric import all_renamings, key_of_state, with_names
from tests.search.settings import COMMON
from tests.specs.family import paxos

Patch: TypeAlias = pytest.MonkeyPatch
EVERY = WITH_SYMMETRY[-1]


def check_explored(asked: Asked, reductions: Sequence[str], expected: SearchResult) -> bool:
    """From end to end it is as the reference says. Whether it was proved."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(walk, "LONG", 0)
        model, every = asks_on(asked), asked.all_properties
        found = explore(model, reductions=(*reductions, "cover"), all_properties=every)
    assert found.verdict is expected.verdict, reductions
    assert found.outcomes == expected.outcomes, reductions
    assert lengths(found) == lengths(expected), reductions
    check_runs(asked, found)
    return "cover" in found.reduced


def nameless(asked: Asked) -> Any:
    return observations(asked.runs(), 300)


def with_names_alike(asked: Asked) -> Any:
    few = sum(1 for _ in symmetric.states(asked.runs(), 200)) <= 200
    return symmetric.observations(asked) if few else None


def compared(
    examples: int,
    several: st.SearchStrategy[Asked],
    subsets: Sequence[tuple[str, ...]],
    levels_of: Callable[[Asked], Any] = nameless,
) -> Counter[str]:
    """Of so many random protocols: of how many a state was dropped, and how many were proved."""
    told: Counter[str] = Counter()

    @settings(max_examples=examples, **COMMON)
    @given(several)
    def compare(asked: Asked) -> None:
        asked = asked._replace(limits=NO_LIMITS)
        can_be = reduced(asks_on(asked), ("cover",)).ways is not None
        levels = levels_of(asked) if can_be else None
        if levels is not None:
            expected = by_reference(asks_on(asked), all_properties=asked.all_properties)
            told["protocols"] += 1
            dropped = [check_proof(asked, reductions, levels) for reductions in subsets]
            proved = [check_explored(asked, reductions, expected) for reductions in subsets]
            told["dropped"] += any(dropped)
            told["proved"] += any(proved)

    compare()
    return told


def test_a_proof_sees_all_of_random_protocols() -> None:
    told = compared(60, hasty_questions(), NAMELESS)
    assert told["protocols"] > 40
    assert min(told["dropped"], told["proved"]) > told["protocols"] / 2


def test_a_proof_sees_all_of_random_protocols_up_to_renaming() -> None:
    told = compared(150, hasty_questions((2, 2, 3)), [("symmetry",), EVERY], with_names_alike)
    assert told["protocols"] > 50
    assert min(told["dropped"], told["proved"]) > told["protocols"] / 10


@pytest.mark.slow
def test_a_proof_sees_all_of_the_random_protocols_of_the_other_passes() -> None:
    """Less of these is covered, but there is more in them."""
    told = compared(80, questions(400), [(), NAMELESS[-1]])
    told += compared(80, symmetric_questions(), [("symmetry",), EVERY], with_names_alike)
    assert told["protocols"] > 50
    assert min(told["dropped"], told["proved"]) > 5


@pytest.mark.slow
def test_a_proof_sees_all_of_many_more_random_protocols() -> None:
    told = compared(300, hasty_questions(), [(), *NAMELESS[-3:]])
    told += compared(300, questions(400), [(), NAMELESS[-1]])
    told += compared(300, hasty_questions((2, 2, 3)), [("symmetry",), EVERY], with_names_alike)
    told += compared(150, symmetric_questions(), [EVERY], with_names_alike)
    assert told["protocols"] > 360, told
    assert told["dropped"] > 50 < told["proved"], told


# Exact numbers


def paxos_of(acceptors: int, proposers: int, bug: str = "") -> Asked:
    return Asked(paxos(bug, acceptors=acceptors, proposers=proposers, rounds=1))


def kept(search: Walk) -> int:
    assert search.cover is not None
    return len(search.store) - search.cover.dropped


SYMMETRIC = (*FUSED, "symmetry")


@pytest.mark.parametrize(
    ("acceptors", "proposers", "passes", "expected"),
    [
        (3, 2, FUSED, 460),
        (3, 3, FUSED, 6_227),
        (3, 2, SYMMETRIC, 129),
        (3, 3, SYMMETRIC, 1_401),
        pytest.param(4, 3, SYMMETRIC, 3_351, marks=pytest.mark.slow),
    ],
)
def test_what_is_kept_of_paxos(
    acceptors: int, proposers: int, reductions: tuple[str, ...], expected: int
) -> None:
    assert kept(proof(paxos_of(acceptors, proposers), reductions)) == expected


@pytest.mark.parametrize(("passes", "expected"), [(FUSED, 460), (SYMMETRIC, 129)])
def test_what_is_kept_of_paxos_is_what_is_below_nothing(
    reductions: tuple[str, ...], expected: int, monkeypatch: Patch
) -> None:
    """Of all states of the search by steps: and below no renaming of another one, either."""
    asked = paxos_of(3, 2)
    model = asked.runs()
    steps = Walk(model, Limits(), reduced(model, reductions), True, Clock(Limits(), None))
    assert steps.advance()
    renamings = all_renamings(asked) if "symmetry" in reductions else [{}]
    states = [key_of_state(model, steps.tables.state(each)) for each in numbers(steps)]
    images = [[with_names(each, names) for names in renamings] for each in states]
    alike: dict[Hashable, list[tuple[int, Any]]] = {}
    for nth, several in enumerate(images):
        for image in dict.fromkeys(several):
            alike.setdefault(without_what_waits(image), []).append((nth, image))
    assert expected == sum(
        not any(
            nth != other and is_below(one, image) for other, image in alike[without_what_waits(one)]
        )
        for nth, one in enumerate(states)
    )
    monkeypatch.setattr(walk, "Cover", Plain)
    assert kept(proof(asked, reductions)) == expected


def without_what_waits(state: Any) -> Hashable:
    nodes, _, sent = state
    return frozenset(node[:-1] for node in nodes), sent


def is_below(one: Any, other: Any) -> bool:
    waits, waits_there = ({node[:-1]: dict(node[-1]) for node in each[0]} for each in (one, other))
    return one[1] >= other[1] and all(
        copies <= waits_there[node].get(letter, 0)
        for node, letters in waits.items()
        for letter, copies in letters.items()
    )
