"""The kernel never runs while a number does not fit in its bit field.

Most numbers are given when the kernel misses a table entry. When observations are judged, their
renamings get numbers, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from pcheck import (
    Action,
    Actor,
    Cluster,
    Seen,
    Value,
    action,
    always,
    broadcast,
    fixed,
    group,
)
from pcheck.search.clock import Clock
from pcheck.search.compiled import kernel, layout
from pcheck.search.compiled.walk import Walk
from pcheck.search.reductions.reduce import reduce_cluster
from tests.sampling import fast_first
from tests.search.alike import Case
from tests.search.parts import Idle

Monkeypatch = pytest.MonkeyPatch


@dataclass(frozen=True)
class Says:
    nth: int
    value: Value


@dataclass(frozen=True)
class Chair(Actor):
    """Says a value of each block, or stops early, and then points at a value."""

    blocks: tuple[tuple[Value, ...], ...] = fixed()
    left: int = 0
    at: Value | None = None

    def actions(self) -> Iterator[Action]:
        if self.left:
            after = self.but(left=self.left - 1)
            for value in self.blocks[self.left - 1]:
                yield action(f"says {value}", after, broadcast((), Says(self.left, value)))
            yield action("stops", self.but(left=0))
        elif self.at is None:
            for value in (value for block in self.blocks for value in block):
                yield action(f"points at {value}", self.but(at=value))


@always(sees=[Says])
def anything(seen: Seen) -> str | None:
    return None


def chair(blocks: int, size: int, idle: int) -> Case:
    values = tuple(
        tuple(Value(f"{name}{nth}") for nth in range(1, size + 1)) for name in "tuvwxyz"[:blocks]
    )
    parts: dict[Any, Any] = {group("m", 1): lambda _: Chair(blocks=values, left=blocks)}
    if idle:
        parts[group("n", idle)] = lambda _: Idle()
    return Case(Cluster(parts, properties=[anything], interchangeable=values))


def searched(case: Case) -> Walk:
    """Return a complete search with symmetry."""
    model = case.model()
    reduced = reduce_cluster(model, ["symmetry"])
    search = Walk(model, case.limits, reduced, True, Clock(case.limits, None))
    assert search.run().complete
    return search


def explored(case: Case) -> list[list[int]]:
    """Return the numbers of every state that a search with symmetry explores."""
    store = searched(case).store
    return [store.numbers(index) for index in range(len(store))]


def tight(size: int) -> int:
    return max(1, (size - 1).bit_length())


SIZES = pytest.mark.parametrize("size", fast_first(1, [2, 3]))
BLOCKS = pytest.mark.parametrize("blocks", fast_first(1, range(2, 8)))


@BLOCKS
@SIZES
def test_fields_without_spare_bits_give_the_same_states(
    blocks: int, size: int, monkeypatch: Monkeypatch
) -> None:
    cases = [chair(blocks, size, idle) for idle in range(11)]
    for name in ("width_for", "least_width"):
        monkeypatch.setattr(layout, name, lambda size: 16)
    roomy = [explored(case) for case in cases]
    for name in ("width_for", "least_width"):
        monkeypatch.setattr(layout, name, tight)
    monkeypatch.setattr(layout, "_share_spare_bits", lambda widths, words: None)
    assert [explored(case) for case in cases] == roomy


@BLOCKS
@SIZES
def test_the_kernel_runs_only_if_every_number_fits_in_its_field(
    blocks: int, size: int, monkeypatch: Monkeypatch
) -> None:
    """Eight nodes, their watchers and the budget have no spare bits in the first word."""
    search, widen = kernel.search, Walk.make_room
    searches: list[Walk] = []

    def noted(walk: Walk) -> None:
        searches[:] = [walk]
        widen(walk)

    def checked(*arguments: Any) -> int:
        for walk in searches:  # none before the first state has its numbers
            capacities = walk.store.layout.capacities
            sizes = walk.tables.machines.sizes()
            assert [size for size, room in zip(sizes, capacities, strict=True) if size > room] == []
        status: int = search(*arguments)
        return status

    monkeypatch.setattr(Walk, "make_room", noted)
    monkeypatch.setattr(kernel, "search", checked)
    for idle in range(11):
        searched(chair(blocks, size, idle))
    assert searches
