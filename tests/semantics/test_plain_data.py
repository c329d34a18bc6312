"""The contents of plain data: equal exactly if all types and parts agree, and their short texts."""

from __future__ import annotations

import itertools
import random
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from functools import cached_property, partial
from types import SimpleNamespace
from typing import Any

from pcheck import Id, Map, Set, Value, group
from pcheck.semantics.plain_data import MAX_PARTS, content_of


class Colour(Enum):
    RED = 1
    BLUE = 2


class Level(IntEnum):
    LOW = 1


@dataclass(frozen=True)
class Point:
    x: Any = 0

    @cached_property
    def double(self) -> Any:
        return 2 * self.x


@dataclass
class Bag:
    things: list[Any] = field(default_factory=list)


class Plain:
    def __init__(self, n: int) -> None:
        self.n = n


class Slotted:
    __slots__ = ("n",)

    def __init__(self, n: int) -> None:
        self.n = n


class Rude(list[int]):
    def __iter__(self) -> Any:
        raise RuntimeError


def content(thing: object) -> Any:
    return content_of(thing, lambda code: None)


VALUES: list[tuple[Any, str]] = [
    (None, "None"),
    (True, "True"),
    (1, "1"),
    (1.0, "1.0"),
    ("a", "'a'"),
    (b"a", "b'a'"),
    (Id("a1"), "a1"),
    (Value("a1"), "a1"),
    (Colour.RED, "Colour.RED"),
    (Colour.BLUE, "Colour.BLUE"),
    (Level.LOW, "Level.LOW"),
    ([], "[]"),
    ([1], "[1]"),
    ([True], "[True]"),
    ((), "()"),
    ((1,), "(1,)"),
    ((1, [2]), "(1, [2])"),
    (deque([1]), "deque(1)"),
    (set(), "set()"),
    ({"b", "a"}, "{'a', 'b'}"),
    (frozenset("ab"), "frozenset('a', 'b')"),
    ({}, "{}"),
    ({1: [2]}, "{1: [2]}"),
    ({1: 2, 3: 4}, "{1: 2, 3: 4}"),
    ({3: 4, 1: 2}, "{3: 4, 1: 2}"),
    (OrderedDict({1: 2}), "OrderedDict(1: 2)"),
    (defaultdict(list, {1: [2]}), "defaultdict(1: [2])"),
    (Counter("aab"), "Counter('a': 2, 'b': 1)"),
    (Set((1,)), "Set(1)"),
    (Map({1: 2}), "Map(1: 2)"),
    (group("a", 1), "Group(name='a', ids=(a1,))"),
    (Point(1), "Point(x=1)"),
    (Point(True), "Point(x=True)"),
    (Bag([1]), "Bag(things=[1])"),
    (Plain(1), "Plain(n=1)"),
    (Plain(2), "Plain(n=2)"),
    (Slotted(1), "Slotted(n=1)"),
    (Slotted(2), "Slotted(n=2)"),
    (SimpleNamespace(n=1), "SimpleNamespace(n=1)"),
    (list(range(99)), "a list of 99 items"),
    (set(range(99)), "a set of 99 items"),
    ({n: n for n in range(99)}, "a dict of 99 items"),
    (Plain(10**50), "a Plain"),
    ("x" * 99, "a str"),
    (len, "len"),
    (random.Random(1), "a Random"),
    (itertools.count(), "a count"),
    (partial(int, 2), "partial((2,), {})"),
    (Rude([1]), "a Rude"),
    (Plain, "Plain"),
]


def test_contents_are_equal_exactly_for_one_thing() -> None:
    """No two of these things have the same content, although some of them are equal in Python."""
    contents = [content(value) for value, _ in VALUES]
    assert contents == [content(value) for value, _ in VALUES]
    assert len(set(contents)) == len(contents)


def test_each_content_has_a_short_text() -> None:
    assert [str(content(value)) for value, _ in VALUES] == [text for _, text in VALUES]


def test_a_content_does_not_change_with_its_thing() -> None:
    bag, plain = Bag([1]), Plain(1)
    thing = [bag, plain]
    before = content(thing)
    bag.things.append(2)
    plain.n = 2
    assert (str(before), str(content(thing))) == (
        "[Bag(things=[1]), Plain(n=1)]",
        "[Bag(things=[1, 2]), Plain(n=2)]",
    )


def test_a_cached_property_is_no_part_of_the_content() -> None:
    point = Point(3)
    before = content(point)
    assert point.double == 6
    assert content(point) == before


def test_a_large_thing_is_compared_by_its_size() -> None:
    large = list(range(MAX_PARTS))
    before = content(large)
    assert str(before) == "a list of 10,000 items"
    assert content(large[::-1]) == before
    assert content([*large, 1]) != before
    assert str(content(Plain([0] * MAX_PARTS))) == "a Plain"  # type: ignore[arg-type]


def test_a_thing_that_holds_itself_has_a_content() -> None:
    thing: list[Any] = [1]
    thing.append(thing)
    assert content(thing) == content(thing)
    thing[0] = 2
    assert str(content(thing)) == "a list of 2 items"


def test_the_functions_and_classes_inside_a_thing_are_met() -> None:
    def one() -> None: ...

    def two() -> None: ...

    met: list[Callable[..., Any]] = []
    content_of({"a": [one], "b": partial(two), "c": Plain(1), "d": Plain}, met.append)
    assert met == [one, two, Plain, Plain]
