"""Values that a user writes as text: `10`, `None`, `Vote(2, v1)`, `{a1, a2}`.

The text is an expression of Python, of which only a few forms are allowed: nothing is executed but
the classes of the spec, which make the values.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from pcheck.blame import described
from pcheck.errors import UsageError
from pcheck.language.actor import Actor
from pcheck.language.names import Id, Value
from pcheck.language.printing import show
from pcheck.language.values import Map, Set, UnsupportedValue, exact
from pcheck.loading.spec import Spec
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.text import one_of, unknown

Names = Mapping[str, Any]


def names_for(spec: Spec, model: ClusterModel) -> Names:
    """Return the names that a value of a cluster may use: its nodes, and the classes of the spec.

    These are the classes that the module of the builder, or of a role, defines or imports.
    """
    found: dict[str, Any] = {"Set": Set, "Map": Map}
    roles = dict.fromkeys(type(node.first.actor) for node in model.nodes)
    methods = [each for role in roles for kind in role.__mro__ for each in vars(kind).values()]
    for known in _globals_of([spec.builder, *methods]):
        for name, each in known.items():
            if isinstance(each, type) and _makes_values(each):
                found.setdefault(name, each)
                found.setdefault(each.__name__, each)  # as pcheck prints it
    return {**found, **{str(node.me): node.me for node in model.nodes}}


def _globals_of(code: list[Any]) -> Iterator[Names]:
    """Yield the names of each module that functions are defined in, once."""
    found = (getattr(each, "__globals__", None) for each in code)
    yield from {id(each): each for each in found if each is not None}.values()


def _makes_values(kind: type) -> bool:
    """Return whether a state or a message may hold the values of a class."""
    if kind.__module__.startswith("pcheck.language."):
        return False
    if issubclass(kind, Enum):
        return len(kind.__members__) > 0  # the class Enum itself has none
    is_tuple = issubclass(kind, tuple) and hasattr(kind, "_fields")
    return is_tuple or (is_dataclass(kind) and not issubclass(kind, Actor))


def value_of(text: str, names: Names) -> Any:
    """Return the value that a text stands for, or raise UsageError.

    A name that `names` does not have is that of a proposed value.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # for example about "\\d"
            parsed = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise UsageError(f"{text} is not a value, such as 10, None or Vote(2, v1)") from None
    value = _value(parsed, names, text)
    try:
        show(value)
    except ValueError:
        raise UsageError("the value has a number with too many digits") from None
    return value


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
            return _collected(Set, list(map(inner, parts)), text)
        case ast.Dict(keys, values) if keys and None not in keys:
            pairs = [(inner(key), inner(value)) for key, value in zip(keys, values) if key]
            return _collected(Map, pairs, text)
        case ast.Dict([], []):
            raise UsageError(f"{text}: write Set() or Map() instead of {{}}")
        case ast.Name(name):
            return _named(name, names)
        case ast.Attribute(ast.Name(name), member):
            return _member(name, member, names)
        case ast.Call(ast.Name(name), arguments, keywords) if all(each.arg for each in keywords):
            given = {str(each.arg): inner(each.value) for each in keywords}
            if len(given) < len(keywords):
                raise UsageError(f"{text}: a field of {name} is written twice")
            return _made(name, [inner(each) for each in arguments], given, names)
    raise UsageError(f"{text} is not a value, such as 10, None or Vote(2, v1)")


def _collected(kind: type[Set[Any]] | type[Map[Any, Any]], parts: list[Any], text: str) -> Any:
    """Return a set or a map of these parts, or raise UsageError if one is there twice."""
    try:
        found = kind(parts)
    except (UnsupportedValue, TypeError) as error:
        raise UsageError(f"{text}: {error}") from None
    if len(found) < len(parts):
        what = "member" if kind is Set else "key"
        raise UsageError(f"{text}: a {what} is written twice")
    return found


def _named(name: str, names: Names) -> Any:
    found = names.get(name, Value(name))
    if _is_enum(found):
        raise UsageError(f"{name} is an enum; write one of {_members(found)}")
    if isinstance(found, type):
        raise UsageError(f"{name} is a class; write {name}(...)")
    return found


def _members(kind: Any) -> str:
    return one_of(f"{kind.__name__}.{name}" for name in kind.__members__)


def _member(name: str, member: str, names: Names) -> Any:
    kind = names.get(name)
    if kind is None or not _is_enum(kind):
        known = [each for each, found in names.items() if _is_enum(found)]
        raise UsageError(unknown("enum", name, known))
    if member not in kind.__members__:
        raise UsageError(unknown("member", member, kind.__members__, of=name))
    return kind[member]


def _is_enum(found: Any) -> bool:
    return isinstance(found, type) and issubclass(found, Enum)


def _is_class(found: Any) -> bool:
    """Return whether a value can be made with `Name(...)`."""
    return isinstance(found, type) and not _is_enum(found)


def _made(name: str, arguments: list[Any], given: Mapping[str, Any], names: Names) -> Any:
    """Return the value that a class makes of its arguments."""
    kind = names.get(name)
    if _is_enum(kind):
        raise UsageError(f"{name} is an enum; write one of {_members(kind)}")
    if not isinstance(kind, type):
        known = [each for each, found in names.items() if _is_class(found)]
        raise UsageError(unknown("class", name, known))
    try:
        made = kind(*arguments, **given)
    except (Exception, SystemExit) as error:
        raise UsageError(f"{name}(...) raised {described(error)}") from None
    _check_parts(made, name)
    return made


def _check_parts(made: Any, name: str) -> None:
    """Raise UsageError if a field of a value has a value that its annotation does not allow."""
    kind = type(made)
    known = [each.name for each in fields(made)] if is_dataclass(made) else ()
    for field in (*known, *getattr(kind, "_fields", ())):
        if not fits(value := getattr(made, field), kind, field):
            hint = written_hint(kind, field)
            raise UsageError(f"{name}.{field} must be {hint}, got {show(value)}")


def node_called(name: str, model: ClusterModel) -> Id:
    """Return the node with this name, or raise UsageError."""
    found = next((node.me for node in model.nodes if str(node.me) == name), None)
    if found is None:
        raise UsageError(unknown("node", name, [str(node.me) for node in model.nodes]))
    return found


def fits(value: Any, kind: type, name: str) -> bool:
    """Return whether the annotation of a field allows a value, as far as that is easy to tell."""
    try:
        return _allows(get_type_hints(kind).get(name, Any), value)
    except Exception:  # the annotation names a type that exists only for a type checker
        return True


def written_hint(kind: type, name: str) -> str:
    """Return the annotation of a field as its class has it: `Vote | None`."""
    found = next((each.__annotations__[name] for each in kind.__mro__ if _has(each, name)), "?")
    found = getattr(found, "__forward_arg__", found)  # of a NamedTuple
    return str(getattr(found, "__name__", found))


def _has(kind: type, name: str) -> bool:
    return name in vars(kind).get("__annotations__", ())


def _allows(hint: Any, value: Any) -> bool:
    if get_origin(hint) in (Union, UnionType):
        return any(_allows(each, value) for each in get_args(hint))
    if get_origin(hint) is Literal:
        return any(exact(each) == exact(value) for each in get_args(hint))
    kind = get_origin(hint) or hint
    if kind is Any or not isinstance(kind, type):
        return True
    if kind in (int, float):
        return type(value) in (int, float)[: 1 + (kind is float)]
    return isinstance(value, kind)
