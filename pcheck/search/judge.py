"""Judgements of properties: each distinct observation is judged once.

Every explorer judges observations through a `Judge` and states only where it made them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from pcheck.language.property import Property
from pcheck.language.seen import Seen
from pcheck.search.samples import Samples

W = TypeVar("W")


class Decision(NamedTuple):
    """A decided property. `why` is the reason why an `always` is false, None for a `sometimes`."""

    prop: Property
    why: str | None


class Judgements:
    """The decisions of the open properties about observations; each observation is judged once.

    A few of the answers are added to `samples`.
    """

    def __init__(self, properties: Iterable[Property]) -> None:
        self.open = list(properties)
        self.samples = Samples()
        self._known: dict[Seen | tuple[Seen, Seen], list[Decision]] = {}

    def of_state(self, seen: Seen) -> list[Decision]:
        """Return the properties that the observation of a state decides."""
        if seen not in self._known:
            self._known[seen] = list(self._judged_state(seen))
        return self._known[seen]

    def of_step(self, before: Seen, after: Seen) -> list[Decision]:
        """Return the step properties that a step between two observations decides."""
        if (before, after) not in self._known:
            self._known[before, after] = list(self._judged_step(before, after))
        return self._known[before, after]

    def _judged_state(self, seen: Seen) -> Iterator[Decision]:
        for prop in tuple(self.open):
            if not prop.is_step_property:
                yield from self._decisions(prop, seen)

    def _judged_step(self, before: Seen, after: Seen) -> Iterator[Decision]:
        for prop in tuple(self.open):
            if prop.is_step_property:
                yield from self._decisions(prop, before, after)

    def _decisions(self, prop: Property, *seen: Seen) -> Iterator[Decision]:
        """Yield the decision of a property about a state or a step, if the property decides it."""
        answer = self.samples.judge(prop, *seen)
        if answer is not None and answer is not False:
            yield Decision(prop, answer if isinstance(answer, str) else None)


@dataclass(frozen=True)
class Found(Generic[W]):
    """The place where a property was decided, and for an `always` the reason why it is false."""

    where: W
    why: str | None


class Judge(Judgements, Generic[W]):
    """The open properties of a search, and the place where each other property was decided.

    Each property is decided as soon as it is judged. Otherwise an interrupt inside a property would
    lose the decisions of the properties that were judged on the same observation before it.
    """

    def __init__(self, properties: Iterable[Property], *, all_properties: bool) -> None:
        super().__init__(properties)
        self.all_properties = all_properties
        self.found: dict[str, Found[W]] = {}

    @property
    def has_step_properties(self) -> bool:
        """True if an open property is a step property."""
        return any(prop.is_step_property for prop in self.open)

    @property
    def decided(self) -> bool:
        """True if an `always` is false and the search need not decide the other properties."""
        violated = any(found.why is not None for found in self.found.values())
        return violated and not (self.all_properties and self.open)

    def judge_state(self, seen: Seen, where: W) -> None:
        """Decide the open properties that the observation of a state decides."""
        if seen not in self._known:
            self._known[seen] = self._decide(self._judged_state(seen), where)

    def decide(self, prop: Property, answer: bool | str | None, where: W) -> None:
        """Record that a property is decided, by this answer."""
        self.open.remove(prop)
        self.found[prop.name] = Found(where, answer if isinstance(answer, str) else None)

    def judge_step(self, before: Seen, after: Seen, where: W) -> None:
        """Decide the open step properties that a step between two observations decides."""
        if (before, after) not in self._known:
            self._known[before, after] = self._decide(self._judged_step(before, after), where)

    def _decide(self, decisions: Iterator[Decision], where: W) -> list[Decision]:
        """Record each decision before the next property is judged, and return all of them."""
        made = []
        for decision in decisions:
            self.decide(decision.prop, decision.why, where)
            made.append(decision)
        return made
