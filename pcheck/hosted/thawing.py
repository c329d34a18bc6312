"""Thawing: a thing made again from its frozen form, with all that it reached.

The walk makes the things that can change in the order in which `freezing` numbered them. A dict
whose keys may be objects gets its entries last: the hash of an object may need its attributes.
"""

from __future__ import annotations

import functools
import logging
import types
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from pcheck.hosted import forms
from pcheck.hosted.classes import FACTORY, PLAIN, base_of, is_open, writer_of
from pcheck.hosted.constants import VALUES
from pcheck.hosted.functions import CODES, DESCRIPTORS
from pcheck.hosted.naming import found
from pcheck.hosted.twins import CONTENT, original_of
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
        self._last: list[Callable[[], None]] = []  # puts entries into dicts
        self._steps: dict[type, Step] = {
            forms.List: self._list,
            forms.Deque: self._deque,
            forms.Dict: self._dict,
            forms.FrozenSet: lambda form, _: frozenset(self._all(form.members, [])),
            forms.ByteArray: lambda form, made: _kept(bytearray(form.content), made),
            forms.Again: lambda form, made: made[form.number],
            forms.Constant: lambda form, _: VALUES[form],
            forms.Logger: lambda form, _: logging.getLogger(form.name),
            forms.Named: lambda form, _: _found(form),
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
        """Return the thing of which this is the frozen form, or raise NotThawable."""
        self._last = []
        try:
            thing = self.thawed(form, [])
            for fill in self._last:
                fill()
        except NotThawable:
            raise
        except RecursionError:
            raise NotThawable("an object that is nested too deeply") from None
        except Exception as error:  # raised by the hash or the comparison of a key
            raise NotThawable(f"a key that raises {type(error).__name__}: {error}") from error
        return thing

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
            return lambda form, made: tuple.__new__(kind, self._all(tuple.__iter__(form), made))
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
            FACTORY.__set__(thing, self.thawed(form.factory, made))
        entries = [(self.thawed(key, made), self.thawed(each, made)) for key, each in form.entries]
        put = OrderedDict.__setitem__ if form.kind == "OrderedDict" else dict.__setitem__
        self._put(thing, entries, put)

    def _map(self, form: Map[Any, Any], made: Made) -> dict[Any, Any]:
        """Return an unordered dict; what its entries hold is not numbered for others."""
        thing = _kept(dict[Any, Any](), made)
        known, entries = len(made), []
        for key, each in form.items():
            entries.append((self.thawed(key, made), self.thawed(each, made)))
            del made[known:]
        self._put(thing, entries, dict.__setitem__)
        return thing

    def _put(self, thing: Any, entries: list[tuple[Any, Any]], put: Callable[..., Any]) -> None:
        """Put entries into a dict: at once if all keys are plain, otherwise at the end."""

        def fill() -> None:
            for key, each in entries:
                put(thing, key, each)

        for key, _ in entries:
            if type(key) not in PLAIN:
                self._last.append(fill)
                return
        fill()

    def _method(self, form: forms.Method, made: Made) -> Any:
        function, owner = self.thawed(form.function, made), self.thawed(form.owner, made)
        if isinstance(function, DESCRIPTORS):
            return function.__get__(owner, type(owner))
        return types.MethodType(function, owner)

    def _partial(self, form: forms.Partial, made: Made) -> Any:
        thing: Any = _kept(functools.partial(_nothing), made)
        function = self.thawed(form.function, made)
        arguments = tuple(self._all(form.arguments, made))
        named = {name: self.thawed(each, made) for name, each in form.named}
        thing.__setstate__((function, arguments, named, None))
        return thing

    def _cell(self, form: forms.Cell, made: Made) -> types.CellType:
        cell = _kept(types.CellType(), made)
        if form.is_set:
            cell.cell_contents = self.thawed(form.content, made)
        return cell

    def _closure(self, form: forms.Closure, made: Made) -> Any:
        """Return a function whose variables may reach the function itself."""
        known, at = CODES[form.code], len(made)
        made.append(None)  # the function, which needs its variables
        cells = [self._variable(each, made) for each in form.cells]
        thing: Any = types.FunctionType(
            known.__code__, known.__globals__, known.__name__, None, tuple(cells)
        )
        made[at] = thing
        new = (cell for cell, each in zip(cells, form.cells) if isinstance(each, forms.Cell))
        for cell, content in zip(new, form.contents):
            if content:
                cell.cell_contents = self.thawed(content[0], made)
        if form.defaults is not None:
            thing.__defaults__ = tuple(self._all(form.defaults, made))
        if form.named_defaults:
            named = {name: self.thawed(each, made) for name, each in form.named_defaults}
            thing.__kwdefaults__ = named
        vars(thing).update((name, self.thawed(each, made)) for name, each in form.attributes)
        thing.__qualname__, thing.__module__ = known.__qualname__, known.__module__
        thing.__doc__, thing.__annotations__ = known.__doc__, dict(known.__annotations__)
        return thing

    @staticmethod
    def _variable(form: Any, made: Made) -> types.CellType:
        """Return a variable without its content, or one that was made before."""
        if isinstance(form, forms.Cell):
            return _kept(types.CellType(), made)
        return made[form.number]  # type: ignore[no-any-return]

    def _object_step(self, twin: Any) -> Step:
        """Write the function that makes an object of which a class has the twins."""
        kind, own, has_content = original_of(twin)
        values = {name: f"x{nth}" for nth, name in enumerate(sorted(own))}
        lines = ["thing = new(kind)", "made.append(thing)", "form = form.__dict__"]
        for name, x in values.items():
            lines += [f"{x} = form[{name!r}]"]
            lines += [f"if type({x}) not in PLAIN: {x} = thawed({x}, made)"]
        if is_open(kind):
            lines += ["held = thing.__dict__", *(f"held[{n!r}] = {values[n]}" for n in own)]
        elif own:
            lines += [f"write(thing, {{{', '.join(f'{n!r}: {values[n]}' for n in own)}}})"]
        if has_content:
            lines += [f"fill(thing, form[{CONTENT!r}], made)"]
        lines += ["return thing"]
        scope: dict[str, Any] = {
            "new": base_of(kind).__new__,
            "kind": kind,
            "PLAIN": PLAIN,
            "thawed": self.thawed,
            "write": writer_of(kind),
            "fill": self._fill_content,
        }
        exec("\n    ".join(["def thaw(form, made):", *lines]), scope)
        return scope["thaw"]  # type: ignore[no-any-return]

    def _fill_content(self, thing: Any, form: Any, made: Made) -> None:
        """Put the items into an object whose class extends a container."""
        if isinstance(form, forms.Dict):
            self._fill(thing, form, made)
        elif isinstance(form, Set):
            set.update(thing, self._all(form, []))
        elif isinstance(form, forms.Deque):
            deque.__init__(thing, (), form.maxlen)
            deque.extend(thing, self._all(form.items, made))
        else:
            list.extend(thing, self._all(form.items, made))


def _kept(thing: T, made: Made) -> T:
    """Give a thing its number before what it holds is made."""
    made.append(thing)
    return thing


def _found(form: forms.Named) -> Any:
    thing = found(form.module, form.name)
    if thing is None:
        raise NotThawable(f"{form.name or 'the module'}, which {form.module} no longer holds")
    return thing


def _nothing() -> None:
    """Do nothing, in place of a function that is made later."""
