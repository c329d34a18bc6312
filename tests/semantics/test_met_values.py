"""The values of one check: classes of one name, and equality that is not that of the fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, make_dataclass
from enum import Enum
from typing import Any, NamedTuple

import pytest

from pcheck import Actor, Group, Id, Map, Set, fixed, group
from pcheck.blame import place_of
from pcheck.language.values import UnsupportedValue
from pcheck.semantics.met_values import MAX_COMPARED, MetValues
from tests.errors import fault


def ack(name: str) -> Any:
    return make_dataclass("Ack", [(name, int)], frozen=True)


Left, Right = ack("left"), ack("right")
SAME_NAME = (
    "Ack(right=1), whose class is not that of Ack(left=1) but has the same name types.Ack; "
    "give each class its own name"
)


def refused(*values: object, met: MetValues | None = None) -> str:
    """Return the error about the last of these values; the others are accepted."""
    met = met or MetValues()
    for value in values[:-1]:
        met.add(value)
    with pytest.raises(UnsupportedValue) as caught:
        met.add(values[-1])
    return str(caught.value)


# Two classes of one name


@pytest.mark.parametrize(
    "wrap",
    [
        lambda value: value,
        lambda value: (0, value),
        lambda value: Set([value]),
        lambda value: frozenset({value}),
        lambda value: Map({value: 1}),
        lambda value: Map({1: value}),
        lambda value: Note(value),
    ],
)
def test_a_second_class_of_one_name_is_refused(wrap: Callable[[object], object]) -> None:
    assert refused(wrap(Left(1)), wrap(Right(1))) == SAME_NAME
    assert refused((wrap(Left(1)), wrap(Right(1)))) == SAME_NAME


def test_a_refused_class_is_refused_again() -> None:
    met = MetValues()
    assert refused(Left(1), Right(1), met=met) == SAME_NAME
    assert refused(Right(1), met=met) == SAME_NAME
    met.add(Left(2))


def test_another_check_may_have_the_other_class() -> None:
    for kind in (Left, Right):
        MetValues().add(kind(1))


def test_enums_and_named_tuples_of_one_name_are_refused() -> None:
    def made(member: str) -> tuple[object, object]:
        class Colour(Enum):
            RED = member

        class Point(NamedTuple):
            x: str

        return Colour.RED, Point(member)

    name = f"{__name__}.{test_enums_and_named_tuples_of_one_name_are_refused.__name__}.<locals>"
    name = f"{name}.made.<locals>"
    for one, other in zip(made("a"), made("b"), strict=True):
        text = refused(one, other)
        assert text.endswith(
            f"but has the same name {name}.{type(one).__name__}; give each class its own name"
        )


def test_the_first_state_of_a_node_counts_also_its_fixed_fields() -> None:
    met = MetValues()
    met.add_first_state(Keeper(me=Id("k1"), held=Left(1)))
    begin = Keeper(me=Id("k2"), other=(Right(1),))
    assert fault(lambda: met.add_first_state(begin)) == (
        f"{place_of(Keeper)}k2 begins with an unsupported value: {SAME_NAME}"
    )


def test_two_roles_may_have_one_name() -> None:
    met = MetValues()
    for _ in range(2):

        @dataclass(frozen=True)
        class Role(Actor):
            n: int = 0

        met.add_first_state(Role())


@dataclass(frozen=True)
class Note:
    content: object


@dataclass(frozen=True)
class Keeper(Actor):
    other: object = fixed(())
    held: object = None


# An equality of its own


@dataclass(frozen=True)
class Finer:
    """A value that equals only itself, by a method that nobody would call identity."""

    n: int

    def __eq__(self, other: object) -> bool:
        return id(self) == id(other)

    __hash__ = object.__hash__


@dataclass(frozen=True)
class FinerHash:
    n: int

    def __hash__(self) -> int:
        return id(self)


@dataclass(frozen=True)
class FinerNe:
    n: int

    def __ne__(self, other: object) -> bool:
        return True


@dataclass(frozen=True)
class Coarser:
    """A value compared only by its ballot; its hash is that of all fields."""

    ballot: int
    value: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Coarser) and self.ballot == other.ballot


@dataclass(frozen=True)
class CoarserHash(Coarser):
    """A value compared only by its ballot, with a hash that agrees."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Coarser) and self.ballot == other.ballot

    def __hash__(self) -> int:
        return hash(self.ballot)


class BelowCoarser(Coarser):
    pass


@dataclass(frozen=True)
class Ignoring:
    ballot: int
    value: str = field(compare=False)


@dataclass(frozen=True)
class Base:
    ballot: int


@dataclass(frozen=True, eq=False)
class Extended(Base):
    value: str


class Pair(NamedTuple):
    ballot: int
    value: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pair) and self[0] == other[0]

    def __hash__(self) -> int:
        return hash(self[0])


