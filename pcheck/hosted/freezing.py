"""Freezing: a thing and all that it reaches, as a value that a state or a message may hold.

The walk numbers each thing that can change, in the order in which the walk meets it. A thing that
is met again is frozen as its number. So shared objects and cycles keep their identity. `thawing`
makes the things again in the same order.
"""

from __future__ import annotations

import dis
import logging
import types
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from functools import cache, cached_property, partial
from typing import Any

from pcheck.hosted.classes import is_record, reads_plainly
from pcheck.hosted.constants import CONSTANTS, constant_form, float_form, marker_form
from pcheck.hosted.containers import (
    ATOMS,
    DICTS,
    bytearray_form,
    deque_form,
    dict_form,
    frozenset_form,
    list_form,
    map_form,
    set_form,
    tuple_form,
)
from pcheck.hosted.forms import Held, Logger, Named, Outside
from pcheck.hosted.functions import (
    BUILTINS,
    FUNCTIONS,
    builtin_form,
    cell_form,
    function_form,
    method_form,
    partial_form,
)
from pcheck.hosted.memo import Memo, Unfreezable
from pcheck.hosted.naming import found
from pcheck.hosted.objects import Objects, Step, refusing
from pcheck.language.kinds import GENERATED
from pcheck.language.names import Group
from pcheck.language.values import Map, Set, exact
from pcheck.semantics.reach import codes
from pcheck.text import an

MAKERS = {"__init__", "__new__", "__post_init__", "__setstate__"}
SETTERS, VARS = {"__setattr__", "__delattr__"}, {"__dict__", "vars"}
STORES, UPDATES = {"STORE_SUBSCR", "DELETE_SUBSCR"}, {"update", "setdefault", "pop", "clear"}
WALKED: dict[type, Callable[..., Any]] = {  # each takes the walk, the thing and the memo
    list: list_form,
    deque: deque_form,
    set: set_form,
    frozenset: frozenset_form,
    bytearray: bytearray_form,
    types.MethodType: method_form,
    types.CellType: cell_form,
    partial: partial_form,
    **dict.fromkeys(DICTS, dict_form),
}


