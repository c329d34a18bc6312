"""Expectations about messages: whether a node would take one, and whether it has sent one."""

from __future__ import annotations

from dataclasses import dataclass, fields

from pcheck.errors import UsageError
from pcheck.language.actor import Actor
from pcheck.language.names import Id
from pcheck.language.printing import brief, show
from pcheck.loading.expressions import node_called
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
)
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Config, Move
from pcheck.text import all_of
from pcheck.traces.ignoring import ignores


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
