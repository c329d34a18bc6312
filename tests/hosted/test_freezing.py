"""Freezing: each kind of thing is made again exactly, with what it shares."""

from __future__ import annotations

import math
import re
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, Flag, IntEnum
from fractions import Fraction
from functools import partial
from pathlib import PurePosixPath
from types import SimpleNamespace
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from pcheck import Id, Map, Set, Value, group
from pcheck.hosted.freezing import Freezer
from pcheck.hosted.thawing import NotThawable, Thawer
from pcheck.language.printing import show
from pcheck.language.values import exact
from tests.hosted.copies import Box, copied, form_of, refusal


class Point(NamedTuple):
    x: Any
    y: Any


class Colour(Enum):
    RED = 1
    BLUE = 2


class Number(IntEnum):
    ONE = 1


class Rights(Flag):
    READ = 1
    WRITE = 2


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        1,
        10**50,
        "x",
        b"x",
        0.5,
        math.inf,
        Id("a1"),
        Value("v1"),
        group("a", 2),
        Set([1, True]),
        Map({1: "x"}),
        Colour.RED,
        Number.ONE,
        Rights.READ | Rights.WRITE,
        ...,
        NotImplemented,
        (),
        (1, (2, "x")),
        Point(1, 2),
        datetime(2020, 1, 2, fold=1),
        datetime(2020, 1, 2, tzinfo=UTC),
        datetime(2020, 1, 2, tzinfo=ZoneInfo("UTC")),
        date(2020, 1, 2),
        time(1, 2),
        timedelta(1),
        timezone(timedelta(hours=1), "X"),
        Decimal("1.00"),
        Fraction(1, 3),
        UUID(int=5),
        1j,
        range(3),
        PurePosixPath("a/b"),
        re.compile("a+", re.IGNORECASE),
        list[int],
        int | None,
    ],
    ids=repr,
)
def test_a_value_that_never_changes_is_made_again(value: Any) -> None:
    copy = copied(Box(value=value)).value
    assert (type(copy), copy, repr(copy)) == (type(value), value, repr(value))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (1, 1.0),
        (0.0, -0.0),
        ("x", Id("x")),
        (Id("x"), Value("x")),
        ("x", b"x"),
        ((), []),
        ((1, 2), Point(1, 2)),
        (Decimal("1.0"), Decimal("1.00")),
        (0j, complex(0, -0.0)),
        (datetime(2020, 1, 2), datetime(2020, 1, 2, fold=1)),
        (UTC, timezone(timedelta(0), "Z")),
        (re.compile("a"), re.compile("a", re.IGNORECASE)),
        (re.compile("a"), re.compile(b"a")),
        ([1], deque([1])),
        (deque([1]), deque([1], maxlen=1)),
        ({1}, frozenset({1})),
        ({1: "x"}, {True: "x"}),
        ({1: 2, 3: 4}, {3: 4, 1: 2}),
        ({1: 2}, OrderedDict({1: 2})),
        ({1: 2}, defaultdict(None, {1: 2})),
        (defaultdict(int), defaultdict(list)),
        (bytearray(b"x"), b"x"),
        (Counter("a"), {"a": 1}),
        (len, max),
        (Number.ONE, 1),
    ],
    ids=repr,
)
def test_two_values_that_differ_have_two_forms(one: Any, other: Any) -> None:
    assert form_of(one) != form_of(other)


def test_equal_values_of_any_order_in_sets_have_one_form() -> None:
    assert form_of({0, 8}) == form_of({8, 0})


CONTAINERS: list[Any] = [
    [1, [2, []]],
    {"x": [1], (1, "x"): {}},
    {3, "x", (1, 2), Colour.RED, frozenset({1})},
    frozenset({1, frozenset({2})}),
    OrderedDict([("b", 1), ("a", [2])]),
    defaultdict(list, {"x": [1]}),
    Counter("abca"),
    deque([1, [2]]),
    deque([1, 2], maxlen=2),
    bytearray(b"abc"),
    ([1], {2: [3]}),
    Point([1], {"x": {2}}),
    SimpleNamespace(b=1, a=[2]),
]


