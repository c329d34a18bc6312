"""Expectations of a scenario: what a line after `expect` says, and whether it is so.

An expectation about the state can also follow an ellipsis, which searches for such a state.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from pcheck.errors import UsageError
from pcheck.language.actor import Actor
from pcheck.language.model import Model
from pcheck.language.names import Id
from pcheck.language.printing import brief, show
from pcheck.language.property import Kind, Property
from pcheck.language.values import UnsupportedValue, exact
from pcheck.loading.expressions import Names, fits, node_called, value_of, written_hint
from pcheck.loading.start import message_of
from pcheck.scenarios.patterns import WILDCARD, Pattern
from pcheck.scenarios.situation import (
    Answer,
    Expectation,
    Situation,
    check_message,
    cluster_in,
    config_in,
    names_in,
    node_in,
    property_in,
)
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Config, Move
from pcheck.text import all_of, unknown
from pcheck.traces.ahead import look_ahead
from pcheck.traces.ignoring import ignores


@dataclass(frozen=True)
class FieldIs(Expectation):
    """`a1.promised = 2`, or with `!=`."""

    node: str
    name: str
    expected: Pattern
    is_equal: bool

    def answer(self, now: Situation) -> Answer:
        config = config_in(now, self.node)
        known = [each.name for each in fields(config.actor)]
        if self.name not in known:
            raise UsageError(unknown("field", self.name, known, of=self.node))
        value = getattr(config.actor, self.name)
        is_equal = self.expected.matches(show(value), brief(value)) or self._is_written(now, value)
        return Answer(is_equal is self.is_equal, f"{self.node}.{self.name} = {show(value)}")

    def _is_written(self, now: Situation, value: Any) -> bool:
        """Return whether the expected value is written otherwise than pcheck prints it.

        Raise UsageError if the field cannot have the expected value.
        """
        text, names = self.expected.text, names_in(now)
        if not self.expected.is_exact or not _can_be_read(value, names):
            return False
        if "{}" in text:  # an empty Set, or an empty Map
            return False
        expected, kind = value_of(text, names), type(config_in(now, self.node).actor)
        if not fits(expected, kind, self.name):
            hint = written_hint(kind, self.name)
            raise UsageError(f"{self.node}.{self.name} must be {hint}, got {text}")
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
class Takes(Expectation):
    """`a1 takes Prepare(7) from p1`, or `a1 ignores Prepare(7) from p1`.

    The sender may be left out if the message is in flight. If `*` stands for several messages, the
    node takes one of them, or ignores all of them.
    """

    node: str
    message: str
    src: str | None
    takes: bool

    def answer(self, now: Situation) -> Answer:
        config = config_in(now, self.node)
        letters = self._in_flight(now, config) or [self._written(now)]
        if not config.up:
            return Answer(False, f"{self.node} is down")
        taken = [each for each in letters if self._moves(now, config, each)]
        if not taken:
            letter = letters[0]
            reason = ignores(config.actor, letter.message, letter.src)
            return Answer(not self.takes, f"{self.node} {reason}")
        moves = self._moves(now, config, taken[0])
        does = "; or ".join(_effects(config.actor, each) for each in moves)
        return Answer(self.takes, f"{self.node} would take {brief(taken[0].message)}: {does}")

    def is_fulfilled(self, now: Situation) -> bool:
        """Return whether the answer is yes, without the reason why a node ignores a message."""
        config = config_in(now, self.node)
        letters = self._in_flight(now, config)
        if not letters and self.src is not None and WILDCARD not in self.message:
            letters = [self._written(now)]
        is_taken = any(self._moves(now, config, each) for each in letters)
        return config.up and bool(letters) and is_taken is self.takes

    def _moves(self, now: Situation, config: Config, letter: Letter) -> list[Move]:
        moves = node_in(now, self.node).moves(config.actor, letter)
        return [each for each in moves if each.actor is not None]

    def _in_flight(self, now: Situation, config: Config) -> list[Letter]:
        """Return the messages in flight that are meant: the node takes any, or ignores all."""
        wanted, model = Pattern(self.message), cluster_in(now)
        src = node_called(self.src, model) if self.src is not None else None
        return [
            letter
            for letter in config.inbox
            if wanted.matches(letter.text, brief(letter.message)) and src in (None, letter.src)
        ]

    def _written(self, now: Situation) -> Letter:
        """Return the message that is written with its sender, or raise UsageError."""
        model = cluster_in(now)
        check_message(now, self.message)
        missing = f"no {self.message} is in flight to {self.node}"
        if WILDCARD in self.message:
            raise UsageError(f"{missing}; write it without *, and with its sender")
        if self.src is None:
            verb = "takes" if self.takes else "ignores"
            other = next((n.me for n in model.nodes if str(n.me) != self.node), self.node)
            line = f"{self.node} {verb} {self.message} from {other}"
            raise UsageError(f"{missing}; name the sender, as in `{line}`")
        src = node_called(self.src, model)
        return model.letter(src, message_of(self.message, names_in(now)))


@dataclass(frozen=True)
class Sent(Expectation):
    """`p1 sent Accept(*)`, or `p1 did not send Accept(*)`: in any step so far, or before them."""

    node: str
    message: Pattern
    has_sent: bool
    is_about_state = False

    def answer(self, now: Situation) -> Answer:
        node_in(now, self.node)
        check_message(now, self.message.text)
        for letter in cluster_in(now).sent_before:
            if letter.src == Id(self.node) and self._fits(letter.message):
                fact = f"{self.node} sent {brief(letter.message)} before the given start"
                return Answer(self.has_sent, fact)
        for event in now.events:
            for sent in event.sends if event.node == self.node else ():
                if self._fits(sent.message):
                    fact = f"{self.node} sent {brief(sent.message)} in step {event.number}"
                    return Answer(self.has_sent, fact)
        what = self.message.text.removesuffix("(*)")
        return Answer(not self.has_sent, f"{self.node} did not send {what}")

    def _fits(self, message: object) -> bool:
        return self.message.matches(show(message), brief(message))


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


def _effects(before: Actor, move: Move) -> str:
    """Return what a move changes and sends: `promised = 7, sends Promise(7, None) to p1`."""
    changed = [
        f"{each.name} = {show(getattr(move.actor, each.name))}"
        for each in fields(before)
        if show(getattr(move.actor, each.name)) != show(getattr(before, each.name))
    ]
    sends = [
        f"sends {brief(letter.message)} to {all_of(map(str, to))}" if to else brief(letter.message)
        for letter, to in move.bundle.sends
    ]
    return ", ".join([*changed, *sends])
