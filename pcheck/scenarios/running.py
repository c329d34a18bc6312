"""A scenario that is carried out, line by line.

The reference semantics take each step, and find the steps of most ellipses. The engine searches for
a violated or reached property, and for `explore from here`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pcheck.errors import SpecError, TraceError, UsageError
from pcheck.loading.setup import Setup
from pcheck.scenarios.expectations import PropertyIs
from pcheck.scenarios.situation import Answer, Situation
from pcheck.scenarios.text import Command, Expect, Explore, Line, Scenario, Step
from pcheck.search.clock import Clock, Progress
from pcheck.search.limits import Limits, Stop
from pcheck.text import counted, one_of
from pcheck.traces.ahead import Ahead, look_ahead
from pcheck.traces.finding import Finding
from pcheck.traces.stepping import Stepping

MAX_STATES, MAX_SECONDS = 200_000, 60.0  # of the search of an ellipsis


class SearchStopped(TraceError):
    """Raised when the search of an ellipsis stopped before it found steps, or that there are none.

    The scenario is then neither carried out nor wrong.
    """


@dataclass(frozen=True)
class Checked:
    """An expectation with its answer, after some number of steps."""

    line: Line
    steps: int
    answer: Answer


@dataclass(frozen=True)
class Searched:
    """The steps, by number, that a search put in place of an ellipsis."""

    line: Line
    first: int
    last: int


@dataclass(frozen=True)
class Explored:
    """The answer of a search for violations, after some number of steps."""

    line: Line
    steps: int
    ahead: Ahead


Wanted = Callable[..., bool]
Record = Checked | Searched | Explored


@dataclass
class Run:
    """A scenario that was carried out: the steps, and what each other line led to."""

    scenario: Scenario
    stepping: Stepping
    records: list[Record] = field(default_factory=list)

    @property
    def setup(self) -> Setup:
        return self.stepping.setup

    @property
    def checked(self) -> list[Checked]:
        """The expectations, in their order."""
        return [each for each in self.records if isinstance(each, Checked)]

    @property
    def failed(self) -> list[Checked]:
        """The expectations that are not fulfilled."""
        return [each for each in self.checked if each.answer.is_so is False]

    @property
    def undecided(self) -> list[Checked]:
        """The expectations about which a search stopped before it decided."""
        return [each for each in self.checked if each.answer.is_so is None]


def run_scenario(scenario: Scenario, setup: Setup) -> Run:
    """Carry out a scenario, or raise TraceError at the first line that is not possible.

    A handler or a property that fails is named with the line at which it fails.
    """
    run = Run(scenario, Stepping(setup))
    for command in scenario.commands:
        try:
            _carry_out(run, command)
            if command is scenario.commands[-1]:
                run.stepping.check()
        except SearchStopped as error:
            raise SearchStopped(str(scenario.at(command.line, str(error)))) from None
        except (UsageError, TraceError, SpecError) as error:
            raise scenario.at(command.line, str(error)) from None
    return run


def finding_of(run: Run) -> Finding:
    """Return the steps of a scenario as a finding, which is explained if it violates a property.

    What no step delivered is still in flight, as the execution may go on.
    """
    found = Finding.of(run.setup, run.stepping.saved(), run.stepping.trace)
    return replace(found, timeline=run.stepping.timeline)


def _carry_out(run: Run, command: Command) -> None:
    stepping, line = run.stepping, command.line
    if command.searches:
        _search(run, command)
    match command.does:
        case Expect(expectation):
            found = expectation.answer(_now(stepping))
            run.records.append(Checked(line, len(stepping.labels), found))
        case Explore():
            model, state = stepping.setup.model, stepping.trace.states[-1]
            ahead = look_ahead(model, state, stepping.wanted())
            run.records.append(Explored(line, len(stepping.labels), ahead))
        case Step() as step:
            _take(stepping, step)


def _now(stepping: Stepping) -> Situation:
    states = stepping.trace.states
    return Situation(stepping.setup, states, lambda: stepping.timeline.events)


def _take(stepping: Stepping, step: Step) -> None:
    """Take the steps that a pattern matches, or raise TraceError."""
    model = stepping.setup.model
    found = step.pattern.among(model, stepping.trace.states[-1])
    if not found:
        reason = step.pattern.why_none(model, stepping.trace.states[-1])
        raise TraceError(f"{step.pattern.text} is not possible: {reason}")
    if step.each:
        for label in [each.label for each in found]:
            if label in [possible.label for possible in stepping.steps]:
                stepping.take(label)
        return
    if len(found) > 1 and step.pattern.is_exact:
        labels = one_of(each.label for each in found)
        raise TraceError(f"{step.pattern.text} may be {labels}; write the whole label")
    stepping.take(found[0].label)


def _search(run: Run, command: Command) -> None:
    """Take the fewest steps after which a command is possible, or an expectation fulfilled."""
    stepping, does = run.stepping, command.does
    labels: Sequence[str]
    before = len(stepping.labels)
    expected = does.expectation if isinstance(does, Expect) else None
    if expected is not None and expected.is_fulfilled(_now(stepping)):
        return
    if isinstance(expected, PropertyIs) and expected.needs_engine:
        labels = _steps_to_property(stepping, expected)
    else:
        labels = _steps_to(stepping, _wanted(stepping, does))
    stepping.take(*labels)
    if labels:
        run.records.append(Searched(command.line, before + 1, len(stepping.labels)))


def _steps_to_property(stepping: Stepping, expected: PropertyIs) -> tuple[str, ...]:
    """Return the shortest steps to a property that is violated or reached, or raise TraceError."""
    prop = expected.property(_now(stepping))
    ahead = look_ahead(stepping.setup.model, stepping.trace.states[-1], [prop])
    if ahead.labels is None:
        raise (TraceError if ahead.search.stopped is None else SearchStopped)(ahead.sentence)
    return ahead.labels


def _wanted(stepping: Stepping, does: Step | Expect | Explore) -> Wanted:
    """Return whether an ellipsis leads to the end of some states, as a function of the states.

    The states are the last ones of an execution: two of them, unless no step was taken.
    """
    model = stepping.setup.model
    if isinstance(does, Step):
        pattern = does.pattern
        return lambda *states: bool(pattern.among(model, states[-1]))
    assert isinstance(does, Expect)
    expected, setup = does.expectation, stepping.setup
    return lambda *states: expected.is_fulfilled(Situation(setup, states))


def _steps_to(stepping: Stepping, is_wanted: Wanted) -> Sequence[str]:
    """Return the fewest steps to what is wanted, or raise TraceError.

    Every step is tested, and not only the first one to each state: an expectation may be about the
    last step, as a property of steps is.
    """
    model, first = stepping.setup.model, stepping.trace.states[-1]
    if is_wanted(*stepping.trace.states[-2:]):
        return ()
    parents: dict[Any, tuple[Any, str] | None] = {first: None}
    todo, clock = deque([first]), Clock(Limits(seconds=MAX_SECONDS), None)
    while todo:
        state = todo.popleft()
        for label, after in model.steps(state):
            try:
                clock.check(Progress())
            except Stop as stop:
                text = f"no steps were found that lead to this line, at {stop}"
                raise SearchStopped(text) from None
            if is_wanted(state, after):
                return [*_labels_to(state, parents), label]
            if after not in parents:
                parents[after] = state, label
                todo.append(after)
        if len(parents) > MAX_STATES:
            states = counted(MAX_STATES, "state")
            raise SearchStopped(f"no steps were found that lead to this line, in {states}")
    states = counted(len(parents), "state")
    raise TraceError(f"no execution from here leads to this line ({states} can follow)")


def _labels_to(state: Any, parents: Mapping[Any, tuple[Any, str] | None]) -> Sequence[str]:
    labels: list[str] = []
    while (step := parents[state]) is not None:
        state, label = step
        labels.append(label)
    return labels[::-1]
