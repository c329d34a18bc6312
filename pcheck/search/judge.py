"""The judgements of properties: each distinct observation is judged once.

Every explorer judges through a `Judge`, and says only where it was when it saw something.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from pcheck.language.property import Kind, Property
from pcheck.language.seen import Seen

W = TypeVar("W")


class Decision(NamedTuple):
    """A property that is decided, and for an `always` what is wrong."""

    prop: Property
    why: str | None


class Judgements:
    """The decisions of the open properties about observations, each of which is judged once."""

    def __init__(self, properties: Iterable[Property]) -> None:
        self.open = list(properties)
        self._known: dict[Seen | tuple[Seen, Seen], list[Decision]] = {}

    def of_state(self, seen: Seen) -> list[Decision]:
        found = self._known.get(seen)
        if found is None:
            found = self._known[seen] = self.of_new_state(seen)
        return found

    def of_new_state(self, seen: Seen) -> list[Decision]:
        """Return the same as `of_state` for an observation that does not come again."""
        found = []
        for prop in self.open:
            if prop.kind is Kind.SOMETIMES:
                if prop.reached(seen):
                    found.append(Decision(prop, None))
            elif not prop.is_step_property and (why := prop.why_false(seen)) is not None:
                found.append(Decision(prop, why))
        return found

    def of_step(self, before: Seen, after: Seen) -> list[Decision]:
        found = self._known.get((before, after))
        if found is None:
            whys = [
                (prop, prop.why_false(before, after)) for prop in self.open if prop.is_step_property
            ]
            found = [Decision(prop, why) for prop, why in whys if why is not None]
            self._known[before, after] = found
        return found


@dataclass(frozen=True)
class Found(Generic[W]):
    """A property was decided: where, and for an `always` what is wrong there."""

    where: W
    why: str | None


class Judge(Judgements, Generic[W]):
    """The properties that are still open, and what was found of the others."""

    def __init__(self, properties: Iterable[Property], *, all_properties: bool) -> None:
        super().__init__(properties)
        self.all_properties = all_properties
        self.found: dict[str, Found[W]] = {}

    @property
    def has_step_properties(self) -> bool:
        return any(prop.is_step_property for prop in self.open)

    @property
    def decided(self) -> bool:
        """Whether it is known that something is false, and nothing more was asked."""
        violated = any(found.why is not None for found in self.found.values())
        return violated and not (self.all_properties and self.open)

    def state(self, seen: Seen, where: W) -> None:
        """Decide the open properties that this observation of a state decides."""
        if found := self.of_state(seen):
            self._decide(found, where)

    def observation(self, seen: Seen, where: W) -> None:
        """Do the same as `state` for an observation that does not come again."""
        self._decide(self.of_new_state(seen), where)

    def step(self, before: Seen, after: Seen, where: W) -> None:
        """Decide the open properties that a step between these observations decides."""
        if found := self.of_step(before, after):
            self._decide(found, where)

    def _decide(self, found: Iterable[Decision], where: W) -> None:
        """Keep where each property was decided first."""
        for prop, why in found:
            if prop.name not in self.found:
                self.open.remove(prop)
                self.found[prop.name] = Found(where, why)
