"""A trace that a person builds step by step, with undo and redo, from the reference semantics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, NamedTuple

from pcheck.errors import TraceError, UsageError
from pcheck.language.property import Kind, Property
from pcheck.language.seen import Seen
from pcheck.loading.setup import Setup
from pcheck.search.hidden_state import HiddenStateTest
from pcheck.semantics.checked_model import checked
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.trace import Trace
from pcheck.text import unknown
from pcheck.traces.ahead import LIMITS, Ahead, look_ahead
from pcheck.traces.divergence import refused_step
from pcheck.traces.impossible import why_impossible
from pcheck.traces.saved import SavedTrace, saved_from
from pcheck.traces.timeline import Timeline, timeline_of


class PossibleStep(NamedTuple):
    """A step that is possible now, and the node that takes it (empty for a Model without nodes)."""

    label: str
    node: str


class Violation(NamedTuple):
    """A property that is false, since when, and why."""

    name: str
    step: int  # the first step after which it is false; 0 is the initial state
    why: str


class Stepping:
    """A trace that begins with no step. Steps are taken by their labels, and can be undone."""

    def __init__(self, setup: Setup, labels: Sequence[str] = ()) -> None:
        """Begin with the steps of these labels, or raise TraceError if one is not possible."""
        if setup.asks_about_future:
            name = setup.model.properties[0].name
            raise UsageError(f"{name} is a question about the future, which no step can answer")
        self.setup = setup
        self._model = checked(setup.model)
        self._test = HiddenStateTest(setup.model)
        self._states: list[Any] = [self._model.initial()]
        self._labels: list[str] = []
        self._undone: list[str] = []
        self.take(*labels)

    # -- steps -----------------------------------------------------------------------------------

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of the steps that were taken."""
        return tuple(self._labels)

    @property
    def trace(self) -> Trace[Any]:
        """The steps that were taken, and the states between them."""
        return Trace(tuple(self._states), tuple(self._labels))

    @property
    def steps(self) -> list[PossibleStep]:
        """The steps that are possible now, in the order of the nodes."""
        return [step for step, _ in self._successors]

    @cached_property
    def _successors(self) -> list[tuple[PossibleStep, Any]]:
        model, state = self._model, self._states[-1]
        if not isinstance(model, ClusterModel):
            return [(PossibleStep(label, ""), after) for label, after in model.steps(state)]
        rows = ((i, row, model.after(state, i, row)) for i, row in model.rows(state))
        return [
            (PossibleStep(row.label, str(model.nodes[i].me)), after)
            for i, row, after in rows
            if after != state
        ]

    def take(self, *steps: str | PossibleStep) -> None:
        """Take steps in this order, by their labels.

        Raise TraceError with the reason if one is not possible; those before it are taken then. The
        steps that were undone are forgotten, unless they are taken again.
        """
        for step in steps:
            label = step.label if isinstance(step, PossibleStep) else step
            self._take(label)
            self._undone = self._undone[:-1] if self._undone[-1:] == [label] else []

    def _take(self, label: str) -> None:
        found = [after for step, after in self._successors if step.label == label]
        if not found:
            reason = why_impossible(self._model, self._states[-1], label)
            number = len(self._labels) + 1
            raise TraceError(f"step {number} is not possible: {label}. {reason}")
        self._states.append(found[0])
        self._labels.append(label)
        self._forget()

    def undo(self) -> bool:
        """Take the last step back; return whether there was one."""
        if not self._labels:
            return False
        self._undone.append(self._labels.pop())
        self._states.pop()
        self._forget()
        return True

    def redo(self) -> bool:
        """Take the step again that was undone last; return whether there was one."""
        if not self._undone:
            return False
        self.take(self._undone[-1])
        return True

    def check(self) -> None:
        """Raise SpecError if a handler, a property or a milestone fails in the last state."""
        _ = self.steps, self.violations, self.timeline, self.is_at_goal

    def _forget(self) -> None:
        """Forget what was worked out for the last state."""
        for name in ("_successors", "_seen", "timeline", "violations"):
            self.__dict__.pop(name, None)

    # -- what they lead to -----------------------------------------------------------------------

    @cached_property
    def timeline(self) -> Timeline:
        """The timeline of the trace, from which it is drawn.

        What no step delivered is still in flight on every network, as the trace may go on.
        """
        return replace(timeline_of(self.setup.model, self.trace), losing_is_a_step=True)

    @property
    def state(self) -> Mapping[str, Mapping[str, str]]:
        """The text of each field of each node now."""
        return self.timeline.after(len(self._labels))

    @property
    def goal(self) -> Property | None:
        """The `sometimes` property that the user wants to reach, if there is one."""
        target = self.setup.target
        return target if target is not None and target.kind is Kind.SOMETIMES else None

    @property
    def is_at_goal(self) -> bool:
        """True if the goal is reached in the last state."""
        return self.goal is not None and self.goal.is_reached(self._seen[-1])

    @property
    def _always(self) -> list[Property]:
        properties = self.setup.model.properties if self.goal is None else ()
        return [prop for prop in properties if prop.kind is Kind.ALWAYS]

    @cached_property
    def violations(self) -> list[Violation]:
        """Each `always` property that was false after some step, in the order of these steps."""
        found: dict[str, Violation] = {}
        for number in range(len(self._seen)):
            for prop in self._always:
                if prop.name not in found:
                    why = self._why_false(prop, number)
                    if why is not None:
                        found[prop.name] = Violation(prop.name, number, why)
        return list(found.values())

    @cached_property
    def _seen(self) -> list[Seen]:
        """The observation of each state."""
        return [self._model.observe(state) for state in self._states]

    def _why_false(self, prop: Property, number: int) -> str | None:
        """Return why a property is false after this many steps, or None if it is true."""
        first = number - prop.is_step_property
        return prop.why_false(*self._seen[first : number + 1]) if first >= 0 else None

    def ahead(self, name: str | None = None) -> Ahead:
        """Search from here for the nearest violation, or for the nearest state to a property.

        The search has limits, and the answer says if it met one.
        """
        return look_ahead(self.setup.model, self._states[-1], self.wanted(name), LIMITS)

    def wanted(self, name: str | None = None) -> list[Property]:
        """Return the properties for which `ahead` searches, or raise UsageError."""
        properties = self.setup.model.properties
        if name is None and self.goal is not None:
            return [self.goal]
        if name is not None:
            found = [prop for prop in properties if prop.name == name or prop.alias == name]
            if not found:
                names = [prop.name for prop in properties]
                raise UsageError(unknown("property", name, names, of=self.setup.spec.name))
            return found
        if not self._always:
            raise UsageError("nothing can be violated without an @always property")
        return self._always

    def saved(self) -> SavedTrace:
        """Return the trace as `pcheck replay` reads it, with what it violates at its end.

        Raise Unreliable if a handler has hidden state and now answers otherwise.
        """
        self._test.ask_handlers_again()
        name, why = next(self._decided_now(), ("", ""))
        refused_at = refused_step(self.setup, self.labels)
        saved = saved_from(self.setup, name, why, self.trace, refused_at)
        return replace(saved, given=saved.given - {"why"})

    def _decided_now(self) -> Iterator[tuple[str, str]]:
        """Yield the goal, if it is reached, or each property that is false at the end, and why."""
        if self.goal is not None and self.is_at_goal:
            yield self.goal.name, ""
        for prop in self._always:
            why = self._why_false(prop, len(self._labels))
            if why is not None:
                yield prop.name, why
