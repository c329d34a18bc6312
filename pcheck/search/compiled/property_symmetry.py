"""The comparison of properties on the observations of the compiled search.

The search judges one observation of each orbit, and one pair of observations of each orbit of
pairs. What properties say of renamings is compared in
`pcheck.search.reductions.property_symmetry`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from pcheck.errors import Asymmetric
from pcheck.language.property import Kind, Property
from pcheck.language.seen import Seen
from pcheck.search.compiled.noted_steps import NotedStep
from pcheck.search.compiled.settled import Settled
from pcheck.search.compiled.tables import Tables
from pcheck.search.reductions.projection import Answer, Ask
from pcheck.search.reductions.property_symmetry import PropertySymmetry
from pcheck.search.reductions.symmetry import Symmetry


class WatcherSymmetry(PropertySymmetry):
    """The comparison of what properties say, on observations of the compiled search."""

    def __init__(self, tables: Tables, symmetry: Symmetry, ask: Ask) -> None:
        super().__init__(symmetry, ask=ask)
        self._tables = tables
        self._orbits: set[tuple[int, ...]] = set()
        self._orbits_of_pairs: set[tuple[int, ...]] = set()

    def without_known_orbits(
        self, states: list[tuple[int, list[int]]]
    ) -> list[tuple[int, list[int]]]:
        """Return the states whose observations are the first of their orbits.

        A symmetric property answers the same for all observations of an orbit.
        """
        canonical = self._tables.orbits.canonical(
            [observations for _, observations in states], self._tables.machines.watchers
        )
        new = []
        for state, key in zip(states, map(tuple, canonical)):
            if key not in self._orbits:
                self._orbits.add(key)
                new.append(state)
        return new

    def unsettled(self, observations: Any, properties: Sequence[Property]) -> tuple[Any, Any]:
        """Return which observations must be judged, and which only if they are unsettled then."""
        parts = [known.all for known in self._tables.machines.observations]
        first = np.zeros(len(observations), bool)
        unsettled = np.zeros(len(observations), bool)
        for projection, group in self._by_footprint(properties) if len(observations) else ():
            of_group = Settled(projection, parts).unsettled(observations, group)
            first, unsettled = first | of_group[0], unsettled | of_group[1]
        return first, unsettled & ~first

    def without_known_pairs(self, steps: list[NotedStep]) -> list[NotedStep]:
        """Return the steps whose pairs of observations are the first of their orbits."""
        canonical = self._tables.orbits.canonical(
            [[*before, *after] for _, before, after in steps], self._tables.machines.watchers
        )
        new = []
        for step, key in zip(steps, map(tuple, canonical)):
            if key not in self._orbits_of_pairs:
                self._orbits_of_pairs.add(key)
                new.append(step)
        return new

    def decided_at(
        self, observations: Sequence[int], properties: Iterable[Property], transitions: int
    ) -> Iterator[tuple[Property, Answer]]:
        """Yield the properties that an observation decides, or a pair of observations.

        Raise Asymmetric if a property distinguishes a renaming. A pair is given by the numbers of
        the watchers before a step, followed by those after it.
        """
        parts = [known.all for known in self._tables.machines.observations]
        return self.compare(
            properties, lambda projection: projection.of_numbers(observations, parts), transitions
        )

    def why_at_end(self, prop: Property, seen: Seen) -> str | None:
        """Return what is wrong at the end of a trace, in the names of the trace.

        A renaming of the end decides the property. Raise Asymmetric if the end itself does not.
        """
        if prop.kind is Kind.SOMETIMES:
            if not prop.is_reached(seen):
                raise self.asymmetric(prop)
            return None
        found = prop.why_false(seen)
        if found is None:
            raise self.asymmetric(prop)
        return found

    def asymmetric(self, prop: Property) -> Asymmetric:
        """Return the error for a property that distinguishes some of the names."""
        return self.error(prop, self._symmetry.names)
