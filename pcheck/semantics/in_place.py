"""Values that user code must not change in place, compared with what they held at first.

Handlers are called very often, and a new exact key of each argument would take longer than the
call. If every attribute still is the same object, and so in every value inside, nothing changed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from copy import copy
from operator import attrgetter, is_
from typing import Any, TypeVar

from pcheck.language.kinds import FACTS, Category, Reader
from pcheck.language.values import ATOMS, Map, Set, UnsupportedValue, parts_of
from pcheck.semantics.met_values import LEAVES

T = TypeVar("T")
READ_EXACT: Reader = attrgetter("exact", "exact")  # of a Set or Map, which holds its exact key
READ_MEMBER: Reader = attrgetter("_name_", "_value_")  # of a member of an enum


class Held:
    """A value with all values inside it, as they were at first. `twin` is a copy of the value."""

    def __init__(self, value: Any, key: Hashable, key_of: Callable[[Any], Hashable]) -> None:
        """Note what a value with this exact key holds; `key_of` computes the key."""
        self.twin = _twin(value)
        self._value, self._key, self._key_of = value, key, key_of
        self._is_certain = True  # whether each value inside is one whose changes are noticed
        # for each value with attributes how to read them, what they held, and how many there were
        self._all: list[tuple[Any, type, Reader, tuple[Any, ...], int | None]] = []
        self._add(value)

    def is_changed(self) -> bool:
        """Return whether the value was changed in place, or holds what no value may hold."""
        try:
            return self._key_of(self._value) != self._key
        except UnsupportedValue:
            return True

    def surely_unchanged(self) -> bool:
        """Return True if nothing was changed in place. False means that something may have been."""
        for value, kind, read, held, size in self._all:
            if type(value) is not kind or (size is not None and len(value.__dict__) != size):
                return False
            try:
                if not all(map(is_, read(value), held)):
                    return False
            except AttributeError:  # an attribute was deleted
                return False
        return self._is_certain

    def _add(self, value: Any) -> None:
        kind = type(value)
        if kind in LEAVES:
            return
        if kind is Set or kind is Map:
            self._all.append((value, kind, READ_EXACT, READ_EXACT(value), None))
            return
        facts = FACTS[kind]
        if facts.category is Category.RECORD:
            size = len(value.__dict__) if facts.attributes is not None else None
            self._all.append((value, kind, facts.read, facts.read(value), size))
        elif facts.category is Category.MEMBER and type(value.value) in ATOMS:
            self._all.append((value, kind, READ_MEMBER, READ_MEMBER(value), None))
            return
        elif facts.category is not Category.TUPLE:
            self._is_certain = False
            return
        for part in parts_of(value, facts):
            self._add(part)


def _twin(thing: T) -> T:
    """Return a copy of an actor or a message; `copy` itself takes longer than most handlers."""
    if not hasattr(thing, "__dict__") or hasattr(type(thing), "__slots__"):
        return copy(thing)
    twin = object.__new__(type(thing))
    vars(twin).update(vars(thing))
    return twin
