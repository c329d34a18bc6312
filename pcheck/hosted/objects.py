"""Objects as values: the twins of objects, which have a field for each attribute."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from sys import getrefcount
from typing import Any, NoReturn

from pcheck.hosted.classes import (
    CONTAINERS,
    base_of,
    defaults_of,
    fault_of,
    is_field_name,
    own_dict_of,
    reader_of,
)
from pcheck.hosted.containers import ATOMS, Walk, content_form
from pcheck.hosted.forms import Named
from pcheck.hosted.memo import Memo, Unfreezable, numbered
from pcheck.hosted.naming import Place, found, places_of
from pcheck.hosted.twins import CONTENT, twin_class
from pcheck.language.values import exact
from pcheck.text import an

Step = Callable[[Any, Memo], Any]
Plan = Callable[[Any, Mapping[str, Any], Memo], Any]


class Objects:
    """The rules for attributes: which are left out, unordered, or frozen apart from the objects."""

    def __init__(
        self,
        walk: Walk,
        unordered_walk: Walk,
        skip: frozenset[str],
        unordered: frozenset[str],
        kept: tuple[tuple[object, str], ...],
    ) -> None:
        self._walk, self._unordered_walk = walk, unordered_walk
        self._skip, self._unordered, self._kept = skip, unordered, kept
        self._plans: dict[tuple[type, tuple[str, ...]], Plan] = {}
        self._contents: dict[Place, Hashable] = {}  # of objects that a module holds
        self._entered: set[Place] = set()

    def step_for(self, kind: type) -> Step:
        """Return the function that freezes the objects of a class."""
        fault = fault_of(kind)
        if fault is not None:
            return refusing(fault)
        step = self._step(kind)
        places = places_of(kind)
        if not places:
            return step
        read, is_container = reader_of(kind), base_of(kind) in CONTAINERS

        def by_name_or_twin(thing: Any, memo: Memo) -> Any:
            place = places.get(id(thing))
            if place is None or id(thing) in memo or found(*place) is not thing:
                return step(thing, memo)
            is_root = not memo or id(thing) in memo.roots
            if is_root and (is_container or read(thing)):
                return step(thing, memo)
            self._check_content(thing, place, step)
            return Named(*place)

        return by_name_or_twin

    def _check_content(self, thing: Any, place: Place, step: Step) -> None:
        """Raise Unfreezable if an object that a module holds under a name has changed."""
        if place in self._entered:  # the object holds itself
            return
        self._entered.add(place)
        try:
            content = exact(step(thing, Memo()))
        finally:
            self._entered.remove(place)
        if self._contents.setdefault(place, content) != content:
            text = f"{an(type(thing).__name__)} that the module {place[0]} holds as {place[1]}"
            raise Unfreezable(thing, f"{text} and that has changed")

    def _step(self, kind: type) -> Step:
        read, plans, base = reader_of(kind), self._plans, base_of(kind)
        own = own_dict_of(kind) if kind.__dictoffset__ else None
        has_slots, has_items, walk = read is not own, base in CONTAINERS, self._walk

        def freeze(thing: Any, memo: Memo) -> Any:
            again = numbered(thing, memo)
            if again is not None:
                return again
            if own is not None:
                held = own(thing)
                if type(held) is not dict or getrefcount(held) > REFERENCES:
                    _check_dict(thing, held, memo)
            attributes = read(thing) if has_slots else held
            names = tuple(attributes)
            plan = plans.get((kind, names))
            if plan is None:
                plan = plans[kind, names] = self._plan(kind, names)
            twin = plan(thing, attributes, memo)
            if has_items:
                twin.__dict__[CONTENT] = content_form(walk, base, thing, memo)
            return twin

        return freeze

    def _plan(self, kind: Any, names: tuple[str, ...]) -> Plan:
        """Write the function that freezes the attributes of an object with exactly these names."""
        own = tuple([each for each in names if not _is_among(self._skip, kind, each)])
        wrong = next((each for each in own if each == CONTENT or not is_field_name(each)), None)
        if wrong is not None:
            return refusing(f"{an(kind.__name__)} with an attribute named {wrong!r}")
        defaults = defaults_of(kind) if kind.__dictoffset__ else {}
        elsewhere = {each for owner, each in self._kept if owner in kind.__mro__}
        others = [each for each in defaults if each not in own and each not in elsewhere]
        inherited = tuple([each for each in others if not _is_among(self._skip, kind, each)])
        lines = ["twin = new(kind)", "held = twin.__dict__"]
        for name in sorted({*own, *inherited}):
            if name in own:
                is_unordered = _is_among(self._unordered, kind, name)
                walk = "unordered_walk" if is_unordered else "walk"
                lines += [f"x = attributes[{name!r}]"]
                lines += [f"held[{name!r}] = x if type(x) in ATOMS else {walk}(x, memo)"]
            else:
                lines += [f"if original.{name} is not defaults[{name!r}]:"]
                lines += [f"    check_default(thing, {name!r}, defaults[{name!r}])"]
                lines += [f"held[{name!r}] = defaults[{name!r}]"]
        lines.append("return twin")
        scope: dict[str, Any] = {
            "new": object.__new__,
            "original": kind,
            "kind": twin_class(kind, own, inherited, base_of(kind) in CONTAINERS),
            "ATOMS": ATOMS,
            "walk": self._walk,
            "unordered_walk": self._unordered_walk,
            "defaults": defaults,
            "check_default": _check_default,
        }
        exec("\n    ".join(["def freeze(thing, attributes, memo):", *lines]), scope)
        return scope["freeze"]  # type: ignore[no-any-return]


def refusing(fault: str) -> Callable[..., NoReturn]:
    """Return a function that refuses each thing of a class, in place of a step or a plan."""

    def refuse(thing: Any, *_: object) -> NoReturn:
        raise Unfreezable(thing, fault)

    return refuse


def _is_among(given: frozenset[str], kind: type, name: str) -> bool:
    """Return whether `name` or `Class.name` is given for an attribute."""
    owners = (each.__name__ for each in kind.__mro__)
    return name in given or any(f"{owner}.{name}" in given for owner in owners)


def _check_default(thing: Any, name: str, default: Any) -> None:
    """Raise Unfreezable if the value that an object inherits from its class has changed."""
    now = getattr(type(thing), name, None)
    if (type(now), now) != (type(default), default):
        text = f"whose class has changed its attribute {name} from {default!r} to {now!r}"
        raise Unfreezable(thing, f"{an(type(thing).__name__)}, {text}")


def _check_dict(thing: Any, held: Any, memo: Memo) -> None:
    """Raise Unfreezable unless a dict holds the attributes of one object and nothing else."""
    what = f"{an(type(thing).__name__)} whose attributes are in {an(type(held).__name__)}"
    if type(held) is not dict:
        raise Unfreezable(thing, what)
    at = id(held)
    of_classes = (value for each in type(thing).__mro__ for value in vars(each).values())
    if at in memo or at in memo.dicts or any(value is held for value in of_classes):
        raise Unfreezable(thing, f"{what} that something else holds as well")
    memo.dicts |= {at}


class _Probe:
    """An object whose `__dict__` nothing else holds."""


def _references() -> int:
    """Return how many references such a dict has while a function holds it."""
    probe = _Probe()
    held = own_dict_of(_Probe)(probe)
    return getrefcount(held)


REFERENCES = _references()
