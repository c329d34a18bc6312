"""The ways to a thing inside an object, for errors: `it.state.timer.callback`."""

from __future__ import annotations

import functools
import types
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from pcheck.hosted.classes import FACTORY, PLAIN, fault_of, reader_of
from pcheck.hosted.functions import BUILTINS
from pcheck.hosted.memo import Unfreezable
from pcheck.language.printing import brief
from pcheck.language.values import exact

MAX_THINGS = 100_000
SEQUENCES: tuple[Any, ...] = (list, tuple, deque)
SETS: tuple[Any, ...] = (set, frozenset)
Parts = Iterator[tuple[object, str]]


def path_to(thing: object, roots: Mapping[str, object]) -> str:
    """Return the shortest way to a thing from one of the roots, which the mapping names.

    Without a way, return the name of the first root.
    """
    todo, done = deque((root, name) for name, root in roots.items()), set(map(id, roots.values()))
    while todo and len(done) < MAX_THINGS:
        each, path = todo.popleft()
        if each is thing:
            return path
        for inner, step in _parts(each):
            if inner is thing:
                return path + step
            if id(inner) not in done and type(inner) not in PLAIN:
                done.add(id(inner))
                todo.append((inner, path + step))
    return next(iter(roots))


def differing(one: object, other: object, name: str = "it") -> str:
    """Return where two frozen forms differ, in words."""
    if type(one) is type(other) and is_dataclass(one) and not isinstance(one, type):
        for each in fields(one):
            old, new = getattr(one, each.name), getattr(other, each.name)
            if exact(old) != exact(new):
                return differing(old, new, f"{name}.{each.name}")
    return f"{name} is {brief(other)} and was {brief(one)}"


def _parts(thing: Any) -> Parts:
    """Yield each thing that a thing holds, and the step to it, without code of its class."""
    kind: Any = type(thing)
    if issubclass(kind, dict):
        for key, value in dict.items(thing):
            yield value, f"[{key!r}]" if type(key) in PLAIN else "[...]"
            yield key, " key"
        if issubclass(kind, defaultdict):
            yield FACTORY.__get__(thing), ".default_factory"
    for base in SEQUENCES:
        if issubclass(kind, base):
            yield from ((each, f"[{nth}]") for nth, each in enumerate(base.__iter__(thing)))
    for base in SETS:
        if issubclass(kind, base):
            yield from ((each, "{...}") for each in base.__iter__(thing))
    if kind in (types.MethodType, *BUILTINS):
        yield getattr(thing, "__func__", None), ".__func__"
        yield getattr(thing, "__self__", None), ".__self__"
    elif kind is functools.partial:
        yield thing.func, ".func"
        yield from ((each, f".args[{nth}]") for nth, each in enumerate(thing.args))
        yield from ((each, f".keywords[{at!r}]") for at, each in thing.keywords.items())
    elif kind is types.FunctionType:
        yield from _parts_of_function(thing)
    elif kind is types.CellType:
        yield from _contents(thing, ".cell_contents")
    elif not issubclass(kind, type) and fault_of(kind) is None:
        yield from _attributes(thing)


def _parts_of_function(thing: types.FunctionType) -> Parts:
    for variable, cell in zip(thing.__code__.co_freevars, thing.__closure__ or ()):
        yield from _contents(cell, f".{variable}")
    for nth, each in enumerate(thing.__defaults__ or ()):
        yield each, f".__defaults__[{nth}]"
    for name, each in (thing.__kwdefaults__ or {}).items():
        yield each, f".__kwdefaults__[{name!r}]"
    yield from ((each, f".{name}") for name, each in vars(thing).items())


def _contents(cell: types.CellType, step: str) -> Parts:
    try:
        yield cell.cell_contents, step
    except ValueError:  # not set
        return


def _attributes(thing: Any) -> Parts:
    try:
        found = reader_of(type(thing))(thing)
    except Unfreezable:
        return
    yield from ((each, f".{name}") for name, each in found.items())
