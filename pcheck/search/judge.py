"""Asks the properties, each once for each distinct sight, and remembers what came out.

Every explorer judges through here: it says only where it was when it saw something.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pcheck.language.property import Kind, Property
from pcheck.language.seen import Seen

W = TypeVar("W")


@dataclass(frozen=True)
class Found(Generic[W]):
    """A property was decided: where, and for an `always` what is wrong there."""

    where: W
    why: str | None


class Judge(Generic[W]):
    """The properties that are still open, and what was found of the others."""

    def __init__(self, properties: Iterable[Property], *, all_properties: bool) -> None:
        self.open = list(properties)
        self.all_properties = all_properties
        self.found: dict[str, Found[W]] = {}
        self._judged: set[Seen | tuple[Seen, Seen]] = set()

    @property
    def asks_about_steps(self) -> bool:
        return any(prop.of_steps for prop in self.open)

    @property
    def decided(self) -> bool:
        """Whether it is known that something is false, and nothing more was asked."""
        violated = any(found.why is not None for found in self.found.values())
        return violated and not (self.all_properties and self.open)

    def state(self, seen: Seen, where: W) -> None:
        """A state shows this: what does each open property say of it?"""
        if seen not in self._judged:
            self._judged.add(seen)
            self.sight(seen, where)

    def sight(self, seen: Seen, where: W) -> None:
        """As `state`, of something that was not seen before."""
        for prop in [each for each in self.open if not each.of_steps]:
            if prop.kind is Kind.SOMETIMES:
                if prop.reached(seen):
                    self._decide(prop, Found(where, None))
            elif (why := prop.why_false(seen)) is not None:
                self._decide(prop, Found(where, why))

    def step(self, before: Seen, after: Seen, where: W) -> None:
        """A step leads from one sight to another."""
        if (before, after) in self._judged:
            return
        self._judged.add((before, after))
        for prop in [each for each in self.open if each.of_steps]:
            if (why := prop.why_false(before, after)) is not None:
                self._decide(prop, Found(where, why))

    def _decide(self, prop: Property, found: Found[W]) -> None:
        self.open.remove(prop)
        self.found[prop.name] = found
