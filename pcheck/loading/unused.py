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
GENERATORS = ("actions", "steps")  # the handlers that may yield
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def check_unused_results(tree: ast.Module, path: str) -> None:
    """Raise SpecError for a result that is not used, or a property without a result."""
    imported = _imported(tree)
    for node in ast.walk(tree):
        if not isinstance(node, (ast.Expr, ast.FunctionDef)):
            continue
        text, line = None, node.lineno
        if isinstance(node, ast.Expr):
            text = _unused(node.value, imported)
        elif node.name in GENERATORS and (lost := _lost(node)) is not None:
            text, line = _of_lost(node, lost), lost.lineno
        elif _is_property(node, imported):
            text = _without_result(node, is_always="always" in _decorators(node))
        if text is not None:
            raise SpecError(f"{shown_path(path)}:{line}: {text}")


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
    if isinstance(value, ast.Tuple):
        return _unused_tuple(value, imported)
    if not isinstance(value, ast.Call):
        return None
    function = value.func
    if isinstance(function, ast.Attribute) and function.attr in COPIES:
        text = f"`{_code(value)}` returns a changed copy, which is not used"
        return f"{text}; return the copy, or assign it to a name"
    if isinstance(function, ast.Name) and function.id in USES and function.id in imported:
        return f"`{_code(value)}` is not used; write `{USES[function.id]}`"
    return None


def _unused_tuple(value: ast.Tuple, imported: set[str]) -> str | None:
    """Return the error about a tuple that is a step, or holds actions, and is not used."""
    called = [each.func for each in value.elts if isinstance(each, ast.Call)]
    names = [each.id for each in called if isinstance(each, ast.Name) and each.id in imported]
    uses = next((USES[name] for name in names if name in USES), None)
    if uses is None and value.elts and _is_state(value.elts[0]):
        uses = USES["send"]
    return f"`{_code(value)}` is not used; write `{uses}`" if uses is not None else None


def _is_state(value: ast.expr) -> bool:
    """Return whether an expression is `self` or a call of `but`."""
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Attribute) and value.func.attr == "but"
    return isinstance(value, ast.Name) and value.id == "self"


def _lost(function: ast.FunctionDef) -> ast.Return | None:
    """Return the first `return` with a value of a function that also yields, or None."""
    own = list(_own(function))
    if not any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in own):
        return None
    returns = (node for node in own if isinstance(node, ast.Return) and not _is_empty(node.value))
    return min(returns, key=lambda node: node.lineno, default=None)


def _own(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a function without those of the functions and classes in it."""
    for node in ast.iter_child_nodes(tree):
        if not isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            yield node
            yield from _own(node)


def _is_empty(value: ast.expr | None) -> bool:
    """Return whether the value of a `return` is nothing: None, () or []."""
    if isinstance(value, (ast.Tuple, ast.List)):
        return not value.elts
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


def _of_lost(function: ast.FunctionDef, lost: ast.Return) -> str:
    """Return the error about a `return` whose value is lost because the function also yields."""
    assert lost.value is not None
    instead = f"yield from {_code(lost.value)}"
    if isinstance(lost.value, (ast.Name, ast.Tuple)):
        instead = f"yield {_code(lost.value)}"
    elif isinstance(lost.value, ast.Call) and _code(lost.value.func) in ("action", "Action"):
        instead = f"yield {_code(lost.value.func)}(...)"
    return f"{function.name} yields, so the value of `{_code(lost)}` is lost; write `{instead}`"


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


def _code(expression: ast.AST) -> str:
    """Return the code of an expression or statement, cut if it is long."""
    text = ast.unparse(expression)
    return text if len(text) <= 60 else f"{text[:57]}..."
