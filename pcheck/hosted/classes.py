"""The classes of hosted objects: which attributes an object has, and whether it can be made again.

An object is made again without a call of `__init__`: pcheck makes an empty object of the class and
sets each attribute. This is exact only if the object holds nothing but attributes. So a class that
keeps something in memory of its own, as classes written in C do, is refused.
"""

from __future__ import annotations

import dis
import keyword
import unicodedata
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterator
from functools import cache
from types import (
    CodeType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    SimpleNamespace,
)
from typing import Any
from weakref import WeakKeyDictionary

from pcheck.hosted.memo import Unfreezable
from pcheck.language.kinds import HEAP_TYPE, is_frozen_dataclass
from pcheck.language.names import Id, Value
from pcheck.semantics.reach import codes
from pcheck.text import an

POINTER = tuple.__itemsize__
IMMUTABLE_TYPE = 1 << 8  # the flag of a class that Python code cannot change
PLAIN = frozenset({type(None), bool, int, float, str, bytes, Id, Value})
FACTORY: Any = vars(defaultdict)["default_factory"]
MAXLEN: Any = vars(deque)["maxlen"]
CONTAINERS = list, dict, set, deque, OrderedDict, defaultdict
BASES = frozenset({object, SimpleNamespace, *CONTAINERS})
DUNDER = {"__module__", "__qualname__", "__name__", "__doc__", "__wrapped__", "__orig_class__"}
DESCRIPTORS = GetSetDescriptorType, MemberDescriptorType
Reader = Callable[[Any], dict[str, Any]]


@cache
def base_of(kind: type) -> type:
    """Return the class written in C that a class extends: `object`, or a container such as dict."""
    return next(each for each in kind.__mro__ if each in BASES or not is_python(each))


@cache
def fault_of(kind: type) -> str | None:
    """Return why an object of a class cannot be made again from its attributes, or None."""
    base, name = base_of(kind), kind.__name__
    if BaseException in kind.__mro__:
        return f"{an(name)}, an exception, which holds the stack of its raise"
    if base not in BASES:
        if base is kind:
            return f"{an(_full(kind))}, which keeps its content in memory of its own"
        return f"{an(name)}, whose class extends {base.__name__}"
    if kind.__basicsize__ > _expected_size(kind, base) or kind.__itemsize__ != base.__itemsize__:
        return f"{an(_full(kind))}, whose class is written in C"
    if any("__del__" in vars(each) for each in kind.__mro__):
        return f"{an(name)}, whose method __del__ would run for each copy"
    twice = next((slot for slot, n in Counter(n for n, _ in _slots(kind)).items() if n > 1), None)
    if twice is not None:
        return f"{an(name)}, whose class has two slots named {twice}"
    elsewhere = next(_kept_elsewhere(kind), None)
    if elsewhere is not None:
        return f"{an(name)}, whose attribute {elsewhere} is kept outside the object, by its id"
    if kind.__dictoffset__ and _dict_descriptor(kind) is None:
        return f"{an(name)}, whose attributes cannot be read"
    return None


def reader_of(kind: type) -> Reader:
    """Return a function that reads all attributes of an object, without calling its own code.

    Without slots, the function returns the `__dict__` of the object itself.
    """
    slots = dict(_slots(kind))
    if not slots and kind.__dictoffset__:
        return own_dict_of(kind)
    own = own_dict_of(kind) if kind.__dictoffset__ else None

    def read(thing: Any) -> dict[str, Any]:
        found = dict(own(thing)) if own is not None else {}
        for name, slot in slots.items():
            try:
                value = slot.__get__(thing, kind)
            except AttributeError:  # not set yet
                continue
            if name in found:
                text = f"with two attributes named {name}, one of them in a slot"
                raise Unfreezable(thing, f"{an(kind.__name__)} {text}")
            found[name] = value
        return found

    return read


def writer_of(kind: type) -> Callable[[Any, dict[str, Any]], None]:
    """Return a function that sets all attributes of an empty object, without calling its code."""
    slots = dict(_slots(kind))
    own = own_dict_of(kind) if kind.__dictoffset__ else None

    def write(thing: Any, attributes: dict[str, Any]) -> None:
        for name, value in attributes.items():
            if name in slots:
                slots[name].__set__(thing, value)
            else:
                assert own is not None
                own(thing)[name] = value

    return write


