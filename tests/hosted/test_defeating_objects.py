"""Objects that could defeat freezing: each is made again exactly, or refused with its path."""

from __future__ import annotations

import array
import asyncio
import collections
import contextvars
import ctypes
import functools
import io
import itertools
import os
import random
import re
import socket
import struct
import threading
import types
import weakref
from collections.abc import Callable, Iterator
from enum import IntEnum
from pathlib import PosixPath
from typing import Any, ClassVar, NamedTuple

import numpy as np
import pytest

from pcheck.hosted.loop import new_loop
from tests.hosted.copies import Box, copied, refusal


def numbers() -> Iterator[int]:
    yield 1


async def waiting() -> None: ...


def closed_file() -> Any:
    with open(os.devnull) as file:
        return file


def closed_socket() -> Any:
    with socket.socket() as made:
        return made


def coroutine() -> Any:
    found = waiting()
    found.close()
    return found


class Counted:
    made: ClassVar[int] = 0

    def __new__(cls) -> Counted:
        cls.made += 1
        return super().__new__(cls)

    def __init__(self) -> None:
        type(self).made += 1
        self.n = self.made

    def add(self) -> None:
        self.n += 1


class Dying:
    def __del__(self) -> None:
        pass


class Late(Exception):
    pass


class Named(str):
    pass


class Numbered(int):
    pass


class Pair(tuple[int, int]):
    pass


class Point(NamedTuple):
    x: int


class Pointed(Point):
    pass


class FolderPath(PosixPath):
    pass


class Level(IntEnum):
    LOW = 1


class Structure(ctypes.Structure):
    _fields_: ClassVar = [("x", ctypes.c_int)]


class Attributes(dict[str, Any]):
    """A dict whose attributes are its entries."""

    def __init__(self, **entries: Any) -> None:
        super().__init__(**entries)
        self.__dict__ = self


class Borg:
    """An object whose attributes are those of all objects of its class."""

    shared: ClassVar[dict[str, Any]] = {}

    def __init__(self) -> None:
        self.__dict__ = self.shared


class Comparing(type):
    def __eq__(cls, other: object) -> bool:
        return True

    def __hash__(cls) -> int:
        return 1


class Unhashable(type):
    def __eq__(cls, other: object) -> bool:
        return True


class Compared(metaclass=Comparing):
    pass


class Alone(metaclass=Unhashable):
    pass


class Failing(type):
    def __getattribute__(cls, name: str) -> Any:
        if name == "__basicsize__":
            raise RuntimeError("no")
        return super().__getattribute__(name)


class Failed(metaclass=Failing):
    pass


class TwoSlots:
    __slots__ = ("x",)


class TwoSlotsAgain(TwoSlots):
    __slots__ = ("x",)


class SlotAndDict(TwoSlots):
    x = 0


class Elsewhere:
    """A descriptor that keeps its values outside the objects."""

    def __init__(self) -> None:
        self.values: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()

    def __get__(self, thing: Any, kind: Any) -> Any:
        return self.values[thing]

    def __set__(self, thing: Any, value: Any) -> None:
        self.values[thing] = value


class Described:
    x = Elsewhere()


class SubPartial(functools.partial):  # type: ignore[type-arg]
    pass


def with_attributes(thing: Any) -> Any:
    thing.extra = [1]
    return thing


def set_past_class(thing: Any) -> Any:
    thing.x = 1
    TwoSlots.x.__set__(thing, 2)  # type: ignore[attr-defined]
    return thing


def named(name: str) -> Any:
    return Box(**{name: 1})


def unequal_keys() -> Any:
    thing = Box()
    vars(thing)[Named("x")] = 1
    return thing


def the_dict_of(thing: Any) -> Any:
    thing.names = vars(thing)
    return thing


def two_of_one_dict() -> Any:
    one, other = Box(n=1), Box()
    other.__dict__ = one.__dict__
    return [one, other]


def overridden() -> Any:
    class Fast(dict[str, int]):
        @classmethod
        def fromkeys(cls, *arguments: Any) -> Any:
            return "fast"

    return super(Fast, Fast).fromkeys


