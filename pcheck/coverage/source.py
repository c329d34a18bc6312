"""The source of the actors' classes: their functions, and the cases and actions in them."""

from __future__ import annotations

import ast
import inspect
import linecache
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from types import CodeType, FunctionType
from typing import Any, TypeVar

from pcheck.semantics.reach import codes, is_written_by_user

HANDLERS = "receive", "actions", "steps"
N = TypeVar("N", bound=ast.AST)
CACHES = {"cache", "lru_cache", "cached_property", "cachedmethod"}


@dataclass(frozen=True)
class Case:
    """A `case` whose body does something, with the classes of messages that it expects."""

    source: Source
    line: int
    text: str
    body: Body
    kinds: tuple[type, ...]  # empty if the case is not about the message
    noun = "the reaction at"


@dataclass(frozen=True)
class Offer:
    """A place that yields or returns an action, or the step of a Model; `text` is the label."""

    source: Source
    line: int
    text: str

    @property
    def noun(self) -> str:
        return "the step" if self.source.handler == "steps" else "the action"


@dataclass(frozen=True)
class Body:
    """The lines of a body; `column` is where a body begins that shares a line with its `case`."""

    lines: range
    column: int | None = None


@dataclass(frozen=True)
class Source:
    """A function of one or more roles, and its syntax tree if its source is available."""

    function: FunctionType
    tree: ast.FunctionDef | None
    roles: frozenset[type]

    @property
    def file(self) -> str:
        return self.function.__code__.co_filename

    @property
    def first(self) -> int:
        """The line of `def`, or of the first decorator."""
        return self.function.__code__.co_firstlineno

    @property
    def name(self) -> str:
        return self.function.__qualname__.rpartition("<locals>.")[2]

    @property
    def handler(self) -> str:
        """The name of the function if pcheck calls it, otherwise an empty text."""
        return self.function.__name__ if self.function.__name__ in HANDLERS else ""

    @cached_property
    def lines(self) -> frozenset[int]:
        """The lines that hold code, without the line of `def`."""
        return frozenset(
            line
            for code in codes(self.function.__code__)
            for _, _, line in code.co_lines()
            if line is not None and line > self.first
        )

    def cases(self) -> Iterator[Case]:
        """Yield the cases that do more than ignore what they match."""
        for match in _all(self.tree, ast.Match):
            for case in match.cases:
                if not _ignores(case.body) and (body := self._body(case)) is not None:
                    text = ast.unparse(case).splitlines()[0].removesuffix(":")
                    kinds = self._kinds(self._on_message(match.subject, case.pattern))
                    line = case.pattern.lineno
                    yield Case(self, line, text, body, kinds)

    def offers(self) -> Iterator[Offer]:
        """Yield the places that yield or return an action, or the step of a Model."""
        nodes: list[ast.Yield | ast.Return] = [
            *_all(self.tree, ast.Yield),
            *_all(self.tree, ast.Return),
        ]
        for node in sorted(nodes, key=lambda node: node.lineno):
            if (label := _label(node.value)) is not None:
                yield Offer(self, node.lineno, label)

    def uses_cache(self) -> bool:
        """Return whether code in the file remembers results, so that it may not run again."""
        tree = _tree(self.file)
        return tree is None or any(
            name in CACHES for node in ast.walk(tree) for name in (_name(node), *_imported(node))
        )

    def _body(self, case: ast.match_case) -> Body | None:
        """Return where the body of a case is, or None if none of its lines holds code."""
        first, last = case.body[0], case.body[-1]
        head = max(node.end_lineno or 0 for node in (case.pattern, case.guard) if node is not None)
        lines = range(first.lineno, (last.end_lineno or last.lineno) + 1)
        if first.lineno == head:
            return Body(lines, first.col_offset)
        return Body(lines) if self.lines & {*lines} else None

    def _on_message(self, subject: ast.expr, pattern: ast.pattern) -> ast.pattern | None:
        """Return the part of a pattern that is about the message which `receive` gets, or None."""
        if self.handler != "receive" or self.tree is None or len(self.tree.args.args) < 2:
            return None
        message = self.tree.args.args[1].arg
        if isinstance(subject, ast.Tuple) and isinstance(pattern, ast.MatchSequence):
            parts = zip(subject.elts, pattern.patterns, strict=False)
            return next((part for each, part in parts if _name(each) == message), None)
        ways = (subject.body, subject.orelse) if isinstance(subject, ast.IfExp) else (subject,)
        return pattern if message in map(_name, ways) else None

    def _kinds(self, pattern: ast.pattern | None) -> tuple[type, ...]:
        """Return the classes that a pattern names; none if it matches anything else, too."""
        if isinstance(pattern, ast.MatchAs):
            return self._kinds(pattern.pattern)
        if isinstance(pattern, ast.MatchOr):
            found = [self._kinds(each) for each in pattern.patterns]
            return tuple(kind for kinds in found for kind in kinds) if all(found) else ()
        if isinstance(pattern, ast.MatchClass):
            kind = self._value(pattern.cls)
            return (kind,) if isinstance(kind, type) else ()
        return ()

    def _value(self, name: ast.expr) -> Any:
        """Return the value of a global or of an attribute of one, or None."""
        if isinstance(name, ast.Name):
            variables = inspect.getclosurevars(self.function)
            known = {**variables.builtins, **variables.globals, **variables.nonlocals}
            return known.get(name.id)
        if isinstance(name, ast.Attribute):
            return getattr(self._value(name.value), name.attr, None)
        return None


