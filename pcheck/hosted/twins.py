"""Twins: frozen dataclasses that have a field for each attribute of the objects of a class."""

from __future__ import annotations

from dataclasses import dataclass, make_dataclass
from functools import cache
from typing import Any, NamedTuple

from pcheck.hosted.classes import is_record
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


class _OrItself(type):
    """The class of a class of twins of a frozen dataclass, whose objects may need no twin."""

    def __instancecheck__(cls, thing: object) -> bool:
        return cls.__subclasscheck__(type(thing))

    def __subclasscheck__(cls, kind: type) -> bool:
        return super().__subclasscheck__(kind) or cls.__frozen_class__ in kind.__mro__  # type: ignore[attr-defined]


@cache
def frozen(kind: type) -> type[Twin]:
    """Return the class of all frozen objects of a class, for `sees=[frozen(Accepted)]`."""
    make: Any = _OrItself if is_record(kind) else type
    content = {"__doc__": kind.__doc__, "__frozen_class__": kind}
    twin: Any = dataclass(frozen=True)(make(kind.__name__, (Twin,), content))
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