C = "which keeps its content in memory of its own"
MODULE = __name__


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (numbers, f"a generator, {C}"),
        (coroutine, f"a coroutine, {C}"),
        (threading.Lock, f"a _thread.lock, {C}"),
        (threading.RLock, f"a _thread.RLock, {C}"),
        (lambda: io.StringIO("x"), f"a _io.StringIO, {C}"),
        (lambda: io.BytesIO(b"x"), f"a _io.BytesIO, {C}"),
        (lambda: weakref.ref(Box), f"a weakref.ReferenceType, {C}"),
        (lambda: np.zeros(2), f"a numpy.ndarray, {C}"),
        (lambda: np.float64(1), f"a numpy.float64, {C}"),
        (lambda: array.array("i", [1]), f"an array.array, {C}"),
        (closed_file, f"a _io.TextIOWrapper, {C}"),
        (closed_socket, "a socket, whose class extends socket"),
        (lambda: asyncio.Future(loop=new_loop()), f"a _asyncio.Future, {C}"),
        (lambda: struct.Struct("i"), f"a _struct.Struct, {C}"),
        (random.Random, "a random.Random, whose class is written in C"),
        (lambda: itertools.count(), f"an itertools.count, {C}"),
        (lambda: iter([1]), f"a list_iterator, {C}"),
        (lambda: iter({1: 2}), f"a dict_keyiterator, {C}"),
        (lambda: {1: 2}.items(), f"a dict_items, {C}"),
        (lambda: types.MappingProxyType({}), f"a mappingproxy, {C}"),
        (lambda: memoryview(b"x"), f"a memoryview, {C}"),
        (lambda: slice(1), f"a slice, {C}"),
        (threading.local, f"a _thread._local, {C}"),
        (lambda: contextvars.ContextVar("x"), f"a _contextvars.ContextVar, {C}"),
        (contextvars.copy_context, f"a _contextvars.Context, {C}"),
        (lambda: functools.lru_cache(numbers), f"a functools._lru_cache_wrapper, {C}"),
        (lambda: property(len), f"a property, {C}"),
        (lambda: ctypes.c_int(1), "a c_int, whose class extends _SimpleCData"),
        (Structure, "a Structure, whose class extends Structure"),
        (lambda: Late("x"), "a Late, an exception, which holds the stack of its raise"),
        (lambda: KeyError(1), "a KeyError, an exception, which holds the stack of its raise"),
        (Dying, "a Dying, whose method __del__ would run for each copy"),
        (lambda: Named("x"), "a Named, whose class extends str"),
        (lambda: Numbered(1), "a Numbered, whose class extends int"),
        (lambda: Pair((1, 2)), "a Pair, whose class extends tuple"),
        (lambda: Pointed(1), "a Pointed, whose class extends tuple"),
        (lambda: with_attributes(collections.OrderedDict()), "an OrderedDict with attributes"),
        (lambda: with_attributes(functools.partial(len)), "a partial with attributes"),
        (lambda: SubPartial(len), "a SubPartial, whose class extends partial"),
        (object, "an object() that no module holds under a name"),
        (lambda: types.ModuleType("x"), "the module x, which is not loaded under its name"),
        (lambda: type("Made", (), {}), "the class Made, which no module holds under its name"),
        (lambda: {Box()}, "a set with a Box, which can change, so that the order in which Python "
         "walks the set is not fixed"),
        (lambda: frozenset({Counted().add}), "a set with a method, which can change, so that the "
         "order in which Python walks the set is not fixed"),
        (lambda: float("nan"), "NaN, which does not equal itself"),
        (lambda: complex("nan"), "NaN, which does not equal itself"),
        (lambda: Attributes(x=1),
         "an Attributes whose attributes are in an Attributes"),
        (lambda: with_attributes(Borg()),
         "a Borg whose attributes are in a dict that something else holds as well"),
        (Compared, "a Compared, whose metaclass compares classes"),
        (Failed, "a Failed, whose class raises RuntimeError: no"),
        (TwoSlotsAgain, "a TwoSlotsAgain, whose class has two slots named x"),
        (lambda: set_past_class(SlotAndDict()),
         "a SlotAndDict with two attributes named x, one of them in a slot"),
        (Described,
         "a Described, whose attribute x is kept outside the object, by its id"),
        (lambda: named("class"), "a Box with an attribute named 'class'"),
        (lambda: named("a b"), "a Box with an attribute named 'a b'"),
        (lambda: named("ﬁ"), "a Box with an attribute named 'ﬁ'"),
        (lambda: Box(content_=1), "a Box with an attribute named 'content_'"),
        (unequal_keys, "a Box with an attribute named 'x'"),
        (lambda: types.MethodType(list.append, []),
         "a method that was made of a function written in C"),
        (overridden, "fromkeys, a method that the class Fast overrides"),
    ],
)  # fmt: skip
def test_this_object_is_refused(make: Callable[[], Any], error: str) -> None:
    assert refusal(Box(a=1, thing=[make()])) == f"it.thing[0]: {error}"


def local_dispatch() -> Any:
    @functools.singledispatch
    def dispatch(n: int) -> str:
        return "any"

    return dispatch


