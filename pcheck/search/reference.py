"""The reference explorer: a plain breadth-first search of any Model, meant to be obviously right.

The search goes level by level. So the first trace found to a state is a shortest one, and the first
discovery of a property is never replaced. A search ends with the first level on which an `always`
is false; with `all_properties`, not before every property is decided. Otherwise a search ends when
every reachable state is explored.
"""

from __future__ import annotations

import sys
from collections.abc import Hashable, Iterator
from dataclasses import replace
from itertools import islice, pairwise
from operator import methodcaller
from typing import Any, Generic, TypeVar

from pcheck.errors import SpecError
from pcheck.language.model import Model
from pcheck.language.seen import Seen
from pcheck.search.clock import Clock, OnProgress, Progress, Tick
from pcheck.search.growth import growing_nodes, growing_states
from pcheck.search.judge import Judge
from pcheck.search.limits import (
    STOPPING_EXCEPTIONS,
    Limits,
    Stop,
    depth_limit,
    state_limit,
    stop_phrase,
    stop_reason,
)
from pcheck.search.outcome import Discovery, SearchResult
from pcheck.search.reductions.property_symmetry import PropertySymmetry
from pcheck.search.reductions.symmetry import Symmetry
from pcheck.search.tracing import trace_decisions, trace_fault
from pcheck.semantics.checked_model import checked
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.trace import Trace

S = TypeVar("S", bound=Hashable)
COMPARING_RENAMED = "comparing renamed observations"
NOT_COMPARED = "not every property was compared on all renamings of what decides it"


def explore(
    model: Model[S],
    limits: Limits = Limits(),  # noqa: B008  (frozen)
    *,
    all_properties: bool = False,
    on_progress: OnProgress | None = None,
    clock: Clock | None = None,
) -> SearchResult:
    """Explore the reachable states of a model until its properties are decided."""
    return _Explorer(
        checked(model), limits, all_properties, clock or Clock(limits, on_progress)
    ).run()


