"""Whether the properties treat interchangeable names alike: they are asked about renamings, too.

The reactions of handlers are few, and each is checked. Sights are many: all renamings of the first
ones are compared, and of the later ones only some; who reads the answer is told.
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

ALL = 1_000  # renamings of sights: up to so many, whole orbits are compared
EACH = 50  # and then the swaps of each so many-th sight
Parts = tuple[Observation, ...]


class PropertySymmetry:
    """Asks every property that is still open about some sights that nobody has seen."""

    def __init__(self, tables: Tables, symmetry: Symmetry) -> None:
        self._tables, self._symmetry = tables, symmetry
        self.compared = self.left_out = 0
        self._since = 0
        self._known: set[tuple[int, ...]] = set()

    def excluding(self, shown: list[tuple[int, list[int]]]) -> list[tuple[int, list[int]]]:
        """Of sights that differ only by names the first: what is said of one is said of all."""
        least = self._tables.orbits.canonical(
            [observations for _, observations in shown], self._tables.machines.watchers
        )
        new = []
        for each, key in zip(shown, map(tuple, least)):
            if key not in self._known:
                self._known.add(key)
                new.append(each)
        return new

    def compare(self, observations: Sequence[int], properties: Iterable[Property]) -> None:
        whole = self.compared < ALL
        self._since += 1
        if not whole and self._since % EACH:
            self.left_out += 1
            return
        first = tuple(self._tables.machines.parts_of(observations))
        expected = [(prop, _says(prop, self._seen(first))) for prop in properties]
        known, todo = {first}, [first]
        for parts in todo:  # which grows, if the whole orbit is asked for
            for swap in range(len(self._symmetry.swaps)):
                image = self._image(swap, parts)
                if image not in known:
                    known.add(image)
                    self._check(swap, expected, self._seen(image))
                    if whole:
                        todo.append(image)
        self.left_out += not whole

    @property
    def note(self) -> str | None:
        if not self.left_out:
            return None
        return (
            "That the properties treat interchangeable names alike was compared on "
            f"{counted(self.compared, 'renamed sight')}, not on all; that the nodes do, on every "
            "reaction."
        )

    def confirmed(self, prop: Property, why: str | None, seen: Seen) -> str | None:
        """What a property says of the end of a run, where it decided of a renaming of it."""
        if _says(prop, seen) != (why is None):
            raise self._apart(prop, self._symmetry.names)
        return prop.why_false(seen) if why is not None else None

    def _check(self, swap: int, expected: list[tuple[Property, bool]], seen: Seen) -> None:
        self.compared += 1
        for prop, said in expected:
            if _says(prop, seen) != said:
                raise self._apart(prop, tuple(self._symmetry.swaps[swap]))

    def _apart(self, prop: Property, names: Iterable[str]) -> Asymmetric:
        return Asymmetric(
            f"{place_of(prop.test)}{prop.name} does not treat {' and '.join(names)} alike, "
            "which are declared interchangeable: it asks for names, or for an order"
        )

    def _image(self, swap: int, parts: Parts) -> Parts:
        moved = {
            target: self._symmetry.observation(swap, part)
            for target, part in zip(self._symmetry.targets[swap], parts, strict=True)
        }
        return tuple(moved[i] for i in range(len(parts)))

    def _seen(self, parts: Parts) -> Seen:
        return self._tables.machines.observer.seen(self._tables.machines.observer.joined(parts))


def _says(prop: Property, seen: Seen) -> bool:
    return prop.reached(seen) if prop.kind is Kind.SOMETIMES else prop.why_false(seen) is None