def of_local_class() -> Any:
    class Local:
        def name(self) -> str:
            return __class__.__name__  # type: ignore[name-defined,no-any-return]

    return Local.name


@pytest.mark.parametrize(
    ("thing", "error"),
    [
        (threading.Event(), f"it._cond._lock: a _thread.lock, {C}"),
        (Alone(), "it: an Alone with a part that raises TypeError: unhashable type: 'Unhashable'"),
        (weakref.WeakSet(), f"it._remove.__defaults__[0]: a weakref.ReferenceType, {C}"),
        (the_dict_of(Box()), "it.names: a dict that holds the attributes of an object as well"),
        (
            two_of_one_dict(),
            "it[1]: a Box whose attributes are in a dict that something else holds as well",
        ),
        (
            local_dispatch(),
            f"it.dispatch.dispatch_cache._remove.__defaults__[0]: a weakref.ReferenceType, {C}",
        ),
        (of_local_class(), "it.__class__: the class Local, which no module holds under its name"),
        (functools.partial(max, itertools.count()), f"it.args[0]: an itertools.count, {C}"),
        (functools.partial(max, x=itertools.count()), f"it.keywords['x']: an itertools.count, {C}"),
        (itertools.count().__next__, f"it.__self__: an itertools.count, {C}"),
        ({"a": {1: numbers}, (1, 2): slice(1)}, f"it[...]: a slice, {C}"),
        ({slice(1).__eq__: 1}, f"it key.__self__: a slice, {C}"),
        (collections.deque([1, [slice(1)]]), f"it[1][0]: a slice, {C}"),
    ],
)
def test_an_error_has_the_way_to_the_thing(thing: Any, error: str) -> None:
    assert refusal(thing) == error


def test_a_thread_is_refused() -> None:
    error = refusal(threading.Thread(), skip=["_invoke_excepthook"])
    assert error == f"it._started._cond._lock: a _thread.lock, {C}"


class Lying:
    """An object that answers every question with something else, or with an error."""

    def __init__(self) -> None:
        object.__setattr__(self, "n", [1])

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __setattr__(self, name: str, value: Any) -> None:
        raise RuntimeError(name)

    def __delattr__(self, name: str) -> None:
        raise RuntimeError(name)

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("eq")

    def __hash__(self) -> int:
        raise RuntimeError("hash")

    def __bool__(self) -> bool:
        raise RuntimeError("bool")

    def __len__(self) -> int:
        raise RuntimeError("len")

    def __iter__(self) -> Any:
        raise RuntimeError("iter")

    def __repr__(self) -> str:
        raise RuntimeError("repr")


class Answering:
    """An object that has every attribute that it is asked for."""

    def __init__(self) -> None:
        self.n = 1

    def __getattr__(self, name: str) -> Any:
        return 2


class Pickled:
    """An object that pickle would change."""

    def __init__(self, n: int) -> None:
        self.n, self.more = n, [n]

    def __getstate__(self) -> Any:
        return {"n": 0}

    def __setstate__(self, state: Any) -> None:
        raise RuntimeError("setstate")

    def __reduce__(self) -> Any:
        raise RuntimeError("reduce")

    def __copy__(self) -> Any:
        raise RuntimeError("copy")

    def __deepcopy__(self, memo: Any) -> Any:
        raise RuntimeError("deepcopy")


class Disguised:
    """An object that says that it is a list, and that hides its attributes."""

    def __init__(self) -> None:
        self.n = 1

    @property
    def __class__(self) -> Any:
        return list

    @__class__.setter
    def __class__(self, value: Any) -> None:
        raise RuntimeError("class")

    @property
    def __dict__(self) -> Any:  # type: ignore[override]
        return {"n": 0}


class HidingBox(Box):
    """An object that hides its attributes."""

    @property
    def __dict__(self) -> Any:  # type: ignore[override]
        return {"n": 0}


class Read:
    """An object whose properties change it."""

    def __init__(self) -> None:
        self.reads = 0

    @property
    def value(self) -> int:
        self.reads += 1
        return self.reads


class Shadowed:
    """An object with an attribute under the name of a property."""

    def __init__(self) -> None:
        vars(self)["x"] = 1

    @property
    def x(self) -> int:
        return 2


class Checked:
    """A descriptor that keeps its value in the object, under its own name."""

    def __set_name__(self, owner: Any, name: str) -> None:
        self.name = name

    def __get__(self, thing: Any, kind: Any) -> Any:
        return thing.__dict__[self.name] + 1

    def __set__(self, thing: Any, value: Any) -> None:
        thing.__dict__[self.name] = value


class WithChecked:
    x = Checked()

    def __init__(self) -> None:
        self.x = 5


