"""A handler, asked again with every condition recorded, or with the opposite of some conditions.

The handler gets a copy of its actor. A call ends after a limited number of lines, because the
opposite of a condition may lead to a loop without end.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, fields
from types import FrameType, MethodType
from typing import Any

from pcheck.language.actor import Actor, Either
from pcheck.traces.instrumented import Case, Names, instrumented, plain_function

MAX_CONDITIONS = 200  # of one call; a call that evaluates more is not explained
MAX_LINES = 100_000  # that one call may execute
OWN_MODULES = "pcheck.language"
HOSTING = "pcheck.hosted"  # calls a program, whose conditions are not recorded


class _TooLong(BaseException):
    """Raised in a handler that does not end; no `except Exception` of the handler stops it."""


@dataclass(frozen=True)
class Condition:
    """A condition that a handler evaluated: its source, its value, and the fields that it read."""

    text: str
    value: bool
    fields: frozenset[str]

    def __str__(self) -> str:
        return f"`{self.text}` is {'true' if self.value else 'false'}"


@dataclass
class Answer:
    """The result of one call and the conditions that the call evaluated.

    The conditions at the places in `opposite` get the opposite value.
    """

    actor: Actor
    message: object
    opposite: frozenset[int] = frozenset()
    conditions: list[Condition] = field(default_factory=list)
    mismatches: list[Case] = field(default_factory=list)
    result: object = None
    failed: bool = False
    is_too_long: bool = False
    is_opaque: bool = False  # whether a part of the handler could not be recorded
    asks_for_kinds: bool = False  # whether a `match` or a condition asks for the kind
    concerns_kind: bool = False  # whether a case or a condition concerns messages of this kind
    reads: list[set[str]] = field(default_factory=list)
    cases: tuple[Case, ...] = ()  # of the current match
    tried: int = 0  # cases of the current match, whose patterns were compared
    names: Names | None = None

    def begins(self) -> None:
        self.reads.append(set())

    def test(self, text: str, begun: None, value: object) -> bool:
        read = self.reads.pop()
        if self.reads:  # a condition of a method that another condition calls
            self.reads[-1] |= read
            return bool(value)
        if len(self.conditions) >= MAX_CONDITIONS:
            raise _TooLong
        is_true = bool(value) != (len(self.conditions) in self.opposite)
        self.conditions.append(Condition(text, is_true, frozenset(read)))
        return is_true

    def kind_test(self, tested: object, value: object) -> object:
        if tested is self.message:
            self.asks_for_kinds = True
            self.concerns_kind |= bool(value)
        return value

    def matches(self, cases: tuple[Case, ...], names: Names, subject: object) -> object:
        self.end()
        is_of_message = subject is self.message and not self.reads
        self.is_opaque |= not is_of_message
        self.tried, self.cases, self.names = 0, (), names
        if is_of_message:
            self.cases = cases
            self.asks_for_kinds = True
            self.concerns_kind |= any(map(self._concerns, cases))
        return subject

    def matched(self, nth: int) -> bool:
        self._end_cases(nth)
        self.tried = nth + 1
        return True

    def unrecorded(self, part: Any) -> Any:
        self.is_opaque |= not self.reads
        return part

    def called(self, function: Any) -> Any:
        plain = plain_function(function)
        if plain is None:
            self.is_opaque = True
            return function
        if str(plain.__module__).startswith(OWN_MODULES):
            return function
        if str(plain.__module__).startswith(HOSTING):
            self.is_opaque = True
            return function
        with _lines_limited_by(None):
            copied = instrumented(plain, self)
        self.is_opaque |= copied is None
        if copied is None:
            return function
        return MethodType(copied, function.__self__) if plain is not function else copied

    def end(self) -> None:
        """Note the rest of the current match, none of whose patterns matches."""
        self._end_cases(len(self.cases))
        self.cases = ()

    def _end_cases(self, until: int) -> None:
        """Note the tried cases whose classes fit, and whose patterns do not match."""
        self.mismatches += filter(self._concerns, self.cases[self.tried : until])

    def _concerns(self, case: Case) -> bool:
        assert self.names is not None
        try:
            kinds: Any = tuple(map(self.names.value, case.classes))
            return isinstance(self.message, kinds)
        except Exception:
            self.is_opaque = True
            return False


@dataclass(frozen=True)
class Call:
    """A call of a handler of a copy of an actor, which may be repeated.

    `reads` holds all fields of the actor on which its answers so far depend: another actor with the
    same values of these fields would have had the same answers.
    """

    actor: Actor
    message: object
    handler: Callable[[Actor], Any]
    arguments: tuple[object, ...]
    reads: set[str] = field(default_factory=set, compare=False)

    def again(self, *opposite: int) -> Answer:
        """Return what one call evaluates if these conditions have their opposite values."""
        twin = copy(self.actor)
        names = {each.name for each in fields(twin)}
        for name in vars(twin).keys() - names:  # a cached property, which hides what it reads
            del vars(twin)[name]
        found = Answer(twin, self.message, frozenset(opposite))
        try:
            reads = _Reads(twin, found, self.reads)
            with reads.recorded(), _limited_lines():
                result = found.called(self.handler(twin))(*self.arguments)
                is_step = result is None or isinstance(result, (Actor, Either, tuple))
                reads.add_comparison(result)
                found.result = result if is_step else list(result)
                found.end()
        except (Exception, SystemExit):
            found.failed = True
        except _TooLong:
            found.failed = found.is_too_long = True
        return found


class _Reads:
    """The fields of one actor that a call reads: all of them, and those that conditions read."""

    def __init__(self, actor: Actor, recorder: Answer, reads: set[str]) -> None:
        self._actor, self._recorder, self._reads = actor, recorder, reads
        self._names = {each.name for each in fields(actor)}
        self._made: list[Actor] = []  # by `but`
        self._is_paused = False

    @contextmanager
    def recorded(self) -> Iterator[None]:
        """Record every read of a field; to ask for `__dict__` or the like is to read all fields."""
        kind: Any = type(self._actor)
        own, original = vars(kind).get("__getattribute__"), kind.__getattribute__

        def read(other: Any, name: str) -> Any:
            if not self._is_paused:
                if other is self._actor and name == "but" and kind.but is Actor.but:
                    return self._but
                if other is self._actor or any(other is each for each in self._made):
                    self._note(name, other)
            return original(other, name)

        kind.__getattribute__ = read
        try:
            yield
        finally:
            if own is None:
                del kind.__getattribute__
            else:
                kind.__getattribute__ = own

    def _note(self, name: str, read: object) -> None:
        """Note that the field of the actor, or of one made from it, is read."""
        if name in self._names:
            self._reads.add(name)
            if self._recorder.reads and read is self._actor:
                self._recorder.reads[-1].add(name)
        elif name.startswith("__") and name != "__class__":
            self._reads |= self._names

    def _but(self, **changes: Any) -> Actor:
        """Return the actor with changes; to compare it with the actor reads only these fields."""
        if hasattr(type(self._actor), "__post_init__"):  # which reads fields of what is made
            self._reads |= self._names
        self._is_paused = True
        try:
            made = Actor.but(self._actor, **changes)
        finally:
            self._is_paused = False
        self._reads |= changes.keys() & self._names
        self._made.append(made)
        return made

    def add_comparison(self, result: object) -> None:
        """Add what a comparison of a result of the call with the actor reads."""
        if isinstance(result, Either):
            for _, way in result.ways:
                self.add_comparison(way)
        elif isinstance(result, tuple) and len(result) == 1:
            self.add_comparison(result[0])
        elif isinstance(result, Actor) and not any(
            result is each for each in (self._actor, *self._made)
        ):
            self._reads |= self._names


@contextmanager
def _limited_lines() -> Iterator[None]:
    """Raise _TooLong in a block that executes too many lines."""
    lines = 0

    def trace(frame: FrameType, event: str, arg: object) -> Any:
        nonlocal lines
        lines += 1
        if lines > MAX_LINES:
            raise _TooLong
        return trace

    with _lines_limited_by(trace):
        yield


@contextmanager
def _lines_limited_by(trace: Callable[[FrameType, str, object], Any] | None) -> Iterator[None]:
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)
