"""Properties and milestones, which judge a cluster only by what an observer can see.

A property declares its footprint in `sees`: message classes, names of fields, and UP if it asks
which nodes are up. A property cannot read anything outside its footprint, and the reductions rely
on that. An `always` returns None in
states where it is true, and a message that says what is wrong in states where it is false. A
`sometimes` returns whether its condition is reached. An `always` with two parameters is a step
property: the parameters are the observations before and after a step. A `still_possible` is a
question about the future: whether its condition can still become true, in each reachable state. It
is asked only by name.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
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
    STILL_POSSIBLE = "still_possible"
    CAN_AVOID = "can_avoid"


@dataclass(frozen=True)
class Tolerance:
    """The clusters for which `pcheck tolerance` asks how many nodes may stop.

    `option` is the option of the spec that takes each of the `sizes`, and `stop` is the group whose
    nodes may stop. `scope` holds the other options that the question needs.
    """

    option: str
    sizes: tuple[int, ...]
    stop: str
    scope: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = isinstance(self.option, str) and isinstance(self.stop, str)
        sizes = self.sizes if isinstance(self.sizes, (tuple, list, range)) else ()
        if not names or not sizes or not all(type(size) is int for size in sizes):
            raise SpecError(
                "Tolerance(...) needs the name of an option, its values and a group, as in "
                f'Tolerance("acceptors", (1, 2, 3), stop="a"), got {self!r}'
            )


@dataclass(frozen=True)
class Property:
    """A property that is checked in every reachable state, or on every step.

    `while_` tells in which states a question about the future is asked; None means in all.
    """

    name: str
    kind: Kind
    sees: tuple[Sees, ...]
    test: Callable[..., Any]
    summary: str
    is_step_property: bool = False
    explain: Explain | None = None
    alias: str = ""  # a short name for --find
    while_: Property | None = None
    tolerance: Tolerance | None = field(default=None, compare=False)
    ordered: tuple[str, ...] = ()  # for `can_avoid`: the fields with values that are only compared
    step: int = 1  # by multiples of which these may be shifted

    @property
    def is_question(self) -> bool:
        """True if the property asks about the future, and so only if it is named."""
        return self.kind in (Kind.STILL_POSSIBLE, Kind.CAN_AVOID)

    def why_false(self, *seen: Seen) -> str | None:
        """Return what is wrong with the state or step, or None; only for an `always`."""
        why = self._call(*seen)
        if why is None or (isinstance(why, str) and why):
            return why
        raise self._bad_result(why, "None if it holds, or a non-empty message if not")

    def is_reached(self, seen: Seen) -> bool:
        """Return whether the condition of a `sometimes` or a question is true in the state."""
        result = self._call(seen)
        if isinstance(result, bool):
            return result
        raise self._bad_result(result, "True or False")

    def answer(self, *seen: Seen) -> bool | str | None:
        """Return whether the condition of a property is true, or why an `always` is false."""
        return self.why_false(*seen) if self.kind is Kind.ALWAYS else self.is_reached(*seen)

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


def still_possible(
    *,
    sees: Iterable[Sees],
    while_: Callable[[Seen], bool] | None = None,
    name: str = "",
    tolerance: Tolerance | None = None,
) -> Callable[[Callable[[Seen], bool]], Property]:
    """Declare a question about the future, which is asked by name: `--property NAME --stops 1`.

    The function returns whether the condition is true in a state. The question is asked in every
    reachable state where `while_` is true, and for every choice of at most as many nodes that stop
    there as the user allows. The other nodes must then be able to reach a state where the condition
    is true, without a crash and without the loss of a message. `tolerance` names the clusters for
    which `pcheck tolerance` asks the question.
    """

    def declare(test: Callable[[Seen], bool]) -> Property:
        question = _property(Kind.STILL_POSSIBLE, test, sees, name)
        question = replace(question, tolerance=tolerance)
        if while_ is None:
            return question
        condition = replace(question, name=f"while_ of {question.name}", test=while_)
        return replace(question, while_=condition)

    return declare


def can_avoid(
    *, sees: Iterable[Sees], ordered: Iterable[str] = (), step: int = 1, name: str = ""
) -> Callable[[Callable[[Seen], bool]], Property]:
    """Declare a question about the future: whether an execution can avoid a condition for ever.

    The function returns whether the condition is true in a state. `ordered` names the fields whose
    values grow and are only compared, such as ballots: a cycle may raise them by a multiple of
    `step`, the number of nodes that take turns.
    """

    def declare(test: Callable[[Seen], bool]) -> Property:
        question = _property(Kind.CAN_AVOID, test, sees, name)
        names = () if isinstance(ordered, str) else tuple(ordered)
        is_valid = type(step) is int and step > 0 and all(isinstance(each, str) for each in names)
        if not is_valid or isinstance(ordered, str):
            raise SpecError(
                f"{place_of(test)}{question.name}: ordered must be a list of names of fields, and "
                f"step a number from 1, got ordered={ordered!r} and step={step!r}"
            )
        return replace(question, ordered=names, step=step)

    return declare


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
                hint = f"write {DECORATOR} above class {name}, or for a hosted program sees=[frozen"
                raise SpecError(f"{place_of(what)}{text}; {hint}({name})]")
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
