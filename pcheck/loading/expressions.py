"""Values that a user writes as text: `10`, `None`, `Vote(2, v1)`, `{a1, a2}`.

The text is an expression of Python, of which only a few forms are allowed: nothing is executed but
the classes of the spec, which make the values.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import is_dataclass
from enum import Enum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from pcheck.blame import described
from pcheck.errors import UsageError
from pcheck.language.actor import Actor
from pcheck.language.names import Id, Value
from pcheck.language.values import Map, Set
from pcheck.loading.spec import Spec
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.text import unknown

Names = Mapping[str, Any]


def names_for(spec: Spec, model: ClusterModel) -> Names:
    """Return the names that a value of a cluster may use: its nodes, and the classes of the spec.

    These are the classes that the module of the builder, or of a role, defines or imports.
    """
    found: dict[str, Any] = {"Set": Set, "Map": Map}
    roles = [getattr(type(node.first.actor), "receive", None) for node in model.nodes]
    for code in (spec.builder, *roles):
        for name, each in getattr(code, "__globals__", {}).items():
            if isinstance(each, type) and _makes_values(each):
                found.setdefault(name, each)
    return {**found, **{str(node.me): node.me for node in model.nodes}}


def _makes_values(kind: type) -> bool:
    """Return whether a state or a message may hold the values of a class."""
    if kind.__module__.startswith("pcheck.language."):
        return False
    is_tuple = issubclass(kind, tuple) and hasattr(kind, "_fields")
    return (
        is_tuple or issubclass(kind, Enum) or (is_dataclass(kind) and not issubclass(kind, Actor))
    )


def value_of(text: str, names: Names) -> Any:
    """Return the value that a text stands for, or raise UsageError.

    A name that `names` does not have is that of a proposed value.
    """
    try:
        parsed = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise UsageError(f"{text} is not a value, such as 10, None or Vote(2, v1)") from None
    return _value(parsed, names, text)


def _value(node: ast.expr, names: Names, text: str) -> Any:
    def inner(each: ast.expr) -> Any:
        return _value(each, names, text)

    match node:
        case ast.Constant(value) if value is None or isinstance(value, (bool, int, float, str)):
            return value
        case ast.Constant(bytes() as value):
            return value
        case ast.UnaryOp(ast.USub(), ast.Constant(int() | float() as value)):
            return -value
        case ast.Tuple(parts):
            return tuple(map(inner, parts))
        case ast.Set(parts):
            return Set(map(inner, parts))
        case ast.Dict(keys, values) if keys and None not in keys:
            return Map({inner(key): inner(value) for key, value in zip(keys, values) if key})
        case ast.Dict([], []):
            raise UsageError(f"{text}: write Set() or Map() instead of {{}}")
        case ast.Name(name):
            return _named(name, names)
        case ast.Attribute(ast.Name(name), member):
            return _member(name, member, names)
        case ast.Call(ast.Name(name), arguments, keywords):
            given = {each.arg: inner(each.value) for each in keywords if each.arg is not None}
            return _made(name, [inner(each) for each in arguments], given, names)
    raise UsageError(f"{text} is not a value, such as 10, None or Vote(2, v1)")


def _named(name: str, names: Names) -> Any:
    found = names.get(name, Value(name))
    if isinstance(found, type):
        raise UsageError(f"{name} is a class; write {name}(...)")
    return found


def _member(name: str, member: str, names: Names) -> Any:
    kind = names.get(name)
    if not (isinstance(kind, type) and issubclass(kind, Enum)):
        known = [each for each, found in names.items() if _is_enum(found)]
        raise UsageError(unknown("enum", name, known))
    if member not in kind.__members__:
        raise UsageError(unknown("member", member, kind.__members__, of=name))
    return kind[member]


def _is_enum(found: Any) -> bool:
    return isinstance(found, type) and issubclass(found, Enum)


def _made(name: str, arguments: list[Any], given: Mapping[str, Any], names: Names) -> Any:
    """Return the value that a class makes of its arguments."""
    kind = names.get(name)
    if not isinstance(kind, type) or _is_enum(kind):
        known = [each for each, found in names.items() if isinstance(found, type)]
        raise UsageError(unknown("class", name, known))
    try:
        return kind(*arguments, **given)
    except (Exception, SystemExit) as error:
        raise UsageError(f"{name}(...) raised {described(error)}") from None


def node_called(name: str, model: ClusterModel) -> Id:
    """Return the node with this name, or raise UsageError."""
    found = next((node.me for node in model.nodes if str(node.me) == name), None)
    if found is None:
        raise UsageError(unknown("node", name, [str(node.me) for node in model.nodes]))
    return found


def fits(value: Any, kind: type, name: str) -> bool:
    """Return whether the annotation of a field allows a value, as far as that is easy to tell."""
    try:
        hint = get_type_hints(kind).get(name, Any)
    except Exception:  # the annotation names a type that exists only for a type checker
        return True
    return _allows(hint, value)


def _allows(hint: Any, value: Any) -> bool:
    if get_origin(hint) in (Union, UnionType):
        return any(_allows(each, value) for each in get_args(hint))
    kind = get_origin(hint) or hint
    if kind in (int, float):
        return type(value) in (int, float)[: 1 + (kind is float)]
    return not isinstance(kind, type) or isinstance(value, kind)
