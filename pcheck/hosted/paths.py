"""The ways to a thing inside an object, for errors: `it.state.timer.callback`."""

from __future__ import annotations

import functools
import types
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from pcheck.hosted.classes import PLAIN, fault_of, reader_of
from pcheck.language.printing import brief
from pcheck.language.values import exact

MAX_THINGS = 100_000


def path_to(root: object, thing: object, name: str) -> str:
    """Return the shortest way from a root to a thing; the name of the root if there is none."""
    todo, done = deque([(root, name)]), {id(root)}
    while todo and len(done) < MAX_THINGS:
        each, path = todo.popleft()
        if each is thing:
            return path
        for inner, step in _parts(each):
            if id(inner) not in done and type(inner) not in PLAIN:
                done.add(id(inner))
                todo.append((inner, path + step))
    return name


def differing(one: object, other: object, name: str = "it") -> str:
    """Return where two frozen forms differ, in words."""
    if type(one) is type(other) and is_dataclass(one) and not isinstance(one, type):
        for each in fields(one):
            old, new = getattr(one, each.name), getattr(other, each.name)
            if exact(old) != exact(new):
                return differing(old, new, f"{name}.{each.name}")
    return f"{name} is {brief(other)} and was {brief(one)}"


def _parts(thing: Any) -> Iterator[tuple[object, str]]:
    """Yield each thing that a thing holds, and the step to it."""
    if isinstance(thing, Mapping):
        for key, value in thing.items():
            yield value, f"[{key!r}]" if type(key) in PLAIN else "[...]"
            yield key, " key"
    elif isinstance(thing, (list, tuple, deque)):
        yield from ((each, f"[{nth}]") for nth, each in enumerate(thing))
    elif isinstance(thing, (set, frozenset)):
        yield from ((each, "{...}") for each in thing)
    elif isinstance(thing, types.MethodType):
        yield thing.__self__, ".__self__"
    elif isinstance(thing, functools.partial):
        yield thing.func, ".func"
        yield from ((each, f".args[{nth}]") for nth, each in enumerate(thing.args))
        yield from ((each, f".keywords[{at!r}]") for at, each in thing.keywords.items())
    elif isinstance(thing, types.FunctionType):
        for variable, cell in zip(thing.__code__.co_freevars, thing.__closure__ or ()):
            try:
                yield cell.cell_contents, f".{variable}"
            except ValueError:
                continue
    kind: Any = type(thing)
    if not isinstance(thing, (type, types.FunctionType)) and fault_of(kind) is None:
        yield from ((each, f".{at}") for at, each in reader_of(kind)(thing).items())
