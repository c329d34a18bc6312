"""A call of user code, with the lines that it executes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection
from functools import cache
from types import CodeType, FrameType
from typing import Any, NamedTuple, TypeVar

from pcheck.coverage.source import Body
from pcheck.language.actor import Action

T = TypeVar("T")


class Executed(NamedTuple):
    """The code that one call executed, in some files."""

    lines: set[tuple[str, int]]
    points: set[tuple[str, int, int]]  # each with its column, for some code
    offered: dict[int, tuple[str, int]]  # the first place of each action, by its id

    def offers(self, action: object) -> tuple[str, int] | None:
        """Return where an action, or a step of a Model, was first yielded or returned."""
        return self.offered.get(id(action))

    def has(self, file: str, body: Body) -> bool:
        """Return whether any of a body was executed."""
        if body.column is None:
            return any((file, line) in self.lines for line in body.lines)
        return any(
            (line > body.lines[0] or column >= body.column)
            for at, line, column in self.points
            if at == file and line in body.lines
        )


class Tracer:
    """Calls user code and records what it executes of some files.

    Code in `by_column` is recorded instruction by instruction, which takes longer.
    """

    def __init__(self, files: Collection[str], by_column: Collection[CodeType]) -> None:
        self.files, self.by_column = files, by_column
        self._executed = Executed(set(), set(), {})

    def run(self, call: Callable[[], T]) -> tuple[T, Executed]:
        """Return the result of a call, and what the call executed."""
        self._executed = executed = Executed(set(), set(), {})
        before = sys.gettrace()
        sys.settrace(self._on_call)
        try:
            return call(), executed
        finally:
            sys.settrace(before)

    def _on_call(self, frame: FrameType, event: str, argument: Any) -> Any:
        code = frame.f_code
        if code.co_filename not in self.files:
            return None
        frame.f_trace_opcodes = code in self.by_column
        return self._on_event

    def _on_event(self, frame: FrameType, event: str, argument: Any) -> Any:
        file, line = frame.f_code.co_filename, frame.f_lineno
        if event == "line":
            self._executed.lines.add((file, line))
        elif event == "opcode":
            at, column = _positions(frame.f_code)[frame.f_lasti // 2]
            if at is not None and column is not None:
                self._executed.points.add((file, at, column))
        elif event == "return" and isinstance(argument, Action | tuple):
            self._executed.offered.setdefault(id(argument), (file, line))
        return self._on_event


@cache
def _positions(code: CodeType) -> list[tuple[int | None, int | None]]:
    """Return the line and the column of each instruction."""
    return [(line, column) for line, _, column, _ in code.co_positions()]
