"""The values that states and messages may hold, with exact equality and a fixed order.

A search explores each state once, so a search is only as sound as the equality of states. Python's
own equality is too coarse: `1 == True == 1.0`, and two NamedTuples of different classes can be
equal. Moreover, the order in which a raw set iterates depends on the hash seed, and no single run
of the tests can notice that. Therefore states and messages may hold only values whose equality
compares types at every level and whose order is fixed: None, bool, int, float, str, bytes, enum
members, tuples, frozen dataclasses, Id, Value, Group, Set and Map.
"""

from __future__ import annotations

import math
from bisect import insort
from collections.abc import Container, Hashable, ItemsView, Iterable, Iterator, Mapping, ValuesView
from collections.abc import Set as AbstractSet
from enum import Enum
from typing import Any, TypeVar

from pcheck.language.kinds import FACTS, Category, Facts, hidden_attribute
from pcheck.language.names import Id, Value, natural, plain_text
from pcheck.text import an

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")

ATOMS = frozenset({type(None), bool, int, str, bytes})


class UnsupportedValue(Exception):
    """Raised for a value that no state or message may hold; the text names the value to use."""

    def __init__(self, what: str, where: str = "") -> None:
        super().__init__(f"{where} is {what}" if where else what)
        self.what, self.where = what, where

    def inside(self, name: str) -> UnsupportedValue:
        """Return the error for a container that holds the value in the part called `name`."""
        dot = "." if self.where and not self.where.startswith("[") else ""
        return UnsupportedValue(self.what, f"{name}{dot}{self.where}")


class Set(AbstractSet[T]):
    """An immutable set that iterates in sorted order and distinguishes 1, True and 1.0."""

    __slots__ = ("_members", "exact")

    def __init__(self, members: Iterable[T] = ()) -> None:
        if isinstance(members, str):
            raise TypeError(f"Set() needs members, got the text {members!s}; write Set([...])")
        by_key = {exact(member): member for member in members}
        self._members = tuple(sorted(by_key.values(), key=order))
        self.exact = (Set, frozenset(by_key))

    def plus(self, *members: T) -> Set[T]:
        """Return a copy of the set with these members added."""
        new = {exact(member): member for member in members}
        larger, found = Set.__new__(Set), list(self._members)
        for key, member in new.items():
            if key not in self.exact[1]:
                insort(found, member, key=order)
        larger._members, larger.exact = tuple(found), (Set, self.exact[1].union(new))
        return larger

    def without(self, *members: T) -> Set[T]:
        """Return a copy of the set without these members."""
        gone = {_key_among(self.exact[1], member) for member in members}
        return Set(member for member in self._members if exact(member) not in gone)

    def __contains__(self, member: object) -> bool:
        known = self.exact[1]
        return exact(member) in known or _key_among(known, member) in known

    def __iter__(self) -> Iterator[T]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Set) and self.exact == other.exact

    def __hash__(self) -> int:
        return hash(self.exact)

    def __repr__(self) -> str:
        return f"Set({list(self._members)!r})" if self._members else "Set()"


class Map(Mapping[K, V]):
    """An immutable map that iterates in the sorted order of its keys."""

    __slots__ = ("_entries", "exact")

    def __init__(self, entries: Mapping[K, V] | Iterable[tuple[K, V]] = ()) -> None:
        pairs = list(entries.items() if isinstance(entries, Mapping) else entries)
        by_key: dict[Hashable, tuple[K, V]] = {exact(key): (key, value) for key, value in pairs}
        self._entries = dict(sorted(by_key.items(), key=_order_of_key))
        self.exact = (Map, frozenset((key, exact(value)) for key, (_, value) in by_key.items()))

    def but(self, key: K, value: V) -> Map[K, V]:
        """Return a copy of the map in which the key has this value."""
        at = exact(key)
        before, others = self._entries.get(at), self.exact[1]
        changed = Map.__new__(Map)
        changed._entries = {**self._entries, at: (key, value)}  # a known key stays in its place
        if before is not None:
            others = others - {(at, exact(before[1]))}
        elif others:
            insort(entries := list(self._entries.items()), (at, (key, value)), key=_order_of_key)
            changed._entries = dict(entries)
        changed.exact = (Map, others | {(at, exact(value))})
        return changed

    def without(self, *keys: K) -> Map[K, V]:
        """Return a copy of the map without these keys."""
        gone = {_key_among(self._entries, key) for key in keys}
        return Map([(key, value) for key, value in self.items() if exact(key) not in gone])

    def __getitem__(self, key: K) -> V:
        entry = self._entries.get(exact(key)) or self._entries.get(_key_among(self._entries, key))
        if entry is None:
            raise KeyError(key)
        return entry[1]

    def __contains__(self, key: object) -> bool:
        return exact(key) in self._entries or _key_among(self._entries, key) in self._entries

    def items(self) -> ItemsView[K, V]:
        """Return the keys with their values."""
        return _Items(self)

    def values(self) -> ValuesView[V]:
        """Return the values, in the order of their keys."""
        return _Values(self)

    def __iter__(self) -> Iterator[K]:
        return iter([key for key, _ in self._entries.values()])

    def __len__(self) -> int:
        return len(self._entries)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Map) and self.exact == other.exact

    def __hash__(self) -> int:
        return hash(self.exact)

    def __repr__(self) -> str:
        entries = ", ".join(f"{key!r}: {value!r}" for key, value in self.items())
        return f"Map({{{entries}}})" if entries else "Map()"


