"""Functions, classes and single objects that are found again by the name under which a module or a
class holds them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from functools import cache, reduce
from types import MappingProxyType, ModuleType
from typing import Any

from pcheck.hosted.forms import Named

Place = tuple[str, str]  # a module and a name in the module, such as `Timer.stop`
NO_PLACES: Mapping[int, Place] = MappingProxyType({})


def named(module: object, name: object, thing: object) -> Named | None:
    """Return the name of a thing, if the thing is what its module holds under this name."""
    if not isinstance(module, str) or not isinstance(name, str):
        return None
    return Named(module, name) if found(module, name) is thing else None


def found(module: str, name: str) -> Any:
    """Return what a module holds under a name, or None; an empty name: the module."""
    try:
        names = name.split(".") if name else []
        return reduce(getattr, names, sys.modules[module])
    except Exception:  # a module or a class may compute what it holds
        return None


def global_name(thing: object) -> Named | None:
    """Return the name under which a module or a class holds a thing, such as `UNSET`, or None."""
    place = places_of(type(thing)).get(id(thing))
    return Named(*place) if place is not None and found(*place) is thing else None


def places_of(kind: type) -> Mapping[int, Place]:
    """Return the places of all things of a class that modules and classes hold, by their ids.

    A thing may be gone since, and another thing may have its id.
    """
    return _all_places(len(sys.modules)).get(kind, NO_PLACES)


@cache
def _all_places(_modules: int) -> dict[type, dict[int, Place]]:
    """Return the places of all things, as long as no other module is loaded."""
    places: dict[type, dict[int, Place]] = {}
    for module in list(sys.modules.values()):
        if isinstance(module, ModuleType):
            for name, thing in _held_by(module.__dict__, module.__dict__.get("__name__"), ""):
                at = places.setdefault(type(thing), {})
                own = getattr(type(thing), "__module__", None) == module.__name__
                if own or id(thing) not in at:
                    at[id(thing)] = module.__name__, name
    return places


def _held_by(names: Mapping[str, Any], module: object, prefix: str) -> Iterator[tuple[str, Any]]:
    """Yield what a module holds under each name, and what the classes of the module hold."""
    for name, thing in list(names.items()):
        yield prefix + name, thing.__func__ if type(thing) is staticmethod else thing
        place = prefix + name, module
        if isinstance(thing, type) and (thing.__qualname__, thing.__module__) == place:
            yield from _held_by(vars(thing), module, f"{prefix}{name}.")
