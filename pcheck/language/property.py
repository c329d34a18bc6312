"""What is checked: questions about what an outsider sees, never about the actors' own opinion.

A property declares what it sees, kinds of messages or names of fields, and gets nothing else: that
is its footprint, and the reductions rely on it. An `always` answers with a message where it is
false, a `sometimes` with True where it is reached. An `always` of two parameters is about a step:
what was seen before it, and after.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from pcheck.errors import SpecError, described, nearest, place_of, place_raised
from pcheck.language.values import Group, Id, exact, is_frozen_dataclass, order

if TYPE_CHECKING:
    from pcheck.language.history import History

M = TypeVar("M")
Explain = Callable[["History"], Iterable[str]]
Sees = type[Any] | str  # a kind of message, or the name of a field: "learned", "Learner.learned"


class Kind(Enum):
    ALWAYS = "always"
    SOMETIMES = "sometimes"


class Seen:
    """What an outsider has seen: every watched message ever sent, and every watched field."""

    def __init__(
        self,
        sent: Iterable[tuple[Id, Any]],
        groups: Mapping[str, Group],
        fields: Mapping[str, tuple[tuple[Id, Any], ...]] | None = None,
        key: Hashable = None,
    ) -> None:
        """Who gives a `key`, which stands for the whole sight, gives what was sent in order."""
        self._sent = tuple(sent) if key is not None else _in_order(sent)
        self._key = key
        self._groups = groups
        self._fields = fields or {}
        self._of_kind: dict[type[Any], list[tuple[Id, Any]]] = {}

    @cached_property
    def exact(self) -> Hashable:
        """Two sights with one key are the same sight."""
        if self._key is not None:
            return self._key
        return exact(self._sent), tuple((name, exact(row)) for name, row in self._fields.items())

    def sent(self, kind: type[M]) -> list[tuple[Id, M]]:
        """Every (sender, message) of this kind that was ever sent, in a fixed order."""
        if kind not in self._of_kind:
            self._of_kind[kind] = [pair for pair in self._sent if isinstance(pair[1], kind)]
        return list(self._of_kind[kind])

    def field(self, name: str) -> list[tuple[Id, Any]]:
        """The value that each node which has this field holds in it now."""
        return list(self._fields[name])

    def group(self, name: str) -> Group:
        """The nodes of a group: who the acceptors are is no secret."""
        if name not in self._groups:
            raise KeyError(f"no group {name!r} in this cluster{nearest(name, self._groups)}")
        return self._groups[name]

    def only(self, name: str, sees: tuple[Sees, ...]) -> Seen:
        return _Footprint(self, name, sees)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Seen) and self.exact == other.exact

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash(self.exact)


def _in_order(sent: Iterable[tuple[Id, Any]]) -> tuple[tuple[Id, Any], ...]:
    pairs = {exact(pair): pair for pair in sent}
    return tuple(sorted(pairs.values(), key=order))


class _Footprint(Seen):
    """The part of a sight that one property declared: whatever else it asks for is an error."""

    def __init__(self, whole: Seen, name: str, sees: tuple[Sees, ...]) -> None:
        self._sent, self._groups, self._fields = whole._sent, whole._groups, whole._fields
        self._key, self._of_kind = None, whole._of_kind
        self._name, self._sees = name, sees

    def sent(self, kind: type[M]) -> list[tuple[Id, M]]:
        self._declared(kind, kind.__name__)
        return super().sent(kind)

    def field(self, name: str) -> list[tuple[Id, Any]]:
        self._declared(name, repr(name))
        return super().field(name)

    def _declared(self, what: Sees, text: str) -> None:
        if what not in self._sees:
            raise LookupError(f"{self._name} looks at {text}: add it to its sees=[...]")


@dataclass(frozen=True)
class Property:
    """One question, asked of every reachable state (or step)."""

    name: str
    kind: Kind
    sees: tuple[Sees, ...]
    test: Callable[..., Any]
    summary: str
    of_steps: bool = False
    explain: Explain | None = None
    word: str = ""  # a shorter name, for who looks for it

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

    def sought(self) -> Property:
        """What is false where this is decided: so that a search for the one finds the other."""
        if self.kind is Kind.ALWAYS:
            return self

        def test(seen: Seen) -> str | None:
            return "it is reached" if self.reached(seen) else None

        return replace(self, kind=Kind.ALWAYS, test=test)

    def _ask(self, *seen: Seen) -> object:
        try:
            return self.test(*[sight.only(self.name, self.sees) for sight in seen])
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
    *, sees: Iterable[Sees], name: str = "", word: str = ""
) -> Callable[[Callable[..., Any]], Property]:
    """True of at least one reachable state: else a check proves nothing, and says so.

    `word` is a shorter name for it: `pcheck explore --find chosen`.
    """
    return lambda test: replace(_property(Kind.SOMETIMES, test, sees, name), word=word)


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
        name or test.__name__, kind, _footprint(test, sees), test, summary, of_steps=wanted == 2
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
