"""Functions, methods and closures as values.

A function that a module or a class holds is frozen as its name. A lambda, or a function inside a
function, is frozen as its code and the variables that it uses of the outer function.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Mapping
from typing import Any

from pcheck.hosted.classes import is_python
from pcheck.hosted.constants import VALUES
from pcheck.hosted.forms import (
    NEW_CELL,
    BuiltinMethod,
    Cell,
    Closure,
    Constant,
    Method,
    Partial,
)
from pcheck.hosted.memo import Memo, Unfreezable, numbered
from pcheck.hosted.naming import global_name, named

BUILTINS = types.BuiltinFunctionType, types.BuiltinMethodType, types.MethodWrapperType
DESCRIPTORS = types.WrapperDescriptorType, types.MethodDescriptorType
FUNCTIONS = types.FunctionType, *DESCRIPTORS
FACTS = "__name__", "__qualname__", "__module__", "__doc__", "__annotations__"
CODES: dict[str, types.FunctionType] = {}  # a function with the code of each frozen closure
_PLACES: dict[int, tuple[types.CodeType, str]] = {}  # by the id of the code
Walk = Callable[[Any, Memo], Any]  # freezes what a thing holds


def method_form(walk: Walk, thing: types.MethodType, memo: Memo) -> Any:
    """Return the form of a method that is bound to an object."""
    if isinstance(thing.__func__, DESCRIPTORS):
        raise Unfreezable(thing, "a method that was made of a function written in C")
    return Method(walk(thing.__func__, memo), walk(thing.__self__, memo))


def function_form(walk: Walk, thing: Any, memo: Memo) -> Any:
    """Return the form of a function or a class."""
    name = named(getattr(thing, "__module__", None), thing.__qualname__, thing)
    if name is not None:
        return name
    name = global_name(thing)
    if name is not None:
        return name
    if isinstance(thing, types.FunctionType):
        return _own_function(walk, thing, memo)
    if isinstance(thing, DESCRIPTORS):  # such as `str.upper`
        return BuiltinMethod(walk(thing.__objclass__, memo), thing.__name__)
    raise Unfreezable(thing, f"the class {thing.__name__}, which no module holds under its name")


def _own_function(walk: Walk, thing: types.FunctionType, memo: Memo) -> Any:
    """Return the form of a function that has no name in its module."""
    in_file = not thing.__code__.co_filename.startswith("<")
    is_made_once = in_file and "<locals>" not in thing.__qualname__
    held = thing.__closure__ or thing.__defaults__ or thing.__kwdefaults__ or vars(thing)
    return _constant(thing) if is_made_once and not held else _closure(walk, thing, memo)


def _constant(thing: types.FunctionType) -> Constant:
    """Return the form of a function outside every function, such as a lambda in a table."""
    key, nth = code_name(thing), 1
    form = Constant("function", key)
    while VALUES.setdefault(form, thing) is not thing:
        nth += 1
        form = Constant("function", f"{key} {nth}")
    return form


def _closure(walk: Walk, thing: types.FunctionType, memo: Memo) -> Any:
    """Return a function inside a function as its code and the variables that it uses."""
    again = numbered(thing, memo)
    if again is not None:
        return again
    cells = [(each, numbered(each, memo) or NEW_CELL) for each in thing.__closure__ or ()]
    defaults = thing.__defaults__
    return Closure(
        _code_of(thing),
        tuple([form for _, form in cells]),
        tuple([_content(walk, cell, memo) for cell, form in cells if form is NEW_CELL]),
        None if defaults is None else tuple([walk(each, memo) for each in defaults]),
        _named(walk, thing.__kwdefaults__ or {}, memo),
        _named(walk, vars(thing), memo),
    )


def _code_of(thing: types.FunctionType) -> str:
    """Return the name of the code of a function; two codes may have the same place."""
    key, nth = code_name(thing), 1
    code = key
    while not _is_alike(CODES.setdefault(code, thing), thing):
        nth += 1
        code = f"{key} {nth}"
    return code


def _is_alike(one: types.FunctionType, other: types.FunctionType) -> bool:
    """Return whether two functions differ at most in their variables, defaults and attributes."""
    if one is other:
        return True
    if one.__code__ is not other.__code__ and one.__code__ != other.__code__:
        return False
    is_alike = one.__globals__ is other.__globals__
    return is_alike and all(getattr(one, name) == getattr(other, name) for name in FACTS)


def code_name(thing: types.FunctionType) -> str:
    """Return the name of a function and the place of its code."""
    code = thing.__code__
    known = _PLACES.get(id(code))
    if known is None:
        known = _PLACES[id(code)] = code, _place_of(code)
    return f"{thing.__module__}.{thing.__qualname__} ({known[1]})"


def _place_of(code: types.CodeType) -> str:
    """Return the line of a function; for a lambda, of which a line may have several, the column."""
    line = f"line {code.co_firstlineno}"
    if code.co_name != "<lambda>":
        return line
    columns = [
        column
        for at, _, column, end in code.co_positions()
        if at == code.co_firstlineno and column is not None and column != end
    ]
    return f"{line}, column {min(columns)}" if columns else line


def _named(walk: Walk, things: Mapping[str, Any], memo: Memo) -> tuple[tuple[str, Any], ...]:
    return tuple([(name, walk(each, memo)) for name, each in things.items()])


def _content(walk: Walk, cell: types.CellType, memo: Memo) -> tuple[Any, ...]:
    """Return the form of what a variable holds, or nothing if the variable is not set."""
    try:
        content = cell.cell_contents
    except ValueError:
        return ()
    return (walk(content, memo),)


def cell_form(walk: Walk, thing: types.CellType, memo: Memo) -> Any:
    """Return the form of a variable that functions share."""
    again = numbered(thing, memo)
    if again is not None:
        return again
    content = _content(walk, thing, memo)
    return Cell(*content) if content else NEW_CELL


def partial_form(walk: Walk, thing: functools.partial[Any], memo: Memo) -> Any:
    """Return the form of a function of which some arguments are given."""
    again = numbered(thing, memo)
    if again is not None:
        return again
    if functools.partial.__reduce__(thing)[2][3] is not None:
        raise Unfreezable(thing, "a partial with attributes")
    function = walk(thing.func, memo)
    arguments = tuple([walk(each, memo) for each in thing.args])
    return Partial(function, arguments, _named(walk, thing.keywords, memo))


def builtin_form(walk: Walk, thing: Any, memo: Memo) -> Any:
    """Return the form of a function or a method that is written in C."""
    name = named(getattr(thing, "__module__", None), thing.__qualname__, thing)
    if name is None:
        name = global_name(thing)
    if name is not None:
        return name
    owner = getattr(thing, "__self__", None)
    if owner is None or isinstance(owner, types.ModuleType):
        raise Unfreezable(thing, f"{thing.__qualname__}, which no module holds under its name")
    if is_python(type(owner)):  # the owner may override the method, as for `super().append`
        return Method(walk(_function_behind(thing, type(owner)), memo), walk(owner, memo))
    if isinstance(owner, type) and getattr(owner, thing.__name__, None) != thing:
        text = f"{thing.__name__}, a method that the class {owner.__name__} overrides"
        raise Unfreezable(thing, text)
    return BuiltinMethod(walk(owner, memo), thing.__name__)  # such as `items.append`


def _function_behind(thing: Any, kind: type) -> Any:
    """Return the function in a class that a method written in C binds to an object."""
    name, owner = thing.__name__, thing.__self__
    members = (vars(each)[name] for each in kind.__mro__ if name in vars(each))
    for each in members:
        if isinstance(each, DESCRIPTORS) and each.__get__(owner, kind) == thing:
            return each
    raise Unfreezable(thing, f"{thing.__qualname__}, which the class {kind.__name__} does not have")
