"""All shortest traces that violate a property, and how many there are.

There may be hundreds of millions of shortest traces, but few states lie on them. These states are
given by *layers*: for each depth, the keys of the states at that depth. Two states with the same
key have the same traces to the end. So all shortest traces are the paths of a small graph with one
state per key. They are counted, compared and chosen in this graph, never one by one. The result
does not depend on how the layers were found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import cached_property
from itertools import chain, islice, product
from math import factorial, prod
from typing import Any, NamedTuple, TypeVar

from pcheck.errors import SpecError
from pcheck.language.kinds import state_fields
from pcheck.language.model import Model
from pcheck.language.names import Id, Value
from pcheck.language.property import Property
from pcheck.language.values import Map, Set, exact
from pcheck.search.clock import Clock, Progress, Tick, no_tick
from pcheck.search.layers import COMPARING, MAX_STATES_ON_TRACES, Layers, reference_layers
from pcheck.search.limits import STOPPING_EXCEPTIONS, Limits, Stop
from pcheck.search.outcome import TooManyNumbers
from pcheck.search.reductions.symmetry import Symmetry
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.node import Row, StepKind
from pcheck.semantics.renaming import Names, renamed

S = TypeVar("S", bound=Hashable)
MAX_REFERENCE_STATES = 10_000  # explored without loading machine code
MAX_STATES = 3_000_000  # explored up to the end of the traces
MAX_ENTRIES = 400_000  # in the tables for this exploration
WORK_LIMIT = "the limit of its work"  # which is counted in states, so that it is always the same
MAX_CYCLE_TYPES = 1_000


def shortest_traces(
    model: Model[Any],
    prop: Property,
    length: int,
    *,
    engine: str,
    max_states: int = MAX_STATES,
    clock: Clock | None = None,
) -> ShortestTraces | None:
    """Return all traces of this length that violate a property, if no trace is shorter.

    `engine` is the engine that found the first trace. The result is None if `prop` is a step
    property or a question about the future, or if the model has no nodes. With too many states,
    Stop is raised, as it is at a limit of the clock.
    """
    if not isinstance(model, ClusterModel) or prop.is_step_property or prop.is_question:
        return None
    if length >= MAX_STATES_ON_TRACES:  # each trace has more states than its length
        raise Stop(WORK_LIMIT)
    clock = clock or Clock(Limits(), None)
    tick = clock.ticking(Progress(), COMPARING)
    found = None
    if engine == "reference":
        max_reference_states = min(MAX_REFERENCE_STATES, max_states)
        found = reference_layers(model, prop, length, max_reference_states, tick)
    if found is None:
        limits = Limits(max_states, entries=MAX_ENTRIES)
        found = _compiled_layers(model, prop, length, limits, clock)
    if found is None or sum(map(len, found.keys)) > MAX_STATES_ON_TRACES:
        raise Stop(WORK_LIMIT)
    return ShortestTraces(model, prop, found, tick)


def _compiled_layers(
    model: ClusterModel, prop: Property, length: int, limits: Limits, clock: Clock
) -> Layers[State] | None:
    """Return the layers that the compiled engine finds, or None if the model is too large for it.

    Loading Numba takes time, so only this function loads it.
    """
    from pcheck.search.compiled import warm_up

    warm_up.explorer(lambda _: None)
    from pcheck.search.compiled.layers import layers

    try:
        return layers(model, prop, length, limits, clock)
    except TooManyNumbers:
        return None


class TakenStep(NamedTuple):
    """A step of a shortest trace."""

    label: str
    node: int
    row: Row
    to: int  # the index of the successor in the next layer


class ShortestTraces:
    """All shortest traces that violate a property, as a graph in layers.

    `tick` is called often, by whoever works on the traces.
    """

    def __init__(
        self, model: ClusterModel, prop: Property, layers: Layers[State], tick: Tick = no_tick
    ) -> None:
        self.model, self.prop, self.tick = model, prop, tick
        self.states = [[model.initial()]]  # by layer
        self.steps: list[list[list[TakenStep]]] = []  # by layer, then by state
        for keys in layers.keys[1:]:
            self._add_layer(keys, layers.key)

    def _add_layer(self, keys: frozenset[Hashable], key: Callable[[State], Hashable]) -> None:
        """Add a layer: one state for each key that a step from the last layer reaches."""
        places: dict[Hashable, int] = {}
        states: list[State] = []
        steps: list[list[TakenStep]] = []
        for state in self.states[-1]:
            self.tick()
            steps.append([])
            for node, row in self.model.rows(state):
                successor = self.model.after(state, node, row)
                successor_key = key(successor)
                if successor_key not in keys:
                    continue
                if successor_key not in places:
                    places[successor_key] = len(states)
                    states.append(successor)
                steps[-1].append(TakenStep(row.label, node, row, places[successor_key]))
        self.states.append(states)
        self.steps.append(steps)

    @cached_property
    def count(self) -> int:
        """The number of shortest traces."""
        return self._count(lambda step: True)

    @property
    def selection(self) -> str:
        """A sentence that says which shortest trace is shown; empty if there is only one."""
        if self.count == 1:
            return ""
        orbits = self.up_to_renaming
        fewer = ""
        if orbits not in (None, self.count):
            fewer = f" ({orbits:,}, if traces that only rename nodes or values count once)"
        return (
            f"One of {self.count:,} shortest traces{fewer}: the one that switches between nodes "
            "least often."
        )

    def _count(self, is_allowed: Callable[[TakenStep], bool]) -> int:
        """Return the number of traces of which every step is allowed."""
        arriving = {0: 1}
        for steps in self.steps:
            self.tick()
            after: Counter[int] = Counter()
            for at, traces in arriving.items():
                for step in steps[at]:
                    if is_allowed(step):
                        after[step.to] += traces
            arriving = dict(after)
        return sum(arriving.values())

    # -- up to renaming ------------------------------------------------------------------------

    @cached_property
    def up_to_renaming(self) -> int | None:
        """The number of traces, if traces that differ only by interchangeable names count once.

        By Burnside's lemma, this number is the mean, over all renamings, of the number of traces
        that a renaming fixes. Renamings of the same cycle type fix equally many traces, so one
        renaming of each type is examined. Steps that differ only in their labels count as
        different steps.

        The number is None if the names are not interchangeable on these traces, if there are too
        many cycle types, or if a limit or Ctrl-C stops the count.
        """
        try:
            return self._up_to_renaming()
        except STOPPING_EXCEPTIONS:
            return None

    def _up_to_renaming(self) -> int | None:
        blocks = self.model.interchangeable
        types = [list(islice(_cycle_types(len(block)), MAX_CYCLE_TYPES + 1)) for block in blocks]
        if prod(map(len, types)) > MAX_CYCLE_TYPES or not self._is_symmetric():
            return None
        fixed = 0
        for chosen in product(*types):
            names = dict(chain(*(_renaming(block, each) for block, each in zip(blocks, chosen))))
            fixed += prod(map(_renamings_of_type, chosen)) * self._fixed_traces(names)
        return fixed // prod(factorial(len(block)) for block in blocks)

    def _fixed_traces(self, names: Names) -> int:
        """Return the number of traces of which a renaming fixes every step.

        A renaming fixes a step if it fixes the acting node, the message that the node receives,
        the new local state and the messages that the node sends.
        """
        known: dict[Hashable, bool] = {}

        def is_fixed(step: TakenStep) -> bool:
            if self.model.nodes[step.node].me in names:
                return False
            row = step.row
            key = step.node, row.kind, row.letter, id(row.next.actor), row.bundle
            if key not in known:
                content = _content(row)
                known[key] = exact(renamed(content, names)) == exact(content)
            return known[key]

        return self._count(is_fixed) if names else self.count

    def _is_symmetric(self) -> bool:
        """Return whether swaps of interchangeable names map these traces to each other.

        The spec declares the names interchangeable. Here the declaration is checked on every
        handler call of these traces, and for the property on every last observation.
        """
        model = self.model
        try:
            symmetry = Symmetry(model)
            for states, steps in zip(self.states, self.steps):
                for state, out in zip(states, steps):
                    self.tick()
                    for step in out:
                        if step.row.kind in (StepKind.LOSE, StepKind.RESTART):
                            continue  # these steps call no handler
                        actor = state.nodes[step.node].actor
                        symmetry.check(step.node, actor, step.row.letter)
            observations = {model.observation(state) for state in self.states[-1]}
            return all(
                self.prop.why_false(model.observer.seen(symmetry.observation(swap, observation)))
                is not None
                for observation in observations
                for swap in range(len(symmetry.swaps))
            )
        except SpecError:  # a handler or the property rejects a renamed argument
            return False


def _content(row: Row) -> tuple[Any, ...]:
    """Return everything about a step except the acting node, as a value that can be renamed."""
    received = (row.letter.src, row.letter.message) if row.letter is not None else None
    sent = Map(
        (node, tuple(letter.message for letter in row.bundle.to(node)))
        for node in row.bundle.receivers
    )
    messages = Set(letter.message for letter, _ in row.bundle.sends)
    actor = row.next.actor
    state = tuple(getattr(actor, name) for name in state_fields(type(actor)))
    return row.kind, received, state, sent, messages


CycleType = tuple[int, ...]  # the lengths of the cycles of a renaming of one block


def _cycle_types(size: int, longest: int | None = None) -> Iterator[CycleType]:
    """Yield the cycle types of a block with `size` names: the partitions of `size`."""
    if size == 0:
        yield ()
    for first in range(min(size, longest or size), 0, -1):
        for rest in _cycle_types(size - first, first):
            yield (first, *rest)


def _renamings_of_type(lengths: CycleType) -> int:
    """Return the number of renamings of one block that have this cycle type."""
    repeated = Counter(lengths)
    notations = prod(lengths) * prod(map(factorial, repeated.values()))  # of the same renaming
    return factorial(sum(lengths)) // notations


def _renaming(
    block: Sequence[Id | Value], lengths: CycleType
) -> Iterator[tuple[Id | Value, Id | Value]]:
    """Yield one renaming of this cycle type: each name that moves, with its new name."""
    start = 0
    for size in lengths:
        cycle = block[start : start + size]
        start += size
        if size > 1:
            yield from zip(cycle, (*cycle[1:], cycle[0]))
