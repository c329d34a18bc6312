"""Cycles that avoid a condition: when they close, when they are fair, and how often they go round.

The rules are in `livelock`, which searches for such cycles.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from pcheck.language.names import Id
from pcheck.language.property import Property
from pcheck.search.clock import Clock, Progress
from pcheck.search.samples import Samples
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.node import FAULTS, Row, StepKind
from pcheck.semantics.shifting import Nodes, Shifts
from pcheck.semantics.trace import Trace
from pcheck.text import all_of, counted

ROUNDS = 50  # of a cycle that are replayed
Step = tuple[Hashable, ...]  # the node, the kind, and the letter or the name of the action


class Move(NamedTuple):
    """Some steps in a row, and the state after them."""

    labels: tuple[str, ...]
    after: State


@dataclass(frozen=True)
class Lasso:
    """An execution without end: a trace whose steps after the first `begins` repeat.

    After each round, all ordered values are higher by `shift`.
    """

    trace: Trace[State]
    begins: int
    shift: int


class Avoiding:
    """The condition of one question, and the moves and cycles that avoid it."""

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

    def why(self, lasso: Lasso) -> str:
        """Return why the condition can be avoided, by a lasso."""
        cycle = lasso.trace.labels[lasso.begins :]
        loses = ", and lose messages" if any(label.startswith("lost: ") for label in cycle) else ""
        times = f"the last {counted(len(cycle), 'step')} repeat {ROUNDS} times{loses}"
        if not lasso.shift:
            return f"{times}, and end as they began"
        ordered = self.question.ordered
        names = all_of(ordered)
        return (
            f"{times}, with {names} higher by {lasso.shift} each time; they repeat for ever if "
            f"{names} {'are' if len(ordered) > 1 else 'is'} only compared"
        )

    def lasso_of(self, trace: Trace[State], begins: int) -> Lasso | None:
        """Return the lasso of a trace whose steps after the first ones repeat, if it is one."""
        if not 0 <= begins < len(trace) or any(self.is_true(state) for state in trace.states):
            return None
        cycle = Trace(trace.states[begins:], trace.labels[begins:])
        shift = self.shift_of(cycle)
        if shift is None or not self.goes_round(cycle, shift):
            return None
        return Lasso(trace, begins, shift)

    # -- cycles --------------------------------------------------------------------------------

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
        is_reaction = row.next.actor is not state.nodes[i].actor or bool(row.bundle.sends)
        return is_reaction or self.model.network.ignoring_is_a_step

    def names_of(self, state: State, i: int, row: Row, *, raising: bool = False) -> list[Step]:
        """Return the names of a step, whichever of its ways is taken."""
        if row.kind is not StepKind.ACT:
            return [(i, row.kind, row.letter)]
        node = self.model.nodes[i]
        declared = (f"{node.me} {name}" for name, _ in node.handlers.actions(state.nodes[i].actor))
        fitting = (each for each in declared if f"{row.label}, ".startswith(f"{each}, "))
        name = max(fitting, key=len, default=row.label)
        names: list[Step] = [(i, row.kind, name)]
        return (
            [*names, (i, row.kind, re.sub(r"\d+", "#", name), "any number")] if raising else names
        )

    def is_end(self, state: State) -> bool:
        """Return whether nothing but crashes and losses can happen after a state."""
        return not any(
            row.kind not in FAULTS and self.model.after(state, i, row) != state
            for i, row in self.model.rows(state)
        )

    def shift_of(self, cycle: Trace[State]) -> int | None:
        """Return by how much a cycle raises the ordered values, or None if it does not close."""
        first, last = cycle.states[0], cycle.states[-1]
        (_, low), (_, high) = self.shifts.key(first), self.shifts.key(last)
        raised = self.shifts.raised(first.nodes, high - low)
        return high - low if (raised, first.crashes) == (last.nodes, last.crashes) else None

    def goes_round(self, cycle: Trace[State], shift: int) -> bool:
        """Return whether a cycle repeats ROUNDS times, is fair, and the condition is never true.

        It is fair if no step is owed in all states of all rounds and taken in none of them.
        """
        state, taken, raising = cycle.states[0], set[Step](), shift > 0
        owed = self.owed(state, raising=raising)
        for number in range(ROUNDS):
            for each in cycle.states[1:]:
                self.clock.check(self.progress)
                wanted: Nodes = self.shifts.raised(each.nodes, number * shift)
                found = [
                    (i, row, after)
                    for i, row in self.model.rows(state)
                    for after in [self.model.after(state, i, row)]
                    if (after.nodes, after.crashes) == (wanted, each.crashes) and after != state
                ]
                if not found or self.is_true(found[0][2]):
                    return False
                i, row, after = found[0]
                taken.update(self.names_of(state, i, row, raising=raising))
                state = after
                owed &= self.owed(state, raising=raising)
        return owed <= taken
