"""The states on all shortest traces to a violation, depth by depth, by the reference semantics."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Generic, NamedTuple, TypeVar

from pcheck.language.model import Model
from pcheck.language.property import Property
from pcheck.search.clock import Tick, no_tick
from pcheck.search.judge import Judgements

S = TypeVar("S", bound=Hashable)
MAX_STATES_ON_TRACES = 20_000  # in all layers; more states have no layers
COMPARING = "comparing the shortest traces"  # what the layers are for


class Layers(NamedTuple, Generic[S]):
    """For each depth, the keys of the states that lie on a shortest trace to a violation."""

    keys: Sequence[frozenset[Hashable]]
    key: Callable[[S], Hashable]


def reference_layers(
    model: Model[S], prop: Property, length: int, max_states: int, tick: Tick = no_tick
) -> Layers[S] | None:
    """Return the layers by the reference semantics, or None beyond `max_states` states.

    `length` is the length of the shortest traces that violate `prop`. `tick` is called often.
    """
    known, levels = {model.initial()}, [[model.initial()]]
    after: dict[S, list[S]] = {}
    for _ in range(length):
        level: list[S] = []
        for before in levels[-1]:
            tick()
            after[before] = [state for _, state in model.steps(before)]
            new = dict.fromkeys(state for state in after[before] if state not in known)
            known.update(new)
            level += new
            if len(known) > max_states:
                return None
        levels.append(level)
    keys = [frozenset(_violating(model, prop, levels[-1], tick))]
    assert keys[0], "no trace of this length violates the property: please report this"
    for level in reversed(levels[:-1]):
        tick()
        keys.append(frozenset(s for s in level if not keys[-1].isdisjoint(after[s])))
    return Layers(keys[::-1], lambda state: state)


def _violating(model: Model[S], prop: Property, states: Sequence[S], tick: Tick) -> Iterator[S]:
    """Yield the states that violate an `always`."""
    judgements = Judgements([prop])
    for state in states:
        tick()
        if judgements.of_state(model.observe(state)):
            yield state
