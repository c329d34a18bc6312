"""Other names for nodes and values, wherever they occur; and what is left when names do not count.

`Id` and `Value` are types of their own, so that both find every name and nothing else.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Mapping
from enum import Enum
from typing import Any, TypeVar

from pcheck.language.names import Group, Id, Value, natural
from pcheck.language.values import ATOMS, Map, Set, state_fields

T = TypeVar("T")
Names = Mapping[Id | Value, Id | Value]


def renamed(thing: Any, names: Names) -> Any:
    """The same thing with other names in it. A group stays in order: it is a set of nodes."""
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
    return made_of(thing, renamed_fields(thing, names))


def renamed_fields(thing: Any, names: Names) -> dict[str, Any]:
    """The fields that are part of a dataclass's state, with other names in them."""
    return {name: renamed(getattr(thing, name), names) for name in state_fields(type(thing))}


def made_of(thing: T, changes: Mapping[str, Any]) -> T:
    """A dataclass with some fields changed, whatever its own `__init__` takes."""
    twin = object.__new__(type(thing))
    for field in dataclasses.fields(thing):  # type: ignore[arg-type]
        value = changes[field.name] if field.name in changes else getattr(thing, field.name)
        object.__setattr__(twin, field.name, value)
    return twin


def shape(thing: Any, me: Id | Value, blocks: Mapping[Id | Value, int]) -> Hashable:
    """What a thing looks like to one name, where all others of its block, or of another, are one.

    Two things that differ only by a renaming look the same to names that this takes into each
    other: the shape says no more than that, and may say less.
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