def _order_of_key(entry: tuple[Hashable, tuple[Any, Any]]) -> tuple[Any, ...]:
    return order(entry[1][0])


class _Items(ItemsView[K, V]):
    """The entries of a map, which are read without a search for each key."""

    def __iter__(self) -> Iterator[tuple[K, V]]:
        entries: dict[Hashable, tuple[K, V]] = self._mapping._entries  # type: ignore[attr-defined]
        return iter(entries.values())


class _Values(ValuesView[V]):
    """The values of a map, which are read without a search for each key."""

    def __iter__(self) -> Iterator[V]:
        return iter([value for _, value in self._mapping._entries.values()])  # type: ignore[attr-defined]


def _key_among(known: Container[Hashable], value: object) -> Hashable:
    """Return the exact key of a value that is to be found among the known keys.

    Raise TypeError if the value is a name and a known key plain text that is the same, or the other
    way round.
    """
    key = exact(value)
    if key not in known:
        if type(value) is str:
            for kind in (Id, Value):
                if (kind, value) in known:
                    raise TypeError(plain_text(kind(value)))
        elif isinstance(value, (Id, Value)) and (str, str(value)) in known:
            raise TypeError(plain_text(value))
    return key


def exact(value: Any) -> Hashable:
    """Return a hashable key; two values have equal keys exactly if all their types and parts agree.

    Raise UnsupportedValue if no state or message may hold the value.
    """
    kind = type(value)
    if kind in ATOMS:
        return kind, value
    if kind is Id or kind is Value:
        return kind, str(value)
    if kind is Set or kind is Map:
        return value.exact  # type: ignore[no-any-return]
    if kind is float:
        return kind, _number(value).hex()
    facts = FACTS[kind]
    if facts.fixed:
        raise UnsupportedValue(
            f"{an(kind.__name__)} with the fixed field {facts.fixed[0]}; use fixed() only in actors"
        )
    return _exact(value, facts)


def exact_state(actor: Any) -> Hashable:
    """Return the exact key of the state of an actor: all its fields except the fixed ones.

    Raise UnsupportedValue if no state may hold the value of one of the fields.
    """
    return _exact(actor, FACTS[type(actor)])


def _exact(value: Any, facts: Facts) -> Hashable:
    if facts.category is Category.MEMBER:
        return type(value), *_member(value)
    check_supported(value, facts)
    key: list[Any] = [type(value)]
    try:
        for part in parts_of(value, facts):
            kind = type(part)
            if kind in ATOMS:  # as `exact` does, without a call
                key.append((kind, part))
            elif kind is Id or kind is Value:
                key.append((kind, str(part)))
            else:
                key.append(exact(part))
    except UnsupportedValue as error:
        at = len(key) - 1
        raise error.inside(facts.fields[at] if facts.fields else f"[{at}]") from None
    return tuple(key)


def check_supported(value: object, facts: Facts) -> None:
    """Raise UnsupportedValue for a wrong class or an attribute that is not a field.

    The parts of the value are not checked.
    """
    known = facts.attributes
    if known is not None and not value.__dict__.keys() <= known:
        raise UnsupportedValue(hidden_attribute(value, known) or "")
    if facts.fault is not None:
        raise UnsupportedValue(facts.fault)


def parts_of(value: Any, facts: Facts) -> Iterable[Any]:
    """Return the items of a tuple, or the fields of a dataclass that are part of the state."""
    if facts.category is Category.TUPLE:
        return tuple.__iter__(value)
    return facts.read(value)


def _number(value: float) -> float:
    if math.isnan(value):
        raise UnsupportedValue("NaN, which does not equal itself; use None")
    return value


def order(value: Any) -> tuple[Any, ...]:
    """Return a sort key for any value, the same on every machine and with every hash seed.

    Two values have the same sort key only if `exact` gives them the same key. Otherwise one inbox,
    which is kept in this order, could have two representations.
    """
    kind = type(value)
    if isinstance(value, str) and not isinstance(value, Enum):  # first: most values are names
        return 2, natural(value), str(value), kind.__name__
    if value is None:
        return (0,)
    if kind in (bool, int, float):
        return 1, value, kind.__name__, repr(value)
    if kind is bytes:
        return 3, value
    if isinstance(value, Enum):
        return 4, *family(kind), *_member(value)
    facts = FACTS[kind]
    if facts.category is Category.RECORD:
        return 7, *family(kind), *map(order, facts.read(value))
    if isinstance(value, (Set, tuple)):
        return 5, *family(kind), *map(order, value)
    if isinstance(value, Map):
        return 6, *(part for entry in value.items() for part in map(order, entry))
    raise UnsupportedValue(facts.fault or "")


def _member(value: Enum) -> tuple[str, str]:
    """Return the name and the value of an enum member; a combination of flags may have no name."""
    return str(value.name), repr(value.value)


def family(kind: type) -> tuple[str, str]:
    """Return the name of a class; two classes with one name would tie in the order of values."""
    return kind.__qualname__, kind.__module__
