"""Values that were changed in place are noticed, wherever the change is."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from pcheck import Id, Map, Set
from pcheck.language.values import exact, exact_state
from pcheck.semantics.in_place import Held
from tests.semantics.random_values import Colour, Keeper, Point, Slotted, Vote, drawn


def held(value: object) -> Held:
    return Held(value, exact(value), exact)


def change(value: object, name: str, new: object) -> None:
    object.__setattr__(value, name, new)


@pytest.mark.parametrize("seed", range(100))
def test_a_value_that_nobody_changed_is_surely_unchanged(seed: int) -> None:
    value = drawn(Random(seed))
    noted = held(value)
    assert noted.surely_unchanged()
    assert not noted.is_changed()


def test_a_change_inside_is_noticed_wherever_the_value_is() -> None:
    vote = Vote(1, 2)
    for around in (vote, (0, (vote,)), Point(0, vote), Vote(0, vote), Slotted(vote)):
        noted = held(around)
        change(vote, "value", True)
        assert not noted.surely_unchanged()
        assert noted.is_changed()
        change(vote, "value", 2)
        assert not noted.is_changed()


def test_the_type_of_a_number_counts() -> None:
    vote = Vote(1, 2)
    noted = held(vote)
    change(vote, "ballot", True)
    assert (noted.surely_unchanged(), noted.is_changed()) == (False, True)


@pytest.mark.parametrize("value", [Set([1]), Map([(1, 2)])])
def test_a_set_or_map_that_becomes_another_one_is_noticed(value: Any) -> None:
    noted = held((value,))
    value.exact = (type(value), frozenset())
    assert (noted.surely_unchanged(), noted.is_changed()) == (False, True)


def test_attributes_that_are_not_fields_are_noticed() -> None:
    vote = Vote(1, 2)
    noted = held(vote)
    change(vote, "secret", 3)
    assert (noted.surely_unchanged(), noted.is_changed()) == (False, True)


def test_an_attribute_that_is_deleted_is_noticed() -> None:
    slotted = Slotted(1)
    noted = held(slotted)
    object.__delattr__(slotted, "value")
    assert not noted.surely_unchanged()


def test_another_class_is_noticed() -> None:
    class Other(Vote):
        pass

    vote = Vote(1, 2)
    noted = held(vote)
    change(vote, "__class__", Other)
    assert (noted.surely_unchanged(), noted.is_changed()) == (False, True)


def test_a_cached_property_is_no_change() -> None:
    vote = Vote(1, 2)
    noted = held(vote)
    assert vote.pair == (1, 2)
    assert (noted.surely_unchanged(), noted.is_changed()) == (False, False)


def test_members_of_an_enum_are_noticed() -> None:
    noted = held((Colour.RED,))
    assert noted.surely_unchanged()
    change(Colour.RED, "_value_", 3)
    try:
        assert (noted.surely_unchanged(), noted.is_changed()) == (False, True)
    finally:
        change(Colour.RED, "_value_", 1)


def test_the_twin_keeps_the_fields_from_before() -> None:
    keeper = Keeper(me=Id("a1"), one=1)
    noted = Held(keeper, exact_state(keeper), exact_state)
    change(keeper, "one", 2)
    assert noted.twin == Keeper(me=Id("a1"), one=1)
    assert noted.twin.me == Id("a1")
