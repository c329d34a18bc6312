"""Checks of the syntax of a spec file for results that are not used, so that nothing happens."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pcheck.errors import SpecError
from pcheck.text import shown_path

COPIES = ("but", "plus", "without")  # methods that return a changed copy
USES = {  # what to write with the result of each function
    "action": "yield action(...)",
    "send": "return (state, send(...))",
    "broadcast": "return (state, broadcast(...))",
    "either": "return either(...)",
}
PROPERTIES = ("always", "sometimes")


def check_unused_results(tree: ast.Module, path: str) -> None:
    """Raise SpecError for a result that is not used, or a property without a result."""
    imported = _imported(tree)
    for node in ast.walk(tree):
        if not isinstance(node, (ast.Expr, ast.FunctionDef)):
            continue
        text = None
        if isinstance(node, ast.Expr):
            text = _unused(node.value, imported)
        elif _is_property(node, imported):
            text = _without_result(node, is_always="always" in _decorators(node))
        if text is not None:
            raise SpecError(f"{shown_path(path)}:{node.lineno}: {text}")


def unused_properties(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield the name and line of each property of a spec file that no code of the file uses."""
    used = {each.id for each in ast.walk(tree) if isinstance(each, ast.Name)}
    imported = _imported(tree)
    for node in tree.body:
        is_property = isinstance(node, ast.FunctionDef) and _is_property(node, imported)
        if isinstance(node, ast.FunctionDef) and is_property and node.name not in used:
            yield node.name, node.lineno


def _imported(tree: ast.Module) -> set[str]:
    """Return the names that a file imports from pcheck."""
    return {
        each.asname or each.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "pcheck"
        for each in node.names
    }


def _unused(value: ast.expr, imported: set[str]) -> str | None:
    """Return the error about a statement that is only this expression, if it does nothing."""
    if isinstance(value, ast.Compare):
        return f"`{_code(value)}` only compares, and does nothing; assign or return its result"
    if isinstance(value, (ast.JoinedStr, ast.IfExp)):
        return f"`{_code(value)}` is not used; write `return {_code(value)}`"
    if not isinstance(value, ast.Call):
        return None
    function = value.func
    if isinstance(function, ast.Attribute) and function.attr in COPIES:
        text = f"`{_code(value)}` returns a changed copy, which is not used"
        return f"{text}; return the copy, or assign it to a name"
    if isinstance(function, ast.Name) and function.id in USES and function.id in imported:
        return f"`{_code(value)}` is not used; write `{USES[function.id]}`"
    return None


def _is_property(function: ast.FunctionDef, imported: set[str]) -> bool:
    return bool(_decorators(function) & imported & {*PROPERTIES})


def _decorators(function: ast.FunctionDef) -> set[str]:
    """Return the names of the decorators that are called: `always` for `@always(sees=[...])`."""
    called = [each.func for each in function.decorator_list if isinstance(each, ast.Call)]
    return {each.id for each in called if isinstance(each, ast.Name)}


def _without_result(function: ast.FunctionDef, *, is_always: bool) -> str | None:
    """Return the error about a property without a `return` or `yield`, which is always None."""
    if any(isinstance(node, (ast.Return, ast.Yield, ast.Raise)) for node in ast.walk(function)):
        return None
    asserts = any(isinstance(node, ast.Assert) for node in ast.walk(function))
    instead = " instead of assert" if asserts else ""
    result = f"what is wrong{instead}, or None" if is_always else "True or False"
    return f"the property {function.name} returns nothing; return {result}"


def _code(expression: ast.expr) -> str:
    """Return the code of an expression, cut if it is long."""
    text = ast.unparse(expression)
    return text if len(text) <= 60 else f"{text[:57]}..."
