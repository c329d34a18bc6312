"""The classes of values: which classes are supported, and the facts that their values share.

A search merges two values exactly if their types and fields agree. So a value must not hide
anything in other attributes, and Python must not distinguish values that pcheck merges. All that
depends only on the class is found once for each class.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import Field, dataclass, field, fields
from enum import Enum
from functools import cached_property
from operator import attrgetter
from types import FunctionType, MemberDescriptorType
from typing import Any

from pcheck.text import an

ADVICE: dict[type, str] = {
    list: "use a tuple",
    set: "use Set",
    frozenset: "use Set",
    dict: "use Map",
    bytearray: "use bytes",
}
FIXED = "pcheck: fixed"  # metadata key of a field that is not part of the state
DECORATOR = "@dataclass(frozen=True)"
HEAP_TYPE = 1 << 9  # the flag of a class that Python code defines, in `type.__flags__`
MAKERS = ("__init__", "__new__", "__post_init__")
COMPARISONS = ("__eq__", "__ne__", "__hash__")
GENERATED = "<string>"  # the file name of the methods that @dataclass writes
NAMES_OF_EQ = {"__class__", "NotImplemented"}  # all names in its `__eq__` but those of fields


Reader = Callable[[Any], tuple[Any, ...]]


class Category(Enum):
    """The category of a class whose values a state or message may hold."""

    MEMBER = "enum"
    TUPLE = "tuple"
    RECORD = "frozen dataclass"


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts about a class. A value is supported only if `fault` is None."""

    category: Category | None
    fields: tuple[str, ...] = ()  # the fields that are part of the state
    fixed: tuple[str, ...] = ()
    attributes: frozenset[str] | None = None  # the names that `__dict__` may hold, if it exists
    comparer: type | None = None  # the class whose own `__eq__` or `__hash__` compares the values
    fault: str | None = None  # why the values are not supported: `a list; use a tuple`
    plain_names: frozenset[str] | None = None  # all fields, if `__init__` only stores them
    read: Reader = field(init=False)  # returns the values of `fields`
    read_fixed: Reader = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "read", _reader(self.fields))
        object.__setattr__(self, "read_fixed", _reader(self.fixed))


class _Facts(dict[type, Facts]):
    """The facts about each class that was met so far."""

    def __missing__(self, kind: type) -> Facts:
        self[kind] = _facts(kind)
        return self[kind]


FACTS = _Facts()


def _facts(kind: type) -> Facts:
    if issubclass(kind, Enum):
        return Facts(Category.MEMBER, comparer=_comparer(kind, ()))
    if issubclass(kind, tuple):
        return Facts(Category.TUPLE, comparer=_comparer(kind, ()), fault=_fault_of_tuple(kind))
    declared: tuple[Field[Any], ...] = fields(kind) if _is_dataclass(kind) else ()  # type: ignore[arg-type]
    names = tuple(f.name for f in declared)
    fixed = tuple(f.name for f in declared if FIXED in f.metadata)
    state = tuple(name for name in names if name not in fixed)
    if not is_frozen_dataclass(kind):
        return Facts(None, state, fault=_unsupported(kind))
    return Facts(
        Category.RECORD,
        state,
        fixed,
        frozenset({*names, *_cached(kind)}) if kind.__dictoffset__ else None,
        _comparer(kind, state),
        _fault_of_record(kind, names),
        frozenset(names) if _is_plain(kind, names) else None,
    )


