"""The observations of a trace, for milestones and explanations: each is made when it is needed.

An observation holds all messages that were sent so far. To make every observation of a long trace
would take time and memory that grow with the square of its length.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator, Sequence
from typing import overload

from pcheck.language.names import Id
from pcheck.language.property import Milestone
from pcheck.language.seen import UP, Seen
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Row

MAX_KEPT = 1_000  # observations; more are made again when they are needed again
TakenRow = tuple[Id, Row]


class TraceObservations(Sequence[Seen]):
    """The observations of a cluster's trace: one before the first step and one after each step.

    They hold all messages, even those that no property sees.
    """

    def __init__(self, model: ClusterModel, states: Sequence[State], taken: Iterable[TakenRow]):
        self._model, self._states = model, states
        first_sent = dict.fromkeys(model.sent_before)
        self._counts = [len(first_sent)]  # for each state, how many letters were sent before it
        for _, row in taken:
            first_sent.update((letter, None) for letter, _ in row.bundle.sends)
            self._counts.append(len(first_sent))
        self._letters = list(first_sent)
        self._sorted: list[Letter] = []  # the first of these letters, in order
        self._kept: dict[int, Seen] = {}

    def __len__(self) -> int:
        return len(self._states)

    @overload
    def __getitem__(self, index: int) -> Seen: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Seen]: ...

    def __getitem__(self, index: int | slice) -> Seen | Sequence[Seen]:
        if isinstance(index, slice):
            return [self[each] for each in range(len(self))[index]]
        number = range(len(self))[index]
        if number not in self._kept:
            if len(self._kept) >= MAX_KEPT:
                self._kept.clear()
            letters = self._sorted_until(self._counts[number])
            self._kept[number] = self._model.history(self._states[number], letters)
        return self._kept[number]

    def _sorted_until(self, count: int) -> list[Letter]:
        """Return the first letters in order; each needs little work if the last ones were fewer."""
        if count < len(self._sorted):
            self._sorted = []
        for letter in self._letters[len(self._sorted) : count]:
            insort(self._sorted, letter, key=lambda each: each.order)
        return self._sorted


class NewMilestones:
    """The milestones along a trace: each line is returned once, at the first step that reaches it.

    A milestone of a cluster is evaluated only after steps that change what the milestone sees.
    """

    def __init__(self, model: ClusterModel, observations: TraceObservations) -> None:
        self._model, self._observations = model, observations
        self._reached = {
            (at, key)
            for at, milestone in enumerate(model.milestones)
            for key in milestone.lines(observations[0])
        }

    def after(self, number: int, before: State, taken: TakenRow) -> Iterator[str]:
        """Yield the lines that step `number` reaches, in the order of the milestones."""
        for at, milestone in enumerate(self._model.milestones):
            if self._changes(milestone, before, taken):
                for key, line in milestone.lines(self._observations[number]).items():
                    if (at, key) not in self._reached:
                        self._reached.add((at, key))
                        yield line

    def _changes(self, milestone: Milestone, before: State, taken: TakenRow) -> bool:
        """Return whether a step may change what a milestone sees."""
        node, row = taken
        i = self._model.index[node]
        was, sees = before.nodes[i], milestone.sees
        kinds = tuple(what for what in sees if isinstance(what, type))
        if any(isinstance(letter.message, kinds) for letter, _ in row.bundle.sends):
            return True
        if row.next.up is not was.up and UP in sees:
            return True
        fields = (what for what in sees if isinstance(what, str))
        owners = self._model.observer.owners
        return row.next.actor is not was.actor and any(i in owners(name) for name in fields)
