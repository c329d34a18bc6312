"""Freezing functions, methods, closures, and what a module holds under a name."""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Callable
from functools import partial, singledispatch
from types import FunctionType
from typing import Any

import pytest

from pcheck.hosted.freezing import Freezer
from pcheck.hosted.memo import Unfreezable
from pcheck.hosted.thawing import NotThawable, Thawer
from pcheck.language.printing import show
from tests.hosted.copies import Box, copied, refusal


class Base:
    def __init__(self) -> None:
        self.n = 0

    def add(self) -> int:
        self.n += 1
        return self.n

    @classmethod
    def made(cls) -> str:
        return cls.__name__

    @staticmethod
    def two() -> int:
        return 2


class Derived(Base):
    def __init__(self) -> None:
        super().__init__()
        self.own, self.inherited = self.add, super().add
        self.of_class, self.static, self.of_base = self.made, self.two, super().made

    def add(self) -> int:
        return 10 * super().add()


def test_methods_of_an_object_belong_to_its_copy() -> None:
    thing = Derived()
    copy = copied(thing)
    called = copy.own(), copy.inherited(), copy.of_class(), copy.static(), copy.of_base()
    assert (called, copy.n, thing.n) == ((10, 2, "Derived", 2, "Derived"), 2, 0)
    assert (copy.own == copy.add, copy.static is Base.two) == (True, True)


