"""The bit fields of packed states: every number comes back, whatever layout follows on another."""

from __future__ import annotations

import mmap
from itertools import combinations
from random import Random
from typing import Any

import numpy as np
import pytest

from pcheck.search.compiled.kernel import BUFFER, PENDING, TAIL
from pcheck.search.compiled.layout import WORD, Layout
from pcheck.search.compiled.store import Store
from pcheck.search.compiled.threads import Threads
from tests.sampling import fast_every

Patch = pytest.MonkeyPatch
# The sizes at the end of `explore --acceptors 5 --proposers 3 --rounds 1 --crashes 0 --reduce none`
LARGE = [209, 2326, 19925, 208, 208, 208, 208, 208, 1, 1, 1, 22, 22, 22, 22, 22, 1]


def bits(layout: Layout) -> list[tuple[int, int]]:
    """Return each bit that a field has, as its word and its place in the word."""
    fields = zip(layout.word.tolist(), layout.shift.tolist(), layout.widths)
    return [(word, shift + nth) for word, shift, width in fields for nth in range(width)]


def sizes_of(random: Random) -> list[int]:
    return [
        random.choice([1, 1, 2, 3, 20, 300, 4_000, 1 << 20]) for _ in range(random.randint(1, 25))
    ]


@pytest.mark.parametrize("seed", fast_every(10, range(300)))
def test_fields_do_not_overlap_and_hold_every_number(seed: int) -> None:
    random = Random(seed)
    sizes, distance = sizes_of(random), random.choice([0, 1, 1_000, 1 << 30])
    fields = Layout(sizes, distance)
    used = bits(fields)
    assert len(used) == len(set(used))
    assert all(word < fields.words and place < WORD for word, place in used)
    assert all(1 << width >= size for width, size in zip(fields.widths, [*sizes, distance + 1]))
    vectors = [[random.randrange(size) for size in sizes] for _ in range(20)]
    vectors += [[size - 1 for size in sizes], [0 for _ in sizes]]
    packed = fields.pack(vectors)
    fields.set_distances(packed, distance)
    assert fields.unpack(packed) == vectors
    assert fields.distances(packed).tolist() == [distance] * len(vectors)
    rows = np.arange(0, len(vectors), 2)
    fields.set_distances(packed, 0, rows)
    assert fields.unpack(packed) == vectors
    assert fields.distances(packed)[rows].tolist() == [0] * len(rows)
    assert fields.distances(packed[1::2]).tolist() == [distance] * (len(vectors) // 2)


def fewest_words(widths: list[int]) -> int:
    """Return the fewest words for some fields, by trying all of them."""
    if not widths:
        return 0
    first, *rest = widths
    best = 1 + fewest_words(rest)
    for count in range(1, len(rest) + 1):
        for members in combinations(range(len(rest)), count):
            if first + sum(rest[i] for i in members) <= WORD:
                others = [width for i, width in enumerate(rest) if i not in members]
                best = min(best, 1 + fewest_words(others))
    return best


@pytest.mark.parametrize("seed", fast_every(5, range(60)))
def test_fields_take_at_most_one_word_more_than_they_must(seed: int) -> None:
    """Filling one word after the other need not be best; here it nearly always is."""
    random = Random(seed)
    widths = [random.randint(1, 40) for _ in range(7)]
    fields = Layout([1 << width for width in widths])
    assert fewest_words(widths) <= fields.words <= fewest_words(widths) + 1


def test_a_large_cluster_needs_two_words_for_a_state_and_its_parent() -> None:
    """Their bits are 127, so that hardly any other distribution fits."""
    least = [(size - 1).bit_length() for size in [*LARGE, 1 << 27]]
    assert sum(least) == 127
    assert Layout(LARGE, (1 << 27) - 1).words == 2
    assert Layout(LARGE, 1 << 28).words == 3


# A store packs its states again


def stored(
    random: Random, sizes: list[int], count: int
) -> tuple[Store, list[list[int]], list[int]]:
    """Return a store with random states, which need not differ, their numbers and their parents."""
    vectors = [[random.randrange(size) for size in sizes] for _ in range(count)]
    each = Store(sizes.copy, vectors[0], Threads(2))
    parents = [random.randrange(max(0, at - (1 << 13)), at) for at in range(1, count)]
    each.make_room(count, 0)
    each.states[1:count] = each.layout.pack(vectors[1:])
    for at, parent in enumerate(parents, 1):
        each.layout.set_distances(each.states[at : at + 1], at - parent)
    each.cursor[TAIL] = count
    return each, vectors, parents


@pytest.mark.parametrize("seed", fast_every(10, range(100)))
@pytest.mark.parametrize("reserve", [True, False])
def test_states_and_parents_survive_every_layout(
    seed: int, reserve: bool, monkeypatch: Patch
) -> None:
    """In the same memory, if it has addresses for more, and in other memory."""
    if not reserve:
        monkeypatch.setattr(mmap, "mmap", refuse)
    random = Random(seed)
    sizes = sizes_of(random)
    count = random.choice([1, 50, BUFFER + 1_000])
    each, vectors, parents = stored(random, sizes, count)
    pending = vectors[: random.randint(0, min(count, 50))]
    each.vectors[: len(pending)] = each.layout.pack(pending).reshape(-1, each.layout.words)
    each.cursor[PENDING] = len(pending)
    for _ in range(4):
        sizes[:] = [min(size * random.choice([1, 1, 2, 1_000]), 1 << 31) for size in sizes]
        each.fit()
        each.make_room(BUFFER, random.randint(0, len(each)))
        assert [each.numbers(at) for at in range(count)] == vectors
        assert [each.parent(at) for at in range(1, count)] == parents
        assert each.layout.unpack(each.vectors[: len(pending)]) == pending
        assert len(each.states) >= count + BUFFER


def refuse(*_: Any, **__: Any) -> Any:
    raise OSError


def test_a_layout_is_made_for_the_numbers_in_use_and_not_for_those_of_the_last_layout() -> None:
    """Numbers may have filled the spare bits of their fields since then."""
    sizes = [1] * 12
    each = Store(sizes.copy, [0] * 12, Threads(1))
    assert min(each.layout.widths) == 4
    sizes[:] = [16] * 12
    each.states[:1] = each.layout.pack([[15] * 12])
    each.layout.set_distances(each.states[:1], 1)
    each.make_room(1 << 17, 0)
    assert each.layout.farthest > 1 << 17
    assert each.numbers(0) == [15] * 12
