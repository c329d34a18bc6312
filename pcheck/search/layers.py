"""The states on all shortest traces to a violation, depth by depth, by the reference semantics."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Generic, NamedTuple, TypeVar

from pcheck.language.model import Model
from pcheck.language.property import Property
from pcheck.search.judge import Judgements

S = TypeVar("S", bound=Hashable)


class Layers(NamedTuple, Generic[S]):
    """For each depth the keys of the states that lie on a shortest violating run."""

    keys: Sequence[frozenset[Hashable]]
    key: Callable[[S], Hashable]


def plain(model: Model[S], prop: Property, length: int, most: int) -> Layers[S] | None:
    """The layers by the reference semantics alone; None: there are more than so many states."""
    known, levels = {model.initial()}, [[model.initial()]]
    after: dict[S, list[S]] = {}
    for _ in range(length):
        level: list[S] = []
        for before in levels[-1]:
            after[before] = [state for _, state in model.steps(before)]
            new = dict.fromkeys(state for state in after[before] if state not in known)
            known.update(new)
            level += new
            if len(known) > most:
                return None
        levels.append(level)
    keys = [frozenset(_false(model, prop, levels[-1]))]
    assert keys[0], "no run of this length ends where the property is false: please report this"
    for level in reversed(levels[:-1]):
        keys.append(frozenset(s for s in level if not keys[-1].isdisjoint(after[s])))
    return Layers(keys[::-1], lambda state: state)


def _false(model: Model[S], prop: Property, states: Sequence[S]) -> Iterator[S]:
    """Yield the states in which an `always` is false."""
    judgements = Judgements([prop])
    return (state for state in states if judgements.of_state(model.observe(state)))
