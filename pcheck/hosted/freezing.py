"""Freezing: a thing and all that it reaches, as a value that a state or a message may hold.

The walk numbers each thing that can change, in the order in which the walk meets it. A thing that
is met again is frozen as its number. So shared objects and cycles keep their identity. `thawing`
makes the things again in the same order.

Sets, and dicts that are declared unordered, are sorted. So the walk inside them has no fixed order:
what they hold must not be held by anything else.
"""

from __future__ import annotations

import logging
import types
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from functools import partial
from pathlib import PurePath
from typing import Any

from pcheck.hosted.classes import (
    CONTAINERS,
    PLAIN,
    Reader,
    base_of,
    defaults_of,
    fault_of,
    is_field_name,
    reader_of,
)
from pcheck.hosted.constants import CONSTANTS, constant_form, marker_form
from pcheck.hosted.forms import (
    Again,
    ByteArray,
    Deque,
    Dict,
    FrozenSet,
    Held,
    List,
    Logger,
    Named,
    Outside,
)
from pcheck.hosted.functions import (
    BUILTINS,
    FUNCTIONS,
    builtin_form,
    cell_form,
    function_form,
    method_form,
    partial_form,
)
from pcheck.hosted.memo import Memo, Unfreezable, numbered, shared
from pcheck.hosted.twins import CONTENT, twin_class
from pcheck.language.kinds import is_frozen_dataclass
from pcheck.language.names import Group
from pcheck.language.values import Map, Set, UnsupportedValue, exact
from pcheck.text import an

DICTS = dict, OrderedDict, defaultdict
Step = Callable[[Any, Memo], Any]


