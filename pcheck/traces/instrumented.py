"""Handlers with every condition recorded: copies of functions, compiled from their source.

A copy evaluates the same expressions in the same order as the function, and tells a recorder about
each condition, each `match` and each case whose pattern matches. The source of a function counts
only if it compiles to the same bytecode as the function itself. So a file that was edited
meanwhile, or a name that Python changes in a class, leads to None and never to a wrong copy.
"""

from __future__ import annotations
import __future__

import ast
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from types import CellType, CodeType, FunctionType, MethodType
from typing import Any, Protocol, cast

RECORDER = "__pcheck_recorder"  # the name by which a copy knows its recorder
OUTER = "__pcheck_outer"
FUTURE = sum(
    getattr(__future__, name).compiler_flag for name in __future__.all_feature_names[-2:]
)  # the features that a module may import from `__future__` and that change bytecode
NESTED = inspect.CO_NESTED
SCOPES = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef),
    *(ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)  # parts with names of their own, whose conditions are not recorded


class Recorder(Protocol):
    """The functions that a copy calls; each number identifies an expression of the copy."""

    def begins(self) -> None:
        """Called before a condition is evaluated."""

    def test(self, text: str, begun: None, value: object) -> bool:
        """Called with the value of a condition; the copy goes on with the result."""

    def kind_test(self, tested: object, value: object) -> object:
        """Called with the value of a condition such as `isinstance(msg, Ask)`."""

    def matches(self, cases: tuple[Case, ...], names: Names, subject: object) -> object:
        """Called with the subject of a `match`; returns the subject."""

    def matched(self, nth: int) -> bool:
        """Called if the pattern of the nth case matches; returns True."""

    def unrecorded(self, part: Any) -> Any:
        """Called with a part of the function whose conditions are not recorded; returns it."""

    def called(self, function: Any) -> Any:
        """Called with a function whose result the copy returns; returns what the copy calls."""


@dataclass(frozen=True)
class Case:
    """A pattern of a `match`: its text, its classes as expressions, and what it reads of self."""

    text: str
    classes: tuple[str, ...]  # empty if the pattern is not one of classes
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Names:
    """The values of the global and the enclosing names of a function."""

    function: FunctionType

    def value(self, expression: str) -> object:
        """Return the value of an expression, such as the name of a class."""
        code, cells = self.function.__code__, self.function.__closure__ or ()
        free = {name: cell.cell_contents for name, cell in zip(code.co_freevars, cells)}
        return eval(expression, self.function.__globals__, free)


def instrumented(function: FunctionType, recorder: Recorder) -> Callable[..., Any] | None:
    """Return a copy of a function that calls the recorder; None without the function's source."""
    found = _copy_of(function.__code__, function.__code__.co_filename)
    if found is None:
        return None
    code, cases = found
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or ()))
    cells[RECORDER] = CellType(_Bound(recorder, cases, Names(function)))
    closure = tuple(cells[name] for name in code.co_freevars)
    copied = FunctionType(
        code, function.__globals__, function.__name__, function.__defaults__, closure
    )
    copied.__kwdefaults__ = function.__kwdefaults__
    return copied


def plain_function(called: Any) -> FunctionType | None:
    """Return the Python function that a call executes, or None for anything else."""
    function = called.__func__ if isinstance(called, MethodType) else called
    return function if isinstance(function, FunctionType) else None


@dataclass(frozen=True)
class _Bound:
    """A recorder together with the matches of one function."""

    recorder: Recorder
    matches_of: tuple[tuple[Case, ...], ...]
    names: Names

    def __getattr__(self, name: str) -> Any:
        return getattr(self.recorder, name)

    def match(self, number: int, subject: object) -> object:
        return self.recorder.matches(self.matches_of[number], self.names, subject)


@cache
def _copy_of(code: CodeType, file: str) -> tuple[CodeType, tuple[tuple[Case, ...], ...]] | None:
    """Return the code of a copy of a function and the cases of each of its matches.

    Equal codes may be from different files, so the file is an argument.
    """
    try:
        source = inspect.getsource(code)
        block = ast.parse(f"if 1:\n{source}" if source[:1].isspace() else source).body[0]
        written = block.body[0] if isinstance(block, ast.If) else block
        if not isinstance(written, ast.FunctionDef):
            return None
        written.decorator_list = []
        free, future = list(code.co_freevars), code.co_flags & FUTURE
        if not _same(_compiled(written, free, file, future), code):
            return None
        copier = _Copier(written)
        copied = _compiled(copier.copy(), [*free, RECORDER], file, future)
    except (OSError, SyntaxError, TypeError, ValueError, RecursionError):
        return None
    return copied, tuple(copier.matches)


def _compiled(written: ast.FunctionDef, free: list[str], file: str, future: int) -> CodeType:
    """Return the code of a function inside another one that defines the free names."""
    module = ast.parse(f"def {OUTER}({', '.join(free)}): return {written.name}")
    (outer,) = module.body
    assert isinstance(outer, ast.FunctionDef)
    outer.body.insert(0, written)
    ast.fix_missing_locations(module)
    (found,) = _codes(compile(module, file, "exec", future, dont_inherit=True), OUTER)
    (inner,) = _codes(found, written.name)
    return inner


def _codes(code: CodeType, name: str) -> list[CodeType]:
    return [each for each in code.co_consts if isinstance(each, CodeType) and each.co_name == name]


