"""The attributes of a frozen object under their paths, for properties and traces: `log.term`."""

from __future__ import annotations

from dataclasses import fields
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


class Known(list[str]):
    """The paths of the things that a walk has met, by their numbers; the event loop and timers."""

    def __init__(self) -> None:
        super().__init__()
        self.loop: Any = None
        self.callbacks: dict[str, Any] = {}  # of each timer, by its path


def attributes_of(form: Any) -> dict[str, Any]:
    """Return each attribute of a frozen object and of the objects in its attributes.

    An attribute that holds an object has the class of the object as its value.
    """
    known = Known()
    if not isinstance(form, Running):
        return dict(_flat(_named(form, "", known), ""))
    it = _named(form.it, "", known)
    _named(form.loop, "loop", known)
    waiting = [
        known.callbacks[each.path] if isinstance(each, forms.Same) else each.callback
        for each in known.loop.timers.items
    ]
    return dict(_flat(it, "")) | {TIMERS: forms.List(tuple(waiting))}


def _flat(form: Any, path: str) -> list[tuple[str, Any]]:
    """Return the attributes of a frozen object, or the form itself under its path."""
    if isinstance(form, LOOP):
        return []
    if not isinstance(form, forms.Twin):
        return [(path or "it", form)]
    found: list[tuple[str, Any]] = [(path, forms.Object(type(form).__name__))] if path else []
    for each in fields(form):
        inner = getattr(form, each.name)
        found += _flat(inner, _joined(path, "items" if each.name == CONTENT else each.name))
    return found


def _named(form: Any, path: str, known: Known) -> Any:
    """Return a form in which an object that is met again is named by the path of the first one.

    The walk has the order of `freezing`.
    """
    if isinstance(form, NUMBERED):
        known.append(path or "it")
    if isinstance(form, forms.Again):
        return forms.Same(known[form.number])
    if isinstance(form, Map):
        before, entries = len(known), []
        for key, each in form.items():
            entries.append((_named(key, path, known), _named(each, path, known)))
            del known[before:]
        return Map(entries)
    if type(form) is tuple:
        return tuple([_named(each, path, known) for each in form])
    if isinstance(form, tuple):
        return tuple.__new__(type(form), [_named(each, path, known) for each in form])
    if is_frozen_dataclass(type(form)):
        is_object = isinstance(form, forms.Twin)
        inner = {
            each.name: _named(
                getattr(form, each.name), _joined(path, each.name) if is_object else path, known
            )
            for each in fields(form)
        }
        found = replace_fields(form, inner)
        if isinstance(form, LOOP):
            known.loop = found
        elif isinstance(form, TIMER):
            known.callbacks[path] = inner["callback"]
        return found
    return form


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
