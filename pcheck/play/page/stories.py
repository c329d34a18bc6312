"""A property's own explanation of every violation, prepared for traces that nobody has played yet.

An explanation may ask since which step a condition holds. So the explanation of each observation
that violates the property is asked with a *moment* in place of the number of such a step. Where the
explanation compares two moments, or where a condition may never have held, both answers are
followed. The page knows the moments of a trace, and so which of the explanations is that of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from types import CellType, FunctionType
from typing import Any

from pcheck.language.property import Kind, Property
from pcheck.language.seen import History, Seen, Sees
from pcheck.language.values import UnsupportedValue, exact
from pcheck.play.page.diagrams import Numbers
from pcheck.play.page.recorder import Answers

MAX_CONDITIONS = 100  # of one property
MAX_DECISIONS = 8  # that one explanation depends on
BEGIN, END = "\x01", "\x02"  # around the number of the condition that a moment belongs to
Condition = Callable[[Seen], bool]
# ["=", line, ...]; ["<", moment, moment, story if the first is before, story if not]; or
# ["?", moment, story if its condition has ever held, story if not]
Story = list[Any]


@dataclass
class Conditions:
    """The conditions that explanations ask about; equal conditions have one number."""

    sees: tuple[Sees, ...]
    fails: bool = False  # true if a condition raised an error
    found: list[Condition] = field(default_factory=list)
    _numbers: dict[Hashable, int] = field(default_factory=dict)

    def number(self, test: Condition) -> int:
        """Return the number of a condition, which keeps the values that it refers to now."""
        kept, key = _kept(test)
        if key not in self._numbers:
            self._numbers[key] = len(self.found)
            self.found.append(kept)
            if len(self.found) > MAX_CONDITIONS:
                raise _TooManyConditions
        return self._numbers[key]

    def as_properties(self) -> list[Property]:
        """Return the conditions as properties, which are reached where a condition holds."""
        return [
            Property(f"condition {number}", Kind.SOMETIMES, self.sees, self._as_test(each), "")
            for number, each in enumerate(self.found)
        ]

    def _as_test(self, condition: Condition) -> Callable[[Seen], bool]:
        def test(seen: Seen) -> bool:
            try:
                return bool(condition(seen))
            except Exception:
                self.fails = True
                return False

        return test


def stories_of(found: Answers) -> Conditions | None:
    """Note the story of the violations that a search met, as JSON; return the conditions.

    A violation whose explanation does not fit has no story. Return None if none of them has one.
    Raise the error if the explanation reads more than its property declares.
    """
    prop = found.asked
    if not isinstance(prop, Property) or prop.explain is None or not found.violating:
        return None
    conditions, stories = Conditions(prop.sees), dict[Numbers, str]()
    for key, seen in found.violating.items():
        try:
            stories[key] = json.dumps(_story(prop, seen, conditions, {}))
        except _TooManyConditions:
            return None
        except Exception as error:
            if undeclared(error) is not None:
                raise
            continue  # it fails, or does more with moments than print and compare a few
    found.stories = stories
    return conditions if stories else None


def undeclared(error: Exception) -> Sees | None:
    """Return what a property read without declaring it, if that is the error."""
    what: Sees | None = vars(error).get("undeclared")
    return what


class _TooManyConditions(Exception):
    """Raised when the explanations of a property ask about too many conditions."""


class _TooManyDecisions(Exception):
    """Raised when one explanation depends on too much."""


class _Undecided(BaseException):
    """Raised when an explanation depends on something about a trace that is not decided yet.

    It is not an Exception, which the explanation could handle.
    """

    def __init__(self, asked: tuple[int, ...]) -> None:
        super().__init__()
        self.asked = asked


# For two moments, whether the first is before the second; for one, whether there is such a moment.
Order = dict[tuple[int, ...], bool]


def _story(prop: Property, seen: Seen, conditions: Conditions, order: Order) -> Story:
    """Return the story of a violation for all traces with this order of moments."""
    assert prop.explain is not None
    try:
        return ["=", *map(str, prop.explain(_UnknownHistory(seen, conditions, order)))]
    except _Undecided as undecided:
        if len(order) >= MAX_DECISIONS:
            raise _TooManyDecisions from None
        asked = undecided.asked
        ways = (_story(prop, seen, conditions, order | {asked: way}) for way in (True, False))
        return ["<" if len(asked) > 1 else "?", *asked, *ways]


class _UnknownHistory(History):
    """A history of which only the end is known, and the order of some moments."""

    def __init__(self, seen: Seen, conditions: Conditions, order: Order) -> None:
        super().__init__([seen])
        self._conditions, self._order = conditions, order

    def since(self, test: Condition) -> int:
        number = self._conditions.number(test)
        if not test(self.seen):  # it may have held before
            if (number,) not in self._order:
                raise _Undecided((number,))
            if not self._order[number,]:
                return super().since(test)  # raises the error
        return _Moment(number, self._order)  # type: ignore[return-value]


class _Moment:
    """The first step after which a condition holds: its number can be compared and printed."""

    def __init__(self, number: int, order: Order) -> None:
        self.number, self._order = number, order

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, _Moment):
            return NotImplemented
        pair = self.number, other.number
        if self.number == other.number:
            return False
        if pair not in self._order:
            raise _Undecided(pair)
        return self._order[pair]

    def __gt__(self, other: object) -> bool:
        return other < self if isinstance(other, _Moment) else NotImplemented

    def __le__(self, other: object) -> bool:
        return not other < self if isinstance(other, _Moment) else NotImplemented

    def __ge__(self, other: object) -> bool:
        return not self < other if isinstance(other, _Moment) else NotImplemented

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Moment):
            return NotImplemented
        return not self < other and not other < self

    __hash__ = None  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"{BEGIN}{self.number}{END}"


def _kept(test: Condition) -> tuple[Condition, Hashable]:
    """Return a condition that keeps the values of its closure, and a key of code and values."""
    if not isinstance(test, FunctionType):
        return test, id(test)
    held = [cell.cell_contents for cell in test.__closure__ or ()]
    cells = tuple(map(CellType, held))
    kept = FunctionType(test.__code__, test.__globals__, test.__name__, test.__defaults__, cells)
    return kept, (test.__code__, tuple(map(_key, (*held, *(test.__defaults__ or ())))))


def _key(value: object) -> Hashable:
    """Return the exact key of a value that may be in a message, and otherwise its identity."""
    try:
        return exact(value)
    except UnsupportedValue:
        return "identity", id(value)