class Freezer:
    """The rules of freezing: which things are outside, and which attributes are left out."""

    def __init__(
        self,
        outside: Mapping[str, object] = types.MappingProxyType({}),
        skip: Iterable[str] = (),
        unordered: Iterable[str] = (),
        kept: Iterable[tuple[object, str]] = (),
    ) -> None:
        """Create a freezer. An attribute is `name` or `Class.name`.

        `kept` has the owners and names of what is frozen apart from the objects.
        """
        self._outside = {id(thing): (thing, Outside(name)) for name, thing in outside.items()}
        self._types_outside = {type(thing) for thing in outside.values()}
        names = frozenset(skip), frozenset(unordered), tuple(kept)
        self._objects = Objects(self.frozen, self._unordered, *names)
        self._steps: dict[type, Step] = {}
        self._object_steps: dict[type, Step] = {}

    def put_outside(self, kind: type, name: str) -> None:
        """Leave all things of a class outside the state, under one name."""
        form = Outside(name)
        self._steps[kind] = lambda thing, memo: form

    def freeze(self, thing: Any, memo: Memo | None = None) -> Any:
        """Return the frozen form of a thing, or raise Unfreezable.

        The memo is that of the things with which the thing may share objects.
        """
        memo = Memo() if memo is None else memo
        if type(thing) is tuple:
            memo.roots = frozenset(map(id, thing))
        try:
            return self.frozen(thing, memo)
        except Unfreezable:
            raise
        except RecursionError:
            fault = "that is nested too deeply"
        except Exception as error:  # raised by code of a class
            fault = f"with a part that raises {type(error).__name__}: {error}"
        raise Unfreezable(thing, f"{an(type(thing).__name__)} {fault}")

    def frozen(self, thing: Any, memo: Memo) -> Any:
        """Return the frozen form of a thing that a walk meets."""
        kind = type(thing)
        if kind in ATOMS:
            return thing
        step = self._steps.get(kind)
        if step is None:
            step = self._steps[kind] = self._step_for(kind)
        return step(thing, memo)

    def _unordered(self, thing: Any, memo: Memo) -> Any:
        """Return the form of what an attribute holds that is declared unordered."""
        if type(thing) is dict and id(thing) not in self._outside:
            return map_form(self.frozen, thing, memo)
        return self.frozen(thing, memo)

    def _step_for(self, kind: type) -> Step:
        """Return the function that freezes the things of a class."""
        try:
            step = self._inner_step(kind)
            if type(kind).__eq__ is not type.__eq__ or type(kind).__hash__ is not type.__hash__:
                step = refusing(f"{an(kind.__name__)}, whose metaclass compares classes")
        except Exception as error:  # raised by code of the class or of its metaclass
            fault = f"{an(kind.__name__)}, whose class raises {type(error).__name__}: {error}"
            step = refusing(fault)
        if kind not in self._types_outside:
            return step
        outside = self._outside

        def or_outside(thing: Any, memo: Memo) -> Any:
            return outside[id(thing)][1] if id(thing) in outside else step(thing, memo)

        return or_outside

    def _inner_step(self, kind: Any) -> Step:
        known: dict[type, Step] = {
            float: float_form,
            Set: lambda thing, _: Held(thing),
            Map: lambda thing, _: Held(thing),
            Group: lambda thing, _: thing,
            type(NotImplemented): lambda thing, _: Named("builtins", repr(thing)),
            type(...): lambda thing, _: Named("builtins", "Ellipsis"),
            types.ModuleType: _module_form,
            object: marker_form,
        }
        if kind in known:
            return known[kind]
        if kind in WALKED:
            return partial(WALKED[kind], self.frozen)
        if issubclass(kind, Enum):
            return lambda thing, _: thing
        if kind in CONSTANTS:
            return lambda thing, _: constant_form(thing)
        if issubclass(kind, tuple):
            return partial(tuple_form, self.frozen)
        if issubclass(kind, (type, *FUNCTIONS)):
            return partial(function_form, self.frozen)
        if issubclass(kind, BUILTINS):
            return partial(builtin_form, self.frozen)
        if issubclass(kind, logging.Logger):
            return _logger_form
        if is_record(kind) and is_value_class(kind):
            return self._record
        return self._object_step(kind)

    def _object_step(self, kind: type) -> Step:
        if kind not in self._object_steps:
            self._object_steps[kind] = self._objects.step_for(kind)
        return self._object_steps[kind]

    def _record(self, thing: Any, memo: Memo) -> Any:
        """Return a frozen dataclass itself if it can be a part of a state, otherwise its twin."""
        try:
            exact(thing)
        except Exception:  # it holds something that can change, or lacks a field
            return self._object_step(type(thing))(thing, memo)
        return thing


@cache
def is_value_class(kind: Any) -> bool:
    """Return whether no method of a frozen dataclass changes an object after its creation.

    Otherwise two states would share an object that changes.
    """
    members = [item for each in kind.__mro__ for item in vars(each).items()]
    methods = [
        member.__code__
        for name, member in members
        if isinstance(member, types.FunctionType) and name not in MAKERS
    ]
    return (
        reads_plainly(kind)
        and not any(isinstance(member, cached_property) for _, member in members)
        and not any(_may_set(code) for method in methods for code in codes(method))
    )


def _may_set(code: types.CodeType) -> bool:
    """Return whether some code may set an attribute of a frozen dataclass."""
    names = {*code.co_names}
    if code.co_filename == GENERATED or not names & {*SETTERS, *VARS}:
        return False
    stores = any(step.opname in STORES for step in dis.get_instructions(code))
    return bool(names & SETTERS) or stores or bool(names & UPDATES)


def _module_form(thing: types.ModuleType, _: Memo) -> Named:
    name = thing.__dict__.get("__name__")
    if not isinstance(name, str) or found(name, "") is not thing:
        raise Unfreezable(thing, f"the module {name}, which is not loaded under its name")
    return Named(name, "")


def _logger_form(thing: logging.Logger, _: Memo) -> Logger:
    known = logging.root, logging.root.manager.loggerDict.get(thing.name)
    if not any(each is thing for each in known):
        raise Unfreezable(thing, f"a logger that logging.getLogger({thing.name!r}) does not return")
    return Logger(thing.name)