def _reader(names: tuple[str, ...]) -> Reader:
    """Return a function that reads the attributes with these names, in this order."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple([getattr(value, name) for name in names])


def _is_plain(kind: Any, names: tuple[str, ...]) -> bool:
    """Return whether `__init__` only stores its arguments, the fields, in the `__dict__`."""
    made_by: dict[str, Any] = {name: getattr(kind, name, None) for name in MAKERS}
    init = made_by["__init__"]
    if not kind.__dictoffset__ or any(each for base in kind.__mro__ for each in _slots(base)):
        return False
    return (
        made_by["__new__"] is object.__new__
        and made_by["__post_init__"] is None
        and isinstance(init, FunctionType)
        and init.__code__.co_filename == GENERATED
        and sorted(inspect.signature(init).parameters) == sorted(["self", *names])
        and not any(_cached(kind))
    )


def is_frozen_dataclass(kind: type) -> bool:
    parameters = getattr(kind, "__dataclass_params__", None)
    return parameters is not None and bool(parameters.frozen)


def state_fields(kind: type) -> tuple[str, ...]:
    """Return the names of the fields that are part of the state: all but the fixed ones."""
    return FACTS[kind].fields


def undecorated(kind: type) -> str | None:
    """Return the error for a base or the class itself if it needs a decorator, or None.

    Without a decorator of its own, the annotations of a class are not fields, and its `__init__`
    can set attributes that are not fields either.
    """
    for at, each in enumerate(kind.__mro__):
        if _is_neutral(each) or _is_decorated(each):
            continue
        added = next(_added(each, kind.__mro__[:at]), None)
        if added is not None:
            name = each.__name__
            text = f"{name} adds {added} but is not a dataclass; write {DECORATOR} above class"
            return f"{text} {name}"
    return None


def hidden_attribute(value: object, attributes: frozenset[str]) -> str | None:
    """Return the error about an attribute of a value that is not one of these, or None."""
    name = next((each for each in vars(value) if each not in attributes), None)
    if name is None:
        return None
    kind = type(value)
    text = f"{an(kind.__name__)} with the attribute {name}, which is not a field"
    declare = f"declare {name} as a field of class {kind.__name__}"
    if _is_decorated(kind):
        return f"{text}; {declare}"
    more = "" if name.startswith("__") else f" and {declare}"  # __orig_class__ of a generic class
    return f"{text}; write {DECORATOR} above class {kind.__name__}{more}"


def equal_only_to_itself(kind: type) -> bool:
    """Return whether the values of a class are compared by identity."""
    method: object = kind.__eq__
    return method is object.__eq__


def _is_neutral(kind: type) -> bool:
    """Return whether a class adds nothing to its values: object, Generic or Protocol."""
    return kind is object or kind.__module__ == "typing"


def is_part_of_pcheck(kind: type) -> bool:
    """Return whether a class belongs to pcheck itself, and not to a spec that ships with pcheck."""
    module = kind.__module__
    return module.startswith("pcheck.") and not module.startswith("pcheck.specs.")


def _is_dataclass(kind: type) -> bool:
    return hasattr(kind, "__dataclass_fields__")


def _is_decorated(kind: type) -> bool:
    return "__dataclass_fields__" in vars(kind)


def _added(kind: type, below: tuple[type, ...]) -> Iterator[str]:
    """Yield what an undecorated class adds to its values, unless a class below declares it."""
    declared = {name for each in below for name in vars(each)}
    declared |= {name for each in below if _is_decorated(each) for name in _annotated(each)}
    yield from (f"the field {name}" for name in _annotated(kind) if name not in declared)
    for name in MAKERS:
        if name in vars(kind) and getattr(vars(kind)[name], "__module__", "") != "typing":
            yield name
    yield from (f"the slot {name}" for name in _slots(kind))


def _annotated(kind: type) -> list[str]:
    hints = inspect.get_annotations(kind)
    return [name for name, hint in hints.items() if "ClassVar" not in str(hint)]


def _slots(kind: type) -> list[str]:
    return [name for name, each in vars(kind).items() if isinstance(each, MemberDescriptorType)]


def _cached(kind: type) -> Iterator[str]:
    """Yield the names of the cached properties, which keep their results in the instance."""
    for each in kind.__mro__:
        for member in vars(each).values():
            if isinstance(member, cached_property) and member.attrname is not None:
                yield member.attrname


def _unsupported(kind: type) -> str:
    """Return the name of an unsupported class and the class to use instead."""
    name = kind.__name__
    if _is_dataclass(kind):
        return f"{an(name)}, which is mutable; write {DECORATOR} above class {name}"
    advice = next((text for old, text in ADVICE.items() if issubclass(kind, old)), None)
    return f"{an(name)}; {advice or 'use a frozen dataclass, a tuple, a Set or a Map'}"


def _fault_of_tuple(kind: Any) -> str | None:
    """Return why a subclass of tuple is not supported, or None."""
    name = kind.__name__
    if kind.__dictoffset__:
        text = f"{an(name)}, whose class lets a tuple have attributes"
        return f"{text}; write __slots__ = () in class {name}, or use a frozen dataclass"
    if getattr(kind, "n_fields", 0) > getattr(kind, "n_sequence_fields", 0):
        return f"{an(name)}, which has attributes that are not items; use a frozen dataclass"
    return _identity(kind)


def _fault_of_record(kind: type, names: tuple[str, ...]) -> str | None:
    """Return why a frozen dataclass is not supported, or None."""
    for each in kind.__mro__:
        if _is_neutral(each):
            continue
        if (is_part_of_pcheck(each) and not _is_decorated(each)) or not each.__flags__ & HEAP_TYPE:
            text = f"{an(kind.__name__)}, whose class extends {each.__name__}"
            return f"{text}; keep the {each.__name__} in a field instead"
    if (error := undecorated(kind)) is not None:
        return f"{an(kind.__name__)}, and {error}"
    for each in kind.__mro__:
        slot = next((slot for slot in _slots(each) if slot not in names), None)
        if slot is not None:
            text = f"{an(kind.__name__)}, and {each.__name__} has the slot {slot}"
            return f"{text}, which is not a field; declare {slot} as a field"
    return _identity(kind)


def _identity(kind: type) -> str | None:
    if not equal_only_to_itself(kind):
        return None
    name = kind.__name__
    return f"{an(name)}, which equals only itself; remove eq=False or __eq__ from class {name}"


def _comparer(kind: type, state: tuple[str, ...]) -> type | None:
    """Return the class with a method that may compare values otherwise than by their fields."""
    for name in COMPARISONS:
        owner = next(each for each in kind.__mro__ if name in vars(each))
        method = vars(owner)[name]
        if owner is not object and not is_generated(owner, name):
            return owner
        read = method.__code__.co_names if isinstance(method, FunctionType) else state
        if name == "__eq__" and not set(state) <= set(read):
            return owner  # with compare=False, or inherited in spite of a new field
    return None


def is_generated(owner: type, name: str) -> bool:
    """Return whether a method of a class that compares or hashes was not written by hand."""
    method = vars(owner)[name]
    if not isinstance(method, FunctionType):
        return method is not vars(object)[name]  # not `__hash__ = object.__hash__`
    if method.__module__ == "enum":
        return True
    if method.__code__.co_filename != GENERATED or name == "__ne__":
        return False
    others = set(method.__code__.co_names) - getattr(owner, "__dataclass_fields__", {}).keys()
    return others == {"hash"} if name == "__hash__" else "__class__" in others <= NAMES_OF_EQ
