"""The faster comparisons agree with exact keys, on random values."""

from __future__ import annotations

from collections import Counter
from random import Random

from pcheck import Id
from pcheck.language.values import exact, exact_state
from pcheck.semantics.fast_equality import exact_state_after, surely_same
from tests.semantics.random_values import Keeper, Point, Slotted, Vote, drawn


def test_values_that_are_surely_the_same_have_equal_keys() -> None:
    found = Counter[tuple[bool, bool]]()
    for seed in range(3_000):
        one, other = drawn(Random(seed)), drawn(Random(seed if seed % 3 else seed + 1))
        found[surely_same(one, other), exact(one) == exact(other)] += 1
    assert found[True, False] == 0
    assert found[True, True] > 1_000
    assert found[False, False] > 100


def test_types_count_at_every_level() -> None:
    for one, other in ((1, True), (1, 1.0), (Id("a1"), "a1"), (Point(1, 2), (1, 2))):
        assert not surely_same(one, other)
        assert not surely_same((0, (one,)), (0, (other,)))
        assert not surely_same(Vote(1, one), Vote(1, other))
        assert not surely_same(Slotted(one), Slotted(other))


def test_fixed_fields_and_hidden_attributes_count() -> None:
    assert surely_same(Keeper(one=Vote(1, 2)), Keeper(one=Vote(1, 2)))
    assert not surely_same(Keeper(me=Id("a1")), Keeper(me=Id("a2")))
    hiding = Vote(1, 2)
    object.__setattr__(hiding, "secret", 3)
    assert not surely_same(hiding, Vote(1, 2))


def test_the_key_of_a_next_state_is_its_exact_key() -> None:
    for seed in range(500):
        random = Random(seed)
        before = Keeper(one=drawn(random), two=drawn(random))
        key = exact_state(before)
        for after in (before, before.but(one=drawn(random)), before.but(two=before.one)):
            assert exact_state_after(after, before, key) == exact_state(after)
