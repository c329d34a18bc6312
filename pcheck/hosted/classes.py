"""The classes of hosted objects: which attributes an object has, and whether it can be made again.

An object is made again without a call of `__init__`: pcheck makes an empty object of the class and
sets each attribute. This is exact only if the object holds nothing but attributes. So a class that
keeps something in memory of its own, as classes written in C do, is refused.
"""

from __future__ import annotations

import dis
import keyword
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import pairwise
from types import (
    CodeType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    SimpleNamespace,
)
from typing import Any

from pcheck.language.kinds import HEAP_TYPE
from pcheck.language.names import Id, Value
from pcheck.semantics.reach import codes
from pcheck.text import an

POINTER = tuple.__itemsize__
PLAIN = frozenset({type(None), bool, int, float, str, bytes, Id, Value})
CONTAINERS = list, dict, set, deque, OrderedDict, defaultdict
BASES = frozenset({object, SimpleNamespace, *CONTAINERS})
Reader = Callable[[Any], Mapping[str, Any]]


@cache
def base_of(kind: type) -> type:
    """Return the class written in C that a class extends: `object`, or a container such as dict."""
    return next(each for each in kind.__mro__ if not each.__flags__ & HEAP_TYPE)


@cache
def fault_of(kind: type) -> str | None:
    """Return why an object of a class cannot be made again from its attributes, or None."""
    base = base_of(kind)
    if issubclass(kind, BaseException):
        return f"{an(kind.__name__)}, an exception, which holds the stack of its raise"
    if base not in BASES or (base is SimpleNamespace and kind is not base):
        if base is kind:
            return f"{an(_full(kind))}, which keeps its content in memory of its own"
        return f"{an(kind.__name__)}, whose class extends {base.__name__}"
    if kind.__basicsize__ > _expected_size(kind, base):
        return f"{an(_full(kind))}, whose class is written in C"
    if getattr(kind, "__del__", None) is not None:
        return f"{an(kind.__name__)}, whose method __del__ would run for each copy"
    return None


def reader_of(kind: type) -> Reader:
    """Return a function that reads all attributes of an object, without calling its own code."""
    slots = dict(_slots(kind))
    if not slots:
        if kind.__dictoffset__ == 0:
            return lambda _: {}
        return _own_dict(kind)
    own = _own_dict(kind) if kind.__dictoffset__ else None

    def read(thing: Any) -> dict[str, Any]:
        found = dict(own(thing)) if own is not None else {}
        for name, slot in slots.items():
            try:
                found[name] = slot.__get__(thing, kind)
            except AttributeError:  # not set yet
                continue
        return found

    return read


def writer_of(kind: type) -> Callable[[Any, dict[str, Any]], None]:
    """Return a function that sets all attributes of an empty object, without calling its code."""
    slots = dict(_slots(kind))
    own = _own_dict(kind) if kind.__dictoffset__ else None

    def write(thing: Any, attributes: dict[str, Any]) -> None:
        for name, value in attributes.items():
            if name in slots:
                slots[name].__set__(thing, value)
            else:
                assert own is not None
                own(thing)[name] = value  # type: ignore[index]

    return write


@cache
def has_slots(kind: type) -> bool:
    return any(True for _ in _slots(kind))


@cache
def defaults_of(kind: type) -> dict[str, Any]:
    """Return the plain values that a class holds for attributes which its methods set.

    An object may have such an attribute of its own or not: it is the same state.
    """
    found: dict[str, Any] = {}
    stored: set[str] = set()
    for each in reversed(kind.__mro__):
        for name, member in vars(each).items():
            if type(member) in PLAIN and not name.startswith("__"):
                found[name] = member
            else:
                found.pop(name, None)
            if isinstance(member, FunctionType):
                stored |= _stored(member.__code__)
    return {name: value for name, value in found.items() if name in stored}


def reads_plainly(kind: Any) -> bool:
    """Return whether a class leaves it to Python how its attributes are read."""
    return kind.__getattribute__ is object.__getattribute__


def is_field_name(name: object) -> bool:
    """Return whether an attribute can be a field of a dataclass."""
    return isinstance(name, str) and name.isidentifier() and not keyword.iskeyword(name)


def _stored(code: CodeType) -> set[str]:
    """Return the names of the attributes that a method sets on its object, and on nothing else."""
    own: set[str] = set()
    others: set[str] = set()
    for each in codes(code):
        first = each.co_varnames[:1]
        steps = list(dis.get_instructions(each))
        for before, step in pairwise(steps):
            if step.opname == "STORE_ATTR":
                is_own = before.opname.startswith("LOAD_FAST") and before.argval in first
                (own if is_own else others).add(str(step.argval))
    return own - others


def _expected_size(kind: type, base: type) -> int:
    """Return the size of an object that holds attributes only, and what its base holds."""
    size = base.__basicsize__ + POINTER * sum(1 for _ in _slots(kind))
    size += POINTER * (kind.__dictoffset__ > 0 and base.__dictoffset__ == 0)
    return size + POINTER * (kind.__weakrefoffset__ > 0 and base.__weakrefoffset__ == 0)


def _slots(kind: type) -> Iterator[tuple[str, MemberDescriptorType]]:
    """Yield the name and the descriptor of each slot that a class written in Python declares."""
    for each in reversed(kind.__mro__):
        if "__slots__" in vars(each):
            for name, member in vars(each).items():
                if isinstance(member, MemberDescriptorType):
                    yield name, member


def _own_dict(kind: type) -> Reader:
    """Return a function that returns the dict of an object, whatever the class overrides."""
    if reads_plainly(kind) and not _overrides_dict(kind):
        return lambda thing: thing.__dict__
    descriptor = next(
        vars(each)["__dict__"]
        for each in reversed(kind.__mro__)
        if isinstance(vars(each).get("__dict__"), GetSetDescriptorType)
    )
    return lambda thing: descriptor.__get__(thing)


def _overrides_dict(kind: type) -> bool:
    held = [vars(each)["__dict__"] for each in kind.__mro__ if "__dict__" in vars(each)]
    return any(not isinstance(each, GetSetDescriptorType) for each in held)


def _full(kind: type) -> str:
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
