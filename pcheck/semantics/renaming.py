"""Renamings of nodes and values, and the shape of a thing, which renamings do not change.

`Id` and `Value` are types of their own. Therefore a renaming finds every name and nothing else.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Mapping
from enum import Enum
from typing import Any, TypeVar

from pcheck.language.kinds import state_fields
from pcheck.language.names import Group, Id, Value, natural
from pcheck.language.values import ATOMS, Map, Set

T = TypeVar("T")
Names = Mapping[Id | Value, Id | Value]


def renamed(thing: Any, names: Names) -> Any:
    """Return the thing with all names replaced; the nodes of a group are sorted again."""
    kind = type(thing)
    if kind in ATOMS or kind is float or isinstance(thing, Enum):
        return thing
    if kind is Id or kind is Value:
        return names.get(thing, thing)
    if kind is Group:
        ids = (names.get(node, node) for node in thing.ids)
        return Group(thing.name, tuple(sorted(ids, key=natural)))
    if kind is Set:
        return Set(renamed(member, names) for member in thing)
    if kind is Map:
        return Map([(renamed(key, names), renamed(held, names)) for key, held in thing.items()])
    if isinstance(thing, tuple):
        parts = [renamed(part, names) for part in thing]
        return kind(*parts) if hasattr(thing, "_fields") else kind(parts)
    return replace_fields(thing, renamed_fields(thing, names))


def renamed_fields(thing: Any, names: Names) -> dict[str, Any]:
    """Return the renamed values of the fields that are part of the state of a dataclass."""
    return {name: renamed(getattr(thing, name), names) for name in state_fields(type(thing))}


def replace_fields(thing: T, changes: Mapping[str, Any]) -> T:
    """Return a copy of a dataclass with some fields changed, without a call of its `__init__`."""
    twin = object.__new__(type(thing))
    for field in dataclasses.fields(thing):  # type: ignore[arg-type]
        value = changes[field.name] if field.name in changes else getattr(thing, field.name)
        object.__setattr__(twin, field.name, value)
    return twin


def shape(thing: Any, me: Id | Value, blocks: Mapping[Id | Value, int]) -> Hashable:
    """Return the shape of a thing for the name `me`: all other names of one block look the same.

    Let a renaming of names within their blocks turn one thing into another and `me` into another
    name. Then the first thing has the same shape for `me` as the second for the other name. The
    converse need not hold: equal shapes do not prove that such a renaming exists.
    """
    kind = type(thing)
    if kind is Id or kind is Value:
        if thing == me:
            return "me"
        return (kind.__name__, blocks[thing]) if thing in blocks else (kind.__name__, str(thing))
    if kind in ATOMS or kind is float or isinstance(thing, Enum):
        return kind.__name__, repr(thing)
    if kind is Group:
        return "Group", *sorted((shape(node, me, blocks) for node in thing), key=repr)
    if kind is Set:
        return "Set", *sorted((shape(member, me, blocks) for member in thing), key=repr)
    if kind is Map:
        entries = ((shape(key, me, blocks), shape(held, me, blocks)) for key, held in thing.items())
        return "Map", *sorted(entries, key=repr)
    if isinstance(thing, tuple):
        return kind.__name__, *(shape(part, me, blocks) for part in thing)
    return kind.__name__, *(shape(getattr(thing, n), me, blocks) for n in state_fields(kind))
