"""Comparison of the values of a log, which may be incomplete, with those of the protocol."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, TypeVar

from pcheck.language.names import Id, Value
from pcheck.language.printing import brief, show
from pcheck.language.values import Map, Set

T = TypeVar("T")
R = TypeVar("R")


def fits(logged: Any, value: Any) -> bool:
    """Return whether what a log says fits a value of the protocol.

    A text fits what pcheck prints so. An object fits if each of its fields does, so it may have
    fewer than the value.
    """
    if isinstance(logged, str):
        if _is_text(value) and logged == value:
            return True
        return logged in (show(value), brief(value))
    if isinstance(logged, Mapping):
        return _fits_fields(logged, value)
    if isinstance(value, Enum):
        return fits(logged, value.value)
    if isinstance(logged, list):
        return _fits_items(logged, value)
    if isinstance(logged, bool) or isinstance(value, bool) or logged is None:
        return logged is value
    return type(value) is type(logged) and bool(logged == value)


def _is_text(value: Any) -> bool:
    """Return whether a value is plain text, which never equals the name of a node or a value."""
    return isinstance(value, str) and not isinstance(value, (Id, Value))


def _fits_fields(logged: Mapping[str, Any], value: Any) -> bool:
    if isinstance(value, Map):
        entries = {show(key): inner for key, inner in value.items()}
        entries |= {str(key): inner for key, inner in value.items() if _is_text(key)}
        return len(logged) == len(value) and all(
            key in entries and fits(inner, entries[key]) for key, inner in logged.items()
        )
    names = names_of(value)
    if names is None:
        return False
    given = dict(logged)
    if "type" not in names and given.pop("type", type(value).__name__) != type(value).__name__:
        return False
    return all(name in names and fits(each, getattr(value, name)) for name, each in given.items())


def names_of(value: Any) -> tuple[str, ...] | None:
    """Return the names of the fields of a value, or None if it has none."""
    if is_dataclass(value):
        return tuple([each.name for each in fields(value)])
    if isinstance(value, tuple):
        return getattr(value, "_fields", None)
    return None


def _fits_items(logged: list[Any], value: Any) -> bool:
    items = getattr(value, "items", value)  # a list of a hosted object holds its items
    if isinstance(items, Set):
        return can_be_matched(logged, list(items), fits)
    if not isinstance(items, tuple) or len(items) != len(logged):
        return False
    return all(fits(each, inner) for each, inner in zip(logged, items))


def can_be_matched(logged: Sequence[T], real: Sequence[R], fit: Callable[[T, R], bool]) -> bool:
    """Return whether each logged thing fits a real one of its own, and none is left."""
    if len(logged) != len(real):
        return False
    fitting = [[at for at, each in enumerate(real) if fit(one, each)] for one in logged]
    owner: dict[int, int] = {}  # of each real thing that is matched so far

    def finds(nth: int, tried: set[int]) -> bool:
        for at in fitting[nth]:
            if at not in tried:
                tried.add(at)
                if at not in owner or finds(owner[at], tried):
                    owner[at] = nth
                    return True
        return False

    return all(finds(nth, set()) for nth in range(len(logged)))


def says_all(logged: Any, value: Any) -> bool:
    """Return whether what a log says, which fits a value, fits no other value."""
    if isinstance(logged, Mapping):
        names = names_of(value)
        if names is None or "type" not in logged:
            return False
        return all(
            name in logged and says_all(logged[name], getattr(value, name)) for name in names
        )
    if isinstance(logged, list):
        items = getattr(value, "items", value)
        return type(items) is tuple and all(map(says_all, logged, items))
    return logged is not None or value is None
