"""All shortest runs that violate a property, and how many there are.

There may be hundreds of millions, and yet few states lie on any of them. Those are told by their
*layers*: for each depth the keys of its states. Two states of one key have the same runs to the
end, so that all runs are the paths of a small graph with one state for each key, and are counted,
compared and chosen from there, never one by one. How the layers were found makes no difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain, islice, product
from math import factorial, prod
from typing import Any, NamedTuple, TypeVar

from pcheck.errors import SpecError
from pcheck.language.model import Model
from pcheck.language.names import Id, Value
from pcheck.language.property import Property
from pcheck.language.values import Map, Set, exact
from pcheck.search.layers import Layers, plain
from pcheck.search.limits import Limits
from pcheck.search.reductions.symmetry import Symmetry
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.node import Row, StepKind
from pcheck.semantics.renaming import Names, renamed

S = TypeVar("S", bound=Hashable)
FEW = 10_000  # states: up to here no machine code is loaded
MOST = 3_000_000  # states up to the end of the runs: beyond, they are not looked for
LIMITS = Limits(MOST)
MOST_ON_RUNS = 20_000  # states on the runs: beyond, these are not walked through
MOST_SORTS = 1_000  # of renamings, which differ by more than which names they move


def shortest(
    model: Model[Any], prop: Property, length: int, *, engine: str, limits: Limits = LIMITS
) -> Shortest | None:
    """All runs of this length that end where the property is false, if there is no shorter one.

    `engine` says which one found the first run. None: a limit was met, or the property is about
    steps, or the model has no nodes.
    """
    if not isinstance(model, ClusterModel) or prop.is_step_property:
        return None
    most = min(limits.states or MOST, MOST)
    limits = replace(limits, states=most)
    few = min(FEW, most)
    found = plain(model, prop, length, few) if engine == "reference" else None
    if found is None:
        found = _compiled(model, prop, length, limits)
    if found is None or sum(map(len, found.keys)) > MOST_ON_RUNS:
        return None
    return Shortest(model, prop, found)


def _compiled(
    model: ClusterModel, prop: Property, length: int, limits: Limits
) -> Layers[State] | None:
    """Numba takes some time to load, so it is loaded only here."""
    from pcheck.search.compiled import warm_up

    warm_up.explorer(lambda _: None)
    from pcheck.search.compiled.layers import layers

    return layers(model, prop, length, limits)


class Taken(NamedTuple):
    """A step that a shortest run takes."""

    label: str
    node: int
    row: Row
    to: int  # which state of the next layer


class Shortest:
    """All shortest violating runs of a model, as a graph in layers."""

    def __init__(self, model: ClusterModel, prop: Property, layers: Layers[State]) -> None:
        self.model, self.prop = model, prop
        self.states = [[model.initial()]]  # by layer
        self.steps: list[list[list[Taken]]] = []  # by layer, then by state: those out of it
        for keys in layers.keys[1:]:
            self._add(keys, layers.key)

    def _add(self, keys: frozenset[Hashable], key: Callable[[State], Hashable]) -> None:
        """One more layer: a state for each key that a step out of the last one leads to."""
        places: dict[Hashable, int] = {}
        states: list[State] = []
        steps: list[list[Taken]] = []
        for state in self.states[-1]:
            steps.append([])
            for node, row in self.model.rows(state):
                successor = self.model.after(state, node, row)
                its = key(successor)
                if its not in keys:
                    continue
                if its not in places:
                    places[its] = len(states)
                    states.append(successor)
                steps[-1].append(Taken(row.label, node, row, places[its]))
        self.states.append(states)
        self.steps.append(steps)

    @cached_property
    def count(self) -> int:
        return self._count(lambda step: True)

    @property
    def among(self) -> str:
        """How many other runs are as short: nothing where there is none."""
        if self.count == 1:
            return ""
        renamed = self.up_to_renaming
        alike = f", {renamed:,} up to renaming" if renamed not in (None, self.count) else ""
        return f"There are {self.count:,} such runs{alike}: this one jumps least between nodes."

    def _count(self, counts: Callable[[Taken], bool]) -> int:
        """The runs of which every step counts."""
        arriving = {0: 1}
        for steps in self.steps:
            after: Counter[int] = Counter()
            for at, runs in arriving.items():
                for step in steps[at]:
                    if counts(step):
                        after[step.to] += runs
            arriving = dict(after)
        return sum(arriving.values())

    # -- up to renaming ------------------------------------------------------------------------

    @cached_property
    def up_to_renaming(self) -> int | None:
        """How many runs there are, if those that differ by interchangeable names are one.

        By Burnside's lemma that is the mean, over all renamings, of how many runs each leaves
        alone. Renamings with as many cycles of each length leave equally many alone, so one of each
        sort is asked. Steps that differ in nothing but words are told apart.

        None: names are not treated alike, or there are too many sorts.
        """
        blocks = self.model.cluster.interchangeable
        sorts = [list(islice(_sorts(len(block)), MOST_SORTS + 1)) for block in blocks]
        if prod(map(len, sorts)) > MOST_SORTS or not self._treats_alike():
            return None
        alone = 0
        for sort in product(*sorts):
            names = dict(chain(*(_cycles(block, its) for block, its in zip(blocks, sort))))
            alone += prod(map(_how_many, sort)) * self._left_alone(names)
        return alone // prod(factorial(len(block)) for block in blocks)

    def _left_alone(self, names: Names) -> int:
        """The runs of which a renaming moves no step: neither who acts, nor what it hears, becomes
        and sends."""
        known: dict[Hashable, bool] = {}

        def counts(step: Taken) -> bool:
            if self.model.nodes[step.node].me in names:
                return False
            row = step.row
            its = step.node, row.kind, row.letter, id(row.next.actor), row.bundle
            if its not in known:
                content = _content(row)
                known[its] = exact(renamed(content, names)) == exact(content)
            return known[its]

        return self._count(counts) if names else self.count

    def _treats_alike(self) -> bool:
        """Whether swaps of names take these runs to each other, as the spec declares."""
        model = self.model
        blocks = [block for block in model.cluster.interchangeable if len(block) > 1]
        try:
            symmetry = Symmetry(model, blocks)
            for states, steps in zip(self.states, self.steps):
                for state, out in zip(states, steps):
                    for step in out:
                        if step.row.kind not in (
                            StepKind.LOSE,
                            StepKind.RESTART,
                        ):  # no handler is asked
                            actor = state.nodes[step.node].actor
                            symmetry.check(step.node, actor, step.row.letter)
            observations = {model.observation(state) for state in self.states[-1]}
            return all(
                self.prop.why_false(model.observer.seen(symmetry.observation(swap, observation)))
                is not None
                for observation in observations
                for swap in range(len(symmetry.swaps))
            )
        except SpecError:  # a handler, or the property, met a name that it does not take
            return False


def _content(row: Row) -> tuple[Any, ...]:
    """All of a step but who takes it, as something that can be renamed."""
    heard = (row.letter.src, row.letter.message) if row.letter is not None else None
    got = Map(
        (node, tuple(letter.message for letter in row.bundle.to(node)))
        for node in row.bundle.receivers
    )
    said = Set(letter.message for letter, _ in row.bundle.sends)
    return row.kind, heard, row.next.actor, got, said


Sort = tuple[int, ...]  # of a renaming of one block: how long its cycles are


def _sorts(size: int, longest: int | None = None) -> Iterator[Sort]:
    if size == 0:
        yield ()
    for first in range(min(size, longest or size), 0, -1):
        for rest in _sorts(size - first, first):
            yield (first, *rest)


def _how_many(sort: Sort) -> int:
    """Renamings of one block whose cycles are so long."""
    alike = Counter(sort)
    same = prod(sort) * prod(map(factorial, alike.values()))  # ways to write one of them down
    return factorial(sum(sort)) // same


def _cycles(block: Sequence[Id | Value], sort: Sort) -> Iterator[tuple[Id | Value, Id | Value]]:
    """One of them: each name that it moves, and where to."""
    start = 0
    for size in sort:
        cycle = block[start : start + size]
        start += size
        if size > 1:
            yield from zip(cycle, (*cycle[1:], cycle[0]))
