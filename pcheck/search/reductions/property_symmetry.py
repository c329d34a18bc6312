"""The test that properties treat interchangeable names alike, on whole orbits of observations.

Symmetry is sound only if every property says the same of an observation and of all its renamings. A
handler has few reactions, and `symmetry` verifies each of them. Observations are many, but a
property sees only its own footprint. So observations are projected on the footprint of each
property, and each projection is judged once.

Theorem. Let the search visit at least one observation of each orbit of reachable observations. If a
property says the same of all members of the orbit of each projection, then the property says the
same of every reachable observation and of all its renamings. For a renaming of a projection is the
projection of the renamed observation, and the answer of a property depends on the projection alone.

The budget counts evaluations, so that it is the same on every machine. If the orbits are too large
for the budget, only the swaps of neighbouring names are compared for the rest, and `assumptions`
states what was not compared.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from math import factorial, prod
from operator import getitem, itemgetter
from typing import Any

from pcheck.blame import place_of
from pcheck.errors import Asymmetric
from pcheck.language.property import Kind, Property
from pcheck.language.seen import Seen, Sees
from pcheck.search.reductions.symmetry import Block, Symmetry
from pcheck.semantics.observer import Observation

MIN_EVALUATIONS, EVALUATIONS_PER_TRANSITION = 200_000, 4  # the budget is the larger one
Vector = tuple[int, ...]  # the numbers of the parts of an observation, one for each node


class PropertySymmetry:
    """The comparison of what properties say of observations and of their renamings.

    An observation is given by its parts, one for each node. A step property is judged on the parts
    of the observation before the step, followed by those of the observation after the step.
    """

    def __init__(self, symmetry: Symmetry, tick: Callable[[], None] = lambda: None) -> None:
        """Create a comparison that calls `tick` often, which may raise to stop."""
        self._symmetry, self._tick = symmetry, tick
        self._projections: dict[frozenset[Sees], Projection] = {}
        self._evaluations = 0
        self.compared = 0  # observations, each as far as some footprint sees it
        self.of = 0  # at least as many as there are in all orbits that were met

    def compare(
        self, properties: Iterable[Property], parts: Sequence[Observation], transitions: int
    ) -> None:
        """Raise Asymmetric if a property distinguishes a renaming of an observation from it.

        `transitions` is the number of transitions so far, which the budget depends on.
        """
        budget = max(MIN_EVALUATIONS, EVALUATIONS_PER_TRANSITION * transitions)
        for projection, group in self._by_footprint(properties):
            vector = projection.of(parts)
            if vector not in projection.compared:
                self._compare_orbit(group, projection, vector, budget)

    @property
    def assumptions(self) -> tuple[str, ...]:
        """The condition of a verdict, if some renamings were not compared."""
        if self.compared >= self.of:
            return ()
        names = " and ".join(", ".join(block) for block in self._symmetry.blocks)
        counts = f"compared on {self.compared:,} of {self.of:,} observations"
        return (f"the properties treat {names} alike ({counts})",)

    def error(self, prop: Property, names: Iterable[str], answers: str = "") -> Asymmetric:
        """Return the error for a property that distinguishes these names.

        `answers` says what the property answers before and after the names are swapped.
        """
        return Asymmetric(
            f"{place_of(prop.test)}the property {prop.name} distinguishes {' and '.join(names)}, "
            f"which are declared interchangeable{answers}; test neither names nor their order, or "
            "remove the names from interchangeable=[...]"
        )

    def _by_footprint(
        self, properties: Iterable[Property]
    ) -> Iterable[tuple[Projection, list[Property]]]:
        """Return the properties in groups with the same footprint, each with its projection."""
        groups: dict[frozenset[Sees], list[Property]] = {}
        for prop in properties:
            groups.setdefault(frozenset(prop.sees), []).append(prop)
        for sees in groups.keys() - self._projections.keys():
            self._projections[sees] = Projection(self._symmetry, sees)
        return [(self._projections[sees], group) for sees, group in groups.items()]

    def _compare_orbit(
        self, properties: list[Property], projection: Projection, first: Vector, budget: int
    ) -> None:
        """Compare the whole orbit of a projection if the budget allows, otherwise its swaps."""
        answers = projection.answers(properties, first)
        met, todo = {first}, [first]
        left = (budget - self._evaluations) // len(properties)
        size = renamings(self._symmetry.blocks)
        size = size if size <= left else projection.orbit_size(first)
        in_full = size <= left
        for each in todo:  # the loop appends to the list if it compares the orbit in full
            self._tick()
            for swap in range(len(self._symmetry.swaps)):
                image = projection.image(swap, each)
                if image in met:
                    continue
                met.add(image)
                found = projection.answers(properties, image)
                if found != answers:
                    pairs = zip(properties, found, answers)
                    prop = next(which for which, one, other in pairs if one != other)
                    before, after = (projection.said(prop, vector) for vector in (each, image))
                    text = f": it says {before}, and with the names swapped {after}"
                    is_alike = before == after  # if the property depends on hidden state
                    raise self.error(prop, self._symmetry.swaps[swap], "" if is_alike else text)
                if in_full:
                    todo.append(image)
        self._evaluations += len(met) * len(properties)
        self.compared += len(met)
        self.of += len(met) if in_full else size
        # Unless the orbit was compared in full, each other member is compared with its own swaps.
        projection.compared.update(met if in_full else [first])


class Projection:
    """Observations as far as one footprint sees them, as vectors of numbers.

    Each number stands for all parts of a node that the footprint does not distinguish; one of these
    parts is kept. Nothing else uses these numbers.
    """

    def __init__(self, symmetry: Symmetry, sees: Collection[Sees]) -> None:
        self._symmetry, self._sees = symmetry, sees
        self._observer, self._nodes = symmetry.model.observer, len(symmetry.model.nodes)
        self.compared: set[Vector] = set()  # projections that need no further comparison
        self._known: list[dict[Observation, int]] = [{} for _ in range(self._nodes)]
        self._numbers: list[dict[Hashable, int]] = [{} for _ in range(self._nodes)]
        self._parts: list[list[Observation]] = [[] for _ in range(self._nodes)]
        # for each swap and node the number of the image of each part, or None if not yet known
        self._images: list[list[list[int | None]]] = [
            [[] for _ in range(self._nodes)] for _ in symmetry.swaps
        ]
        self._moves: dict[tuple[int, int], tuple[Any, list[list[int | None]]]] = {}

    def of(self, parts: Sequence[Observation]) -> Vector:
        """Return the projection of an observation."""
        return tuple(self._number(at % self._nodes, part) for at, part in enumerate(parts))

    def answers(self, properties: Iterable[Property], vector: Vector) -> list[bool]:
        """Return for each property whether it is reached, or whether an `always` holds."""
        seen = self._seen(vector)
        return [
            prop.is_reached(*seen) if prop.kind is Kind.SOMETIMES else prop.why_false(*seen) is None
            for prop in properties
        ]

    def said(self, prop: Property, vector: Vector) -> str:
        """Return what a property says of a projection, as text."""
        seen = self._seen(vector)
        if prop.kind is Kind.SOMETIMES:
            return str(prop.is_reached(*seen))
        why = prop.why_false(*seen)
        return f'"{why}"' if why is not None else "None"

    def _seen(self, vector: Vector) -> list[Seen]:
        """Return the observation of a projection, or the two of a step."""
        seen = []
        for at in range(0, len(vector), self._nodes):
            numbers = vector[at : at + self._nodes]
            parts = list(map(getitem, self._parts, numbers))
            seen.append(self._observer.seen_of_parts(parts, key=(self._sees, numbers)))
        return seen

    def image(self, swap: int, vector: Vector) -> Vector:
        """Return the projection after two neighbouring names were exchanged."""
        found = self._moves.get((swap, len(vector)))
        if found is None:
            targets = self._symmetry.targets[swap]
            # The exchange is its own inverse, so the part that moves to a node is its target's.
            order = [at + target for at in range(0, len(vector), self._nodes) for target in targets]
            get: Any = itemgetter(*order) if len(order) > 1 else tuple
            tables = [self._images[swap][at % self._nodes] for at in order]
            found = self._moves[swap, len(vector)] = get, tables
        get, tables = found
        before = get(vector)
        image = tuple(map(getitem, tables, before))
        if None in image:
            self._fill(swap, vector)
            image = tuple(map(getitem, tables, before))
        return image  # type: ignore[return-value]

    def orbit_size(self, vector: Vector) -> int:
        """Return the size of the orbit of a projection, or more.

        The size is the number of renamings divided by the number of those that fix the projection.
        Only products of transpositions that fix the projection are counted among the latter.
        """
        fixing, begin = 1, 0  # `begin` is the first swap of the block
        for block in self._symmetry.blocks:
            left = list(range(len(block)))
            while left:
                one, *others = left
                alike = [
                    other
                    for other in others
                    if self._transposed(begin, one, other, vector) == vector
                ]
                fixing *= factorial(1 + len(alike))
                left = [other for other in others if other not in alike]
            begin += len(block) - 1
        return renamings(self._symmetry.blocks) // fixing

    def _transposed(self, begin: int, one: int, other: int, vector: Vector) -> Vector:
        """Return the image under the exchange of two names of a block, by swaps of neighbours."""
        up = list(range(begin + one, begin + other))
        for swap in (*up, *reversed(up[:-1])):
            vector = self.image(swap, vector)
        return vector

    def _fill(self, swap: int, vector: Vector) -> None:
        """Compute the missing images of the parts of a vector."""
        for at, number in enumerate(vector):
            node = at % self._nodes
            if self._images[swap][node][number] is None:
                part = self._symmetry.observation(swap, self._parts[node][number])
                target = self._symmetry.targets[swap][node]
                self._images[swap][node][number] = self._number(target, part)

    def _number(self, node: int, part: Observation) -> int:
        """Return the number of the projection of a part of a node."""
        number = self._known[node].get(part)
        if number is None:
            seen, known = self._observer.footprint(part, self._sees), self._numbers[node]
            number = self._known[node][part] = known.setdefault(seen, len(known))
            if number == len(self._parts[node]):
                self._parts[node].append(part)
                for of_swap in self._images:
                    of_swap[node].append(None)
        return number


def renamings(blocks: Sequence[Block]) -> int:
    """Return the number of renamings that permute the names of each block."""
    return prod(factorial(len(block)) for block in blocks)