@pytest.mark.parametrize("thing", CONTAINERS, ids=lambda thing: type(thing).__name__)
def test_a_container_is_made_again_and_shares_nothing(thing: Any) -> None:
    copy = copied(Box(thing=thing)).thing
    assert (type(copy), copy) == (type(thing), thing)
    if not isinstance(thing, (set, frozenset)):  # whose order depends on hashes
        assert repr(copy) == repr(thing)
    assert copy is not thing or isinstance(thing, frozenset)


def test_a_container_that_is_made_again_works_as_before() -> None:
    copy = copied(Box(window=deque([1, 2], maxlen=2), of=defaultdict(list), n=Counter("a")))
    copy.window.append(3)
    copy.of["x"].append(1)
    copy.n.update("ab")
    assert (copy.window, copy.of, copy.n) == (deque([2, 3]), {"x": [1]}, {"a": 2, "b": 1})


def test_the_order_of_a_dict_and_of_attributes_is_kept() -> None:
    copy = copied(Box(b=1, a={"y": 1, "x": 2}))
    assert (list(vars(copy)), list(copy.a)) == (["b", "a"], ["y", "x"])


def test_objects_whose_attributes_have_two_orders_are_two_states() -> None:
    assert form_of(Box(a=1, b=2)) != form_of(Box(b=2, a=1))


def test_shared_objects_stay_shared_and_equal_objects_stay_apart() -> None:
    one, other = [1], [1]
    copy = copied(Box(a=one, b=one, c=other, d={"x": (one, other)}))
    assert copy.a is copy.b is copy.d["x"][0]
    assert copy.c is copy.d["x"][1]
    assert (copy.a is copy.c, copy.a) == (False, [1])


def test_cycles_are_made_again() -> None:
    thing = Box(items=[], by_name={}, window=deque())
    thing.me = thing
    thing.items.append(thing.items)
    thing.by_name["it"] = thing.by_name
    thing.window.append((thing.window, thing))
    copy = copied(thing)
    assert copy.me is copy
    assert copy.items[0] is copy.items
    assert copy.by_name["it"] is copy.by_name
    assert copy.window[0][0] is copy.window
    assert copy.window[0][1] is copy


def test_an_attribute_that_is_skipped_is_left_out() -> None:
    thing = Box(a=open, b=[Box(a=1, b=2)], **{"with blank": 1})
    copy = copied(thing, skip=["a", "with blank"])
    assert (list(vars(copy)), vars(copy.b[0])) == (["b"], {"b": 2})
    copy = copied(Box(p=Key("x"), a=1), skip=["Key.by_key", "Box.a"])
    assert (list(vars(copy)), vars(copy.p)) == (["p"], {"name": "x"})


def test_an_unordered_dict_has_one_form_for_all_orders() -> None:
    one, other = Box(a={2: [2], 1: [1]}, b=[3]), Box(a={1: [1], 2: [2]}, b=[3])
    assert form_of(one, unordered=["a"]) == form_of(other, unordered=["Box.a"])
    copy = copied(one, unordered=["a"])
    assert (list(copy.a.items()), copy.b) == ([(1, [1]), (2, [2])], [3])
    assert type(copied(Box(a=OrderedDict(x=1)), unordered=["a"]).a) is OrderedDict


def test_an_unordered_dict_may_hold_what_was_met_before() -> None:
    shared = [1]
    thing = Box(a=shared, b={2: [shared], 1: shared}, c=[4], d=[shared])
    thing.b[3] = thing
    copy = copied(thing, unordered=["b"])
    assert (copy.b[1] is copy.a, copy.b[2][0] is copy.a, copy.b[3] is copy) == (True, True, True)
    assert (copy.c, copy.d[0] is copy.a) == ([4], True)


def test_what_an_unordered_dict_holds_must_not_be_held_by_others() -> None:
    shared, box = [1], Box()
    assert refusal(Box(a={1: shared, 2: [shared]}), unordered=["a"]) == (
        "it.a: an unordered dict, two of whose values share an object; leave it out of unordered="
    )
    assert refusal(Box(a={1: box}, b=[box]), unordered=["a"]) == (
        "it.a[1]: a Box that an unordered dict holds as well; leave the dict out of unordered="
    )
    nested = Box(a={1: Box(a={2: shared})}, b=shared)
    assert refusal(nested, unordered=["a"]) == (
        "it.b: a list that an unordered dict holds as well; leave the dict out of unordered="
    )