class Freezer:
    """The rules of freezing: which things are outside, and which attributes are left out."""

    def __init__(
        self,
        outside: Mapping[str, object] = types.MappingProxyType({}),
        skip: Iterable[str] = (),
        unordered: Iterable[str] = (),
    ) -> None:
        """Create a freezer. An attribute is `name` or `Class.name`."""
        self._outside = {id(thing): Outside(name) for name, thing in outside.items()}
        self._types_outside = {type(thing) for thing in outside.values()}
        self._skip, self._unordered = frozenset(skip), frozenset(unordered)
        self._steps: dict[type, Step] = {}
        self._plans: dict[tuple[type, tuple[str, ...]], Step] = {}

    def put_outside(self, kind: type, name: str) -> None:
        """Leave all things of a class outside the state, under one name."""
        form = Outside(name)
        self._steps[kind] = lambda thing, memo: form

    def freeze(self, thing: Any) -> Any:
        """Return the frozen form of a thing, or raise Unfreezable."""
        return self.frozen(thing, Memo())

    def frozen(self, thing: Any, memo: Memo) -> Any:
        """Return the frozen form of a thing that a walk meets."""
        kind = type(thing)
        if kind in PLAIN:
            return thing
        step = self._steps.get(kind)
        if step is None:
            step = self._steps[kind] = self._step_for(kind)
        return step(thing, memo)

    def _step_for(self, kind: type) -> Step:
        """Return the function that freezes the things of a class."""
        step = self._inner_step(kind)
        if kind not in self._types_outside:
            return step
        outside = self._outside

        def or_outside(thing: Any, memo: Memo) -> Any:
            return outside.get(id(thing)) or step(thing, memo)

        return or_outside

    def _inner_step(self, kind: type) -> Step:
        known: dict[type, Step] = {
            list: self._list,
            deque: self._deque,
            set: self._set,
            frozenset: lambda thing, memo: FrozenSet(self._members(thing)),
            bytearray: lambda thing, memo: numbered(thing, memo) or ByteArray(bytes(thing)),
            Set: lambda thing, _: Held(thing),
            Map: lambda thing, _: Held(thing),
            Group: lambda thing, _: thing,
            type(NotImplemented): lambda thing, _: Named("builtins", repr(thing)),
            type(...): lambda thing, _: Named("builtins", "Ellipsis"),
            types.MethodType: partial(method_form, self.frozen),
            types.ModuleType: lambda thing, _: Named(thing.__name__, ""),
            types.CellType: partial(cell_form, self.frozen),
            partial: partial(partial_form, self.frozen),
        }
        if kind in known:
            return known[kind]
        if issubclass(kind, Enum):
            return lambda thing, _: thing
        if kind in DICTS:
            return self._dict
        if kind in CONSTANTS or issubclass(kind, PurePath):
            return lambda thing, _: constant_form(thing)
        if issubclass(kind, tuple):
            return self._tuple
        if issubclass(kind, (type, *FUNCTIONS)):
            return partial(function_form, self.frozen)
        if issubclass(kind, BUILTINS):
            return partial(builtin_form, self.frozen)
        if issubclass(kind, logging.Logger):
            return lambda thing, _: Logger(thing.name)
        if kind is object:
            return marker_form
        if is_frozen_dataclass(kind):
            return self._record
        return self._object_step(kind)

    def _list(self, thing: list[Any], memo: Memo) -> Any:
        again = numbered(thing, memo)
        return again or List(tuple([self.frozen(each, memo) for each in thing]))

    def _deque(self, thing: deque[Any], memo: Memo) -> Any:
        return numbered(thing, memo) or self._items(thing, deque, memo)

    def _set(self, thing: set[Any], memo: Memo) -> Any:
        return numbered(thing, memo) or self._members(thing)

    def _members(self, thing: Iterable[Any]) -> Set[Any]:
        """Return the members of a set, which must not be able to change."""
        found = []
        for each in thing:
            inside = Memo()
            found.append(self.frozen(each, inside))
            if inside or inside.kept:
                text = f"a set with {an(type(each).__name__)}, which can change, so that the order"
                raise Unfreezable(thing, f"{text} in which Python walks the set is not fixed")
        return Set(found)

    def _dict(self, thing: dict[Any, Any], memo: Memo) -> Any:
        return numbered(thing, memo) or self._items(thing, type(thing), memo)

    def _items(self, thing: Any, kind: type, memo: Memo) -> Any:
        """Return the form of the items of a container, or of an object that is one as well."""
        frozen = self.frozen
        if kind is set:
            return self._members(set.__iter__(thing))
        if kind is list:
            return List(tuple([frozen(each, memo) for each in list.__iter__(thing)]))
        if kind is deque:
            return Deque(
                tuple([frozen(each, memo) for each in deque.__iter__(thing)]), thing.maxlen
            )
        factory = frozen(thing.default_factory, memo) if kind is defaultdict else None
        pairs = OrderedDict.items(thing) if kind is OrderedDict else dict.items(thing)
        entries = [(frozen(key, memo), frozen(each, memo)) for key, each in pairs]
        return Dict(kind.__name__, factory, tuple(entries))

    def _unordered_dict(self, thing: Any, memo: Memo) -> Any:
        """Return a dict as a map that is sorted by its keys."""
        if type(thing) is not dict:
            return self.frozen(thing, memo)
        again = numbered(thing, memo)
        if again is not None:
            return again
        entries = []
        for key, each in thing.items():
            inside = Memo(memo)
            entries.append((self.frozen(key, inside), self.frozen(each, inside)))
            new = dict.fromkeys(inside.keys() - memo.keys(), each) | inside.kept
            if new.keys() & memo.kept.keys():
                text = "an unordered dict, two of whose values share an object"
                raise Unfreezable(thing, f"{text}; leave it out of unordered=")
            memo.kept.update(new)
        return Map(entries)

    def _tuple(self, thing: tuple[Any, ...], memo: Memo) -> Any:
        kind: Any = type(thing)
        parts = [self.frozen(each, memo) for each in thing]
        if kind is tuple:
            return tuple(parts)
        if not hasattr(kind, "_fields") or kind.__dictoffset__:
            raise Unfreezable(thing, f"{an(kind.__name__)}, whose class extends tuple")
        return tuple.__new__(kind, parts)

    def _record(self, thing: Any, memo: Memo) -> Any:
        """Return a frozen dataclass itself if it can be a part of a state, otherwise its twin."""
        try:
            exact(thing)
        except UnsupportedValue:
            return self._object_step(type(thing))(thing, memo)
        return thing

    def _object_step(self, kind: type) -> Step:
        """Return the function that freezes the objects of a class by their attributes."""
        fault = fault_of(kind)
        if fault is not None:
            return _refusing(fault)
        read, plans, base = reader_of(kind), self._plans, base_of(kind)
        has_items = base in CONTAINERS

        def freeze(thing: Any, memo: Memo) -> Any:
            at = id(thing)
            if at in memo:
                return Again(memo[at])
            if memo.kept and at in memo.kept:
                raise shared(thing)
            memo[at] = len(memo)
            attributes = read(thing)
            names = tuple(attributes)
            plan = plans.get((kind, names))
            if plan is None:
                plan = plans[kind, names] = self._plan(kind, names, read)
            twin = plan(attributes, memo)
            if has_items:
                twin.__dict__[CONTENT] = self._items(thing, base, memo)
            return twin

        return freeze

    def _plan(self, kind: type, names: tuple[str, ...], read: Reader) -> Step:
        """Write the function that freezes the attributes of an object with exactly these names."""
        wrong = next((name for name in names if not is_field_name(name)), None)
        if wrong is not None:
            return _refusing(f"{an(kind.__name__)} with an attribute named {wrong!r}")
        defaults = defaults_of(kind)
        kept = [n for n in sorted({*names, *defaults}) if not self._is_among(self._skip, kind, n)]
        inherits = base_of(kind) in CONTAINERS
        twin = twin_class(kind, tuple([*kept, CONTENT] if inherits else kept))
        lines = [
            "def freeze(attributes, memo):",
            "    twin = new(kind)",
            "    held = twin.__dict__",
        ]
        for name in kept:
            value = f"attributes[{name!r}]" if name in names else f"defaults[{name!r}]"
            is_unordered = self._is_among(self._unordered, kind, name)
            step = "frozen_unordered" if is_unordered else "frozen"
            lines += [f"    x = {value}"]
            lines += [f"    held[{name!r}] = x if type(x) in PLAIN else {step}(x, memo)"]
        lines.append("    return twin")
        scope: dict[str, Any] = {
            "new": object.__new__,
            "kind": twin,
            "PLAIN": PLAIN,
            "frozen": self.frozen,
            "frozen_unordered": self._unordered_dict,
            "defaults": defaults,
        }
        exec("\n".join(lines), scope)  # the names are identifiers
        return scope["freeze"]  # type: ignore[no-any-return]

    @staticmethod
    def _is_among(given: frozenset[str], kind: type, name: str) -> bool:
        owners = (each.__name__ for each in kind.__mro__)
        return name in given or any(f"{owner}.{name}" in given for owner in owners)


def _refusing(fault: str) -> Step:
    def refuse(thing: Any, _: Memo) -> Any:
        raise Unfreezable(thing, fault)

    return refuse
