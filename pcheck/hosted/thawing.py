"""Thawing: a thing made again from its frozen form, with all that it reached.

The walk makes the things that can change in the order in which `freezing` numbered them.
"""

from __future__ import annotations

import functools
import logging
import types
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

from pcheck.hosted import forms
from pcheck.hosted.classes import PLAIN, base_of, has_slots, reads_plainly, writer_of
from pcheck.hosted.constants import VALUES
from pcheck.hosted.functions import CODES
from pcheck.hosted.naming import found
from pcheck.hosted.twins import CONTENT, class_behind
from pcheck.language.values import Map, Set

T = TypeVar("T")
Made = list[Any]  # the things that can change, in the order of their numbers
Step = Callable[[Any, Made], Any]
DICTS: dict[str, Any] = {"dict": dict, "OrderedDict": OrderedDict}


class NotThawable(Exception):
    """Raised for a form of which no thing can be made."""


class Thawer:
    """A maker of things from their forms; `outside` holds the things outside the state."""

    def __init__(self, outside: Mapping[str, object] = types.MappingProxyType({})) -> None:
        self.outside = dict(outside)
        self._steps: dict[type, Step] = {
            forms.List: self._list,
            forms.Deque: self._deque,
            forms.Dict: self._dict,
            forms.FrozenSet: lambda form, _: frozenset(self._all(form.members, [])),
            forms.ByteArray: lambda form, made: _kept(bytearray(form.content), made),
            forms.Again: lambda form, made: made[form.number],
            forms.Constant: lambda form, _: VALUES[form],
            forms.Logger: lambda form, _: logging.getLogger(form.name),
            forms.Named: lambda form, _: found(form.module, form.name),
            forms.Outside: lambda form, _: self.outside[form.name],
            forms.Held: lambda form, _: form.value,
            forms.Method: self._method,
            forms.BuiltinMethod: lambda form, made: getattr(
                self.thawed(form.owner, made), form.name
            ),
            forms.Partial: self._partial,
            forms.Cell: self._cell,
            forms.Closure: self._closure,
            Set: self._set,
            Map: self._map,
            tuple: lambda form, made: tuple(self._all(form, made)),
        }

    def thaw(self, form: Any) -> Any:
        """Return the thing of which this is the frozen form."""
        return self.thawed(form, [])

    def thawed(self, form: Any, made: Made) -> Any:
        """Return the thing behind a form that a walk meets."""
        kind = type(form)
        if kind in PLAIN:
            return form
        step = self._steps.get(kind)
        if step is None:
            step = self._steps[kind] = self._step_for(kind)
        return step(form, made)

    def _step_for(self, kind: Any) -> Step:
        if issubclass(kind, forms.Twin):
            return self._object_step(kind)
        if issubclass(kind, tuple):
            return lambda form, made: tuple.__new__(kind, self._all(form, made))
        return lambda form, _: form  # an enum member, a group, a frozen dataclass

    def _all(self, things: Iterable[Any], made: Made) -> list[Any]:
        return [self.thawed(each, made) for each in things]

    def _list(self, form: forms.List, made: Made) -> list[Any]:
        thing = _kept(list[Any](), made)
        thing.extend(self._all(form.items, made))
        return thing

    def _deque(self, form: forms.Deque, made: Made) -> deque[Any]:
        thing = _kept(deque[Any](maxlen=form.maxlen), made)
        thing.extend(self._all(form.items, made))
        return thing

    def _set(self, form: Set[Any], made: Made) -> set[Any]:
        thing = _kept(set[Any](), made)
        thing.update(self._all(form, []))
        return thing

    def _dict(self, form: forms.Dict, made: Made) -> Any:
        thing = _kept(defaultdict() if form.kind == "defaultdict" else DICTS[form.kind](), made)
        self._fill(thing, form, made)
        return thing

    def _fill(self, thing: Any, form: forms.Dict, made: Made) -> None:
        """Put the entries of a dict into a dict, without code of a class that extends dict."""
        if form.kind == "defaultdict":
            thing.default_factory = self.thawed(form.factory, made)
        put = OrderedDict.__setitem__ if form.kind == "OrderedDict" else dict.__setitem__
        for key, each in form.entries:
            at = self.thawed(key, made)
            put(thing, at, self.thawed(each, made))

    def _map(self, form: Map[Any, Any], made: Made) -> dict[Any, Any]:
        """Return an unordered dict; what its entries hold is not numbered for others."""
        thing = _kept(dict[Any, Any](), made)
        known = len(made)
        for key, each in form.items():
            at = self.thawed(key, made)
            thing[at] = self.thawed(each, made)
            del made[known:]
        return thing

    def _method(self, form: forms.Method, made: Made) -> Any:
        function = self.thawed(form.function, made)
        return types.MethodType(function, self.thawed(form.owner, made))

    def _partial(self, form: forms.Partial, made: Made) -> Any:
        at = len(made)
        made.append(None)  # a partial cannot reach itself
        function = self.thawed(form.function, made)
        arguments = self._all(form.arguments, made)
        named = {name: self.thawed(each, made) for name, each in form.named}
        made[at] = functools.partial(function, *arguments, **named)
        return made[at]

    def _cell(self, form: forms.Cell, made: Made) -> types.CellType:
        cell = _kept(types.CellType(), made)
        if form.is_set:
            cell.cell_contents = self.thawed(form.content, made)
        return cell

    def _closure(self, form: forms.Closure, made: Made) -> Any:
        """Return a function whose variables may reach the function itself."""
        known, cells = CODES[form.code], []
        for each in form.cells:
            is_known = isinstance(each, forms.Again)
            if is_known and each.number >= len(made):  # type: ignore[attr-defined]
                raise NotThawable(f"{form.code}, whose variables are reached in a circle")
            cells.append(self.thawed(each, made) if is_known else types.CellType())
        thing: Any = types.FunctionType(
            known.__code__, known.__globals__, known.__name__, None, tuple(cells)
        )
        made.append(thing)
        for cell, each in zip(cells, form.cells, strict=True):
            if isinstance(each, forms.Cell):
                made.append(cell)
                if each.is_set:
                    cell.cell_contents = self.thawed(each.content, made)
        if form.defaults is not None:
            thing.__defaults__ = tuple(self._all(form.defaults, made))
        if form.named_defaults:
            named = {name: self.thawed(each, made) for name, each in form.named_defaults}
            thing.__kwdefaults__ = named
        for name, each in form.attributes:
            setattr(thing, name, self.thawed(each, made))
        thing.__qualname__, thing.__module__ = known.__qualname__, known.__module__
        thing.__doc__ = known.__doc__
        return thing

    def _object_step(self, twin: Any) -> Step:
        """Write the function that makes an object of which a class has the twins."""
        kind: Any = class_behind(twin)
        base = base_of(kind)
        names = [each.name for each in fields(twin) if each.name != CONTENT]
        has_content = any(each.name == CONTENT for each in fields(twin))
        is_direct = not has_slots(kind) and reads_plainly(kind)
        lines = ["def thaw(form, made):", "    thing = new(kind)", "    made.append(thing)"]
        lines += ["    form = form.__dict__"]
        lines += [f"    held = {'thing.__dict__' if is_direct else '{}'}"]
        for name in names:
            lines += [f"    x = form[{name!r}]"]
            lines += [f"    held[{name!r}] = x if type(x) in PLAIN else thawed(x, made)"]
        if has_content:
            lines += [f"    fill(thing, form[{CONTENT!r}], made)"]
        if not is_direct:
            lines += ["    write(thing, held)"]
        lines.append("    return thing")
        scope: dict[str, Any] = {
            "new": base.__new__,
            "kind": kind,
            "PLAIN": PLAIN,
            "thawed": self.thawed,
            "write": writer_of(kind),
            "fill": self._fill_content,
        }
        exec("\n".join(lines), scope)  # the names are identifiers
        return scope["thaw"]  # type: ignore[no-any-return]

    def _fill_content(self, thing: Any, form: Any, made: Made) -> None:
        """Put the items into an object whose class extends a container."""
        if isinstance(form, forms.Dict):
            self._fill(thing, form, made)
        elif isinstance(form, Set):
            set.update(thing, self._all(form, []))
        else:
            base = list if isinstance(form, forms.List) else deque
            base.extend(thing, self._all(form.items, made))


def _kept(thing: T, made: Made) -> T:
    """Give a thing its number before what it holds is made."""
    made.append(thing)
    return thing
