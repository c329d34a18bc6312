"""Functions, classes and single objects that are found again by the name under which a module holds
them."""

from __future__ import annotations

import sys
from functools import cache, reduce
from types import ModuleType
from typing import Any

from pcheck.hosted.forms import Named


def named(module: object, name: object, thing: object) -> Named | None:
    """Return the name of a thing, if the thing is what its module holds under this name."""
    if not isinstance(module, str) or not isinstance(name, str):
        return None
    return Named(module, name) if found(module, name) is thing else None


def found(module: str, name: str) -> Any:
    """Return what a module holds under a name, such as `Timer.stop`; an empty name: the module."""
    try:
        names = name.split(".") if name else []
        return reduce(getattr, names, sys.modules[module])
    except (KeyError, AttributeError):
        return None


def global_named(thing: object) -> Named | None:
    """Return the name of a single object, such as a marker `UNSET = object()`, or None."""
    known = _globals().get(id(thing))
    if known is None or found(*known) is not thing:
        _globals.cache_clear()  # a module may have been loaded since
        known = _globals().get(id(thing))
    return Named(*known) if known is not None else None


@cache
def _globals() -> dict[int, tuple[str, str]]:
    """Return the module and the name of each plain object that a module holds, by its id."""
    return {
        id(thing): (module.__name__, name)
        for module in list(sys.modules.values())
        if isinstance(module, ModuleType)
        for name, thing in list(vars(module).items())
        if type(thing) is object
    }
