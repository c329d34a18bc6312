"""The attributes of a frozen object under their paths, for properties and traces: `log.term`."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from pcheck.hosted import forms
from pcheck.hosted.host import Running
from pcheck.hosted.twins import CONTENT
from pcheck.language.kinds import is_frozen_dataclass
from pcheck.language.values import Map, Set
from pcheck.semantics.renaming import replace_fields

NUMBERED = forms.List, forms.Deque, forms.Dict, forms.ByteArray, forms.Partial, forms.Cell
NUMBERED += forms.Closure, forms.Twin, Set, Map  # type: ignore[assignment]
TIMERS = "timers"


def attributes_of(form: Any) -> dict[str, Any]:
    """Return each attribute of a frozen object and of the objects in its attributes.

    An attribute that holds an object has the class of the object as its value.
    """
    known: list[str] = []
    if isinstance(form, Running):
        it = _named(form.it, "", known)
        waiting: Any = getattr(_named(form.loop, "loop", known), TIMERS)
        callbacks = forms.List(tuple([each.callback for each in waiting.items]))
        return dict(_flat(it, "")) | {TIMERS: callbacks}
    return dict(_flat(_named(form, "", known), ""))


def _flat(form: Any, path: str) -> list[tuple[str, Any]]:
    """Return the attributes of a frozen object, or the form itself under its path."""
    if not isinstance(form, forms.Twin):
        return [(path or "it", form)]
    found: list[tuple[str, Any]] = [(path, forms.Object(type(form).__name__))] if path else []
    for each in fields(form):
        inner = getattr(form, each.name)
        found += _flat(inner, _joined(path, "items" if each.name == CONTENT else each.name))
    return found


def _named(form: Any, path: str, known: list[str]) -> Any:
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
        return replace_fields(
            form,
            {
                each.name: _named(
                    getattr(form, each.name), _joined(path, each.name) if is_object else path, known
                )
                for each in fields(form)
            },
        )
    return form


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
