"""The data that code can reach, and the changes between two snapshots of it."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from pcheck import Actor, Id, Seen, Step, always
from pcheck.semantics.reach import changes, named, snapshot
from tests.errors import place

SEEN: list[int] = []
ALIAS = SEEN
TABLE: dict[str, Any] = {}
SEEN_AT_FIRST: list[int] = []
MORE_AT_FIRST: list[int] = []
number = 0
pytestmark = pytest.mark.usefixtures("at_the_top")


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """Let all code of this file forget after each test what it remembers."""
    yield
    global number
    number = memory.n = 0
    for each in (SEEN, TABLE, Parent.met, SEEN_AT_FIRST, MORE_AT_FIRST):
        each.clear()
    vars(remembers).clear()


def appends() -> None:
    SEEN.append(1)


def counts() -> None:
    global number
    number += 1


def calls_appends() -> None:
    appends()


def nests() -> list[None]:
    return [appends() for _ in range(1)]  # type: ignore[func-returns-value]


def has_default(seen: list[int] = SEEN_AT_FIRST, *, more: list[int] = MORE_AT_FIRST) -> None:
    seen.append(1)
    more.append(2)


def remembers() -> None:
    remembers.calls = getattr(remembers, "calls", 0) + 1  # type: ignore[attr-defined]


def closes() -> Callable[[], None]:
    calls = 0

    def count() -> None:
        nonlocal calls
        calls += 1

    return count


@functools.cache
def cached() -> None:
    appends()


@functools.singledispatch
def dispatches(what: object) -> None:
    raise TypeError


@dispatches.register
def _(what: int) -> None:
    appends()


@functools.wraps(appends)
def wraps() -> None:
    appends()


class Parent(Actor):
    met: list[int] = []  # noqa: RUF012

    def helps(self) -> None:
        self.met.append(1)


@dataclass(frozen=True)
class Child(Parent):
    def receive(self, msg: object, src: Id) -> Step:
        self.helps()
        return None

    @staticmethod
    def static() -> None:
        appends()

    @property
    def prop(self) -> None:
        appends()

    @functools.cached_property
    def lazy(self) -> None:
        appends()


class Memory:
    def __init__(self) -> None:
        self.n = 0

    def __call__(self) -> None:
        self.n += 1


memory = Memory()


def asks_memory() -> None:
    memory()


def fills_table() -> None:
    TABLE["x"] = appends
    TABLE["x"]()


def changed_by(root: Any, act: Callable[[], object]) -> list[str]:
    """Return in words what a call changes of the data that some code can reach."""
    before = snapshot([root])
    act()
    return [str(change) for change in changes(before, snapshot([root]))]


SEEN_CHANGED = "the global `SEEN` changed from [] to [1]"


@pytest.mark.parametrize("root", [appends, calls_appends, nests, cached, wraps, Child.static])
def test_a_global_that_code_names_is_reached(root: Callable[[], None]) -> None:
    assert changed_by(root, root) == [SEEN_CHANGED]


def test_the_methods_of_a_class_and_of_its_bases_are_reached() -> None:
    for act in (Child.static, lambda: Child().prop, lambda: Child().lazy):
        SEEN.clear()
        assert changed_by(Child, act) == [SEEN_CHANGED]
    expected = ["the class attribute `Parent.met` changed from [] to [1]"]
    assert changed_by(Child, lambda: Child().receive(None, Id("a"))) == expected


def test_the_functions_of_a_dispatch_are_reached() -> None:
    assert changed_by(dispatches, lambda: dispatches(1)) == [SEEN_CHANGED]


def test_an_object_that_fails_when_it_is_read_does_no_harm() -> None:
    class Strange:
        __module__ = "math"

        def __getattr__(self, name: str) -> object:
            raise RuntimeError

    strange = Strange()
    assert len(snapshot([lambda: strange])) == 1


def test_a_number_in_a_global_is_reached() -> None:
    assert changed_by(counts, counts) == ["the global `number` changed from 0 to 1"]


def test_default_arguments_are_reached() -> None:
    assert changed_by(has_default, has_default) == [
        "the default argument `seen` of has_default() changed from [] to [1]",
        "the default argument `more` of has_default() changed from [] to [2]",
    ]


def test_the_attributes_of_a_function_are_reached() -> None:
    created = "the attribute `calls` of remembers() was created as 1"
    assert changed_by(remembers, remembers) == [created]
    deletes = functools.partial(delattr, remembers, "calls")
    assert changed_by(remembers, deletes) == ["the attribute `calls` of remembers() was deleted"]


def test_closure_variables_are_reached() -> None:
    count = closes()
    expected = ["the closure variable `calls` of count() changed from 0 to 1"]
    assert changed_by(count, count) == expected


def test_objects_and_their_methods_are_reached() -> None:
    expected = ["the global `memory` changed from Memory(n=0) to Memory(n=1)"]
    assert changed_by(asks_memory, asks_memory) == expected


def test_code_inside_data_is_reached() -> None:
    TABLE["x"] = appends
    assert changed_by(fills_table, fills_table) == [SEEN_CHANGED]


def test_a_property_is_reached_through_its_test() -> None:
    @always(sees=[])
    def prop(seen: Seen) -> str | None:
        appends()
        return None

    assert changed_by(prop, lambda: prop.why_false(Seen([], {}))) == [SEEN_CHANGED]
    assert changed_by(prop.as_target(), lambda: prop.why_false(Seen([], {}))) == [
        "the global `SEEN` changed from [1] to [1, 1]"
    ]


def test_two_names_of_one_thing_are_one_change() -> None:
    def both() -> None:
        SEEN.append(len(ALIAS))

    assert changed_by(both, both) == ["the global `ALIAS` changed from [] to [0]"]


def test_equal_numbers_are_different_places() -> None:
    first, second = closes(), closes()

    def both() -> None:
        first()
        second()

    assert changed_by(both, both) == [
        "the closure variable `calls` of count() changed from 0 to 1",
        "the closure variable `calls` of count() changed from 0 to 1",
    ]


def test_code_of_packages_and_of_pcheck_is_left_out() -> None:
    def uses() -> None:
        math.sqrt(2)
        functools.reduce(min, [1])
        snapshot([])

    names = [each.name for each in snapshot([uses]).values()]
    assert names == ["the global `functools`", "the global `math`", "the global `snapshot`"]


def test_the_code_that_reaches_a_place_is_named() -> None:
    before = snapshot([calls_appends])
    appends()
    (change,) = changes(before, snapshot([calls_appends]))
    assert change.reader == f"{place(appends)}appends()"


def test_an_error_names_three_places() -> None:
    assert named([]) == ""
    before = snapshot([Child, has_default, counts, remembers])
    for act in (appends, has_default, counts, remembers):
        act()
    found = changes(before, snapshot([Child, has_default, counts, remembers]))
    assert len(found) == 5
    assert named(found[:1]) == f"; {SEEN_CHANGED}"
    assert named(found) == f"; {'; '.join(map(str, found[:3]))}; 2 other places changed"