class _Explorer(Generic[S]):
    """One search. The judge places a decision at a state, or at the two states of a step."""

    def __init__(self, model: Model[S], limits: Limits, all_properties: bool, clock: Clock) -> None:
        self.model, self.limits = model, limits
        self.clock = clock
        self.parents: dict[S, S | None] = {}
        self.progress = Progress()
        self.terminal = 0  # states without a next step
        self.judge: Judge[tuple[S, ...]] = Judge(model.properties, all_properties=all_properties)
        self.is_users = not isinstance(model, ClusterModel)

    def run(self) -> SearchResult:
        stopped = None
        complete = False
        try:
            complete = self._search()
        except STOPPING_EXCEPTIONS as error:
            stopped = stop_reason(error)
        result = self._report(complete, stopped)
        try:
            with self.clock.extending():
                self._check_symmetry(self.clock.ticking(self.progress, COMPARING_RENAMED))
        except STOPPING_EXCEPTIONS as error:
            reason = stop_reason(error)
            warning = f"{NOT_COMPARED}: the comparison stopped {stop_phrase(reason)}"
            return replace(result, stopped=stopped and reason).with_warnings([warning])
        return result

    def _check_symmetry(self, tick: Tick) -> None:
        """Raise Asymmetric if a property says otherwise of a renaming of what decides the property.

        A search of all states visits whole orbits, and so it judges each renaming of what does not
        decide a property anyway.
        """
        model: Any = self.model
        if not (self.judge.found and isinstance(model, ClusterModel) and model.interchangeable):
            return
        symmetry = PropertySymmetry(Symmetry(model), tick)
        for prop in model.properties:
            if prop.name in self.judge.found:
                where: tuple[Any, ...] = self.judge.found[prop.name].where
                parts = [part for state in where for part in model.parts_of(state)]
                list(symmetry.compare([prop], methodcaller("of", parts), 0))

    def _search(self) -> bool:
        """Search level by level, and return whether every reachable state was explored."""
        frontier = [self.model.initial()]
        self._add(frontier[0], None)
        while frontier:
            self.progress.widths.append(len(frontier))
            if self.judge.decided:
                return False
            frontier = self._next_level(frontier)
            self.progress.level += bool(frontier)
        return True

    def _next_level(self, frontier: list[S]) -> list[S]:
        """Expand the states of a level, and return the new states among their successors.

        Steps that end beyond the limit of steps are judged only if all of them lead to known
        states, so that the search is complete.
        """
        new: list[S] = []
        beyond: list[tuple[S, S]] = []
        for done, state in enumerate(frontier):
            self.progress.queue = len(frontier) - done + len(new)
            self.clock.check(self.progress)
            before, judges_steps = self.progress.transitions, self.judge.has_step_properties
            seen = self.model.observe(state) if judges_steps else None
            for _, successor in self._steps(state):
                self.progress.transitions += 1
                if successor not in self.parents:
                    self._add(successor, state)
                    new.append(successor)
                if judges_steps and self._is_beyond():
                    beyond.append((state, successor))
                elif seen is not None:
                    self._judge_step(seen, state, successor)
            self.terminal += self.progress.transitions == before
        for state, successor in beyond:
            self._judge_step(self.model.observe(state), state, successor)
        return new

    def _judge_step(self, seen: Seen, state: S, successor: S) -> None:
        after = self.model.observe(successor)
        self.judge.judge_step(seen, after, where=(state, successor))

    def _is_beyond(self) -> bool:
        """Return whether new states are beyond the limit of steps."""
        return self.limits.depth is not None and len(self.progress.widths) > self.limits.depth

    def _steps(self, state: S) -> Iterator[tuple[str, S]]:
        """Yield the steps of a state; a SpecError gets the trace that leads to the state."""
        steps = []
        try:
            for step in self.model.steps(state):
                steps.append(step)
                yield step
        except SpecError as error:
            trace_fault(error, self.clock, self.progress, lambda tick: self._trace((state,), tick))
            raise
        if self.is_users:
            self.judge.samples.add("steps", (state,), steps)

    def _add(self, state: S, parent: S | None) -> None:
        states = self.limits.states
        if states is not None and len(self.parents) >= states:
            raise Stop(state_limit(states))
        if self._is_beyond():
            raise Stop(depth_limit(self.limits.depth or 0))
        self.parents[state] = parent
        self.progress.states += 1
        seen = self.model.observe(state)
        if self.is_users:
            self.judge.samples.add("observe", (state,), seen)
        self.judge.judge_state(seen, where=(state,))

    def _trace(self, end: tuple[S, ...], tick: Tick) -> Trace[S]:
        """Return the trace to a state through its parents; `end` may add one last step."""
        states = self._states(end)
        labels = tuple(self._label(a, b, tick) for a, b in pairwise(states))
        return Trace(tuple(states), labels)

    def _states(self, end: tuple[S, ...]) -> list[S]:
        """Return the states on the trace to `end`."""
        states = [*reversed(end)]
        while (parent := self.parents[states[-1]]) is not None:
            states.append(parent)
        return states[::-1]

    def _label(self, before: S, after: S, tick: Tick) -> str:
        tick()
        return next(label for label, state in self.model.steps(before) if state == after)

    def _report(self, complete: bool, stopped: str | None) -> SearchResult:
        seconds = self.clock.seconds()
        discoveries, untraced = trace_decisions(
            self.judge,
            self.clock,
            self.progress,
            discovery_of=lambda _, found, tick: Discovery(
                self._trace(found.where, tick), found.why
            ),
            steps_to=lambda where: len(self._states(where)) - 1,
        )
        return SearchResult(
            properties=self.model.properties,
            states=self.progress.states,
            transitions=self.progress.transitions,
            depth=self.progress.level,
            widths=tuple(self.progress.widths),
            complete=complete,
            stopped=stopped,
            discoveries=discoveries,
            untraced=untraced,
            seconds=seconds,
            memory=self._allocated(),
            engine="reference",
            terminal=self.terminal if complete else None,
            growing=self._growing() if stopped is not None else (),
            samples=self.judge.samples,
            peak=max(self.clock.peak, self.clock.memory()),
        )

    def _growing(self) -> tuple[str, ...]:
        """Return the parts of the state that grow from level to level."""
        states: Iterator[Any] = iter(self.parents)
        levels = [list(islice(states, width)) for width in self.progress.widths]
        if self.is_users:
            return growing_states(levels)
        nodes = [str(node.me) for node in self.model.nodes]  # type: ignore[attr-defined]
        of_nodes = [zip(*(state.nodes for state in level)) for level in levels]
        return growing_nodes(
            [dict(zip(nodes, map(list, map(dict.fromkeys, each)))) for each in of_nodes]
        )

    def _allocated(self) -> int:
        """Return the bytes of the table and of its states, estimated from a sample of states."""
        sample = list(islice(self.parents, 1000))
        states = sum(map(_size, sample)) * len(self.parents) // max(1, len(sample))
        return sys.getsizeof(self.parents) + states


def _size(state: object) -> int:
    """Return the bytes of a state and of the tuples in it; other objects are shared."""
    parts = state if isinstance(state, tuple) else ()
    return sys.getsizeof(state) + sum(_size(part) for part in parts if isinstance(part, tuple))
