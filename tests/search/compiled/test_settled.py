"""Observations that are not judged, because others with the same contents were."""

from __future__ import annotations

from collections.abc import Callable
from math import comb
from typing import Any

import numpy as np
import pytest

from pcheck import Cluster, Seen, always, group
from pcheck.language.property import Property
from pcheck.search.compiled import distinct
from pcheck.search.compiled.explorer import explore
from pcheck.search.outcome import Verdict
from pcheck.search.reductions.projection import Projection
from pcheck.search.reductions.symmetry import Symmetry
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import Network
from tests.search.marking import Mark, Marker

NODES, MARKS = 4, 3
CONTENTS = comb(NODES + MARKS, NODES)  # the multisets of how many marks each node sent


def marking(*properties: Property, alike: bool = True) -> ClusterModel:
    n = group("n", NODES)
    parts = {n: lambda _: Marker(marks=MARKS)}
    return ClusterModel(Cluster(parts, properties, interchangeable=[n] * alike), Network(), 0)


def contents(seen: Seen) -> tuple[int, ...]:
    return tuple(each.n for each in seen.messages(Mark))


def values(seen: Seen) -> tuple[int, ...]:
    return tuple(seen.values_of("at"))


@pytest.mark.parametrize("reductions", [(), ("symmetry",)])
@pytest.mark.parametrize("alike", [True, False])
@pytest.mark.parametrize("read", [contents, values])
def test_a_property_is_asked_once_for_the_same_contents(
    read: Callable[[Seen], tuple[int, ...]], alike: bool, reductions: tuple[str, ...]
) -> None:
    asked = asked_in_a_search(read, alike, reductions)
    assert (len(asked), len(set(asked))) == (CONTENTS, CONTENTS)


def test_rows_with_equal_hashes_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distinct, "odd_factors", lambda count: np.ones(count, np.uint64))
    for read in (contents, values):
        asked = asked_in_a_search(read, alike=True, reductions=())
        assert (len(asked), len(set(asked))) == (CONTENTS, CONTENTS)


def asked_in_a_search(
    read: Callable[[Seen], tuple[int, ...]], alike: bool, reductions: tuple[str, ...]
) -> list[tuple[int, ...]]:
    """Return what a property reads, each time that it is asked."""
    asked: list[tuple[int, ...]] = []

    @always(sees=[Mark, "at"])
    def noting(seen: Seen) -> None:
        asked.append(read(seen))

    found = explore(marking(noting, alike=alike), reductions=reductions)
    assert found.verdict is Verdict.HOLDS
    return asked


@pytest.mark.parametrize("wrong", range(NODES))
def test_a_property_that_begins_to_read_senders_is_asked_for_each_observation(wrong: int) -> None:
    """The same level has an observation with the same contents for each of the nodes."""

    @always(sees=[Mark])
    def not_alone(seen: Seen) -> str | None:
        if len(seen.messages(Mark)) != 2:
            return None
        senders = {str(src) for src, _ in seen.sent(Mark)}
        return "alone" if senders == {f"n{wrong + 1}"} else None

    found = explore(marking(not_alone, alike=False))
    (discovery,) = found.discoveries.values()
    assert (found.verdict, len(discovery.trace)) == (Verdict.VIOLATED, 2)


@pytest.mark.parametrize(("wrong", "is_settled"), [(0, False), (1, True)])
def test_an_answer_that_decides_a_property_settles_nothing(wrong: int, is_settled: bool) -> None:
    """Otherwise a search would not notice what a proof found before it."""

    @always(sees=[Mark])
    def few(seen: Seen) -> str | None:
        return "so few" if len(contents(seen)) == wrong else None

    model = marking(few)
    projection = Projection(Symmetry(model), few.sees, ask)
    state = model.observation(model.initial())
    vector = projection.of([model.observer.part(state, (i,)) for i in range(NODES)])
    projection.answer(few, vector)
    key = projection.contents.key(few, vector)
    assert key is not None
    assert projection.is_settled(few, key) is is_settled


def ask(prop: Property, *seen: Seen) -> Any:
    return prop.answer(*seen)
