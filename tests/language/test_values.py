"""Values: exact equality, the values that a state may hold, and their order."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from enum import Enum, Flag, IntEnum
from typing import Any, NamedTuple

import pytest

from pcheck import Group, Id, Map, Set, Value, fixed, group, show
from pcheck.language.values import UnsupportedValue, exact, exact_state, order


class Colour(Enum):
    RED = 1
    BLUE = 2


class Number(IntEnum):
    ONE = 1


class Rights(Flag):
    READ = 1


class Point(NamedTuple):
    x: int
    y: int


class Size(NamedTuple):
    x: int
    y: int


@dataclass(frozen=True)
class Vote:
    ballot: int
    value: object


@dataclass(frozen=True)
class Offer:
    ballot: int
    value: object


class Late(Vote):
    pass


@dataclass(frozen=True)
class Wired:
    n: int
    peers: object = fixed(())


@dataclass
class Loose:
    n: int


def distinct(values: list[Any]) -> int:
    keys: set[Hashable] = {exact(value) for value in values}
    return len(keys)


ALL_DIFFERENT: list[Any] = [
    *(None, False, True, 0, 1, 2, 0.0, -0.0, 1.0, float("inf"), Number.ONE),
    *("", "1", "a1", b"", b"1", b"a1", Id("a1"), Value("a1"), Id("v1"), Colour.RED, Colour.BLUE),
    *((), (1,), (True,), (1.0,), (1, 2), ((1,), 2), (1, (2,)), Point(1, 2), Size(1, 2)),
    *(Set(), Set([1]), Set([True]), Set([1, True]), Set([(1, 2)]), Set([Set()])),
    *(Map(), Map({1: 1}), Map({True: 1}), Map({1: True}), Map([(1, 1), (True, 1)]), Map({"a1": 1})),
    *(Vote(1, 2), Vote(1, True), Vote(True, 2), Offer(1, 2), Late(1, 2), Vote(1, Vote(1, 2))),
    *(group("a", 0), group("a", 1), group("b", 1)),
]


def test_values_of_different_types_differ_even_if_python_calls_them_equal() -> None:
    assert distinct(ALL_DIFFERENT) == len(ALL_DIFFERENT)


def test_equal_values_built_in_different_ways_have_the_same_key() -> None:
    for one, other in [
        (Set([1, 2, 1]), Set([2]).plus(1)),
        (Set([1, 2, 3]).without(2), Set([3, 1])),
        (Map({1: "a", 2: "b"}), Map([(2, "x"), (1, "a"), (2, "b")])),
        (Map({1: "a", 2: "b"}).without(1), Map({2: "a"}).but(2, "b")),
        (group("a", 3).without(Id("a2")), Group("a", (Id("a1"), Id("a3")))),
    ]:
        assert (one, exact(one), hash(one)) == (other, exact(other), hash(other))


def test_fixed_fields_are_not_part_of_a_state() -> None:
    assert exact_state(Wired(1, peers="these")) == exact_state(Wired(1, peers=["those"]))
    assert exact_state(Wired(1)) != exact_state(Wired(2))


LIST, DICT = "a list; use a tuple", "a dict; use Map"


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ([1], LIST),
        ({1}, "a set; use Set"),
        (frozenset(), "a frozenset; use Set"),
        ({}, DICT),
        (bytearray(), "a bytearray; use bytes"),
        (float("nan"), "NaN, which does not equal itself; use None"),
        (1j, "a complex; use a frozen dataclass, a tuple, a Set or a Map"),
        (Loose(1), "a Loose, which is mutable; write @dataclass(frozen=True) above class Loose"),
        (Vote(1, [2]), f"value is {LIST}"),
        (Vote(1, Offer(1, {})), f"value.value is {DICT}"),
        (
            Vote(1, Loose(1)),
            "value is a Loose, which is mutable; write @dataclass(frozen=True) above class Loose",
        ),
    ],
)
def test_an_unsupported_value_is_refused_with_advice(value: object, why: str) -> None:
    with pytest.raises(UnsupportedValue) as caught:
        exact(value)
    assert str(caught.value) == why


def test_the_error_names_the_position_in_a_tuple() -> None:
    with pytest.raises(UnsupportedValue) as caught:
        exact(Vote(1, (None, [2])))
    assert "value" in str(caught.value)
    assert "[1]" in str(caught.value)
    assert str(caught.value).endswith(LIST)


def test_sets_and_maps_refuse_unsupported_values() -> None:
    for build in (lambda: Set([[1]]), lambda: Map({1: [1]}), lambda: Map([([1], 1)])):
        with pytest.raises(UnsupportedValue) as caught:
            build()
        assert str(caught.value) == LIST


def test_a_set_distinguishes_1_true_and_1_0() -> None:
    ones = Set([1, 1.0, True])
    assert repr(ones) == "Set([True, 1.0, 1])"
    assert repr(ones.without(True)) == "Set([1.0, 1])"
    assert (1 in Set([True]), True in Set([1]), 1 in ones) == (False, False, True)


def test_a_map_distinguishes_1_true_and_1_0() -> None:
    ones: Map[float, str] = Map([(1, "int"), (True, "bool"), (1.0, "-")]).but(1.0, "float")
    assert list(ones.items()) == [(True, "bool"), (1.0, "float"), (1, "int")]
    assert (ones[1], ones[True], ones[1.0], ones.get(2)) == ("int", "bool", "float", None)
    assert list(ones.without(1).items()) == [(True, "bool"), (1.0, "float")]
    assert show(ones) == "{True: 'bool', 1.0: 'float', 1: 'int'}"
    with pytest.raises(KeyError, match="2"):
        ones[2]


def test_the_repr_of_a_map_shows_every_entry() -> None:
    ones = Map([(1, "int"), (True, "bool"), (1.0, "float")])
    assert repr(ones) == "Map({True: 'bool', 1.0: 'float', 1: 'int'})"


def test_sets_and_maps_are_equal_only_to_sets_and_maps() -> None:
    values: list[object] = [Set([1]), {1}, frozenset({1}), Set([True]), (1,)]
    assert [Set([1]) == value for value in values] == [True, False, False, False, False]
    values = [Map({1: 1}), {1: 1}, Map({1: True}), Map({1.0: 1})]
    assert [Map({1: 1}) == value for value in values] == [True, False, False, False]


@pytest.mark.parametrize("kind", [Id, Value])
def test_a_search_for_a_name_as_plain_text_is_an_error(kind: type[Id] | type[Value]) -> None:
    name: Any = kind("r1")
    written = f'{kind.__name__}("r1")'
    text = re.escape(f"{written} never equals the plain text 'r1'; write {written}")
    asked: list[Callable[[], object]] = [
        lambda: "r1" in Set([name]),
        lambda: name in Set(["r1"]),
        lambda: Set([name]).without("r1"),
        lambda: "r1" in Map({name: 1}),
        lambda: name in Map({"r1": 1}),
        lambda: Map({name: 1}).get("r1"),
        lambda: Map({name: 1})["r1"],
        lambda: Map({name: 1}).without("r1"),
    ]
    for ask in asked:
        with pytest.raises(TypeError, match=f"^{text}$"):
            ask()


def test_a_search_for_other_text_finds_nothing() -> None:
    names: Any = Map({Id("r1"): 1, "v1": 2})
    assert [names.get(key) for key in ("", "r2", Id("r2"), Value("r1"), "v1", 1)] == [
        *(None, None, None, None, 2, None)
    ]
    both: Set[object] = Set([Id("r1"), "r1"])
    assert ("r1" in both, Id("r1") in both, "" in both, Value("r2") in both) == (
        *(True, True, False, False),
    )
    assert list(both.without("r1")) == [Id("r1")]


def test_a_set_has_the_operations_of_a_set() -> None:
    small, large = Set([1, 2]), Set([2, 3])
    assert (small | large, small & large, small - large) == (Set([1, 2, 3]), Set([2]), Set([1]))
    assert (Set([1]) <= small, small <= large, len(small | large)) == (True, False, 3)


def test_all_values_can_be_sorted_and_every_permutation_gives_the_same_order() -> None:
    dice = random.Random(1)
    orders = set()
    for _ in range(20):
        shuffled = dice.sample(ALL_DIFFERENT, len(ALL_DIFFERENT))
        orders.add(tuple(exact(value) for value in sorted(shuffled, key=order)))
    assert len(orders) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1", "01"),
        ("1", "\N{ARABIC-INDIC DIGIT ONE}"),
        (Id("a1"), Id("a01")),
        (Group("a", ()), Group("b", ())),
        (Rights(0), Rights.READ),
    ],
)
def test_equal_sets_iterate_in_the_same_order(one: object, other: object) -> None:
    forth, back = Set([one, other]), Set([other, one])
    assert forth == back
    assert list(map(exact, forth)) == list(map(exact, back))


def test_copies_of_sets_and_maps_are_those_that_are_made_anew() -> None:
    """`plus` and `but` build on the old container; a new one is built from all its parts."""
    values = [3, 1, True, 2.5, "b", Id("a10"), Id("a2"), Value("a2"), None, (1,), Vote(1, 2)]
    chance = random.Random(1)
    for _ in range(300):
        some, more = chance.sample(values, 4), chance.sample(values, 3)
        larger = Set(some).plus(*more)
        assert (list(larger), larger.exact) == (
            list(Set([*some, *more])),
            Set([*some, *more]).exact,
        )
        pairs = [(key, chance.randrange(3)) for key in some]
        changed = Map(pairs)
        for key in chance.sample(some, 2) + more:
            changed = changed.but(key, 9)
            made = Map([*changed.items()])
            assert (list(changed.items()), changed.exact) == (list(made.items()), made.exact)
            assert changed[key] == 9
            assert key in changed
        assert len(changed) == len({exact(key) for key in [*some, *more]})
        assert list(changed.values()) == [changed[key] for key in changed]
