"""The test that properties treat interchangeable names alike, on whole orbits of observations.

Symmetry is sound only if every property says the same of an observation and of all its renamings. A
handler has few reactions, and `symmetry` verifies each of them. Observations are many, but a
property sees only its own footprint. So observations are projected on the footprint of each
property, and each projection is judged once.

Theorem. Let the search visit at least one observation of each orbit of reachable observations. If a
property says the same of all members of the orbit of each projection, then the property says the
same of every reachable observation and of all its renamings. For a renaming of a projection is the
projection of the renamed observation, and the answer of a property depends on the projection alone.
The same is true of pairs, the observations before and after a step, if the same renaming is applied
to both of them, and if the search judges at least one pair of each orbit of pairs.

The budget counts evaluations, so that it is the same on every machine. If the orbits are too large
for the budget, only the swaps of neighbouring names are compared for the rest, and `assumptions`
states what was not compared.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from math import factorial, prod
from operator import getitem, itemgetter
from typing import Any

from pcheck.blame import place_of
from pcheck.errors import Asymmetric
from pcheck.language.property import Kind, Property
from pcheck.language.seen import Seen, Sees
from pcheck.search.reductions.symmetry import Block, Symmetry
from pcheck.search.reductions.unseen_steps import allows_unseen_steps
from pcheck.semantics.observer import Observation, Reader

MIN_EVALUATIONS, EVALUATIONS_PER_TRANSITION = 200_000, 4  # the budget is the larger one
MAX_LATEST = 1 << 14  # observations of pairs that are kept
Vector = tuple[int, ...]  # the numbers of the parts of an observation, one for each node


class PropertySymmetry:
    """The comparison of what properties say of observations and of their renamings.

    An observation is given by its parts, one for each node. A step property is judged on the parts
    of the observation before the step, followed by those of the observation after the step. On the
    parts of one observation, a step property is asked whether it allows unseen steps there.
    """

    def __init__(self, symmetry: Symmetry, tick: Callable[[], None] = lambda: None) -> None:
        """Create a comparison that calls `tick` often, which may raise to stop."""
        self._symmetry, self._tick = symmetry, tick
        self._projections: dict[frozenset[Sees], Projection] = {}
        self._evaluations = 0
        # step properties that allow unseen steps at an observation, but not at one of its renamings
        self.forbid_unseen_steps: set[str] = set()
        self.compared = 0  # observations, each as far as some footprint sees it
        self.of = 0  # at least as many as there are in all orbits that were met

    def compare(
        self, properties: Iterable[Property], parts: Sequence[Observation], transitions: int
    ) -> None:
        """Raise Asymmetric if a property distinguishes a renaming of an observation from it.

        `transitions` is the number of transitions so far, which the budget depends on. A property
        that answers otherwise only about unseen steps is not an error, because such steps may not
        exist. It is added to `forbid_unseen_steps`.
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

    def error(self, prop: Property, names: Iterable[str]) -> Asymmetric:
        """Return the error for a property that distinguishes these names."""
        return Asymmetric(
            f"{place_of(prop.test)}the property {prop.name} distinguishes {' and '.join(names)}, "
            "which are declared interchangeable; test neither names nor their order, or remove the "
            "names from interchangeable=[...]"
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
        met = {first}
        left = (budget - self._evaluations) // len(properties)
        size = renamings(self._symmetry.blocks)
        size = size if size <= left else projection.orbit_size(first)
        in_full = size <= left
        images = projection.orbit(first, met) if in_full else projection.neighbours(first, met)
        for swap, image in images:
            self._tick()
            met.add(image)
            found = projection.answers(properties, image)
            if found != answers:
                self._distinguish(properties, first, swap, found, answers)
        self._evaluations += len(met) * len(properties)
        self.compared += len(met)
        self.of += len(met) if in_full else size
        # Unless the orbit was compared in full, each other member is compared with its own swaps.
        projection.compared.update(met if in_full else [first])

    def _distinguish(
        self,
        properties: list[Property],
        vector: Vector,
        swap: int,
        found: list[bool],
        answers: list[bool],
    ) -> None:
        """Raise Asymmetric for a property whose answers differ, unless they are on unseen steps."""
        is_state = len(vector) == len(self._symmetry.model.nodes)
        for prop, one, other in zip(properties, found, answers):
            if one != other and not (prop.is_step_property and is_state):
                raise self.error(prop, self._symmetry.swaps[swap])
            if one != other:
                self.forbid_unseen_steps.add(prop.name)


class Projection:
    """Observations as far as one footprint sees them, as vectors of numbers.

    Each number stands for all parts of a node that the footprint does not distinguish; one of these
    parts is kept. Nothing else uses these numbers.
    """

    def __init__(self, symmetry: Symmetry, sees: Collection[Sees]) -> None:
        self._symmetry, self._sees = symmetry, sees
        self._observer, self._nodes = symmetry.model.observer, len(symmetry.model.nodes)
        self._reader = Reader(self._observer, sees)
        self.compared: set[Vector] = set()  # projections that need no further comparison
        self._known: list[dict[Observation, int]] = [{} for _ in range(self._nodes)]
        self._numbers: list[dict[Hashable, int]] = [{} for _ in range(self._nodes)]
        self._parts: list[list[Observation]] = [[] for _ in range(self._nodes)]
        self._latest: dict[Vector, Seen] = {}
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
        if len(vector) == self._nodes:
            seen = [self._seen(vector)]
        else:
            seen = [
                self._seen_again(vector[: self._nodes]),
                self._seen_again(vector[self._nodes :]),
            ]
        return [_answer(prop, seen) for prop in properties]

    def _seen_again(self, vector: Vector) -> Seen:
        """Return the observation of a vector. Few vectors are parts of many pairs."""
        found = self._latest.get(vector)
        if found is None:
            if len(self._latest) >= MAX_LATEST:
                self._latest.clear()
            found = self._latest[vector] = self._seen(vector)
        return found

    def _seen(self, vector: Vector) -> Seen:
        return self._reader.seen(vector, key=(self._sees, vector))

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

    def neighbours(self, vector: Vector, met: Collection[Vector]) -> Iterator[tuple[int, Vector]]:
        """Yield for each swap the image of a projection, unless the caller has `met` it."""
        for swap in range(len(self._symmetry.swaps)):
            image = self.image(swap, vector)
            if image not in met:
                yield swap, image

    def orbit(self, vector: Vector, met: Collection[Vector]) -> Iterator[tuple[int, Vector]]:
        """Yield every other projection of an orbit, each as the image of one yielded before.

        A renaming of the first k names of a block is a renaming of the first k - 1, followed by
        swaps that take the last of the k names to its place. If a swap changes nothing, the swaps
        after it only lead to images of another renaming of the first k - 1 names, because they
        commute with the swaps before it. `met` is the set of the projections yielded so far, to
        which the caller adds each of them.
        """
        orbit, begin = [vector], 0  # `begin` is the first swap of the block
        for block in self._symmetry.blocks:
            for last in range(begin, begin + len(block) - 1):
                for each in list(orbit):
                    before, image = None, each
                    for swap in range(last, begin - 1, -1):
                        before, image = image, self.image(swap, image)
                        if image == before:
                            break
                        if image not in met:
                            orbit.append(image)
                            yield swap, image
            begin += len(block) - 1

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
                self._reader.add(node, part)
                for of_swap in self._images:
                    of_swap[node].append(None)
        return number


def _answer(prop: Property, seen: Sequence[Seen]) -> bool:
    if prop.kind is Kind.SOMETIMES:
        return prop.is_reached(*seen)
    if prop.is_step_property and len(seen) == 1:
        return allows_unseen_steps(prop, *seen)
    return prop.why_false(*seen) is None


def renamings(blocks: Sequence[Block]) -> int:
    """Return the number of renamings that permute the names of each block."""
    return prod(factorial(len(block)) for block in blocks)
