"""Twins: frozen dataclasses that have a field for each attribute of the objects of a class."""

from __future__ import annotations

from dataclasses import dataclass, make_dataclass
from functools import cache
from typing import Any, NamedTuple

from pcheck.hosted.forms import Twin

Names = tuple[str, ...]
CONTENT = "content_"  # the field for the items of an object whose class extends a container


class Original(NamedTuple):
    """The objects for which the twins of a class stand."""

    kind: type
    own: Names  # the attributes that each object has itself, in the order of its `__dict__`
    has_content: bool


_ORIGINALS: dict[type, Original] = {}
_NUMBERS: dict[tuple[str, str], int] = {}  # how many classes have this module and name


@cache
def frozen(kind: type) -> type[Twin]:
    """Return the class of all twins of a class, for `sees=[frozen(Accepted)]`."""
    twin: Any = dataclass(frozen=True)(type(kind.__name__, (Twin,), {"__doc__": kind.__doc__}))
    name = kind.__module__, kind.__qualname__
    nth = _NUMBERS[name] = _NUMBERS.get(name, 0) + 1
    twin.__module__ = f"frozen.{kind.__module__}" + (f" (class {nth})" if nth > 1 else "")
    twin.__qualname__ = kind.__qualname__
    return twin  # type: ignore[no-any-return]


@cache
def twin_class(
    kind: type, own: Names, inherited: Names = (), has_content: bool = False
) -> type[Twin]:
    """Return the class of the twins of those objects that have exactly these attributes.

    A property can also read an attribute that the object inherits from its class. No two classes
    of twins have the same module and name, since values are sorted by both.
    """
    base = frozen(kind)
    names = [*sorted({*own, *inherited}), *([CONTENT] if has_content else [])]
    fields = [(name, Any) for name in names]
    twin: Any = make_dataclass(kind.__name__, fields, bases=(base,), frozen=True, kw_only=True)
    also = f"; inherited {', '.join(inherited)}" if inherited else ""
    twin.__module__ = f"{base.__module__}({', '.join(own)}{also})"
    twin.__qualname__ = kind.__qualname__
    _ORIGINALS[twin] = Original(kind, own, has_content)
    return twin  # type: ignore[no-any-return]


def original_of(twin: type) -> Original:
    """Return the class and the attributes of the objects for which the twins of a class stand."""
    return _ORIGINALS[twin]