def sources(roles: Iterable[type]) -> list[Source]:
    """Return the methods that the user wrote for some actors or Models, each once."""
    found: dict[FunctionType, list[type]] = {}
    for role in roles:
        for name in dir(role):
            function = _function(inspect.getattr_static(role, name))
            if function is not None and is_written_by_user(function):
                found.setdefault(function, []).append(role)
    return [
        Source(function, _definition(function.__code__), frozenset(having))
        for function, having in sorted(found.items(), key=lambda each: _place(each[0].__code__))
    ]


def _place(code: CodeType) -> tuple[str, int]:
    return code.co_filename, code.co_firstlineno


def _function(member: Any) -> FunctionType | None:
    """Return the function behind a method, a class method or a property."""
    for name in ("__func__", "fget", "func"):
        member = getattr(member, name, member)
    return member if isinstance(member, FunctionType) else None


def _definition(code: CodeType) -> ast.FunctionDef | None:
    """Return the syntax tree of a function, or None if its source is not available."""
    for node in _all(_tree(code.co_filename), ast.FunctionDef):
        first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
        if node.name == code.co_name and first == code.co_firstlineno:
            return node
    return None


def _tree(file: str) -> ast.Module | None:
    return _parsed("".join(linecache.getlines(file)))


@cache
def _parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(text) if text else None
    except SyntaxError:  # the file was changed
        return None


def _all(tree: ast.AST | None, kind: type[N]) -> Iterator[N]:
    """Yield the nodes of a kind in a tree."""
    if tree is not None:
        yield from (node for node in ast.walk(tree) if isinstance(node, kind))


def _ignores(body: list[ast.stmt]) -> bool:
    """Return whether a body changes nothing, or ends with an exception."""
    last = body[-1]
    if isinstance(last, ast.Raise) or (
        isinstance(last, ast.Expr | ast.Return)
        and isinstance(last.value, ast.Call)
        and _name(last.value.func) == "assert_never"
    ):
        return True
    if isinstance(last, ast.Return | ast.Expr):
        return len(body) == 1 and (last.value is None or isinstance(last.value, ast.Constant))
    return len(body) == 1 and isinstance(last, ast.Pass)


def _label(value: ast.expr | None) -> str | None:
    """Return the source of the label if an expression is an action or a step of a Model."""
    if isinstance(value, ast.Call) and _name(value.func) in ("action", "Action"):
        labels = [*value.args, *(each.value for each in value.keywords if each.arg == "label")]
        return ast.unparse(labels[0]) if labels else None
    if isinstance(value, ast.Tuple) and len(value.elts) == 2:
        label = value.elts[0]
        is_text = isinstance(label, ast.JoinedStr | ast.Constant)
        return ast.unparse(label) if is_text else None
    return None


def _name(node: ast.AST) -> str:
    """Return the name that an expression ends with: `action` of `pcheck.action`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _imported(node: ast.AST) -> Iterator[str]:
    """Yield the names that `from ... import` imports."""
    if isinstance(node, ast.ImportFrom):
        yield from (each.name for each in node.names)
