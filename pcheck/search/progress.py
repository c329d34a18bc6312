"""The reference search for questions about the future, meant to be obviously right.

It keeps every state and every step of a model in plain lists.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Hashable, Iterator
from itertools import pairwise
from typing import Any, Generic, NamedTuple, TypeVar

from pcheck.errors import SpecError
from pcheck.language.model import Model
from pcheck.language.property import Property
from pcheck.search.clock import Clock, Progress, Tick, no_tick
from pcheck.search.future import Recorded, Stopped
from pcheck.search.limits import (
    STOPPING_EXCEPTIONS,
    Limits,
    Stop,
    depth_limit,
    state_limit,
    stop_reason,
)
from pcheck.search.outcome import SearchResult
from pcheck.search.samples import Samples
from pcheck.search.tracing import trace_fault
from pcheck.semantics.checked_model import checked
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.node import FAULTS
from pcheck.semantics.trace import Trace

S = TypeVar("S", bound=Hashable)
NO_NODE = -1  # takes the steps of a model without nodes


class Taken(NamedTuple):
    """A step: its label, the number of the state after it, the node, and if it is a fault."""

    label: str
    after: int
    node: int
    is_fault: bool


def record(model: Model[Any], limits: Limits, clock: Clock) -> Recorded:
    """Explore the states of a model."""
    graph = _Graph(checked(model), limits, clock)
    complete, stopped = False, None
    try:
        graph.explore()
        complete = True
    except STOPPING_EXCEPTIONS as end:
        stopped = stop_reason(end)
    return Recorded(graph, graph.result(complete, stopped), graph.progress)


class _Graph(Generic[S]):
    """The states in the order in which they were found, and the steps of those expanded so far."""

    def __init__(self, model: Model[S], limits: Limits, clock: Clock) -> None:
        self.model, self.limits, self.clock = model, limits, clock
        self.progress, self.samples = Progress(), Samples()
        self.states: list[S] = []
        self.numbers: dict[S, int] = {}
        self.parents: list[int] = []
        self.depths: list[int] = []
        self.steps: list[list[Taken]] = []  # of each state that was expanded
        self._known: dict[tuple[str, int], bool] = {}  # the conditions of questions
        self._asked_in: dict[str, list[int]] = {}  # by the name of a question

    def explore(self) -> None:
        """Find every state, or raise Stop."""
        self._number(self.model.initial(), parent=0, depth=0)
        while len(self.steps) < len(self.states):
            number = len(self.steps)
            self.progress.queue = len(self.states) - number
            self.clock.check(self.progress)
            self.steps.append(list(self._expanded(number)))

    def _expanded(self, number: int) -> Iterator[Taken]:
        depth = self.depths[number]
        try:
            for label, after, node, is_fault in _steps(self.model, self.states[number]):
                self.progress.transitions += 1
                yield Taken(label, self._number(after, number, depth + 1), node, is_fault)
        except SpecError as error:
            trace_fault(error, self.clock, self.progress, lambda tick: self.trace(number, tick))
            raise

    def _number(self, state: S, parent: int, depth: int) -> int:
        """Return the number of a state; a new state gets the next one."""
        if state in self.numbers:
            return self.numbers[state]
        if self.limits.depth is not None and depth > self.limits.depth:
            raise Stop(depth_limit(self.limits.depth))
        if self.limits.states is not None and len(self.states) >= self.limits.states:
            raise Stop(state_limit(self.limits.states))
        number = self.numbers[state] = len(self.states)
        self.states.append(state)
        self.parents.append(parent)
        self.depths.append(depth)
        self.progress.states, self.progress.level = number + 1, depth
        return number

    # -- the answers ---------------------------------------------------------------------------

    def asked(self, question: Property) -> int:
        return len(self._asked(question))

    def first_trap(self, question: Property, stopped: Stopped) -> int | None:
        hopeful = self._hopeful(question, stopped)
        return min((each for each in self._asked(question) if each not in hopeful), default=None)

    def is_trap(self, state: int, question: Property, stopped: Stopped) -> bool:
        return state not in self._hopeful(question, stopped)

    def depth(self, state: int) -> int:
        return self.depths[state]

    def trace(self, state: int, tick: Tick) -> Trace[S]:
        numbers = [state]
        while numbers[-1] != 0:
            tick()
            numbers.append(self.parents[numbers[-1]])
        numbers.reverse()
        labels = (
            next(step.label for step in self.steps[before] if step.after == after)
            for before, after in pairwise(numbers)
        )
        return Trace(tuple(self.states[each] for each in numbers), tuple(labels))

    def _hopeful(self, question: Property, stopped: Stopped) -> set[int]:
        """Return the states from which the condition can become true, as far as anybody knows."""
        before: dict[int, list[int]] = {}
        for number in range(len(self.steps)):
            for after in self._successors(number, stopped):
                before.setdefault(after, []).append(number)
        todo = [number for number in range(len(self.states)) if self._is_true(question, number)]
        todo += range(len(self.steps), len(self.states))
        hopeful = {*todo}
        while todo:
            more = [each for each in before.get(todo.pop(), ()) if each not in hopeful]
            hopeful.update(more)
            todo += more
        return hopeful

    def _successors(self, number: int, stopped: Stopped) -> Iterator[int]:
        """Yield the states after the steps of nodes that have not stopped, except faults."""
        for step in self.steps[number]:
            if step.node not in stopped and not step.is_fault:
                yield step.after

    def _asked(self, question: Property) -> list[int]:
        """Return the states in which a question is asked."""
        if question.name not in self._asked_in:
            self._asked_in[question.name] = [
                number
                for number, state in enumerate(self.states)
                if question.while_ is None
                or self.samples.judge(question.while_, self.model.observe(state))
            ]
        return self._asked_in[question.name]

    def _is_true(self, question: Property, number: int) -> bool:
        """Return whether the condition of a question is true in a state."""
        key = question.name, number
        if key not in self._known:
            seen = self.model.observe(self.states[number])
            self._known[key] = bool(self.samples.judge(question, seen))
        return self._known[key]

    def result(self, complete: bool, stopped: str | None) -> SearchResult:
        """Return the result without any answer."""
        widths = Counter(self.depths)
        return SearchResult(
            properties=self.model.properties,
            states=len(self.states),
            transitions=self.progress.transitions,
            depth=max(self.depths, default=0),
            widths=tuple(widths[depth] for depth in sorted(widths)),
            complete=complete,
            stopped=stopped,
            discoveries={},
            seconds=self.clock.seconds(),
            memory=0,
            engine="reference",
            terminal=sum(not steps for steps in self.steps) if complete else None,
            samples=self.samples,
            peak=max(self.clock.peak, self.clock.memory()),
        )


def _steps(model: Model[Any], state: Any) -> Iterator[tuple[str, Any, int, bool]]:
    """Yield for each step its label, the state after it, its node, and whether it is a fault."""
    if isinstance(model, ClusterModel):
        for i, row in model.rows(state):
            after = model.after(state, i, row)
            if after != state:
                yield row.label, after, i, row.kind in FAULTS
    else:
        for label, after in model.steps(state):
            yield label, after, NO_NODE, False


class Way(NamedTuple):
    """The states that nodes can reach from a state in which other nodes stop.

    `labels` are those of a shortest way to the condition, or None if no visited state makes it
    true. `states` were visited, and `is_whole` is true if these are all, or if the way was found.
    """

    labels: tuple[str, ...] | None
    states: int
    is_whole: bool


def way_to(
    model: Model[S],
    start: S,
    question: Property,
    stopped: Stopped,
    max_states: int | None = None,
    tick: Tick = no_tick,
) -> Way:
    """Search for the condition of a question from a state, by nodes that have not stopped."""
    came: dict[S, tuple[S, str] | None] = {start: None}
    todo, is_whole = deque([start]), True
    while todo:
        tick()
        state = todo.popleft()
        if question.is_reached(model.observe(state)):
            labels, at = list[str](), came[state]
            while at is not None:
                labels.append(at[1])
                at = came[at[0]]
            return Way(tuple(reversed(labels)), len(came), is_whole=True)
        for label, after, node, is_fault in _steps(model, state):
            if node in stopped or is_fault or after in came:
                continue
            if max_states is not None and len(came) >= max_states:
                is_whole = False
                continue
            came[after] = state, label
            todo.append(after)
    return Way(None, len(came), is_whole)