class Colour(Enum):
    RED = 1
    PINK = 2

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Colour)

    def __hash__(self) -> int:
        return 1


class Unhashable(NamedTuple):
    ballot: int
    value: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unhashable) and self[0] == other[0]

    __hash__ = None  # type: ignore[misc]


@pytest.mark.parametrize(
    ("make", "text", "method"),
    [
        (Finer, "Finer(n=1), which does not equal another Finer", "__eq__"),
        (FinerHash, "FinerHash(n=1), which does not equal another FinerHash", "__hash__"),
        (FinerNe, "FinerNe(n=1), which does not equal another FinerNe", "__ne__"),
    ],
)
@pytest.mark.parametrize("wrap", [lambda value: value, lambda value: (value,), Note])
def test_a_value_that_differs_from_one_with_the_same_fields_is_refused(
    make: Any, text: str, method: str, wrap: Callable[[object], object]
) -> None:
    whole = f"{text} with the same fields; remove {method} from class {make.__name__}"
    assert refused(wrap(make(1)), make(2), make(1)) == whole
    assert refused((make(1), Note(make(1)))) == whole


@pytest.mark.parametrize(
    ("make", "advice"),
    [
        (Coarser, "remove __eq__ from class Coarser"),
        (CoarserHash, "remove __eq__ from class CoarserHash"),
        (BelowCoarser, "remove __eq__ from class Coarser"),
        (Ignoring, "remove compare=False from class Ignoring"),
        (Extended, "remove eq=False from class Extended"),
        (Pair, "remove __eq__ from class Pair"),
        (Unhashable, "remove __eq__ from class Unhashable"),
    ],
)
def test_a_value_that_equals_one_with_other_fields_is_refused(make: Any, advice: str) -> None:
    name = make.__name__
    assert refused(make(1, "x"), make(2, "x"), Note((make(1, "y"),))) == (
        f"{name}(ballot=1, value='y'), which equals {name}(ballot=1, value='x') although their "
        f"fields differ; {advice}"
    )


def test_a_member_that_equals_another_member_is_refused() -> None:
    assert refused(Colour.RED, Colour.RED, Colour.PINK) == (
        "Colour.PINK, which equals Colour.RED although their fields differ; "
        "remove __eq__ from class Colour"
    )


def test_a_refused_value_is_refused_again() -> None:
    met = MetValues()
    for value in ("y", "y"):
        assert refused(Coarser(1, "x"), Coarser(1, value), met=met).startswith("Coarser(ballot=1")


def test_an_equal_hash_is_noticed_after_any_number_of_values() -> None:
    many = [CoarserHash(ballot, "x") for ballot in range(MAX_COMPARED + 9)]
    last = len(many) - 1
    assert refused(*many, CoarserHash(last, "y")) == (
        f"CoarserHash(ballot={last}, value='y'), which equals CoarserHash(ballot={last}, "
        "value='x') although their fields differ; remove __eq__ from class CoarserHash"
    )


@dataclass(frozen=True)
class Honest:
    """A value whose own equality is that of its type and fields."""

    n: object

    def __eq__(self, other: object) -> bool:
        return type(other) is Honest and self.n == other.n

    def __hash__(self) -> int:
        return 7


@dataclass(frozen=True)
class Sized:
    n: int

    def __hash__(self) -> int:
        return 3


def test_an_own_equality_that_agrees_with_the_fields_is_accepted() -> None:
    met = MetValues()
    for n in (1, 2, True, 1.0, 1, "1", Id("a1")):
        met.add((Honest(n), Note(Honest(n)), Sized(1), Sized(2), Sized(1)))
    assert met.has_own_equality


def test_values_that_python_calls_equal_are_accepted() -> None:
    met = MetValues()
    for value in (Note(1), Note(True), Note(1.0), (1,), (True,), group("a", 2), Group("a", ())):
        met.add(value)
    assert not met.has_own_equality


class Unknown:
    """A class that only the states of a Model may hold."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unknown)

    def __hash__(self) -> int:
        return 1


class ById:
    pass


def test_a_model_may_hold_other_values_that_are_not_compared_by_identity() -> None:
    met = MetValues()
    met.add((1j, Unknown(), range(3), len, ById, object, frozenset({Unknown()}), Note(3j)))
    text = "a ById, which equals only itself; make ById a frozen dataclass"
    assert refused(ById(), met=met) == text
    assert refused((frozenset({ById()}),), met=met) == text


def test_a_method_from_a_text_is_not_taken_for_a_generated_one() -> None:
    source = "def __eq__(self, other): return self is other"
    names: dict[str, Any] = {}
    exec(source, names)
    body = {"__annotations__": {"n": int}, "__eq__": names["__eq__"]}
    typed: Any = dataclass(frozen=True)(type("Typed", (), body))
    assert refused(typed(1), typed(1)) == (
        "Typed(n=1), which does not equal another Typed with the same fields; "
        "remove __eq__ from class Typed"
    )
