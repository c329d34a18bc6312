"""The messages of random protocols: each holds a name and a value, more or less deep inside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from pcheck.language.names import Id, Value
from pcheck.language.values import Map, Set


@dataclass(frozen=True)
class Page:
    """A part of a message or of a local state, with a name inside a tuple."""

    names: tuple[Id | None, ...] = (None,)


@dataclass(frozen=True)
class A:
    name: Id | None
    value: Value | None


@dataclass(frozen=True)
class B:
    pages: Map[Value | None, Page]


@dataclass(frozen=True)
class C:
    names: Set[Id]
    values: tuple[Value, ...]


KINDS = (A, B, C)


class Content(NamedTuple):
    """The content of a message, whatever its kind."""

    name: Id | None = None
    value: Value | None = None


def packed(kind: int, name: Id | None, value: Value | None) -> A | B | C:
    """Return a message of the nth kind with this content."""
    if kind == 0:
        return A(name, value)
    if kind == 1:
        return B(Map({value: Page((name,))}))
    return C(Set([name] if name is not None else []), (value,) if value is not None else ())


def content(message: object) -> Content:
    """Return the content of a message."""
    if isinstance(message, A):
        return Content(message.name, message.value)
    if isinstance(message, B):
        ((value, page),) = message.pages.items()
        return Content(page.names[0], value)
    if isinstance(message, C):
        return Content(next(iter(message.names), None), next(iter(message.values), None))
    raise TypeError(f"not a message of these protocols: {message}")
