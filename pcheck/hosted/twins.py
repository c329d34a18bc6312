"""Twins: frozen dataclasses that have a field for each attribute of the objects of a class."""

from __future__ import annotations

from dataclasses import dataclass, make_dataclass
from functools import cache
from typing import Any

from pcheck.hosted.forms import Twin

Names = tuple[str, ...]
CONTENT = "content_"  # the field for the items of an object whose class extends a container
_CLASSES: dict[type, type] = {}  # the class of the objects, for each twin class


@cache
def frozen(kind: type) -> type[Twin]:
    """Return the class of all twins of a class, for `sees=[frozen(Accepted)]`."""
    twin: Any = dataclass(frozen=True)(type(kind.__name__, (Twin,), {"__doc__": kind.__doc__}))
    twin.__module__, twin.__qualname__ = f"frozen.{kind.__module__}", kind.__qualname__
    return twin  # type: ignore[no-any-return]


@cache
def twin_class(kind: type, names: Names) -> type[Twin]:
    """Return the class of the twins of those objects that have exactly these attributes.

    No two classes have the same module and name, since values are sorted by both.
    """
    base = frozen(kind)
    fields = [(name, Any) for name in names]
    twin = make_dataclass(kind.__name__, fields, bases=(base,), frozen=True)
    twin.__module__ = f"{base.__module__}({', '.join(names)})"
    twin.__qualname__ = kind.__qualname__
    _CLASSES[twin] = kind
    return twin


def class_behind(twin: type) -> type:
    """Return the class of the objects for which the twins of a class stand."""
    return _CLASSES[twin]
