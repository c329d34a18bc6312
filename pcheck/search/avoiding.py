"""Steps that avoid a condition, and which of them a fair execution owes; see `livelock`."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator
from typing import NamedTuple

from pcheck.language.names import Id
from pcheck.language.property import Property
from pcheck.search.clock import Clock, Progress
from pcheck.search.samples import Samples
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.network import Inbox, Letter
from pcheck.semantics.node import FAULTS, Config, Row, StepKind
from pcheck.semantics.shifting import Shifts

Step = tuple[Hashable, ...]  # the node, the kind, and the letter or the name of the action


class Move(NamedTuple):
    """Some steps in a row, and the state after them."""

    labels: tuple[str, ...]
    after: State


class Avoiding:
    """The condition of one question, the moves that avoid it, and what a fair execution owes."""

    def __init__(
        self,
        model: ClusterModel,
        question: Property,
        clock: Clock,
        samples: Samples | None = None,
    ) -> None:
        self.model, self.question, self.clock = model, question, clock
        self._samples = samples or Samples()
        self.shifts = Shifts(model, frozenset(question.ordered), question.step)
        self.progress = Progress()
        self._is_true: dict[State, bool] = {}
        self._reacting: dict[Config, frozenset[Letter]] = {}
        self._actions: dict[Config, list[str]] = {}

    def is_true(self, state: State) -> bool:
        """Return whether the condition is true in a state."""
        if state not in self._is_true:
            seen = self.model.observe(state)
            self._is_true[state] = bool(self._samples.judge(self.question, seen))
        return self._is_true[state]

    def steps(self, state: State) -> Iterator[Move]:
        return (Move((label,), after) for label, after in self.model.steps(state))

    def batches(self, state: State) -> Iterator[Move]:
        """Yield the actions, and the deliveries of all messages from one node, or to one node."""
        for i, row in self.model.rows(state):
            after = self.model.after(state, i, row)
            if row.kind in (StepKind.ACT, StepKind.RESTART) and after != state:
                yield Move((row.label,), after)
        senders = dict.fromkeys(letter.src for config in state.nodes for letter in config.inbox)
        for sender in senders:
            yield from self._batch(state, sender, range(len(state.nodes)))
        for i in range(len(state.nodes)):
            yield from self._batch(state, None, [i])

    def _batch(self, state: State, sender: Id | None, receivers: Iterable[int]) -> Iterator[Move]:
        """Yield the deliveries of all messages to these nodes, from one sender or from all."""
        labels: list[str] = []
        for i in receivers:
            inbox = state.nodes[i].inbox
            for letter in [each for each in inbox if sender is None or each.src == sender]:
                rows = self.model.nodes[i].rows(state.nodes[i])
                found = [r for r in rows if r.kind is StepKind.DELIVER and r.letter is letter]
                after = self.model.after(state, i, found[0]) if found else state
                if after != state:
                    state = after
                    labels.append(found[0].label)
                    if self.is_true(state):
                        return
        if labels:
            yield Move(tuple(labels), state)

    # -- what a fair execution owes --------------------------------------------------------------

    def owed(self, state: State, *, raising: bool = False) -> set[Step]:
        """Return the steps that a fair execution owes in a state: those that change something.

        In a cycle that raises values, the name of an action may change from round to round, so that
        an action counts once more, without the numbers in its name.
        """
        return {
            step
            for i, row in self.model.rows(state)
            if row.kind not in FAULTS
            and (row.kind is not StepKind.DELIVER or self._is_owed(state, i, row))
            and self.model.after(state, i, row) != state
            for step in self.names_of(state, i, row, raising=raising)
        }

    def _is_owed(self, state: State, i: int, row: Row) -> bool:
        """Return whether a delivery is owed: if it is not ignored, or if it blocks a channel."""
        return self.model.network.ignoring_is_a_step or _is_reaction(state.nodes[i], row)

    def reacting(self, i: int, config: Config) -> frozenset[Letter]:
        """Return the letters in the inbox of a node that the node does not ignore."""
        if config not in self._reacting:
            self._reacting[config] = frozenset(
                row.letter
                for row in self.model.nodes[i].rows(config)
                if row.kind is StepKind.DELIVER and row.letter and _is_reaction(config, row)
            )
        return self._reacting[config]

    def without_ignored(self, state: State) -> State:
        """Return a state without the letters that its nodes ignore, and without observations.

        It stands for states that may behave differently.
        """
        nodes = tuple(
            self.model.nodes[i].config(config.actor, config.up, self._not_ignored(i, config))
            for i, config in enumerate(state.nodes)
        )
        return State(nodes, state.crashes, frozenset())

    def _not_ignored(self, i: int, config: Config) -> Inbox:
        if self.model.network.ignoring_is_a_step or not config.up:
            return config.inbox
        reacting = self.reacting(i, config)
        return tuple(letter for letter in config.inbox if letter in reacting)

    def names_of(self, state: State, i: int, row: Row, *, raising: bool = False) -> list[Step]:
        """Return the names of a step, whichever of its ways is taken."""
        if row.kind is not StepKind.ACT:
            return [(i, row.kind, row.letter)]
        declared = self._declared(i, self.model.nodes[i].local(state.nodes[i]))
        fitting = (each for each in declared if f"{row.label}, ".startswith(f"{each}, "))
        name = max(fitting, key=len, default=row.label)
        names: list[Step] = [(i, row.kind, name)]
        return (
            [*names, (i, row.kind, re.sub(r"\d+", "#", name), "any number")] if raising else names
        )

    def _declared(self, i: int, config: Config) -> list[str]:
        """Return the labels of the actions of a node, without the ways that each may go."""
        if config not in self._actions:
            node = self.model.nodes[i]
            names = [name for name, _ in node.handlers.actions(config.actor)]
            self._actions[config] = [f"{node.me} {name}" for name in names]
        return self._actions[config]

    def is_end(self, state: State) -> bool:
        """Return whether nothing but crashes and losses can happen after a state."""
        return not any(
            row.kind not in FAULTS and self.model.after(state, i, row) != state
            for i, row in self.model.rows(state)
        )


def _is_reaction(config: Config, row: Row) -> bool:
    """Return whether a node does not ignore the message of a delivery."""
    return row.next.actor is not config.actor or bool(row.bundle.sends)