def test_two_keys_of_an_unordered_dict_must_differ_for_pcheck() -> None:
    text = "an unordered dict with two keys that pcheck cannot distinguish"
    assert refusal(Box(a={Box(): 1, Box(): 2}), unordered=["a"]) == (
        f"it.a: {text}; leave it out of unordered="
    )


def test_a_thing_outside_is_the_same_thing_in_every_copy() -> None:
    lock, table = Box(x=open), {1: open}
    outside = {"lock": lock, "table": table}
    thing = Box(a=[lock], b=table, c={lock})
    copy = copied(thing, outside=outside, unordered=["b"])
    assert (copy.a[0] is lock, copy.b is table, copy.c) == (True, True, {lock})
    assert show(Freezer(outside).freeze(thing)) == "Box(a=[<lock>], b=<table>, c={<lock>})"


class Key:
    """A key that is equal to others of the same name."""

    name = "none"

    def __init__(self, name: str) -> None:
        self.by_key: dict[Any, int] = {}
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)


def test_a_key_that_reaches_its_dict_is_found_again() -> None:
    key = Key("x")
    key.by_key = {key: 1, (key, 2): 2, Key("y"): 3}
    copy = copied(key)
    assert (copy.by_key[copy], copy.by_key[copy, 2], copy.by_key[Key("y")]) == (1, 2, 3)
    assert next(iter(copy.by_key)) is copy
    copy = copied(Box(a=key, d={key: 1, Key("y"): 2}), unordered=["d"])
    assert (copy.d[copy.a], copy.d[Key("y")]) == (1, 2)


@pytest.mark.parametrize("kind", [dict, partial(defaultdict, None)])
def test_a_key_that_its_dict_does_not_find_is_refused(kind: Callable[..., Any]) -> None:
    key = Key("x")
    thing = Box(d=kind({key: 1}))
    assert copied(thing).d == {Key("x"): 1}
    text = "a dict with a key whose hash is not the one that the dict knows"
    for nth in range(20):  # at some of these, the hash leads to the key by chance
        key.name = f"y{nth}"
        assert refusal(thing) == f"it.d: {text}"
    key.name = "x"
    assert copied(thing).d == {Key("x"): 1}


def test_a_key_that_has_no_hash_any_more_is_refused() -> None:
    key = Hashed(1)
    thing = {key: 1}
    del key.n
    error = "AttributeError: 'Hashed' object has no attribute 'n'"
    assert refusal(thing) == f"it: a dict with a key that raises {error}"


def test_a_key_whose_hash_needs_a_skipped_attribute_is_not_made_again() -> None:
    form = Freezer(skip=["name", "by_key"]).freeze({Key("x"): 1, Key("y"): 2})
    assert list(Thawer().thaw(form).values()) == [2]  # both have the name of their class
    form = Freezer(skip=["n"]).freeze({Hashed(1): 1})
    with pytest.raises(NotThawable) as raised:
        Thawer().thaw(form)
    text = "a key that raises AttributeError: 'Hashed' object has no attribute 'n'"
    assert str(raised.value) == text


class Hashed:
    def __init__(self, n: int) -> None:
        self.n = n

    def __hash__(self) -> int:
        return self.n


def test_a_large_container_and_a_deep_one() -> None:
    assert copied(Box(items=list(range(100_000)))).items == list(range(100_000))
    deep: list[Any] = []
    for _ in range(10_000):
        deep = [deep]
    assert refusal(Box(deep=deep)) == "it: a Box that is nested too deeply"


def test_names_of_nodes_are_renamed_within_a_form() -> None:
    form = Freezer().freeze(Box(peers=[Id("a1")], of={Id("a2"): {Id("a1")}}))
    assert show(form) == "Box(of={a2: {a1}}, peers=[a1])"
    assert exact(form) == form_of(Thawer().thaw(form))
