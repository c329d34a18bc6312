"""Checks of the `case` patterns of a spec file that match every value, or no value at all."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import fields
from types import ModuleType
from typing import Any

from pcheck.errors import SpecError
from pcheck.language.kinds import is_frozen_dataclass
from pcheck.text import nearest, shown_path


def check_captures(tree: ast.Module, path: str) -> None:
    """Raise SpecError if a `case` pattern binds a name that is written like a class.

    Such a pattern, `case Promise:`, matches every value.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.MatchAs) and node.pattern is None:
            name = node.name or ""
            if name[:1].isupper():
                raise SpecError(
                    f"{shown_path(path)}:{node.lineno}: `case {name}` matches every value and "
                    f"binds it to the name {name}; write `case {name}()`"
                )


def check_keywords(module: ModuleType, tree: ast.Module, path: str) -> None:
    """Raise SpecError for a `case` with a keyword that is not a field, which never matches."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.MatchClass):
            continue
        kind = _value(node.cls, module)
        if not isinstance(kind, type) or not is_frozen_dataclass(kind):
            continue
        for name in node.kwd_attrs:
            if not any(_has(each, name) for each in _family(kind)):
                known = [each.name for each in fields(kind)]
                listed = f"; the fields are {', '.join(known)}" if known else ""
                raise SpecError(
                    f"{shown_path(path)}:{node.lineno}: `case {ast.unparse(node.cls)}({name}=...)` "
                    f"never matches: {kind.__name__} has no field {name}"
                    f"{nearest(name, known) or listed}"
                )


def _value(name: ast.expr, module: ModuleType) -> Any:
    """Return the value of a global of a module or of an attribute of one, or None."""
    if isinstance(name, ast.Name):
        return getattr(module, name.id, None)
    if isinstance(name, ast.Attribute):
        return getattr(_value(name.value, module), name.attr, None)
    return None


def _family(kind: type) -> Iterator[type]:
    """Yield a class and all classes below it, whose values a pattern of the class matches, too."""
    yield kind
    below: list[type] = kind.__subclasses__()
    for each in below:
        yield from _family(each)


def _has(kind: type, name: str) -> bool:
    """Return whether the values of a class have an attribute, as far as the class shows."""
    own: dict[str, Any] = getattr(kind, "__dataclass_fields__", {})
    return name in own or hasattr(kind, name) or hasattr(kind, "__getattr__")
