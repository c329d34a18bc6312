"""The contents of plain data, such as lists, dicts and objects, as texts that can be compared.

A list that user code appends to is the same object before and after a search. Therefore the content
of the list is written out into a text, which never changes. The state of a generator, a file or a
random number generator cannot be written out: such a thing counts as equal to every other thing of
its type.
"""

from __future__ import annotations

import functools
import sys
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from types import (
    BuiltinMethodType,
    FunctionType,
    MappingProxyType,
    MethodType,
    ModuleType,
    NoneType,
    SimpleNamespace,
)
from typing import Any, NamedTuple

from pcheck.blame import is_users
from pcheck.language.kinds import is_frozen_dataclass
from pcheck.language.names import Id, Value
from pcheck.language.values import Map, Set
from pcheck.text import an, counted

MAX_DEPTH = 8  # of data inside data
MAX_PARTS = 10_000  # of one thing; of a larger thing, only the number of items is compared
MAX_TEXT = 40  # columns; a longer content is described by its type and its size
VALUES = NoneType, int, float, complex, str, bytes, bytearray, Id, Value, Enum
SEQUENCES = list, tuple, deque, Set
SETS = set, frozenset
MAPPINGS = dict, Map, MappingProxyType
OnCode = Callable[[Any], None]


class Content(NamedTuple):
    """The content of a thing at one moment."""

    kind: type
    size: int | None  # None for a thing that is not a container
    text: str  # empty for a thing that is too large

    def __str__(self) -> str:
        """Return a short text: `[1]`, `a list of 120 items`, `a Memory`."""
        if self.text and len(self.text) <= MAX_TEXT:
            return self.text
        size = f" of {counted(self.size, 'item')}" if self.size is not None else ""
        return an(self.kind.__name__) + size


def content_of(thing: Any, on_code: OnCode) -> Content:
    """Return the content of a thing. `on_code` gets every function and class inside the thing."""
    text, size = "", None
    if _holds_data(thing):
        on_code(thing)
        thing = thing.__self__  # the list behind its method `append`
    try:
        size = len(thing) if isinstance(thing, (*SEQUENCES, *SETS, *MAPPINGS)) else None
        text = _Writer(on_code).text(thing, MAX_DEPTH)
    except _TooLarge:
        pass
    except Exception:  # of user code inside the thing, such as an `__iter__`
        text = an(type(thing).__name__)
    return Content(type(thing), size, text)


def attributes(thing: object) -> dict[str, Any]:
    """Return the attributes of an object, except those that cached properties add."""
    kind = type(thing)
    found = {
        name: value
        for name, value in getattr(thing, "__dict__", {}).items()
        if not isinstance(getattr(kind, name, None), functools.cached_property)
    }
    for each in kind.__mro__:
        slots = each.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if name not in ("__dict__", "__weakref__") and hasattr(thing, name):
                found[name] = getattr(thing, name)
    return found


def is_users_class(kind: type) -> bool:
    """Return whether a class belongs to the user, and not to pcheck, Python or a package."""
    if kind.__module__ in sys.builtin_module_names:
        return False
    file = getattr(sys.modules.get(kind.__module__), "__file__", None)
    return file is None or is_users(file)


class _TooLarge(Exception):
    """Raised at the limit of parts."""


class _Writer:
    """The writing of one thing, which counts the parts of the thing."""

    def __init__(self, on_code: OnCode) -> None:
        self._on_code = on_code
        self._parts = 0

    def text(self, thing: Any, depth: int) -> str:
        """Return the text of a thing; of what lies deeper than `depth`, only the type."""
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise _TooLarge
        kind = type(thing)
        name = kind.__name__
        if isinstance(thing, VALUES):
            return _value(thing)
        if depth == 0:
            return an(name)
        if isinstance(thing, SEQUENCES):
            return _bracketed(kind, self._all(thing, depth))
        if isinstance(thing, SETS):
            return _bracketed(kind, sorted(self._all(thing, depth)))
        if isinstance(thing, MAPPINGS):
            return _bracketed(kind, self._entries(thing, ": ", depth))
        if _holds_data(thing):
            self._on_code(thing)
            return self.text(thing.__self__, depth - 1)
        if isinstance(thing, (FunctionType, BuiltinMethodType, type, ModuleType)):
            self._on_code(thing)
            return thing.__name__
        if isinstance(thing, functools.partial):
            self._on_code(thing.func)
            return f"{name}{self.text((thing.args, thing.keywords), depth - 1)}"
        if isinstance(thing, SimpleNamespace) or is_frozen_dataclass(kind) or is_users_class(kind):
            self._on_code(kind)
            return f"{name}({', '.join(self._entries(attributes(thing), '=', depth, str))})"
        self._on_code(thing)
        return an(name)

    def _all(self, things: Iterable[Any], depth: int) -> list[str]:
        return [self.text(each, depth - 1) for each in things]

    def _entries(
        self,
        thing: Mapping[Any, Any],
        sign: str,
        depth: int,
        key_text: Callable[[Any], str] | None = None,
    ) -> list[str]:
        written = key_text or (lambda key: self.text(key, depth - 1))
        return [f"{written(key)}{sign}{self.text(each, depth - 1)}" for key, each in thing.items()]


def _holds_data(thing: Any) -> bool:
    """Return whether a thing is a method of some data, and not of a module."""
    if not isinstance(thing, (MethodType, BuiltinMethodType)):
        return False
    return not isinstance(thing.__self__, (NoneType, ModuleType))


def _value(thing: Any) -> str:
    """Return the text of a value without parts, without a call of the user's `__repr__`."""
    if isinstance(thing, Enum):
        return f"{type(thing).__name__}.{thing.name or repr(thing.value)}"
    return str(thing) if isinstance(thing, (Id, Value)) else repr(thing)


def _bracketed(kind: type, texts: list[str]) -> str:
    """Return the text of a container with the texts of its items."""
    inside = ", ".join(texts)
    if kind is tuple:
        return f"({inside}{',' if len(texts) == 1 else ''})"
    if kind is list:
        return f"[{inside}]"
    if kind is dict or (kind is set and texts):
        return f"{{{inside}}}"
    return f"{kind.__name__}({inside})"
