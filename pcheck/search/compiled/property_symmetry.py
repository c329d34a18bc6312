"""The comparison of properties on the observations of the compiled search.

The search judges one observation of each orbit. What properties say of its renamings is compared in
`pcheck.search.reductions.property_symmetry`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pcheck.language.property import Kind, Property
from pcheck.language.seen import Seen
from pcheck.search.compiled.tables import Tables
from pcheck.search.reductions.property_symmetry import PropertySymmetry
from pcheck.search.reductions.symmetry import Symmetry


class WatcherSymmetry(PropertySymmetry):
    """The comparison of what properties say, on observations of the compiled search."""

    def __init__(self, tables: Tables, symmetry: Symmetry) -> None:
        super().__init__(symmetry)
        self._tables = tables
        self._orbits: set[tuple[int, ...]] = set()

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

    def compare_watched(
        self, observations: Sequence[int], properties: Iterable[Property], transitions: int
    ) -> None:
        """Raise Asymmetric if a property distinguishes a renaming of the observations."""
        parts = self._tables.machines.parts_of(observations)
        self.compare(properties, parts, transitions)

    def why_at_end(self, prop: Property, seen: Seen) -> str | None:
        """Return what is wrong at the end of a trace, in the names of the trace.

        A renaming of the end decides the property. Raise Asymmetric if the end itself does not.
        """
        if prop.kind is Kind.SOMETIMES:
            if not prop.is_reached(seen):
                raise self.error(prop, self._symmetry.names)
            return None
        found = prop.why_false(seen)
        if found is None:
            raise self.error(prop, self._symmetry.names)
        return found
