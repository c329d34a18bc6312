"""Cycles that avoid a condition: when they close, when they are fair, how often they go round.

The rules are in `livelock`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pcheck.language.property import Property
from pcheck.search.avoiding import Avoiding, Step
from pcheck.semantics.cluster_model import State
from pcheck.semantics.network import Inbox, Letter
from pcheck.semantics.node import Row
from pcheck.semantics.shifting import Nodes
from pcheck.semantics.trace import Trace
from pcheck.text import all_of, counted

ROUNDS = 50  # of a cycle that are replayed
MAX_LETTERS = 10_000_000  # in the states of all rounds: with more, it would take too long
Letters = tuple[Counter[Letter], ...]  # some letters in the inbox of each node


@dataclass(frozen=True)
class Lasso:
    """An execution without end: a trace whose steps after the first `begins` repeat.

    After each round, all ordered values are higher by `shift`. Messages may pile up that all nodes
    ignore.
    """

    trace: Trace[State]
    begins: int
    shift: int
    piles_up: bool

    def why(self, question: Property) -> str:
        """Return why the condition of a question can be avoided."""
        cycle, ordered = self.trace.labels[self.begins :], question.ordered
        does = [f"repeat {ROUNDS} times"]
        if any(label.startswith("lost: ") for label in cycle):
            does.append("lose messages")
        if self.piles_up:
            does.append("leave messages behind that no node reacts to")
        if not self.shift:
            does.append("end as they began")
        whole = f"the last {counted(len(cycle), 'step')} {all_of(does)}"
        if not self.shift:
            return whole
        names = all_of(ordered)
        return (
            f"{whole}, with {names} higher by {self.shift} each time; they repeat for ever if "
            f"{names} {'are' if len(ordered) > 1 else 'is'} only compared"
        )


def lasso_of(avoiding: Avoiding, trace: Trace[State], begins: int) -> Lasso | None:
    """Return the lasso of a trace whose steps after the first ones repeat, if it is one."""
    if not 0 <= begins < len(trace) or any(avoiding.is_true(state) for state in trace.states):
        return None
    if trace.states[begins].crashes != trace.states[-1].crashes:  # no number of crashes goes on
        return None
    rounds = _Rounds(avoiding, Trace(trace.states[begins:], trace.labels[begins:]))
    for shift, left in rounds.closings():
        if rounds.repeat(shift, left):
            return Lasso(trace, begins, shift, any(left))
    return None


class _Rounds:
    """The rounds of a cycle: its steps, taken again and again with higher ordered values.

    Letters that the cycle leaves behind may pile up, if no node reacts to them in any later state:
    then they are not owed, and prevent nothing. So may those that lie there when it begins.
    """

    def __init__(self, avoiding: Avoiding, cycle: Trace[State]) -> None:
        self.avoiding, self.begin = avoiding, cycle.states[0]
        self.network, self.shifts = avoiding.model.network, avoiding.shifts
        self.old = tuple(self._ignored(i, cycle) for i in range(len(self.begin.nodes)))
        self.steps = [self._without_old(state.nodes) for state in cycle.states]

    def closings(self) -> Iterator[tuple[int, Letters]]:
        """Yield the shifts that take the first state to the last, less what is left behind.

        What is left behind may have low values, so the local states are compared before the rest.
        """
        first, last = self.steps[0], self.steps[-1]
        pairs = [(self._locals(first), self._locals(last)), (first, last)]
        for by in dict.fromkeys(self.shifts.height(b) - self.shifts.height(a) for a, b in pairs):
            wanted = self.shifts.raised(first, by)
            left = tuple(
                Counter(found.inbox) - Counter(needed.inbox)
                for needed, found in zip(wanted, last, strict=True)
            )
            may_pile_up = not any(left) or not self.network.ignoring_is_a_step
            if may_pile_up and by >= 0 and self._with(wanted, left) == last:
                yield by, left

    def repeat(self, shift: int, left: Letters) -> bool:
        """Return whether ROUNDS rounds can be taken and are fair, and the condition is never true.

        They are fair if no step is owed in all states of all rounds and taken in none of them.
        """
        if self._letters(left) > MAX_LETTERS:
            return False
        avoiding, raising = self.avoiding, shift > 0
        state, taken, ignored = self.begin, set[Step](), self.old
        owed = avoiding.owed(state, raising=raising)
        for by in range(0, ROUNDS * shift, shift) if shift else [0] * ROUNDS:
            for nodes in self.steps[1:]:
                avoiding.clock.check(avoiding.progress)
                step = self._step_to(state, self._with(self.shifts.raised(nodes, by), ignored))
                if step is None:
                    return False
                taken.update(avoiding.names_of(state, *step, raising=raising))
                state = avoiding.model.after(state, *step)
                if avoiding.is_true(state) or self._reacts(state.nodes, ignored):
                    return False
                owed &= avoiding.owed(state, raising=raising)
            ignored = tuple(
                old + Counter(self.shifts.raised_letter(each, by) for each in new.elements())
                for old, new in zip(ignored, left, strict=True)
            )
            if self._reacts(state.nodes, ignored):
                return False
        return owed <= taken

    def _letters(self, left: Letters) -> int:
        """Return about how many letters the states of all rounds hold."""
        first = sum(len(config.inbox) for config in self.begin.nodes)
        last = first + ROUNDS * sum(each.total() for each in left)
        return ROUNDS * len(self.steps) * (first + last) // 2

    def _step_to(self, state: State, nodes: Nodes) -> tuple[int, Row] | None:
        """Return the step from a state to other configurations of the nodes, if there is one."""
        model = self.avoiding.model
        for i, row in model.rows(state):
            after = model.after(state, i, row)
            if after.nodes == nodes and after.crashes == state.crashes and after != state:
                return i, row
        return None

    def _ignored(self, i: int, cycle: Trace[State]) -> Counter[Letter]:
        """Return the letters that lie at a node all the time and that it ignores all the time."""
        configs = [state.nodes[i] for state in cycle.states]
        inboxes = [Counter(config.inbox) for config in configs]
        always = inboxes[0]
        for inbox in inboxes[1:]:
            always &= inbox
        for config in configs:
            for letter in self.avoiding.reacting(i, config):
                del always[letter]
        return Counter() if self.network.ignoring_is_a_step else always

    def _reacts(self, nodes: Nodes, letters: Letters) -> bool:
        """Return whether a node reacts to one of some letters that should be ignored."""
        pairs = enumerate(zip(nodes, letters, strict=True))
        return any(self.avoiding.reacting(i, config) & few.keys() for i, (config, few) in pairs)

    def _locals(self, nodes: Nodes) -> Nodes:
        """Return configurations without letters."""
        return self._filled(nodes, [()] * len(nodes))

    def _with(self, nodes: Nodes, letters: Letters) -> Nodes:
        """Return configurations with more letters."""
        pairs = zip(nodes, letters, strict=True)
        return self._filled(
            nodes, [self.network.put(config.inbox, more.elements()) for config, more in pairs]
        )

    def _without_old(self, nodes: Nodes) -> Nodes:
        """Return configurations of the cycle without the letters that lie there all the time."""
        pairs = zip(nodes, self.old, strict=True)
        return self._filled(nodes, [_without(config.inbox, old) for config, old in pairs])

    def _filled(self, nodes: Nodes, inboxes: Iterable[Inbox]) -> Nodes:
        """Return configurations with other inboxes."""
        model = self.avoiding.model
        triples = zip(model.nodes, nodes, inboxes, strict=True)
        return tuple(node.config(config.actor, config.up, inbox) for node, config, inbox in triples)


def _without(inbox: Inbox, letters: Counter[Letter]) -> Inbox:
    """Return an inbox without some letters; the others keep their order."""
    left, kept = Counter(letters), []
    for letter in inbox:
        if left[letter] > 0:
            left[letter] -= 1
        else:
            kept.append(letter)
    return tuple(kept)
