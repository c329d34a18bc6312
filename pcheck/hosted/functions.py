"""Functions, methods and closures as values.

A function that a module holds under its name is frozen as this name. A lambda, or a function inside
a function, is frozen as its code and the variables that it uses of the outer function.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Mapping
from typing import Any

from pcheck.hosted.forms import BuiltinMethod, Cell, Closure, Method, Partial
from pcheck.hosted.memo import Memo, Unfreezable, numbered
from pcheck.hosted.naming import named
from pcheck.text import an

BUILTINS = types.BuiltinFunctionType, types.BuiltinMethodType, types.MethodWrapperType
FUNCTIONS = types.FunctionType, types.WrapperDescriptorType, types.MethodDescriptorType
CODES: dict[str, types.FunctionType] = {}  # a function with the code of each frozen closure
Walk = Callable[[Any, Memo], Any]  # freezes what a thing holds


def method_form(walk: Walk, thing: types.MethodType, memo: Memo) -> Any:
    """Return the form of a method that is bound to an object."""
    return Method(walk(thing.__func__, memo), walk(thing.__self__, memo))


def function_form(walk: Walk, thing: Any, memo: Memo) -> Any:
    """Return the form of a function or a class."""
    name = named(thing.__module__, thing.__qualname__, thing) if _has_module(thing) else None
    if name is not None:
        return name
    if isinstance(thing, types.FunctionType):
        return _closure(walk, thing, memo)
    owner = getattr(thing, "__objclass__", None)  # such as `str.upper`
    if isinstance(owner, type):
        return BuiltinMethod(walk(owner, memo), thing.__name__)
    raise Unfreezable(thing, f"{an(type(thing).__name__)} that no module holds under its name")


def _closure(walk: Walk, thing: types.FunctionType, memo: Memo) -> Any:
    """Return a function inside a function as its code and the variables that it uses."""
    again = numbered(thing, memo)
    if again is not None:
        return again
    code, defaults = thing.__code__, thing.__defaults__
    key = f"{thing.__module__}.{thing.__qualname__} (line {code.co_firstlineno})"
    if CODES.setdefault(key, thing).__code__ is not code:
        raise Unfreezable(thing, f"{thing.__qualname__}, one of two functions on one line")
    return Closure(
        key,
        tuple([walk(each, memo) for each in thing.__closure__ or ()]),
        None if defaults is None else tuple([walk(each, memo) for each in defaults]),
        _named(walk, thing.__kwdefaults__ or {}, memo),
        _named(walk, vars(thing), memo),
    )


def _named(walk: Walk, things: Mapping[str, Any], memo: Memo) -> tuple[tuple[str, Any], ...]:
    return tuple([(name, walk(each, memo)) for name, each in things.items()])


def cell_form(walk: Walk, thing: types.CellType, memo: Memo) -> Any:
    """Return the form of a variable that functions share."""
    again = numbered(thing, memo)
    if again is not None:
        return again
    try:
        content = thing.cell_contents
    except ValueError:
        return Cell(None, is_set=False)
    return Cell(walk(content, memo))


def partial_form(walk: Walk, thing: functools.partial[Any], memo: Memo) -> Any:
    """Return the form of a function of which some arguments are given."""
    again = numbered(thing, memo)
    if again is not None:
        return again
    if vars(thing):
        raise Unfreezable(thing, "a partial with attributes")
    function = walk(thing.func, memo)
    arguments = tuple([walk(each, memo) for each in thing.args])
    return Partial(function, arguments, _named(walk, thing.keywords, memo))


def builtin_form(walk: Walk, thing: Any, memo: Memo) -> Any:
    """Return the form of a function or a method that is written in C."""
    name = named(thing.__module__, thing.__qualname__, thing)
    if name is not None:
        return name
    owner = getattr(thing, "__self__", None)
    if owner is None or isinstance(owner, types.ModuleType):
        raise Unfreezable(thing, f"{thing.__qualname__}, which no module holds under its name")
    return BuiltinMethod(walk(owner, memo), thing.__name__)  # such as `items.append`


def _has_module(thing: Any) -> bool:
    return isinstance(getattr(thing, "__module__", None), str)