@cache
def is_open(kind: Any) -> bool:
    """Return whether `thing.__dict__` is a dict with all attributes that an object has."""
    return bool(kind.__dictoffset__) and reads_plainly(kind) and not any(_slots(kind))


@cache
def defaults_of(kind: type) -> dict[str, Any]:
    """Return the plain values that a class holds for attributes which its methods set."""
    found: dict[str, Any] = {}
    stored: set[str] = set()
    for each in reversed(kind.__mro__):
        for name, member in vars(each).items():
            if type(member) in PLAIN and is_field_name(name) and not name.startswith("__"):
                found[name] = member
            else:
                found.pop(name, None)
            if isinstance(member, FunctionType):
                stored |= _stored(member.__code__)
    return {name: found[name] for name in sorted(found) if name in stored}


@cache
def reads_plainly(kind: type) -> bool:
    """Return whether a class leaves it to Python how its attributes are read."""
    return all(
        "__getattribute__" not in vars(each)
        and isinstance(vars(each).get("__dict__"), (*DESCRIPTORS, type(None)))
        for each in kind.__mro__
        if is_python(each)
    )


def is_record(kind: type) -> bool:
    """Return whether a class is a frozen dataclass, whatever its metaclass answers."""
    is_dataclass = any("__dataclass_params__" in vars(each) for each in kind.__mro__)
    return is_dataclass and is_frozen_dataclass(kind)


def is_field_name(name: object) -> bool:
    """Return whether an attribute can be a field of a dataclass."""
    if type(name) is not str or not name.isidentifier() or keyword.iskeyword(name):
        return False
    if name.startswith("__") and name.endswith("__") and name not in DUNDER:
        return False
    return unicodedata.normalize("NFKC", name) == name  # as Python reads a name in a program


@cache
def own_dict_of(kind: type) -> Reader:
    """Return a function that returns the `__dict__` of an object, whatever the class overrides."""
    if reads_plainly(kind):
        return lambda thing: thing.__dict__
    descriptor = _dict_descriptor(kind)
    return lambda thing: descriptor.__get__(thing)


def _stored(code: CodeType) -> set[str]:
    """Return the names of the attributes that a method sets on its object, and on nothing else."""
    own: set[str] = set()
    others: set[str] = set()
    for each in codes(code):
        steps = list(dis.get_instructions(each))
        for at, step in enumerate(steps):
            if step.opname == "STORE_ATTR":
                loaded = _loaded_before(steps, at)
                is_own = loaded is not None and loaded in each.co_varnames[:1]
                (own if is_own else others).add(str(step.argval))
    return own - others


def _loaded_before(steps: list[dis.Instruction], at: int) -> Any:
    """Return the local variable of which an instruction sets an attribute, or None."""
    load = at - 1
    if steps[load].opname == "SWAP":  # of `thing.n += 1`, which begins with a read of `thing.n`
        name = steps[at].argval
        reads = [n for n in range(at) if steps[n].argval == name and steps[n - 1].opname == "COPY"]
        load = reads[-1] - 2 if reads else at
    step = steps[load]
    if not step.opname.startswith("LOAD_FAST"):
        return None
    return step.argval[-1] if isinstance(step.argval, tuple) else step.argval


def is_python(kind: type) -> bool:
    """Return whether a class was defined by a `class` statement, as far as its flags tell."""
    return bool(kind.__flags__ & HEAP_TYPE) and not kind.__flags__ & IMMUTABLE_TYPE


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


def _kept_elsewhere(kind: type) -> Iterator[str]:
    """Yield the names of attributes that a descriptor keeps in a dict with weak keys."""
    for name, member in (item for each in kind.__mro__ for item in vars(each).items()):
        descriptor = type(member)
        if is_python(descriptor) and any("__set__" in vars(each) for each in descriptor.__mro__):
            held = reader_of(descriptor)(member).values()
            if any(type(each) is WeakKeyDictionary for each in held):
                yield name


def _dict_descriptor(kind: type) -> Any:
    found = (vars(each).get("__dict__") for each in reversed(kind.__mro__))
    return next((each for each in found if isinstance(each, DESCRIPTORS)), None)


def _full(kind: type) -> str:
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
