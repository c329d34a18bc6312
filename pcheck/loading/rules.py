"""The rules that a bug changes, quoted from the source of the correct spec and of the bug."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from pcheck.language.actor import Actor
from pcheck.language.decorators import Bug


@dataclass(frozen=True)
class Rule:
    """A method, a field or options that a bug changes, as lines of source.

    `right` is empty if the bug adds a clause that the correct protocol does not have.
    """

    name: str  # such as `Acceptor.promise_after`
    words: str  # the docstring of the correct clause, in one line
    right: tuple[str, ...]
    wrong: tuple[str, ...]


def rules(bug: Bug, builder: Callable[..., Any]) -> list[Rule]:
    """Return the clauses that a bug changes, then those that it adds; [] without the source."""
    try:
        if not isinstance(bug.marked, type):
            return [_rule_of_options(bug.marked, builder)]
        found = [rule for actor in bug.actors for rule in _rules_of_actor(actor)]
    except (OSError, SyntaxError, TypeError):  # the module was forgotten, or has no file
        return []
    return sorted(found, key=lambda rule: not rule.right)


def _rules_of_actor(actor: type[Actor]) -> Iterator[Rule]:
    """Yield the clauses that a buggy actor changes in its role, or adds to the role."""
    role = actor.__mro__[1]
    for name, wrong in _clauses(actor).items():  # type: ignore[arg-type]  # a class can be hashed
        right = next((found[name] for found in _inherited(actor) if name in found), ())
        words = getattr(role, name).__doc__ if right and callable(getattr(role, name, 0)) else ""
        yield Rule(f"{role.__name__}.{name}", " ".join((words or "").split()), right, wrong)


def _inherited(actor: type[Actor]) -> Iterator[dict[str, tuple[str, ...]]]:
    """Yield the clauses of each class below Actor that the buggy actor inherits from."""
    for kind in actor.__mro__[1:]:
        if kind is Actor:
            return
        yield _clauses(kind)


@cache
def _clauses(kind: type[Any]) -> dict[str, tuple[str, ...]]:
    """Return the source of each method and field that the class itself defines.

    To find the source of a class, Python parses the whole file.
    """
    text = textwrap.dedent(inspect.getsource(kind))
    (body,) = ast.parse(text).body
    assert isinstance(body, ast.ClassDef)
    found = {}
    for part in body.body:
        if isinstance(part, ast.FunctionDef):
            found[part.name] = _lines(text, part)
        elif isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
            found[part.target.id] = _lines(text, part)
    return found


def _rule_of_options(change: Callable[..., Any], builder: Callable[..., Any]) -> Rule:
    """Return the rule of a bug that changes options, with the builder's lines that use them."""
    text = textwrap.dedent(inspect.getsource(change))
    (function,) = ast.parse(text).body
    assert isinstance(function, ast.FunctionDef)
    changed = {
        node.value
        for part in function.body
        for node in ast.walk(part)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    names = changed & inspect.signature(builder).parameters.keys()
    text_of_builder = textwrap.dedent(inspect.getsource(builder))
    (built,) = ast.parse(text_of_builder).body
    assert isinstance(built, ast.FunctionDef)
    lines = [line for part in built.body for line in _lines(text_of_builder, part)]
    right = tuple(line.strip() for line in lines if any(name in line for name in names))
    return Rule(builder.__name__, "", right, _lines(text, function))


def _lines(text: str, part: ast.stmt) -> tuple[str, ...]:
    """Return the source of a statement; of a function, the source without its docstring."""
    lines = text.splitlines()
    assert part.end_lineno is not None
    skipped: range = range(0)
    if isinstance(part, ast.FunctionDef) and ast.get_docstring(part) is not None:
        first = part.body[0]
        assert first.end_lineno is not None
        skipped = range(first.lineno, first.end_lineno + 1)
    lines_left = [lines[n - 1] for n in range(part.lineno, part.end_lineno + 1) if n not in skipped]
    return tuple(textwrap.dedent("\n".join(lines_left)).splitlines())