def _same(first: CodeType, second: CodeType) -> bool:
    """Return whether two codes differ at most in their places in files."""
    return _essence(first) == _essence(second)


def _essence(code: CodeType) -> tuple[object, ...]:
    constants = tuple(
        _essence(each) if isinstance(each, CodeType) else (type(each), repr(each))
        for each in code.co_consts
    )
    arguments = code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount
    names = code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars
    return code.co_code, constants, names, arguments, code.co_flags & ~NESTED


class _Copier(ast.NodeTransformer):
    """The copy of a function; functions and classes inside the function stay as they are."""

    def __init__(self, written: ast.FunctionDef) -> None:
        self.written = written
        self.matches: list[tuple[Case, ...]] = []
        first = (*written.args.posonlyargs, *written.args.args)[:1]
        self.me = first[0].arg if first else ""

    def copy(self) -> ast.FunctionDef:
        self.written.body = [self.visit(part) for part in self.written.body]
        return self.written

    def visit(self, node: ast.AST) -> Any:
        """Return the copy of a node."""
        if isinstance(node, SCOPES):
            return _call("unrecorded", node) if isinstance(node, ast.expr) else node
        return super().visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        return self._called("unrecorded", node)

    def _called(self, name: str, node: ast.Call) -> ast.Call:
        """Return the call of what a function of the recorder returns for the called function."""
        arguments = [self.visit(each) for each in node.args]
        keywords = [self.visit(each) for each in node.keywords]
        return ast.Call(_call(name, node.func), arguments, keywords)

    def visit_While(self, node: ast.While) -> ast.AST:
        node.test = _call("unrecorded", node.test)
        node.body = [self.visit(part) for part in node.body]
        node.orelse = [self.visit(part) for part in node.orelse]
        return node

    def visit_If(self, node: ast.If) -> ast.AST:
        node.test = self._test(node.test)
        node.body = [self.visit(part) for part in node.body]
        node.orelse = [self.visit(part) for part in node.orelse]
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        node.test = self._test(node.test)
        node.body, node.orelse = self.visit(node.body), self.visit(node.orelse)
        return node

    def visit_Match(self, node: ast.Match) -> ast.AST:
        cases = tuple(self._case(each) for each in node.cases)
        number = ast.Constant(len(self.matches))
        self.matches.append(cases)
        node.subject = _call("match", number, self.visit(node.subject))
        for nth, each in enumerate(node.cases):
            tests: list[ast.expr] = [_call("matched", ast.Constant(nth))]
            if each.guard is not None:
                tests.append(self._test(each.guard))
            each.guard = ast.BoolOp(ast.And(), tests) if len(tests) > 1 else tests[0]
            each.body = [self.visit(part) for part in each.body]
        return node

    def visit_Return(self, node: ast.Return) -> ast.AST:
        node.value = self._result(node.value) if node.value is not None else None
        return node

    def visit_YieldFrom(self, node: ast.YieldFrom) -> ast.AST:
        node.value = self._result(node.value)
        return node

    def _result(self, node: ast.expr) -> ast.expr:
        """Return an expression whose value is the result of the function."""
        if isinstance(node, ast.IfExp):
            body, orelse = self._result(node.body), self._result(node.orelse)
            return ast.IfExp(self._test(node.test), body, orelse)
        if isinstance(node, ast.Call):
            return self._called("called", node)
        return cast("ast.expr", self.visit(node))

    def _test(self, node: ast.expr) -> ast.expr:
        """Return a condition that records the value of each of its operands."""
        if isinstance(node, ast.BoolOp):
            return ast.BoolOp(node.op, [self._test(each) for each in node.values])
        tested = _tested_for_its_kind(node)
        if tested is not None:
            return _call("kind_test", tested, node)
        text = ast.Constant(ast.unparse(node))
        return _call("test", text, _call("begins"), cast("ast.expr", self.visit(node)))

    def _case(self, case: ast.match_case) -> Case:
        read = {
            node.attr: None
            for node in ast.walk(case.pattern)
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == self.me
        }
        text = f"case {ast.unparse(case.pattern)}"
        return Case(text, tuple(_classes(case.pattern)), tuple(read))


def _classes(pattern: ast.pattern) -> Iterator[str]:
    """Yield the classes of which a pattern names one, without those inside the class."""
    if isinstance(pattern, ast.MatchClass):
        yield ast.unparse(pattern.cls)
    elif isinstance(pattern, ast.MatchOr):
        for each in pattern.patterns:
            yield from _classes(each)
    elif isinstance(pattern, ast.MatchAs) and pattern.pattern is not None:
        yield from _classes(pattern.pattern)


def _tested_for_its_kind(node: ast.expr) -> ast.expr | None:
    """Return the name `msg` of `isinstance(msg, Ask)` or of `type(msg) is Ask`."""
    call = node.left if isinstance(node, ast.Compare) else node
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        return None
    expected = "type" if isinstance(node, ast.Compare) else "isinstance"
    if call.func.id != expected or not call.args or not isinstance(call.args[0], ast.Name):
        return None
    return ast.Name(call.args[0].id, ast.Load())


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    function = ast.Attribute(ast.Name(RECORDER, ast.Load()), name, ast.Load())
    return ast.Call(function, list(arguments), [])
