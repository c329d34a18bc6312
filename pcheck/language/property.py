"""What is checked: questions about what an outsider sees, never about the actors' own opinion.

A property declares what it sees, kinds of messages or names of fields, and gets nothing else: that
is its footprint, and the reductions rely on it. An `always` answers with a message where it is
false, a `sometimes` with True where it is reached. An `always` of two parameters is about a step:
what was seen before it, and after.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, TypeVar

from pcheck.blame import described, place_of, place_raised
from pcheck.errors import SpecError
from pcheck.language.seen import History, Seen, Sees
from pcheck.language.values import is_frozen_dataclass

M = TypeVar("M")
Explain = Callable[["History"], Iterable[str]]


class Kind(Enum):
    ALWAYS = "always"
    SOMETIMES = "sometimes"


@dataclass(frozen=True)
class Property:
    """One question, asked of every reachable state (or step)."""

    name: str
    kind: Kind
    sees: tuple[Sees, ...]
    test: Callable[..., Any]
    summary: str
    is_step_property: bool = False
    explain: Explain | None = None
    alias: str = ""  # a shorter name, for who looks for it

    def why_false(self, *seen: Seen) -> str | None:
        """For an `always`: what is wrong with this state, or step."""
        why = self._ask(*seen)
        if why is None or (isinstance(why, str) and why):
            return why
        raise self._bad_answer(why, "None where it is true, a message where it is false")

    def reached(self, seen: Seen) -> bool:
        """For a `sometimes`: whether this state is one."""
        answer = self._ask(seen)
        if isinstance(answer, bool):
            return answer
        raise self._bad_answer(answer, "True or False")

    def as_target(self) -> Property:
        """What is false where this is decided: so that a search for the one finds the other."""
        if self.kind is Kind.ALWAYS:
            return self

        def test(seen: Seen) -> str | None:
            return "it is reached" if self.reached(seen) else None

        return replace(self, kind=Kind.ALWAYS, test=test)

    def _ask(self, *seen: Seen) -> object:
        try:
            return self.test(*[observation.only(self.name, self.sees) for observation in seen])
        except (Exception, SystemExit) as error:
            text = f"{place_raised(error)}the property {self.name} raised {described(error)}"
            raise SpecError(text) from error

    def _bad_answer(self, answer: object, wanted: str) -> SpecError:
        kind = self.kind.value
        place = place_of(self.test)
        return SpecError(f"{place}{self.name} answered {answer!r}: an @{kind} answers {wanted}")


@dataclass(frozen=True)
class Milestone:
    """What a trace is told by: a map from what has happened to the line that says so, once."""

    sees: tuple[Sees, ...]
    test: Callable[[Seen], Mapping[Any, str]]

    @property
    def name(self) -> str:
        return self.test.__name__

    def reached(self, seen: Seen) -> Mapping[Any, str]:
        name = self.name
        try:
            lines = self.test(seen.only(name, self.sees))
        except (Exception, SystemExit) as error:
            text = f"{place_raised(error)}the milestone {name} raised {described(error)}"
            raise SpecError(text) from error
        if isinstance(lines, Mapping) and all(isinstance(line, str) for line in lines.values()):
            return lines
        place = place_of(self.test)
        raise SpecError(
            f"{place}the milestone {name} answered {lines!r}: it answers a map from what has "
            "happened to the line that says so"
        )


def always(
    *, sees: Iterable[Sees], name: str = "", explain: Explain | None = None
) -> Callable[[Callable[..., Any]], Property]:
    """True of every reachable state: answers with a message where it is not.

    `explain` tells, line by line, what led to that in the end; a line that is only the name of a
    node stands for all that this node did.
    """
    return lambda test: replace(_property(Kind.ALWAYS, test, sees, name), explain=explain)


def sometimes(
    *, sees: Iterable[Sees], name: str = "", alias: str = ""
) -> Callable[[Callable[..., Any]], Property]:
    """True of at least one reachable state: else a check proves nothing, and says so.

    `word` is a shorter name for it: `pcheck explore --find chosen`.
    """
    return lambda test: replace(_property(Kind.SOMETIMES, test, sees, name), alias=alias)


def milestone(
    *, sees: Iterable[Sees]
) -> Callable[[Callable[[Seen], Mapping[Any, str]]], Milestone]:
    """A line in a trace. Milestones watch the run that is shown: they cost the search nothing."""
    return lambda test: Milestone(_footprint(test, sees), test)


def _property(kind: Kind, test: Callable[..., Any], sees: Iterable[Sees], name: str) -> Property:
    wanted = len(inspect.signature(test).parameters)
    if wanted not in ((1, 2) if kind is Kind.ALWAYS else (1,)):
        raise SpecError(
            f"{place_of(test)}{test.__name__} takes {wanted} parameters: write "
            "(seen), or for an @always about a step (before, after)"
        )
    summary = (inspect.getdoc(test) or "").partition("\n")[0]
    return Property(
        name or test.__name__,
        kind,
        _footprint(test, sees),
        test,
        summary,
        is_step_property=wanted == 2,
    )


def _footprint(test: Callable[..., Any], sees: Iterable[Sees]) -> tuple[Sees, ...]:
    if isinstance(sees, (str, type)):
        name = repr(sees) if isinstance(sees, str) else sees.__name__
        raise SpecError(f"{place_of(test)}{test.__name__}: write sees=[{name}]")
    footprint = tuple(sees)
    for what in footprint:
        if not isinstance(what, str) and not (isinstance(what, type) and is_frozen_dataclass(what)):
            raise SpecError(
                f"{place_of(test)}{test.__name__} sees {what!r}: name a kind of message "
                '(a frozen dataclass) or, as a string, a field: "learned"'
            )
    return footprint
