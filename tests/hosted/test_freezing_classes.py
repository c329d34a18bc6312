"""Freezing objects of each kind of class: slots, dataclasses, containers, inherited attributes."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar

import pytest

from pcheck.hosted.freezing import Freezer
from pcheck.hosted.twins import frozen
from pcheck.language.printing import show
from pcheck.language.values import order
from tests.hosted.copies import Box, copied, form_of, refusal

T = TypeVar("T")


class Slotted:
    __slots__ = ("__c", "a", "b")

    def __init__(self) -> None:
        self.a, self.__c = [1], 3

    def private(self) -> int:
        return self.__c


class SlottedAndOpen(Slotted):
    pass


class Empty:
    __slots__ = ()


def test_slots_and_names_with_two_underscores_are_made_again() -> None:
    copy = copied(Slotted())
    assert (copy.a, hasattr(copy, "b"), copy.private()) == ([1], False, 3)
    thing = SlottedAndOpen()
    thing.more = [thing.a]  # type: ignore[attr-defined]
    copy = copied(thing)
    assert (copy.more, copy.more[0] is copy.a, copy.private()) == ([[1]], True, 3)
    assert type(copied([Empty()])[0]) is Empty


class Private:
    def __init__(self) -> None:
        self.__hidden = [1]

    def hidden(self) -> list[int]:
        return self.__hidden


def test_a_private_attribute_is_made_again() -> None:
    copy = copied(Private())
    assert (vars(copy), copy.hidden()) == ({"_Private__hidden": [1]}, [1])


class Items(list[Any]):
    pass


class Table(dict[Any, Any]):
    def __setitem__(self, key: Any, value: Any) -> None:
        raise RuntimeError("entries are not to be set")


class Group(set[Any]):
    pass


class Window(deque[Any]):
    __slots__ = ("name",)


class Defaults(defaultdict[Any, Any]):
    pass


class Ordered(OrderedDict[Any, Any]):
    pass


@pytest.mark.parametrize(
    "thing",
    [
        Items([1, [2]]),
        Table({"x": [1], "a": 2}),
        Group({1, "x"}),
        Window([1, 2], 2),
        Defaults(list, {"x": [1]}),
        Ordered([("b", 1), ("a", 2)]),
        Counter("aab"),
    ],
    ids=lambda thing: type(thing).__name__,
)
def test_a_container_with_attributes_is_made_again(thing: Any) -> None:
    thing.name = [thing]
    copy = copied(thing)
    assert (type(copy), repr(list(copy)), copy.name[0] is copy) == (
        type(thing),
        repr(list(thing)),
        True,
    )
    assert getattr(copy, "maxlen", 0) == getattr(thing, "maxlen", 0)
    assert getattr(copy, "default_factory", 0) == getattr(thing, "default_factory", 0)


@dataclass(frozen=True)
class Vote:
    ballot: int
    value: Any = None


@dataclass(frozen=True)
class Cached:
    n: int

    @cached_property
    def log(self) -> list[int]:
        return [self.n]


@dataclass(frozen=True)
class Sneaky:
    n: int

    def add(self) -> None:
        object.__setattr__(self, "n", self.n + 1)


@dataclass
class Mutable:
    n: int = 0
    items: list[int] = field(default_factory=list)


@dataclass(slots=True)
class MutableSlots:
    n: int = 0
    items: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FrozenSlots:
    items: list[int]


@pytest.mark.parametrize(
    "thing",
    [Mutable(1, [2]), MutableSlots(1, [2]), FrozenSlots([1]), Vote(1, [2]), Cached(1), Sneaky(1)],
    ids=lambda thing: type(thing).__name__,
)
def test_a_dataclass_that_can_change_is_made_again(thing: Any) -> None:
    copy = copied([thing])[0]
    assert (type(copy), copy, repr(copy), copy is thing) == (type(thing), thing, repr(thing), False)


def test_a_frozen_dataclass_that_cannot_change_is_its_own_form() -> None:
    vote = Vote(1, (Vote(2), "x"))
    assert Freezer().freeze([vote]).items[0] is vote
    assert copied({vote, Vote(2)}) == {vote, Vote(2)}


def test_what_a_frozen_dataclass_keeps_besides_its_fields_is_not_shared() -> None:
    thing = Cached(1)
    copy = copied(thing)
    copy.log.append(2)
    again = copied(copy)
    again.log.append(3)
    sneaky = Sneaky(1)
    copied(sneaky).add()
    assert (thing.log, copy.log, again.log, sneaky) == ([1], [1, 2], [1, 2, 3], Sneaky(1))


def test_a_frozen_dataclass_without_one_of_its_fields_is_made_again() -> None:
    thing = object.__new__(Vote)
    vars(thing)["ballot"] = 3
    assert vars(copied(thing)) == {"ballot": 3}


class Lazy:
    def __init__(self) -> None:
        self.n = 1

    @cached_property
    def doubled(self) -> list[int]:
        return [2 * self.n]


def test_a_cached_property_is_an_attribute_once_it_was_read() -> None:
    thing = Lazy()
    before = copied(thing)
    thing.doubled.append(0)
    copy = copied(thing)
    assert (before.doubled, copy.doubled, vars(copy)) == ([2], [2, 0], {"n": 1, "doubled": [2, 0]})


class Proposer:
    leader = False
    ballot = 0
    kinds: ClassVar[list[str]] = ["a"]

    def lead(self) -> None:
        self.leader, self.ballot = True, 1


def test_a_property_reads_an_attribute_that_the_object_inherits() -> None:
    form = Freezer().freeze(Proposer())
    assert (show(form), isinstance(form, frozen(Proposer))) == (
        "Proposer(ballot=0, leader=False)",
        True,
    )
    assert vars(copied(Proposer())) == {}
    assert show(Freezer(skip=["Proposer.ballot"]).freeze(Proposer())) == "Proposer(leader=False)"
    assert show(Freezer().freeze(Counting())) == "Counting(n=0)"


class Counting:
    n = 0
    made = 0

    def __init__(self) -> None:
        type(self).made += 1

    def add(self) -> None:
        self.n += 1


def test_an_attribute_that_equals_that_of_the_class_stays_an_attribute() -> None:
    thing = Proposer()
    thing.leader = False
    copy = copied(thing)
    assert (vars(copy), form_of(thing) == form_of(Proposer())) == ({"leader": False}, False)
    del copy.leader
    with pytest.raises(AttributeError):
        del copy.leader


def test_a_class_that_changes_an_attribute_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    copied(Proposer())
    monkeypatch.setattr(Proposer, "ballot", 5)
    text = "a Proposer, whose class has changed its attribute ballot from 0 to 5"
    assert refusal([Proposer()]) == f"it[0]: {text}"
    own = Proposer()
    own.ballot = own.leader = 1  # type: ignore[assignment]
    assert vars(copied(own)) == {"leader": 1, "ballot": 1}
    assert vars(copied(Proposer(), kept=[(Proposer, "ballot")])) == {}


class Overriding(Proposer):
    @property
    def ballot(self) -> int:  # type: ignore[override]
        raise RuntimeError("the property is not to be read")


def test_a_property_that_overrides_an_attribute_is_not_read() -> None:
    assert show(Freezer().freeze(Overriding())) == "Overriding(leader=False)"
    assert vars(copied(Overriding())) == {}


def test_a_deleted_attribute_stays_deleted() -> None:
    thing = Box(a=1, b=2)
    del thing.a
    assert vars(copied(thing)) == {"b": 2}


class Boxed(Generic[T]):
    def __init__(self, content: T) -> None:
        self.content = content


def test_attributes_with_names_of_python_are_made_again() -> None:
    generic = copied(Boxed[int](1))
    assert (generic.content, generic.__orig_class__) == (1, Boxed[int])
    names = {"__wrapped__": len, "__module__": "m", "__qualname__": "q", "__doc__": "d", "mro": 1}
    assert vars(copied(Box(**names, n=2))) == {**names, "n": 2}
    assert refusal(Box(__slots__=1)) == "it: a Box with an attribute named '__slots__'"


def local_class(n: int) -> Any:
    class Local:
        def __init__(self) -> None:
            self.n = n

    return Local


def test_two_classes_of_one_name_have_two_kinds_of_twins() -> None:
    one, other = local_class(1), local_class(2)
    forms = [Freezer().freeze(each()) for each in (one, other)]
    assert type(forms[0]) is not type(forms[1])
    assert order(forms[0]) != order(forms[1])
    assert [type(each) for each in copied([one(), other()])] == [one, other]