class Loud(list[Any]):
    """A list that overrides what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.quietly, self.loudly = super().append, self.append

    def append(self, item: Any) -> None:
        super().append(f"{item}!")

    def __iter__(self) -> Any:
        raise RuntimeError("the list is not to be walked")


def test_a_method_in_c_that_the_class_overrides_is_made_again() -> None:
    copy = copied(Loud())
    copy.quietly(1)
    copy.loudly(2)
    assert [list.__getitem__(copy, nth) for nth in range(len(copy))] == [1, "2!"]


def test_a_method_in_c_belongs_to_the_copy() -> None:
    items: list[int] = []
    thing = Box(items=items, push=items.append, text="-".join, kind=str.upper, new=dict.fromkeys)
    copy = copied(thing)
    copy.push(1)
    made = copy.text("ab"), copy.kind("x"), copy.new("a")
    assert (copy.items, items, made) == ([1], [], ("a-b", "X", {"a": None}))


def test_a_wrapper_of_a_method_in_c_is_made_again() -> None:
    thing = Box(n=1)
    thing.put, thing.length = thing.__setattr__, [1, 2].__len__
    copy = copied(thing)
    copy.put("n", 2)
    assert (copy.n, thing.n, copy.length()) == (2, 1, 2)


def test_partials_are_made_again_also_those_that_reach_themselves() -> None:
    items: list[Any] = []
    again: Any = partial(items.append, 1)
    items.append(again)
    copy = copied(Box(items=items, again=again, sort=partial(sorted, key=len, reverse=True)))
    copy.again()
    assert (copy.items[0] is copy.again, copy.items[1:], len(items)) == (True, [1], 1)
    assert copy.sort(["a", "bb"]) == ["bb", "a"]


def module_function(n: int) -> int:
    return n + 1


@singledispatch
def dispatched(n: int) -> str:
    return "any"


def wrapping(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *arguments: function(*arguments) * 10


@wrapping
def wrapped(n: int) -> int:
    return n


TABLE = {"one": lambda: 1, "two": lambda: 2}  # two lambdas in one line


class Decorated:
    @wrapping
    def ten(self) -> int:
        return 1

    @property
    def one(self) -> int:
        return 1


def test_what_a_module_holds_is_made_again_as_itself() -> None:
    held = {
        "function": module_function,
        "class": Base,
        "builtin": len,
        "method": Base.add,
        "descriptor": str.upper,
        "module": math,
        "dispatched": dispatched,
        "wrapped": wrapped,
        "decorated": Decorated.ten,
        "getter": Decorated.one.fget,  # type: ignore[attr-defined]
        "one": TABLE["one"],
        "two": TABLE["two"],
        "method of a class": Base.made.__func__,  # type: ignore[attr-defined]
    }
    copy = copied(held)
    assert {name for name in held if copy[name] is not held[name]} == set()


def test_a_method_that_a_decorator_made_equals_that_of_the_copy() -> None:
    thing = Decorated()
    thing.call = thing.ten  # type: ignore[attr-defined]
    copy = copied(thing)
    assert (copy.call == copy.ten, copy.call()) == (True, 10)


def counters(start: int) -> tuple[Callable[[], int], Callable[[], int]]:
    count = start

    def add() -> int:
        nonlocal count
        count += 1
        return count

    def read() -> int:
        return count

    return add, read


def test_functions_that_share_a_variable_still_share_it() -> None:
    add, read = counters(5)
    copy = copied(Box(add=add, read=read))
    assert (copy.add(), copy.add(), copy.read(), read()) == (6, 7, 7, 5)


def recursive() -> Callable[[int], Any]:
    def walk(n: int) -> Any:
        return (n, walk(n - 1)) if n else walk

    return walk


def test_an_inner_function_that_calls_itself_is_made_again() -> None:
    copy = copied(Box(walk=recursive()))
    assert copy.walk(1) == (1, copy.walk)


def mutual() -> tuple[Callable[[], Any], Callable[[], Any]]:
    n = 0

    def ping() -> Any:
        nonlocal n
        n += 1
        return pong

    def pong() -> Any:
        return n, ping

    return ping, pong


def test_two_functions_that_call_each_other_and_share_a_variable_are_made_again() -> None:
    for nth in (0, 1):
        copy = copied(Box(first=mutual()[nth], both=mutual()))
        ping, pong = copy.both
        assert (ping() is pong, ping() is pong, pong()) == (True, True, (2, ping))
        del copy.both
        assert copied(copy).first.__name__ == ("ping", "pong")[nth]


def made_by(n: int) -> Box:
    later: Any

    def unset() -> Any:
        return later

    def with_defaults(items: list[int] = [n], *, more: dict[str, int] = {"n": n}) -> Any:  # noqa: B006
        """Count calls."""
        items.append(0)
        return len(items), more

    with_defaults.calls = [n]  # type: ignore[attr-defined]
    box = Box(n=n, unset=unset, with_defaults=with_defaults)
    box.lambdas = [lambda: box.n, lambda: -box.n]
    if n < 0:
        later = 1
    return box


def test_lambdas_defaults_attributes_and_unset_variables_are_made_again() -> None:
    thing = made_by(3)
    copy = copied(thing)
    copy.n = 7
    assert [each() for each in copy.lambdas] == [7, -7]
    assert [each() for each in thing.lambdas] == [3, -3]
    assert (copy.with_defaults(), copy.with_defaults.calls) == ((2, {"n": 3}), [3])
    assert (thing.with_defaults.__defaults__, copy.with_defaults.__doc__) == (
        ([3],),
        "Count calls.",
    )
    with pytest.raises(NameError):
        copy.unset()


def test_a_variable_that_an_object_holds_is_made_again() -> None:
    add, read = counters(1)
    assert isinstance(read, FunctionType)
    assert read.__closure__ is not None
    cell = read.__closure__[0]
    copy = copied(Box(a_cell=cell, add=add))
    assert (copy.add(), copy.a_cell.cell_contents, cell.cell_contents) == (2, 2, 1)


def test_two_functions_on_one_line_are_two_functions() -> None:
    one, two = (lambda: 1), (lambda: 2)
    forms = [show(Freezer().freeze(each)) for each in (one, two)]
    place = "tests.hosted.test_freezing_functions.test_two_functions_on_one_line_are_two_functions"
    found = [re.fullmatch(r"(.*) \(line \d+, column \d+\)\(\)", each) for each in forms]
    assert [each and each[1] for each in found] == [f"{place}.<locals>.<lambda>"] * 2
    assert (forms[0] != forms[1], copied([one, two])[1]()) == (True, 2)


def test_code_that_runs_twice_makes_two_functions() -> None:
    source = "def outer():\n    def inner():\n        return name\n    return inner\n"
    made = []
    for name in ("x", "y"):
        scope: dict[str, Any] = {"name": name, "__name__": "made"}
        exec(source, scope)
        made.append(scope["outer"]())
    assert [each() for each in copied(made)] == ["x", "y"]


def test_a_logger_is_made_again_as_itself() -> None:
    loggers = [logging.getLogger("x.y"), logging.getLogger()]
    copy = copied(loggers)
    assert [each is other for each, other in zip(copy, loggers, strict=True)] == [True, True]
    unknown = refusal([logging.Logger("x.y")])
    assert unknown == "it[0]: a logger that logging.getLogger('x.y') does not return"


MARKER = object()


class Unset:
    """A class with one object that says only which object it is."""

    NOTHING = object()


UNSET = Unset()


class Settings:
    def __init__(self) -> None:
        self.limits = [1]


SETTINGS = Settings()


def test_a_single_object_that_a_module_holds_is_made_again_as_itself() -> None:
    thing = Box(a=MARKER, b=UNSET, c=[SETTINGS], d={UNSET, Unset.NOTHING})
    copy = copied(thing)
    assert (copy.a is MARKER, copy.b is UNSET, copy.c[0] is SETTINGS) == (True, True, True)
    assert copy.d == {UNSET, Unset.NOTHING}
    assert refusal([object()]) == "it[0]: an object() that no module holds under a name"


def test_a_single_object_with_content_is_copied_if_it_is_the_thing_to_freeze() -> None:
    copies = [copied(SETTINGS), *copied((SETTINGS, SETTINGS))]
    assert [type(each) for each in copies] == [Settings] * 3
    assert all(each is not SETTINGS for each in copies)
    assert copies[1] is copies[2]


def test_an_object_that_a_module_holds_must_not_change() -> None:
    freezer, thing = Freezer(), Box(settings=SETTINGS)
    freezer.freeze(thing)
    SETTINGS.limits.append(2)
    try:
        with pytest.raises(Unfreezable) as raised:
            freezer.freeze(thing)
    finally:
        SETTINGS.limits.pop()
    text = f"a Settings that the module {__name__} holds as SETTINGS and that has changed"
    assert raised.value.what == text


def test_a_named_thing_that_is_gone_is_not_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    form = Freezer().freeze([module_function])
    monkeypatch.delitem(globals(), "module_function")
    with pytest.raises(NotThawable) as raised:
        Thawer().thaw(form)
    assert str(raised.value) == f"module_function, which {__name__} no longer holds"
