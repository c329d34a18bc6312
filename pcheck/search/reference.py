"""The reference explorer: breadth-first over any Model, plain, and obviously right.

Level by level, so the first run found to a state is a shortest one, and the first discovery of a
property is kept for good. A search ends with the first level on which an `always` is false, or
when nothing is left that could change an answer.
"""

from __future__ import annotations

import sys
from collections.abc import Hashable, Iterator
from itertools import islice, pairwise
from typing import Generic, TypeVar

from pcheck.errors import SpecError
from pcheck.language.model import Model
from pcheck.search.judge import Judge
from pcheck.search.limits import (
    ENDS,
    Clock,
    Limits,
    OnProgress,
    Progress,
    Stop,
    ended_by,
    state_limit,
)
from pcheck.search.outcome import Discovery, SearchResult
from pcheck.semantics.checked_model import checked
from pcheck.semantics.trace import Trace

S = TypeVar("S", bound=Hashable)


def explore(
    model: Model[S],
    limits: Limits = Limits(),  # noqa: B008  (frozen)
    *,
    all_properties: bool = False,
    on_progress: OnProgress | None = None,
    clock: Clock | None = None,
) -> SearchResult:
    """Every reachable state of a model, as far as it takes to answer its properties."""
    return _Explorer(
        checked(model), limits, all_properties, clock or Clock(limits, on_progress)
    ).run()


class _Explorer(Generic[S]):
    def __init__(self, model: Model[S], limits: Limits, all_properties: bool, clock: Clock) -> None:
        self.model, self.limits = model, limits
        self.clock = clock
        self.parents: dict[S, S | None] = {}
        self.progress = Progress()
        self.judge: Judge[tuple[S, ...]] = Judge(model.properties, all_properties=all_properties)

    def run(self) -> SearchResult:
        stopped = None
        complete = False
        try:
            complete = self._search()
        except ENDS as end:
            stopped = ended_by(end)
        return self._report(complete, stopped)

    def _search(self) -> bool:
        """Whether every reachable state was seen."""
        frontier = [self.model.initial()]
        self._reach(frontier[0], None)
        while frontier:
            self.progress.widths.append(len(frontier))
            if self.judge.decided:
                return False
            frontier = self._next_level(frontier)
            self.progress.level += bool(frontier)
        return True

    def _next_level(self, frontier: list[S]) -> list[S]:
        new: list[S] = []
        for done, state in enumerate(frontier):
            self.progress.queue = len(frontier) - done + len(new)
            self.clock.check(self.progress)
            for _, successor in self._steps(state):
                self.progress.transitions += 1
                if successor not in self.parents:
                    self._reach(successor, state)
                    new.append(successor)
                if self.judge.has_step_properties:
                    observations = self.model.observe(state), self.model.observe(successor)
                    self.judge.step(*observations, where=(state, successor))
        return new

    def _steps(self, state: S) -> Iterator[tuple[str, S]]:
        """The steps of a state; a fault of the spec is told with the run that leads there."""
        try:
            yield from self.model.steps(state)
        except SpecError as error:
            error.trace = self._path((state,))
            raise

    def _reach(self, state: S, parent: S | None) -> None:
        if self.limits.states is not None and len(self.parents) >= self.limits.states:
            raise Stop(state_limit(self.limits.states))
        self.parents[state] = parent
        self.progress.states += 1
        self.judge.state(self.model.observe(state), where=(state,))

    def _path(self, end: tuple[S, ...]) -> Trace[S]:
        """The run to a state through its parents; a step property adds its own last step."""
        states = [*reversed(end)]
        while (parent := self.parents[states[-1]]) is not None:
            states.append(parent)
        states.reverse()
        labels = tuple(self._label(a, b) for a, b in pairwise(states))
        return Trace(tuple(states), labels)

    def _label(self, before: S, after: S) -> str:
        return next(label for label, state in self.model.steps(before) if state == after)

    def _report(self, complete: bool, stopped: str | None) -> SearchResult:
        return SearchResult(
            properties=self.model.properties,
            states=self.progress.states,
            transitions=self.progress.transitions,
            depth=self.progress.level,
            widths=tuple(self.progress.widths),
            complete=complete,
            stopped=stopped,
            discoveries={
                name: Discovery(self._path(found.where), found.why)
                for name, found in self.judge.found.items()
            },
            seconds=self.clock.seconds(),
            memory=self._allocated(),
            engine="reference",
            peak=max(self.clock.peak, self.clock.memory()),
        )

    def _allocated(self) -> int:
        """Bytes of the table, and of the states in it, judged by some of them."""
        some = list(islice(self.parents, 1000))
        states = sum(map(_size, some)) * len(self.parents) // max(1, len(some))
        return sys.getsizeof(self.parents) + states


def _size(state: object) -> int:
    """A state and the tuples that it is made of: what they hold is shared."""
    parts = state if isinstance(state, tuple) else ()
    return sys.getsizeof(state) + sum(_size(part) for part in parts if isinstance(part, tuple))
