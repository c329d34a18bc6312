"""Classes of values: which are supported, and that a value holds nothing but its fields."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import InitVar, dataclass, field
from enum import Enum, Flag, IntEnum, StrEnum
from functools import cached_property
from typing import Any, ClassVar, Generic, NamedTuple, Protocol, TypeVar

import pytest

from pcheck import Id, Map, Set, Value, fixed
from pcheck.language.values import UnsupportedValue, exact

T = TypeVar("T")
DECORATE = "but is not a dataclass; write @dataclass(frozen=True) above class"


@dataclass(frozen=True)
class Numbered:
    ballot: int


class Renamed(Numbered):
    """A subclass that adds a method and a constant, and so needs no decorator."""

    LIMIT = 3
    KIND: ClassVar[str] = "renamed"

    def is_late(self) -> bool:
        return self.ballot > self.LIMIT


class Initialised(Numbered):
    def __init__(self, ballot: int) -> None:
        super().__init__(ballot)


class Voted(Numbered):
    def __init__(self, ballot: int, value: str) -> None:
        super().__init__(ballot)
        self.value = value


class Annotated(Numbered):
    value: str = "x"


class Made(Numbered):
    def __new__(cls, ballot: int) -> Made:
        return super().__new__(cls)


class Finished(Numbered):
    def __post_init__(self) -> None:
        pass


class Slotted(Numbered):
    __slots__ = ("value",)


class BelowAnnotated(Annotated):
    pass


@dataclass(frozen=True)
class DecoratedBelow(Annotated):
    vote: int = 0


@dataclass(frozen=True)
class Tagged(Numbered):
    def __post_init__(self) -> None:
        object.__setattr__(self, "tag", 1)


class BelowTagged(Tagged):
    pass


@dataclass(frozen=True)
class Unset:
    """A value whose `__init__` sets another attribute in place of the field."""

    n: int = 0

    def __init__(self) -> None:
        object.__setattr__(self, "memo", 1)


@dataclass(frozen=True)
class SlotBeside:
    __slots__ = ("memo", "n")
    n: int


@dataclass(frozen=True)
class Box(Generic[T]):
    held: T


class IntBox(Box[int]):
    pass


class AnyBox(Box[T]):
    pass


class Point(NamedTuple):
    x: int


class Loose(Point):
    pass


class Tight(Point):
    __slots__ = ()


@dataclass(frozen=True, eq=False)
class Item:
    n: int


class Both(Item):
    __eq__ = object.__eq__
    __hash__ = object.__hash__


@dataclass(frozen=True)
class Amount(int):
    unit: str


@dataclass(frozen=True)
class Node(Id):
    pass


@dataclass(frozen=True)
class Bag(Set[int]):
    pass


@dataclass(frozen=True)
class Wired:
    n: int
    peers: object = fixed(())


class Text(str):
    pass


class Colour(Enum):
    RED = 1

    def __init__(self, number: int) -> None:
        self.label = f"number {number}"


class Rights(Flag):
    READ = 1
    WRITE = 2


class Level(IntEnum):
    LOW = 1


class Kind(StrEnum):
    ASK = "ask"


def tagged_after() -> Numbered:
    value = Numbered(1)
    object.__setattr__(value, "tag", 1)
    return value


REFUSED: list[tuple[Callable[[], object], str]] = [
    (
        lambda: Initialised(1),
        f"an Initialised, and Initialised adds __init__ {DECORATE} Initialised",
    ),
    (
        lambda: Voted(1, "x"),
        "a Voted with the attribute value, which is not a field; write @dataclass(frozen=True) "
        "above class Voted and declare value as a field of class Voted",
    ),
    (
        lambda: Annotated(1),
        f"an Annotated, and Annotated adds the field value {DECORATE} Annotated",
    ),
    (lambda: Made(1), f"a Made, and Made adds __new__ {DECORATE} Made"),
    (lambda: Finished(1), f"a Finished, and Finished adds __post_init__ {DECORATE} Finished"),
    (lambda: Slotted(1), f"a Slotted, and Slotted adds the slot value {DECORATE} Slotted"),
    (
        lambda: BelowAnnotated(1),
        f"a BelowAnnotated, and Annotated adds the field value {DECORATE} Annotated",
    ),
    (
        lambda: DecoratedBelow(1),
        f"a DecoratedBelow, and Annotated adds the field value {DECORATE} Annotated",
    ),
    (
        lambda: Tagged(1),
        "a Tagged with the attribute tag, which is not a field; "
        "declare tag as a field of class Tagged",
    ),
    (
        lambda: BelowTagged(1),
        "a BelowTagged with the attribute tag, which is not a field; write @dataclass(frozen=True) "
        "above class BelowTagged and declare tag as a field of class BelowTagged",
    ),
    (
        tagged_after,
        "a Numbered with the attribute tag, which is not a field; "
        "declare tag as a field of class Numbered",
    ),
    (
        Unset,
        "an Unset with the attribute memo, which is not a field; "
        "declare memo as a field of class Unset",
    ),
    (
        lambda: SlotBeside(1),
        "a SlotBeside, and SlotBeside has the slot memo, which is not a field; "
        "declare memo as a field",
    ),
    (
        lambda: AnyBox[int](1),
        "an AnyBox with the attribute __orig_class__, which is not a field; "
        "write @dataclass(frozen=True) above class AnyBox",
    ),
    (
        lambda: Loose(1),
        "a Loose, whose class lets a tuple have attributes; write __slots__ = () in class Loose, "
        "or use a frozen dataclass",
    ),
    (
        lambda: time.gmtime(0),
        "a struct_time, which has attributes that are not items; use a frozen dataclass",
    ),
    (
        lambda: Item(1),
        "an Item, which equals only itself; remove eq=False or __eq__ from class Item",
    ),
    (
        lambda: Both(1),
        "a Both, which equals only itself; remove eq=False or __eq__ from class Both",
    ),
    (
        lambda: Amount("3"),
        "an Amount, whose class extends int; keep the int in a field instead",
    ),
    (lambda: Node(), "a Node, whose class extends Id; keep the Id in a field instead"),
    (lambda: Bag(), "a Bag, whose class extends Set; keep the Set in a field instead"),
    (lambda: Wired(1), "a Wired with the fixed field peers; use fixed() only in actors"),
    (lambda: Text("a"), "a Text; use a frozen dataclass, a tuple, a Set or a Map"),
]


@pytest.mark.parametrize(("make", "why"), REFUSED)
def test_a_value_that_holds_more_than_its_fields_is_refused(
    make: Callable[[], object], why: str
) -> None:
    for wrap, where in (
        (lambda value: value, ""),
        (lambda value: Box((None, value)), "held[1] is "),
        (lambda value: Map({1: Set([Box(value)])}), "held is "),
    ):
        with pytest.raises(UnsupportedValue) as caught:
            exact(wrap(make()))
        assert str(caught.value) == f"{where}{why}"


class HasBallot(Protocol):
    ballot: int


class HasName(ABC):
    """An abstract class with an annotation that each subclass declares again or computes."""

    name: str
    size: int

    @abstractmethod
    def is_small(self) -> bool: ...


@dataclass(frozen=True)
class Named(HasName, HasBallot):
    ballot: int
    name: str

    @property
    def size(self) -> int:  # type: ignore[override]
        return len(self.name)

    def is_small(self) -> bool:
        return self.size < 3


@dataclass(frozen=True)
class Checked(Numbered):
    """A value with a check in `__post_init__`, a parameter that is not a field, and a default."""

    step: InitVar[int] = 0
    last: int = field(default=0, init=False)

    def __post_init__(self, step: int) -> None:
        object.__setattr__(self, "last", self.ballot + step)


class BelowChecked(Checked):
    pass


@dataclass(frozen=True)
class Middle(Renamed):
    value: str


@dataclass(frozen=True)
class Cached(Numbered):
    @cached_property
    def double(self) -> int:
        return 2 * self.ballot


class BelowCached(Cached):
    @cached_property
    def triple(self) -> int:
        return 3 * self.ballot


@dataclass(frozen=True, slots=True)
class Slim:
    n: int


class BelowSlim(Slim):
    pass


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Slimmer(Slim):
    m: int = 0


@pytest.mark.parametrize(
    ("value", "key"),
    [
        (Renamed(1), (Renamed, (int, 1))),
        (Named(1, "a"), (Named, (int, 1), (str, "a"))),
        (Checked(1, 2), (Checked, (int, 1), (int, 3))),
        (BelowChecked(1, 2), (BelowChecked, (int, 1), (int, 3))),
        (Middle(1, "x"), (Middle, (int, 1), (str, "x"))),
        (Slim(1), (Slim, (int, 1))),
        (BelowSlim(1), (BelowSlim, (int, 1))),
        (Slimmer(1, 2), (Slimmer, (int, 1), (int, 2))),
        (Box[int](1), (Box, (int, 1))),
        (IntBox(1), (IntBox, (int, 1))),
        (Point(1), (Point, (int, 1))),
        (Tight(1), (Tight, (int, 1))),
        (Colour.RED, (Colour, "RED", "1")),
        (Level.LOW, (Level, "LOW", "1")),
        (Kind.ASK, (Kind, "ASK", "'ask'")),
        (Rights.READ | Rights.WRITE, (Rights, "READ|WRITE", "3")),
        (Value("v1"), (Value, "v1")),
    ],
)
def test_a_value_that_holds_only_its_fields_is_supported(value: object, key: Any) -> None:
    assert exact(value) == key


def test_the_result_of_a_cached_property_is_not_part_of_a_value() -> None:
    value = BelowCached(2)
    before = exact(value)
    assert (value.double, value.triple) == (4, 6)
    assert vars(value) == {"ballot": 2, "double": 4, "triple": 6}
    assert exact(value) == before == (BelowCached, (int, 2))
