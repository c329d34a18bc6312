"""Random objects: a copy behaves as the original does, whatever is done to both of them."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pcheck.hosted.freezing import Freezer
from pcheck.hosted.memo import Unfreezable
from pcheck.hosted.thawing import Thawer
from pcheck.language.values import exact

NAMES = ["a", "b", "_Node__c", "loose"]  # the dict `loose` is declared unordered
PLAIN: list[Any] = [None, True, 1, 1.0, -0.0, 0.0, "a", b"a", (1, True)]


class Node:
    b = 1  # an attribute that methods set, and that an object may inherit

    def add(self) -> Any:
        self.n = getattr(self, "n", 0) + 1
        self.b = self.n % 2
        return self.n, self

    def last(self) -> Any:
        return list(vars(self).items())[-1:]


class Slotted:
    __slots__ = ("_Node__c", "a", "b", "loose", "n")

    def add(self) -> Any:
        self.n = getattr(self, "n", 0) + 1
        return self.n, self

    def last(self) -> Any:
        return [each for each in ("b", "a") if hasattr(self, each)]


class Mixed(Slotted):
    pass


class Items(list[Any]):
    def add(self) -> Any:
        self.append(len(self))
        return self

    def last(self) -> Any:
        return self[-1:]


class Table(OrderedDict[Any, Any]):
    def add(self) -> Any:
        self[len(self)] = self
        return len(self)

    def last(self) -> Any:
        return list(self.items())[-1:]


class Key(Node):
    """A key that is equal to each key of the same name."""

    def __init__(self, name: int) -> None:
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)


class Pair(NamedTuple):
    one: Any
    other: Any


@dataclass(frozen=True)
class Vote:
    ballot: int
    value: Any


def functions(thing: Any) -> Any:
    """Return two functions that share a variable, and that reach each other."""
    count = 0

    def add(more: Any = None) -> Any:
        nonlocal count
        count += 1
        return count, thing, read, more

    def read() -> Any:
        return count, thing, add

    return [add, read]


OBJECTS: list[Callable[[], Any]] = [Node, Slotted, Mixed, Items, Table, partial(Key, 1)]
CONTAINERS: list[Callable[[], Any]] = [
    list, dict, deque, OrderedDict, partial(deque, (), 2), partial(defaultdict, list),
    partial(defaultdict, None), partial(Key, 2), set, bytearray,
]  # fmt: skip


class Root:
    """The object to freeze: it holds all things, and what the steps returned."""

    def __init__(self) -> None:
        self.things: list[Any] = [Node()]
        self.returned: list[Any] = []
        self.loose: dict[Any, Any] = {}

    def take(self, step: tuple[int, int, int, int]) -> None:
        """Do something with one of the things, and remember what it returned."""
        do, *numbers = step
        one, other = (self.things[n % len(self.things)] for n in numbers[:2])
        try:
            result = STEPS[do % len(STEPS)](self, one, other, numbers[2])
        except (AttributeError, TypeError, KeyError, IndexError, ValueError, RuntimeError) as error:
            result = type(error).__name__
        self.returned = [*self.returned[-3:], result]


def make(root: Root, one: Any, other: Any, n: int) -> Any:
    kinds = [*OBJECTS, *CONTAINERS]
    root.things.append(kinds[n % len(kinds)]())


def wrap(root: Root, one: Any, other: Any, n: int) -> Any:
    kinds: list[Callable[[], Any]] = [
        lambda: Pair(one, other),
        lambda: (one, PLAIN[n % len(PLAIN)], other),
        lambda: Vote(n, other),
        lambda: partial(one, other),
        lambda: one.add,
        lambda: one.append,
        lambda: partial(other.add),
        lambda: lambda: (one, other),
    ]
    root.things.append(kinds[n % len(kinds)]())


def close(root: Root, one: Any, other: Any, n: int) -> Any:
    root.things += functions(one)


def set_attribute(root: Root, one: Any, other: Any, n: int) -> Any:
    setattr(one, NAMES[n % len(NAMES)], other)


def set_plain(root: Root, one: Any, other: Any, n: int) -> Any:
    setattr(one, NAMES[n % len(NAMES)], PLAIN[n % len(PLAIN)])


def delete(root: Root, one: Any, other: Any, n: int) -> Any:
    delattr(one, NAMES[n % len(NAMES)])


def append(root: Root, one: Any, other: Any, n: int) -> Any:
    one.append(other)


def put(root: Root, one: Any, other: Any, n: int) -> Any:
    keys = [*PLAIN, Key(n % 3), other, (other, n)]
    one[keys[n % len(keys)]] = root.things[n % len(root.things)]


def add_plain(root: Root, one: Any, other: Any, n: int) -> Any:
    one.add(PLAIN[n % len(PLAIN)])


def get(root: Root, one: Any, other: Any, n: int) -> Any:
    return one[other]


def count_up(root: Root, one: Any, other: Any, n: int) -> Any:
    return one.add()


def call(root: Root, one: Any, other: Any, n: int) -> Any:
    return one()


def call_with(root: Root, one: Any, other: Any, n: int) -> Any:
    return one(other)


def pop(root: Root, one: Any, other: Any, n: int) -> Any:
    return one.popitem() if isinstance(one, dict) else one.pop()


def last(root: Root, one: Any, other: Any, n: int) -> Any:
    return one.last()


def is_same(root: Root, one: Any, other: Any, n: int) -> Any:
    name = NAMES[n % len(NAMES)]
    return one is other, getattr(one, name) is getattr(other, name), one == other


def hide(root: Root, one: Any, other: Any, n: int) -> Any:
    root.loose[n % 5] = [n]


STEPS = [
    make, make, make, wrap, wrap, close, set_attribute, set_attribute, set_plain, delete, append,
    append, put, put, add_plain, get, count_up, call, call_with, pop, last, is_same, hide,
]  # fmt: skip
STEP = st.tuples(*[st.integers(0, 10_000)] * 4)
FREEZER, THAWER = Freezer(unordered=["loose"]), Thawer()


def form_of(thing: Any) -> Any:
    """Return the frozen form of a thing, or why it is refused."""
    try:
        return FREEZER.freeze(thing)
    except Unfreezable as fault:
        return fault.what


@pytest.mark.slow
@settings(
    max_examples=10_000,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(before=st.lists(STEP, max_size=25), after=st.lists(STEP, max_size=12))
def test_a_copy_does_what_the_original_does(before: Any, after: Any) -> None:
    root = Root()
    for step in before:
        root.take(step)
    form = form_of(root)
    if isinstance(form, str):
        return
    copy = THAWER.thaw(form)
    assert exact(FREEZER.freeze(copy)) == exact(form)
    for step in after:
        root.take(step)
        copy.take(step)
        expected = form_of(root)
        found = form_of(copy)
        if isinstance(expected, str):
            assert found == expected
            return
        assert exact(found) == exact(expected)
        copy = THAWER.thaw(expected) if step[0] % 2 else copy
