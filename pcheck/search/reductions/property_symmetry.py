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

Messages without senders. If a property reads nothing of a projection but messages without their
senders, in a sorted order, and fields that never change, its answer depends on these messages
alone. A renaming moves them to other senders. If it leaves each of them as it is, the property
would read the same of the renamed projection, and so says the same.

Values without nodes. A property may also read the values of a field without the nodes that have
them, in a sorted order; and a property about steps the old and the new value wherever the field
changed. All that it reads then depends on how many nodes sent the same and have the same values, in
the observation or before and after the step. A renaming moves messages and values to other nodes,
before and after the step to the same ones. If it leaves each message and value as it is, these
numbers of nodes stay, and so does the answer.

The budget counts evaluations, so that it is the same on every machine. If the orbits are too large
for the budget, only the swaps of neighbouring names are compared for the rest, and `assumptions`
states what was not compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from pcheck.blame import place_of
from pcheck.errors import Asymmetric
from pcheck.language.property import Kind, Property
from pcheck.language.seen import Sees
from pcheck.search.reductions.contents import Vector
from pcheck.search.reductions.projection import Answer, Ask, Projection, is_true, renamings
from pcheck.search.reductions.symmetry import Symmetry

MIN_EVALUATIONS, EVALUATIONS_PER_TRANSITION = 200_000, 4  # the budget is the larger one


class PropertySymmetry:
    """The comparison of what properties say of observations and of their renamings.

    An observation is given by its parts, one for each node. A step property is judged on the parts
    of the observation before the step, followed by those of the observation after the step. On the
    parts of one observation, a step property is asked whether it allows unseen steps there.
    """

    def __init__(
        self,
        symmetry: Symmetry,
        tick: Callable[[], None] = lambda: None,
        ask: Ask = Property.answer,
    ) -> None:
        """Create a comparison that calls `tick` often, which may raise to stop.

        `ask` returns what a property says of observations.
        """
        self._symmetry, self._tick, self._ask = symmetry, tick, ask
        self._projections: dict[frozenset[Sees], Projection] = {}
        self._evaluations, self._transitions_before = 0, 0
        # step properties that allow unseen steps at an observation, but not at one of its renamings
        self.forbid_unseen_steps: set[str] = set()
        self.compared = 0  # observations, each as far as some footprint sees it
        self.of = 0  # at least as many as there are in all orbits that were met

    def begin_with(self, other: PropertySymmetry, transitions: int) -> None:
        """Take over what another search compared, which has taken this number of transitions.

        The properties of this search are open in the other one, too: none of the observations that
        were compared there decides them.
        """
        self._projections = {sees: each.again() for sees, each in other._projections.items()}
        self._evaluations, self.compared, self.of = other._evaluations, other.compared, other.of
        self._transitions_before = other._transitions_before + transitions
        self.forbid_unseen_steps |= other.forbid_unseen_steps

    def compare(
        self,
        properties: Iterable[Property],
        vector_of: Callable[[Projection], Vector],
        transitions: int,
    ) -> Iterator[tuple[Property, Answer]]:
        """Yield the properties that an observation decides, given its projections.

        Raise Asymmetric if a property distinguishes a renaming of the observation from it.
        `transitions` is the number of transitions so far, which the budget depends on. A property
        that answers otherwise only about unseen steps is not an error, because such steps may not
        exist. It is added to `forbid_unseen_steps`.
        """
        transitions += self._transitions_before
        budget = max(MIN_EVALUATIONS, EVALUATIONS_PER_TRANSITION * transitions)
        for projection, group in self._by_footprint(properties):
            vector = vector_of(projection)
            if vector in projection.compared:
                continue
            open_answers: list[tuple[Property, bool]] = []
            for prop in group:
                answer, of_all_renamings = projection.answer(prop, vector)
                if self._decides(prop, answer, vector):
                    yield prop, answer
                if not of_all_renamings:
                    open_answers.append((prop, is_true(prop, answer)))
            if open_answers:
                self._compare_orbit(open_answers, projection, vector, budget)
            projection.compared.add(vector)

    def _decides(self, prop: Property, answer: Answer, vector: Vector) -> bool:
        is_state = len(vector) == len(self._symmetry.model.nodes)
        is_reached = prop.kind is Kind.SOMETIMES
        return prop.is_step_property is not is_state and is_true(prop, answer) is is_reached

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
            self._projections[sees] = Projection(self._symmetry, sees, self._ask)
        return [(self._projections[sees], group) for sees, group in groups.items()]

    def _compare_orbit(
        self,
        said: list[tuple[Property, bool]],
        projection: Projection,
        first: Vector,
        budget: int,
    ) -> None:
        """Compare the whole orbit of a projection if the budget allows, otherwise its swaps.

        The properties have `said` something about the first member of the orbit.
        """
        properties, answers = [prop for prop, _ in said], [is_so for _, is_so in said]
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
                self._distinguish(properties, projection, swap, image, found, answers)
        self._evaluations += len(met) * len(properties)
        self.compared += len(met)
        self.of += len(met) if in_full else size
        if in_full:  # otherwise each other member is compared with its own swaps
            projection.compared.update(met)

    def _distinguish(
        self,
        properties: list[Property],
        projection: Projection,
        swap: int,
        image: Vector,
        found: list[bool],
        answers: list[bool],
    ) -> None:
        """Raise Asymmetric for a property whose answers differ, unless they are on unseen steps."""
        is_state = len(image) == len(self._symmetry.model.nodes)
        for prop, one, other in zip(properties, found, answers):
            if one != other and not (prop.is_step_property and is_state):
                # A swap is its own inverse.
                vectors = projection.image(swap, image), image
                before, after = (projection.said(prop, each) for each in vectors)
                text = f": it says {before}, and with the names swapped {after}"
                is_alike = before == after  # if the property depends on hidden state
                raise self.error(prop, self._symmetry.swaps[swap], "" if is_alike else text)
            if one != other:
                self.forbid_unseen_steps.add(prop.name)
