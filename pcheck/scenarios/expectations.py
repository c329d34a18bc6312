"""Expectations of a scenario: what a line after `expect` says, and whether it is so.

An expectation about the state can also follow an ellipsis, which searches for such a state.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from pcheck.errors import UsageError
from pcheck.language.actor import Actor
from pcheck.language.model import Model
from pcheck.language.printing import brief, show
from pcheck.language.property import Kind, Property
from pcheck.language.reading import is_hosted, shown_fields
from pcheck.language.values import UnsupportedValue, exact
from pcheck.loading.expressions import Names, fits, node_called, value_of, written_hint
from pcheck.scenarios.patterns import WILDCARD, Pattern
from pcheck.scenarios.situation import (
    Answer,
    Expectation,
    Situation,
    cluster_in,
    config_in,
    names_in,
    property_in,
)
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.text import unknown
from pcheck.traces.ahead import look_ahead


@dataclass(frozen=True)
class FieldIs(Expectation):
    """`a1.promised = 2`, or with `!=`; the attributes of a hosted object are fields, too."""

    place: str  # node and field
    expected: Pattern
    is_equal: bool

    def answer(self, now: Situation) -> Answer:
        node, name = self._split(now)
        actor = config_in(now, node).actor
        known = {each.name: getattr(actor, each.name) for each in fields(actor)}
        if is_hosted(actor):
            known = dict(shown_fields(actor))
        if name not in known:
            raise UsageError(unknown("field", name, known, of=node))
        value = known[name]
        is_equal = self.expected.matches(show(value), brief(value))
        if not is_equal:
            is_equal = self._is_written(now, actor, name, value)
        return Answer(is_equal is self.is_equal, f"{self.place} = {show(value)}")

    def _split(self, now: Situation) -> tuple[str, str]:
        """Return the name of the node, which may have dots, and that of the field."""
        dots = [at for at, letter in enumerate(self.place) if letter == "."]
        names = {str(node.me) for node in cluster_in(now).nodes}
        at = next((at for at in dots if self.place[:at] in names), dots[0])
        return self.place[:at], self.place[at + 1 :]

    def _is_written(self, now: Situation, actor: Actor, name: str, value: Any) -> bool:
        """Return whether the expected value is written otherwise than pcheck prints it.

        Raise UsageError if the field cannot have the expected value.
        """
        text, names = self.expected.text, names_in(now)
        if not self.expected.is_exact or not _can_be_read(value, names):
            return False
        if "{}" in text:  # an empty Set, or an empty Map
            return False
        expected, kind = value_of(text, names), type(actor)
        if not is_hosted(actor) and not fits(expected, kind, name):
            raise UsageError(f"{self.place} must be {written_hint(kind, name)}, got {text}")
        return exact(expected) == exact(value)


@dataclass(frozen=True)
class IsUp(Expectation):
    """`a1 is up`, or `a1 is down`."""

    node: str
    is_up: bool

    def answer(self, now: Situation) -> Answer:
        up = config_in(now, self.node).up
        return Answer(up is self.is_up, f"{self.node} is {'up' if up else 'down'}")


@dataclass(frozen=True)
class Possible(Expectation):
    """`possible: a1 <- p1: Prepare(*)`, or `not possible: ...`."""

    step: Pattern
    is_possible: bool

    def answer(self, now: Situation) -> Answer:
        model, state = now.model, now.state
        self._check_node(model)
        found = self.step.among(model, state)
        if found:
            return Answer(self.is_possible, f"possible: {found[0].brief}")
        reason = self.step.why_none(model, state).partition(" Possible instead: ")[0]
        fact = f"not possible: {self.step.text}"
        if self.step.is_exact:
            fact = f"{fact}; {reason.removesuffix('.')}"
        return Answer(not self.is_possible, fact)

    def is_fulfilled(self, now: Situation) -> bool:
        """Return whether the answer is yes, without the reason why a step is not possible."""
        self._check_node(now.model)
        return bool(self.step.among(now.model, now.state)) is self.is_possible

    def _check_node(self, model: Model[Any]) -> None:
        """Raise UsageError if a step of this cluster cannot begin with the first word."""
        first = self.step.text.split()[0]
        if isinstance(model, ClusterModel) and WILDCARD not in first and first != "lost:":
            node_called(first, model)


@dataclass(frozen=True)
class PropertyIs(Expectation):
    """`agreement is true`, `agreement is false`, `chosen is reached` or `chosen is not reached`."""

    name: str
    word: str  # one of the words above

    def answer(self, now: Situation) -> Answer:
        prop = self.property(now)
        if prop.is_step_property and len(now.states) < 2:
            return Answer(self.word == "true", f"{prop.name} is true: no step was taken")
        seen = map(now.model.observe, now.states[-1 - prop.is_step_property :])
        if prop.kind is Kind.SOMETIMES:
            is_reached = prop.is_reached(*seen)
            word = "reached" if is_reached else "not reached"
            return Answer(word == self.word, f"{self.name} is {word}")
        why = prop.why_false(*seen)
        fact = f"{prop.name} is true" if why is None else f"{prop.name} is false: {why}"
        return Answer((why is None) == (self.word == "true"), fact)

    @property
    def needs_engine(self) -> bool:
        """True if a search of the engine finds the next state for this expectation."""
        return self.word in ("false", "reached")

    def property(self, now: Situation) -> Property:
        """Return the property, or raise UsageError if the words do not fit it."""
        prop = property_in(now, self.name)
        fits = ("reached", "not reached") if prop.kind is Kind.SOMETIMES else ("true", "false")
        if self.word not in fits:
            raise UsageError(f"{self.name} can be {fits[0]} or {fits[1]}, not {self.word}")
        return prop


@dataclass(frozen=True)
class Milestone(Expectation):
    """`milestone: v1 is chosen*`: a milestone that a step so far has reached."""

    line: Pattern
    is_about_state = False

    def answer(self, now: Situation) -> Answer:
        for event in now.events:
            for line in event.milestones:
                if self.line.matches(line):
                    return Answer(True, f"{line} (step {event.number})")
        return Answer(False, f"no step has reached a milestone like {self.line.text}")


@dataclass(frozen=True)
class CanBe(Expectation):
    """`agreement can be violated from here`, or `chosen cannot be reached from here`."""

    name: str
    can_be: bool
    verb: str
    is_about_state = False

    def answer(self, now: Situation) -> Answer:
        prop = property_in(now, self.name)
        fits = "reached" if prop.kind is Kind.SOMETIMES else "violated"
        if self.verb != fits:
            raise UsageError(f"{self.name} can be {fits}, not {self.verb}")
        ahead = look_ahead(now.model, now.state, [prop])
        fact = ahead.sentence.removesuffix(".")
        if ahead.found is None and ahead.search.stopped is not None:
            return Answer(None, fact)
        return Answer((ahead.found is not None) is self.can_be, fact)


def _can_be_read(value: Any, names: Names) -> bool:
    """Return whether the text of a value can be read back, as that of a group cannot."""
    try:
        return "{}" in show(value) or exact(value_of(show(value), names)) == exact(value)
    except (UsageError, UnsupportedValue):
        return False
