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
from collections.abc import Hashable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from pcheck.language.names import Id, Value, natural
from pcheck.text import an

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")

ATOMS = frozenset({type(None), bool, int, str, bytes})
ADVICE: dict[type, str] = {
    list: "use a tuple",
    set: "use Set",
    frozenset: "use Set",
    dict: "use Map",
    bytearray: "use bytes",
}
FIXED = "pcheck: fixed"  # metadata key of a field that is not part of the state


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
        by_key = {exact(member): member for member in members}
        self._members = tuple(sorted(by_key.values(), key=order))
        self.exact = (Set, frozenset(by_key))

    def plus(self, *members: T) -> Set[T]:
        """Return a copy of the set with these members added."""
        return Set((*self._members, *members))

    def without(self, *members: T) -> Set[T]:
        """Return a copy of the set without these members."""
        gone = {exact(member) for member in members}
        return Set(member for member in self._members if exact(member) not in gone)

    def __contains__(self, member: object) -> bool:
        return exact(member) in self.exact[1]

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
        self._entries: dict[Hashable, tuple[K, V]] = dict(
            sorted(by_key.items(), key=lambda entry: order(entry[1][0]))
        )
        self.exact = (Map, frozenset((key, exact(value)) for key, (_, value) in by_key.items()))

    def but(self, key: K, value: V) -> Map[K, V]:
        """Return a copy of the map in which the key has this value."""
        return Map([*self.items(), (key, value)])

    def without(self, *keys: K) -> Map[K, V]:
        """Return a copy of the map without these keys."""
        gone = {exact(key) for key in keys}
        return Map([(key, value) for key, value in self.items() if exact(key) not in gone])

    def __getitem__(self, key: K) -> V:
        at = exact(key)
        if at not in self._entries:
            raise KeyError(key)
        return self._entries[at][1]

    def __iter__(self) -> Iterator[K]:
        return (key for key, _ in self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Map) and self.exact == other.exact

    def __hash__(self) -> int:
        return hash(self.exact)

    def __repr__(self) -> str:
        entries = ", ".join(f"{key!r}: {value!r}" for key, value in self.items())
        return f"Map({{{entries}}})" if entries else "Map()"


def exact(value: Any) -> Hashable:
    """Return a hashable key; two values have equal keys exactly if all their types and parts agree.

    Fixed fields of a dataclass are ignored. Raise UnsupportedValue if no state or message may hold
    the value.
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
    if isinstance(value, Enum):
        return kind, *_member(value)
    if isinstance(value, tuple):
        return kind, *(_exact_part(f"[{i}]", part) for i, part in enumerate(value))
    if is_frozen_dataclass(kind):
        return kind, *(_exact_part(name, getattr(value, name)) for name in state_fields(kind))
    raise UnsupportedValue(_unsupported(value))


def _exact_part(name: str, part: object) -> Hashable:
    try:
        return exact(part)
    except UnsupportedValue as error:
        raise error.inside(name) from None


def _number(value: float) -> float:
    if math.isnan(value):
        raise UnsupportedValue("NaN, which does not equal itself; use None")
    return value


def _unsupported(value: object) -> str:
    """Return the kind of an unsupported value and the kind to use instead."""
    kind = type(value)
    if is_dataclass(value) and not isinstance(value, type):
        name = kind.__name__
        return f"{an(name)}, which is mutable; write @dataclass(frozen=True) above class {name}"
    advice = next((text for old, text in ADVICE.items() if isinstance(value, old)), None)
    return f"{an(kind.__name__)}; {advice or 'use a frozen dataclass, a tuple, a Set or a Map'}"


def is_frozen_dataclass(kind: type) -> bool:
    parameters = getattr(kind, "__dataclass_params__", None)
    return parameters is not None and bool(parameters.frozen)


def state_fields(kind: type) -> tuple[str, ...]:
    """Return the names of the fields that are part of the state: all but the fixed ones."""
    return _state_fields(kind)


@cache
def _state_fields(kind: Hashable) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind) if FIXED not in f.metadata)  # type: ignore[arg-type]


def order(value: Any) -> tuple[Any, ...]:
    """Return a sort key for any value, the same on every machine and with every hash seed.

    Two values have the same sort key only if `exact` gives them the same key. Otherwise one inbox,
    which is kept in this order, could have two representations.
    """
    kind = type(value)
    if value is None:
        return (0,)
    if kind in (bool, int, float):
        return 1, value, kind.__name__, repr(value)
    if isinstance(value, str) and not isinstance(value, Enum):
        return 2, natural(value), str(value), kind.__name__
    if kind is bytes:
        return 3, value
    if isinstance(value, Enum):
        return 4, *_family(kind), *_member(value)
    if isinstance(value, (Set, tuple)):
        return 5, *_family(kind), *(order(part) for part in value)
    if isinstance(value, Map):
        return 6, *(part for entry in value.items() for part in map(order, entry))
    if not is_frozen_dataclass(kind):
        raise UnsupportedValue(_unsupported(value))
    return 7, *_family(kind), *(order(getattr(value, name)) for name in state_fields(kind))


def _member(value: Enum) -> tuple[str, str]:
    """Return the name and the value of an enum member; a combination of flags may have no name."""
    return str(value.name), repr(value.value)


def _family(kind: type) -> tuple[str, str]:
    return kind.__qualname__, kind.__module__
