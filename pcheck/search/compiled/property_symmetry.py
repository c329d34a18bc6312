"""The test that properties treat interchangeable names alike: renamed observations are judged.

A handler has few reactions, and `symmetry` checks each of them. Observations are many. All
renamings of the first observations are judged, but only some renamings of later observations. The
search result states how many renamings were judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pcheck.blame import place_of
from pcheck.errors import Asymmetric
from pcheck.language.property import Kind, Property
from pcheck.language.seen import Seen
from pcheck.search.compiled.tables import Tables
from pcheck.search.reductions.symmetry import Symmetry
from pcheck.semantics.observer import Observation
from pcheck.text import counted

MAX_COMPARED_IN_FULL = 1_000  # renamed observations: until then, whole orbits are compared
SAMPLING_PERIOD = 50  # afterwards, only the swaps of one in 50 observations are compared
Parts = tuple[Observation, ...]


class PropertySymmetry:
    """Compares the answers of every open property on observations and on their renamings."""

    def __init__(self, tables: Tables, symmetry: Symmetry) -> None:
        self._tables, self._symmetry = tables, symmetry
        self.compared = self.left_out = 0
        self._met = 0
        self._known: set[tuple[int, ...]] = set()

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
            if key not in self._known:
                self._known.add(key)
                new.append(state)
        return new

    def compare(self, observations: Sequence[int], properties: Iterable[Property]) -> None:
        """Raise Asymmetric if a property answers otherwise for a renaming of the observations."""
        in_full = self.compared < MAX_COMPARED_IN_FULL
        self._met += 1
        if not in_full and self._met % SAMPLING_PERIOD:
            self.left_out += 1
            return
        first = tuple(self._tables.machines.parts_of(observations))
        expected = [(prop, _answer(prop, self._seen(first))) for prop in properties]
        known, todo = {first}, [first]
        for parts in todo:  # the loop appends to the list if it compares the orbit in full
            for swap in range(len(self._symmetry.swaps)):
                image = self._image(swap, parts)
                if image not in known:
                    known.add(image)
                    self._check(swap, expected, self._seen(image))
                    if in_full:
                        todo.append(image)
        self.left_out += not in_full

    @property
    def note(self) -> str | None:
        """The sentence for the report that says what was not compared, or None."""
        if not self.left_out:
            return None
        return (
            "Symmetry was verified on every node reaction, but for properties only on "
            f"{counted(self.compared, 'renamed observation')}."
        )

    def why_at_end(self, prop: Property, why: str | None, seen: Seen) -> str | None:
        """Return what is wrong at the end of a trace, in the names of the trace.

        `why` is what the property answered for a renaming of the trace's end. Raise Asymmetric if
        the property decides otherwise for the end itself.
        """
        if _answer(prop, seen) != (why is None):
            raise self._error(prop, self._symmetry.names)
        return prop.why_false(seen) if why is not None else None

    def _check(self, swap: int, expected: list[tuple[Property, bool]], seen: Seen) -> None:
        self.compared += 1
        for prop, answer in expected:
            if _answer(prop, seen) != answer:
                raise self._error(prop, tuple(self._symmetry.swaps[swap]))

    def _error(self, prop: Property, names: Iterable[str]) -> Asymmetric:
        return Asymmetric(
            f"{place_of(prop.test)}the property {prop.name} distinguishes {' and '.join(names)}, "
            "which are declared interchangeable; test neither names nor their order, or remove the "
            "names from interchangeable=[...]"
        )

    def _image(self, swap: int, parts: Parts) -> Parts:
        """Return the observations of all watchers with two names swapped."""
        moved = {
            target: self._symmetry.observation(swap, part)
            for target, part in zip(self._symmetry.targets[swap], parts, strict=True)
        }
        return tuple(moved[i] for i in range(len(parts)))

    def _seen(self, parts: Parts) -> Seen:
        return self._tables.machines.observer.seen(self._tables.machines.observer.joined(parts))


def _answer(prop: Property, seen: Seen) -> bool:
    """Return whether a `sometimes` is reached, or whether an `always` holds."""
    return prop.is_reached(seen) if prop.kind is Kind.SOMETIMES else prop.why_false(seen) is None
