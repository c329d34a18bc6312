"""Properties and milestones, which judge a cluster only by what an observer can see.

A property declares its footprint in `sees`: message classes, names of fields, and UP if it asks
which nodes are up. A property cannot read anything outside its footprint, and the reductions rely
on that. An `always` returns None in
states where it is true, and a message that says what is wrong in states where it is false. A
`sometimes` returns whether its condition is reached. An `always` with two parameters is a step
property: the parameters are the observations before and after a step.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from pcheck.blame import is_users, place_of, place_raised
from pcheck.errors import SpecError
from pcheck.language.hints import raised
from pcheck.language.kinds import DECORATOR, is_frozen_dataclass
from pcheck.language.seen import History, Seen, Sees, Up
from pcheck.text import counted

Explain = Callable[["History"], Iterable[str]]


class Kind(Enum):
    """The kind of a property."""

    ALWAYS = "always"
    SOMETIMES = "sometimes"


@dataclass(frozen=True)
class Property:
    """A property that is checked in every reachable state, or on every step."""

    name: str
    kind: Kind
    sees: tuple[Sees, ...]
    test: Callable[..., Any]
    summary: str
    is_step_property: bool = False
    explain: Explain | None = None
    alias: str = ""  # a short name for --find

    def why_false(self, *seen: Seen) -> str | None:
        """Return what is wrong with the state or step, or None; only for an `always`."""
        why = self._call(*seen)
        if why is None or (isinstance(why, str) and why):
            return why
        raise self._bad_result(why, "None if it holds, or a non-empty message if not")

    def is_reached(self, seen: Seen) -> bool:
        """Return whether the condition of a `sometimes` is true in the state."""
        result = self._call(seen)
        if isinstance(result, bool):
            return result
        raise self._bad_result(result, "True or False")

    def answer(self, *seen: Seen) -> bool | str | None:
        """Return whether a `sometimes` is reached, or why an `always` is false."""
        return self.is_reached(*seen) if self.kind is Kind.SOMETIMES else self.why_false(*seen)

    def as_target(self) -> Property:
        """Return an `always` that is false where this property is decided, to search for it."""
        if self.kind is Kind.ALWAYS:
            return self

        def test(seen: Seen) -> str | None:
            return "it is reached" if self.is_reached(seen) else None

        test.__wrapped__ = self.test  # type: ignore[attr-defined]  # an error names its place
        return replace(self, kind=Kind.ALWAYS, test=test)

    def _call(self, *seen: Seen) -> object:
        try:
            return self.test(*[observation.only(self.name, self.sees) for observation in seen])
        except (Exception, SystemExit) as error:
            text = f"{place_raised(error)}the property {self.name} {raised(error)}"
            raise SpecError(text) from error

    def _bad_result(self, result: object, allowed: str) -> SpecError:
        place, kind = place_of(self.test), self.kind.value
        return SpecError(f"{place}the @{kind} {self.name} must return {allowed}, got {result!r}")


@dataclass(frozen=True)
class Milestone:
    """A function from an observation to lines of a trace: each key adds its line once.

    A key is anything that identifies an event, and its line describes that event.
    """

    sees: tuple[Sees, ...]
    test: Callable[[Seen], Mapping[Any, str]]

    @property
    def name(self) -> str:
        return self.test.__name__

    def lines(self, seen: Seen) -> Mapping[Any, str]:
        """Return the line of each event that has happened."""
        name = self.name
        try:
            lines = self.test(seen.only(name, self.sees))
        except (Exception, SystemExit) as error:
            text = f"{place_raised(error)}the milestone {name} {raised(error)}"
            raise SpecError(text) from error
        if isinstance(lines, Mapping) and all(isinstance(line, str) for line in lines.values()):
            return lines
        place = place_of(self.test)
        raise SpecError(
            f"{place}the milestone {name} must return a map from events to lines of text, "
            f"got {lines!r}"
        )


def always(
    *, sees: Iterable[Sees], name: str = "", explain: Explain | None = None
) -> Callable[[Callable[..., Any]], Property]:
    """Declare a property that must be true in every reachable state.

    The function returns None where the property is true, and otherwise a message that says what is
    wrong. `explain` yields the lines that explain a counterexample from its History. A line that is
    only the name of a node adds, after all lines, everything that this node did.
    """
    return lambda test: replace(_property(Kind.ALWAYS, test, sees, name), explain=explain)


def sometimes(
    *, sees: Iterable[Sees], name: str = "", alias: str = ""
) -> Callable[[Callable[..., Any]], Property]:
    """Declare a property that must be true in at least one reachable state.

    A check fails if it reaches no such state. Otherwise the `always` properties could hold only
    because nothing happens. `alias` is a short name for `pcheck explore --find`.
    """
    return lambda test: replace(_property(Kind.SOMETIMES, test, sees, name), alias=alias)


def milestone(
    *, sees: Iterable[Sees]
) -> Callable[[Callable[[Seen], Mapping[Any, str]]], Milestone]:
    """Declare a milestone: lines that a trace shows as soon as their events have happened.

    Milestones are evaluated only on the traces that are shown, so they do not slow a search down.
    """
    return lambda test: Milestone(_footprint(test, sees), test)


def _property(kind: Kind, test: Callable[..., Any], sees: Iterable[Sees], name: str) -> Property:
    count = len(inspect.signature(test).parameters)
    if count not in ((1, 2) if kind is Kind.ALWAYS else (1,)):
        raise SpecError(
            f"{place_of(test)}{test.__name__} must have the parameter (seen) or, for an @always "
            f"about steps, the parameters (before, after), got {counted(count, 'parameter')}"
        )
    summary = (inspect.getdoc(test) or "").partition("\n")[0]
    return Property(
        name or test.__name__,
        kind,
        _footprint(test, sees),
        test,
        summary,
        is_step_property=count == 2,
    )


def _footprint(test: Callable[..., Any], sees: Iterable[Sees]) -> tuple[Sees, ...]:
    if isinstance(sees, (str, type, Up)):
        name = sees.__name__ if isinstance(sees, type) else repr(sees)
        raise SpecError(
            f"{place_of(test)}{test.__name__}: sees must be a list, got {name}; write sees=[{name}]"
        )
    footprint = tuple(sees)
    for what in footprint:
        is_message_class = isinstance(what, type) and is_frozen_dataclass(what)
        if not isinstance(what, (str, Up)) and not is_message_class:
            if isinstance(what, type) and _is_users(what):
                name = what.__name__
                text = f"{test.__name__} sees {name}, which is not a frozen dataclass"
                raise SpecError(f"{place_of(what)}{text}; write {DECORATOR} above class {name}")
            raise SpecError(
                f"{place_of(test)}{test.__name__}: sees must hold message classes (frozen "
                f"dataclasses), names of fields (strings) and UP, got {what!r}"
            )
    return footprint


def _is_users(kind: type) -> bool:
    """Return whether a class is in a file of the user, or of a shipped spec."""
    with suppress(OSError, TypeError):
        file = inspect.getsourcefile(kind)
        return file is not None and is_users(file)
    return False
