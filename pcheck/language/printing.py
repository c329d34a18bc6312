"""The printer: each value has one text, the same on every machine and with every hash seed.

Labels name the steps in saved traces. Therefore no text may depend on an address, a hash or a
default repr.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import is_dataclass
from enum import Enum
from typing import Any

from pcheck.language.kinds import state_fields
from pcheck.language.names import Group, Id, Value
from pcheck.language.values import Map, Set, order
from pcheck.text import an


def show(value: Any) -> str:
    """Return the text of a value: `Write(page=Page(number=1))`, `{a1, a2}`, `{a1: None}`."""
    return _text(value, named=True)


def brief(value: Any) -> str:
    """Return the text of a value without the names of fields: `Write(Page(1))`."""
    return _text(value, named=False)


def listed(values: Iterable[Any]) -> str:
    """Return the sorted values as a phrase: `a1, a2 and a3`, or `none`."""
    *others, last = [show(value) for value in sorted(values, key=order)] or ["none"]
    return f"{', '.join(others)} and {last}" if others else last


def _text(value: Any, *, named: bool) -> str:
    def text(inner: Any) -> str:
        return _text(inner, named=named)

    if isinstance(value, (Id, Value)):
        return str(value)
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}" if value.name else repr(value)
    if value is None or isinstance(value, (bool, int, float, str, bytes)):
        return repr(value)
    if isinstance(value, Group):
        return f"[{', '.join(value)}]"
    if (own := getattr(type(value), "__pcheck_show__", None)) is not None:
        return str(own(value, text))
    if (fields := _fields(value)) is not None:
        inside = (f"{name}={text(field)}" if named else text(field) for name, field in fields)
        return f"{type(value).__name__}({', '.join(inside)})"
    if isinstance(value, Set):
        return f"{{{', '.join(map(text, value))}}}"
    if isinstance(value, Map):
        return f"{{{', '.join(f'{text(key)}: {text(entry)}' for key, entry in value.items())}}}"
    if isinstance(value, tuple):
        return f"({', '.join(map(text, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, type):
        return value.__name__
    if isinstance(value, (set, frozenset)):
        return f"{type(value).__name__}({{{', '.join(sorted(map(text, value)))}}})"
    if isinstance(value, list):
        return f"[{', '.join(map(text, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{text(key)}: {text(entry)}' for key, entry in value.items())}}}"
    return an(type(value).__name__)  # a default repr contains an address


def _fields(value: Any) -> Iterable[tuple[str, Any]] | None:
    """Return the named fields of a dataclass or NamedTuple, or None for any other value."""
    if isinstance(value, tuple):
        return zip(value._fields, value, strict=True) if hasattr(value, "_fields") else None
    if is_dataclass(value) and not isinstance(value, type):
        return ((name, getattr(value, name)) for name in state_fields(type(value)))
    return None
