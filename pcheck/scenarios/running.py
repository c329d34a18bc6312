"""A scenario that is carried out, line by line, with the reference semantics."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pcheck.errors import TraceError, UsageError
from pcheck.loading.setup import Setup
from pcheck.scenarios.expectations import PropertyIs
from pcheck.scenarios.patterns import spelled
from pcheck.scenarios.situation import Answer, Situation
from pcheck.scenarios.text import Command, Expect, Explore, Line, Scenario, Step
from pcheck.text import counted, one_of
from pcheck.traces.ahead import Ahead, look_ahead
from pcheck.traces.finding import Finding
from pcheck.traces.stepping import Stepping

MAX_STATES = 200_000  # of the search of an ellipsis


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
    """Carry out a scenario, or raise TraceError at the first line that is not possible."""
    run = Run(scenario, Stepping(setup))
    for command in scenario.commands:
        try:
            _carry_out(run, command)
        except (UsageError, TraceError) as error:
            raise scenario.at(command.line, str(error)) from None
    run.stepping.check()
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
    return Situation(stepping.setup, stepping.trace.states, stepping.timeline.events)


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
    sought = does.expectation if isinstance(does, Expect) else None
    if isinstance(sought, PropertyIs) and sought.is_sought:
        labels = _steps_to_property(stepping, sought)
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
        raise TraceError(ahead.sentence)
    return ahead.labels


def _wanted(stepping: Stepping, does: Step | Expect | Explore) -> Callable[[Any], bool]:
    """Return whether a state is one that an ellipsis leads to, as a function of the state."""
    model = stepping.setup.model
    if isinstance(does, Step):
        pattern = does.pattern
        return lambda state: any(
            pattern.matches(each.label, each.brief) for each in spelled(model, state)
        )
    assert isinstance(does, Expect)
    expected, setup = does.expectation, stepping.setup
    return lambda state: bool(expected.answer(Situation(setup, (state,))).is_so)


def _steps_to(stepping: Stepping, is_wanted: Callable[[Any], bool]) -> Sequence[str]:
    """Return the fewest steps to a state that is wanted, or raise TraceError."""
    model, first = stepping.setup.model, stepping.trace.states[-1]
    parents: dict[Any, tuple[Any, str] | None] = {first: None}
    todo = deque([first])
    while todo:
        state = todo.popleft()
        if is_wanted(state):
            return _labels_to(state, parents)
        if len(parents) > MAX_STATES:
            states = counted(MAX_STATES, "state")
            raise TraceError(f"no steps were found that lead to this line, in {states}")
        for label, after in model.steps(state):
            if after not in parents:
                parents[after] = state, label
                todo.append(after)
    states = counted(len(parents), "state")
    raise TraceError(f"no execution from here leads to this line ({states} can follow)")


def _labels_to(state: Any, parents: Mapping[Any, tuple[Any, str] | None]) -> Sequence[str]:
    labels: list[str] = []
    while (step := parents[state]) is not None:
        state, label = step
        labels.append(label)
    return labels[::-1]