class Needy:
    def __new__(cls, n: int) -> Needy:
        return super().__new__(cls)

    def __init__(self, n: int) -> None:
        self.n = n


class Kept(type):
    """A metaclass that makes one object, and says that everything is one."""

    def __call__(cls, *arguments: Any) -> Any:
        raise RuntimeError("one object is enough")

    def __instancecheck__(cls, thing: Any) -> bool:
        return True

    def __getattr__(cls, name: str) -> Any:
        return 1


class Single(metaclass=Kept):
    pass


class Swapped(Point):
    __slots__ = ()

    def __new__(cls, *arguments: Any) -> Any:
        raise RuntimeError("not again")

    def __iter__(self) -> Any:
        return iter((0,))

    def __len__(self) -> int:
        return 7


class Full(dict[Any, Any]):
    def items(self) -> Any:
        return {0: 0}.items()

    def __getitem__(self, key: Any) -> Any:
        return 0

    def __contains__(self, key: Any) -> bool:
        return False

    def __missing__(self, key: Any) -> Any:
        return 0


def made_without_init(kind: Any, **attributes: Any) -> Any:
    thing = object.__new__(kind)
    for name, value in attributes.items():
        object.__setattr__(thing, name, value)
    return thing


def attributes_of(thing: Any) -> Any:
    return object.__getattribute__(thing, "__dict__")


def test_an_object_that_lies_is_made_again_without_a_call() -> None:
    copy = copied([Lying()])[0]
    assert (type(copy), attributes_of(copy)) == (Lying, {"n": [1]})


@pytest.mark.parametrize(
    ("thing", "attributes"),
    [
        (Answering(), {"n": 1}),
        (Pickled(3), {"n": 3, "more": [3]}),
        (Read(), {"reads": 0}),
        (Shadowed(), {"x": 1}),
        (WithChecked(), {"x": 5}),
        (Needy(4), {"n": 4}),
        (made_without_init(Single, n=1), {"n": 1}),
        (Box(**{f"x{n}": n for n in range(1000)}), {f"x{n}": n for n in range(1000)}),
    ],
    ids=lambda thing: type(thing).__name__,
)
def test_an_object_with_a_trick_is_made_again(thing: Any, attributes: dict[str, Any]) -> None:
    copy = copied([thing])[0]
    assert (type(copy), attributes_of(copy)) == (type(thing), attributes)


def test_an_object_that_hides_its_attributes_is_made_again() -> None:
    thing = object.__new__(HidingBox)
    thing.m = [2]
    copy = copied([thing])[0]
    assert (type(copy), copy.m, copy.m is thing.m) == (HidingBox, [2], False)
    hidden = "a Disguised, whose attributes cannot be read"
    assert refusal([Disguised()]) == f"it[0]: {hidden}"


def test_objects_are_counted_once() -> None:
    Counted.made = 0
    thing = Counted()
    assert (copied(thing).n, Counted.made) == (2, 2)


def test_a_tuple_or_dict_that_hides_its_items_is_made_again() -> None:
    thing = tuple.__new__(Swapped, [[1]])
    copy = copied(thing)
    assert (type(copy), tuple.__getitem__(copy, 0)) == (Swapped, [1])
    table = copied(Full({1: [2]}))
    assert (type(table), list(dict.items(table))) == (Full, [(1, [2])])


def test_a_path_of_a_class_of_its_own_is_made_again() -> None:
    thing = FolderPath("a/b")
    thing.mark = [1]  # type: ignore[attr-defined]
    copy = copied(thing)
    assert (type(copy), copy, copy.mark, copy.mark is thing.mark) == (  # type: ignore[attr-defined]
        FolderPath, thing, [1], False,
    )  # fmt: skip


def test_a_pattern_and_a_member_of_an_enum_are_made_again_as_themselves() -> None:
    pattern = re.compile("x" * 300)
    copy = copied([pattern, Level.LOW])
    assert (copy[0], copy[1] is Level.LOW) == (pattern, True)
    assert copy[0] != re.compile("x" * 299 + "y")


def test_things_of_asyncio_without_a_waiting_task_are_made_again() -> None:
    thing = [asyncio.Event(), asyncio.Lock(), asyncio.Queue(maxsize=2)]
    thing[0].set()  # type: ignore[attr-defined]
    thing[2].put_nowait([1])  # type: ignore[attr-defined]
    event, lock, queue = copied(thing)
    assert (event.is_set(), lock.locked(), queue.get_nowait(), queue.maxsize) == (
        True,
        False,
        [1],
        2,
    )


def test_a_namespace_is_made_again_in_its_order() -> None:
    thing = types.SimpleNamespace(b=1, a=[2])
    assert repr(copied(thing)) == "namespace(b=1, a=[2])"
