"""Observations as far as properties see them, and the images of these under renamings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from copy import copy
from math import factorial, prod
from operator import getitem, itemgetter
from typing import Any

from pcheck.language.property import Kind, Property
from pcheck.language.seen import Seen, Sees
from pcheck.search.reductions.contents import Contents, Vector
from pcheck.search.reductions.symmetry import Block, Symmetry
from pcheck.search.reductions.unseen_steps import allows_unseen_steps
from pcheck.semantics.observer import Observation, Reader

MAX_LATEST = 1 << 14  # observations of pairs that are kept
Answer = bool | str | None  # whether a `sometimes` is reached, or why an `always` is false
Ask = Callable[..., Answer]


class Projection:
    """Observations as far as one footprint sees them, as vectors of numbers.

    Each number stands for all parts of a node that the footprint does not distinguish; one of these
    parts is kept. Nothing else uses these numbers.
    """

    def __init__(self, symmetry: Symmetry, sees: Collection[Sees], ask: Ask) -> None:
        """Begin without any part. `ask` returns what a property says of observations."""
        self._symmetry, self._sees, self._ask = symmetry, sees, ask
        self._observer, self._nodes = symmetry.model.observer, len(symmetry.model.nodes)
        self._reader = Reader(self._observer, sees)
        self.compared: set[Vector] = set()  # projections that need no further comparison
        self._known: list[dict[Observation, int]] = [{} for _ in range(self._nodes)]
        self._by_number: list[list[int]] = [[] for _ in range(self._nodes)]
        self._numbers: list[dict[Hashable, int]] = [{} for _ in range(self._nodes)]
        self._parts: list[list[Observation]] = [[] for _ in range(self._nodes)]
        self._latest: dict[Vector, Seen] = {}
        self.contents = Contents(symmetry, sees)
        self._by_content: dict[Hashable, Answer] = {}
        # for each swap and node the number of the image of each part, or None if not yet known
        self._images: list[list[list[int | None]]] = [
            [[] for _ in range(self._nodes)] for _ in symmetry.swaps
        ]
        self._moves: dict[tuple[int, int], tuple[Any, list[list[int | None]]]] = {}

    def again(self) -> Projection:
        """Return the same for another search. What was compared need not be compared again."""
        again = copy(self)
        again.compared = set(self.compared)
        return again

    def of(self, parts: Sequence[Observation]) -> Vector:
        """Return the projection of an observation."""
        return tuple(self._number(at % self._nodes, part) for at, part in enumerate(parts))

    def of_numbers(self, numbers: Sequence[int], parts: Sequence[Sequence[Observation]]) -> Vector:
        """Return the projection of an observation that is given by the numbers of its parts.

        `parts` are, for each node, its parts by their numbers.
        """
        vector = []
        for at, number in enumerate(numbers):
            node = at % self._nodes
            known = self._by_number[node]
            if number >= len(known):
                self.parts_by_number(node, parts[node])
            vector.append(known[number])
        return tuple(vector)

    def parts_by_number(self, node: int, parts: Sequence[Observation]) -> Sequence[int]:
        """Return the projections of the parts of a node, given the parts by their numbers."""
        known = self._by_number[node]
        while len(known) < len(parts):
            known.append(self._number(node, parts[len(known)]))
        return known

    def answers(self, properties: Iterable[Property], vector: Vector) -> list[bool]:
        """Return for each property whether it is reached, or whether an `always` holds."""
        seen = self._observations(vector)
        return [is_true(prop, self._answer(prop, seen)) for prop in properties]

    def answer(self, prop: Property, vector: Vector) -> tuple[Answer, bool]:
        """Return what a property says of a projection, and whether it says so of all renamings.

        It does if it reads only messages without their senders, and values without their nodes, and
        if no renaming changes these. Such a property is asked once for all projections that have
        the same of these.
        """
        key = self.contents.key(prop, vector)
        if key is None:
            return self._answer(prop, self._observations(vector)), False
        if key in self._by_content:
            return self._by_content[key], True
        seen = self._observations(vector)
        for each in seen:
            each.senders_were_read = each.values_were_read = False
        answer = self._answer(prop, seen)
        key = self.contents.key_after(prop, vector, seen)
        if key is not None:
            self._by_content[key] = answer
        return answer, key is not None

    def is_settled(self, prop: Property, key: Hashable) -> bool:
        """Return whether the answer for a key of `contents` is known, and decides nothing."""
        if key not in self._by_content:
            return False
        return is_true(prop, self._by_content[key]) is (prop.kind is not Kind.SOMETIMES)

    def said(self, prop: Property, vector: Vector) -> str:
        """Return what a property says of a projection, as text."""
        seen = self._observations(vector)
        if prop.kind is Kind.SOMETIMES:
            return str(prop.is_reached(*seen))
        why = prop.why_false(*seen)
        return f'"{why}"' if why is not None else "None"

    def _answer(self, prop: Property, seen: Sequence[Seen]) -> Answer:
        if prop.is_step_property and len(seen) == 1:
            return None if allows_unseen_steps(prop, seen[0], self._ask) else "unseen steps"
        return self._ask(prop, *seen)

    def _observations(self, vector: Vector) -> list[Seen]:
        """Return the observation of a projection, or the two of a step."""
        if len(vector) == self._nodes:
            return [self._seen(vector)]
        halves = vector[: self._nodes], vector[self._nodes :]
        return list(map(self._seen_again, halves))

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
                self.contents.add(node, part)
                for of_swap in self._images:
                    of_swap[node].append(None)
        return number


def is_true(prop: Property, answer: Answer) -> bool:
    """Return whether a `sometimes` is reached, or whether an `always` holds."""
    return bool(answer) if prop.kind is Kind.SOMETIMES else answer is None


def renamings(blocks: Sequence[Block]) -> int:
    """Return the number of renamings that permute the names of each block."""
    return prod(factorial(len(block)) for block in blocks)
