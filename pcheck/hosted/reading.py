"""The attributes of a frozen object under their paths, for properties and traces: `log.term`.

An object that is reached in several ways is shown once, at the shortest path to it, and named by
this path elsewhere. The event loop is not shown, except for the timers that wait in it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

from pcheck.hosted import forms
from pcheck.hosted.host import Running
from pcheck.hosted.loop import Loop, Timer
from pcheck.hosted.twins import CONTENT, frozen
from pcheck.language.kinds import is_frozen_dataclass
from pcheck.language.values import Map, Set
from pcheck.semantics.renaming import replace_fields

NUMBERED = forms.List, forms.Deque, forms.Dict, forms.ByteArray, forms.Partial, forms.Cell
NUMBERED += forms.Closure, forms.Twin, Set, Map  # type: ignore[assignment]
TIMERS = "timers"
LOOP, TIMER = frozen(Loop), frozen(Timer)
Replace = Callable[[Any, str], Any]  # of a part of a form, and of the step to this part


class Thing:
    """A thing that a walk has numbered: its form, in which each numbered thing is a `Thing`."""

    def __init__(self, form: Any) -> None:
        self.form = form

    @property
    def is_object(self) -> bool:
        return isinstance(self.form, forms.Twin)


def attributes_of(form: Any, keeps: Sequence[str] = ()) -> dict[str, Any]:
    """Return each attribute of a frozen object and of the objects in its attributes.

    An attribute that holds an object has the class of the object as its value. `keeps` names what
    the node keeps outside the object.
    """
    made: list[Thing] = []
    if not isinstance(form, Running):
        it = _linked(form, made)
        return dict(_shown(it, _paths(it, "", {})))
    it, loop, kept = (_linked(each, made) for each in (form.it, form.loop, form.kept))
    timers = loop.form.timers.form.items if loop is not None else ()
    waiting = tuple([timer.form.callback for timer in timers])
    paths = _paths(it, "", {})
    found = dict(_shown(it, paths))
    for name, value in (*zip(keeps, kept), (TIMERS, waiting)):
        paths = _paths(value, name, paths)
    if loop is not None:
        found[TIMERS] = forms.List(_named(waiting, TIMERS, paths))
    return found | {name: _named(value, name, paths) for name, value in zip(keeps, kept)}


def _shown(root: Any, paths: dict[Thing, str]) -> Iterator[tuple[str, Any]]:
    """Yield the path and the value of each attribute."""
    if not isinstance(root, Thing) or not root.is_object:
        yield "it", _named(root, "", paths)
        return
    for thing, path in paths.items():
        if not thing.is_object or isinstance(thing.form, (LOOP, TIMER)) or "[" in path:
            continue
        for each in fields(thing.form):
            value, at = getattr(thing.form, each.name), _joined(path, each.name)
            if isinstance(value, Thing) and isinstance(value.form, LOOP):
                continue
            is_here = isinstance(value, Thing) and value.is_object and paths[value] == at
            name = _joined(path, "items") if each.name == CONTENT else at
            yield name, forms.Object(_class(value)) if is_here else _named(value, at, paths)


def _paths(root: Any, at: str, known: dict[Thing, str]) -> dict[Thing, str]:
    """Return the known paths and the shortest path to each other thing, the event loop left out."""
    paths = dict(known)
    todo = deque([(root, at)])
    while todo:
        value, path = todo.popleft()
        if isinstance(value, Thing):
            if value in paths or isinstance(value.form, LOOP):
                continue
            paths[value] = path
            value = value.form
        todo += [(part, _joined(path, step)) for part, step in _parts(value)]
    return paths


def _named(
    value: Any, path: str, paths: dict[Thing, str], within: frozenset[Thing] = frozenset()
) -> Any:
    """Return a value in which a thing shown elsewhere, or around it, is named by its path."""
    if isinstance(value, Thing):
        if isinstance(value.form, LOOP):
            return forms.Same("the event loop")
        if value in within or paths.get(value, path) != path:
            return forms.Same(paths[value] or "it")
        within |= {value}
        value = value.form
    found = _replaced(value, lambda part, step: _named(part, _joined(path, step), paths, within))
    return Map(found.entries) if isinstance(found, Unordered) else found


def _linked(form: Any, made: list[Thing]) -> Any:
    """Return a form in which each numbered thing is a `Thing`; the order is that of freezing."""
    if isinstance(form, forms.Again):
        return made[form.number]
    if _is_closed(form):
        return form

    def linked(part: Any, step: str) -> Any:
        if step == CONTENT and isinstance(form, forms.Twin):  # the object has a number for both
            return _replaced(part, linked)
        return _linked(part, made)

    thing = Thing(form)
    if isinstance(form, NUMBERED):
        made.append(thing)
    if isinstance(form, Map):  # what its entries hold has numbers of its own
        before, entries = len(made), []
        for key, each in form.items():
            entries.append((_linked(key, made), _linked(each, made)))
            del made[before:]
        thing.form = Unordered(tuple(entries))
    else:
        thing.form = _replaced(form, linked)
    return thing if isinstance(form, NUMBERED) else thing.form


def _is_closed(form: Any) -> bool:
    """Return whether a form holds nothing that has a number."""
    if isinstance(form, (forms.FrozenSet, forms.Held)):
        return True
    is_own = isinstance(form, forms.Twin) or type(form).__module__ == forms.__name__
    return is_frozen_dataclass(type(form)) and not is_own  # a record of the program


@dataclass(frozen=True)
class Unordered:
    """The entries of an unordered dict, whose values are things."""

    entries: tuple[tuple[Any, Any], ...]


def _parts(form: Any) -> list[tuple[Any, str]]:
    """Return the parts of a form, each with the step to it."""
    found: list[tuple[Any, str]] = []
    _replaced(form, lambda part, step: found.append((part, step)))
    return found


def _replaced(form: Any, replace: Replace) -> Any:
    """Return a form with each of its parts replaced; the parts have the order of freezing."""
    if isinstance(form, (forms.List, forms.Deque)):
        items = tuple([replace(each, f"[{nth}]") for nth, each in enumerate(form.items)])
        return replace_fields(form, {"items": items})
    if isinstance(form, forms.Dict):
        factory = replace(form.factory, "factory")
        return replace_fields(form, {"factory": factory, "entries": _entries(form, replace)})
    if isinstance(form, Unordered):
        return Unordered(_entries(form, replace))
    if type(form) is tuple:
        return tuple([replace(each, f"[{nth}]") for nth, each in enumerate(form)])
    if isinstance(form, tuple):
        return tuple.__new__(type(form), [replace(each, "") for each in form])
    if is_frozen_dataclass(type(form)):
        is_object = isinstance(form, forms.Twin)
        inner = {
            each.name: replace(getattr(form, each.name), each.name if is_object else "")
            for each in fields(form)
        }
        return replace_fields(form, inner)
    return form


def _entries(form: forms.Dict | Unordered, replace: Replace) -> tuple[tuple[Any, Any], ...]:
    entries = form.entries
    return tuple([(replace(key, " key"), replace(each, f"[{key}]")) for key, each in entries])


def _class(thing: Thing) -> str:
    return type(thing.form).__name__


def _joined(path: str, step: str) -> str:
    return f"{path}{'' if not path or not step or step.startswith('[') else '.'}{step}"
