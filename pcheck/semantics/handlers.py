"""Calls what the user wrote, and believes none of it.

An answer of a handler must be a step, made of values that can be compared, sent to nodes that
exist, the same when asked again, and must leave its arguments alone. Each answer that is not says
which node, state and message it was, and what to write instead.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from copy import copy
from dataclasses import fields
from typing import Any, NamedTuple, TypeVar

from pcheck.blame import described, place_of, place_raised
from pcheck.errors import SpecError, Unreliable
from pcheck.language.actor import VOLATILE, Action, Actor, Either, Send, Step
from pcheck.language.names import Id
from pcheck.language.printing import show
from pcheck.language.values import FIXED, Unfit, exact, is_frozen_dataclass
from pcheck.semantics.network import Letter
from pcheck.text import an

T = TypeVar("T")
MUTATES = "changes its own state or the message in place: return self.but(...)"
RETURN = "return the next state, (state, send(...), ...), either(...), or None to ignore"


class Way(NamedTuple):
    """One of the ways that an answer can go: None leaves the actor as it was."""

    choice: str
    actor: Actor | None
    sends: tuple[Send, ...]


class _Wrong(Exception):
    """An answer that is none; who was asked what is added by the one who asked."""


class Handlers:
    """The handlers of one node. Actors come back interned: among them, `is` is `==`."""

    def __init__(self, begin: Actor, nodes: frozenset[Id]) -> None:
        self.begin, self.nodes = begin, nodes
        self.calls = 0
        self._fixed = {
            f.name: (value := getattr(begin, f.name), exact(value))
            for f in fields(begin)
            if FIXED in f.metadata
        }
        self._actors: dict[Hashable, Actor] = {exact(begin): begin}
        self._keys: dict[int, Hashable] = {id(begin): exact(begin)}  # of the actors, by identity

    def reaction(self, actor: Actor, letter: Letter) -> tuple[Way, ...]:
        """The ways that this actor can go when it is handed a letter."""
        return self._asked(
            actor,
            type(actor).receive,
            lambda: self._ways(actor, actor.receive(letter.message, letter.src)),
            letter,
        )

    def actions(self, actor: Actor) -> tuple[tuple[str, tuple[Way, ...]], ...]:
        """What the actor may do of itself: each label, and the ways that it can go."""
        return self._asked(
            actor,
            type(actor).actions,
            lambda: tuple(
                (each.label, self._ways(actor, each.step)) for each in _acts(actor.actions())
            ),
        )

    def after_crash(self, actor: Actor) -> Actor:
        """The volatile fields are as in the beginning, the others as they are."""
        forgotten = {
            f.name: getattr(self.begin, f.name) for f in fields(actor) if VOLATILE in f.metadata
        }
        return self._asked(actor, type(actor).but, lambda: self.interned(actor.but(**forgotten)))

    def interned(self, actor: Actor) -> Actor:
        try:
            key = exact(actor)
        except Unfit as unfit:
            raise _Wrong(f"becomes a state that cannot be kept: {unfit}") from None
        known = self._actors.setdefault(key, actor)
        self._keys[id(known)] = key
        if (name := self._new_fixed(actor)) is not None:
            raise _Wrong(f"changed {name}: a field that changes is declared without fixed()")
        return known

    def _asked(
        self,
        actor: Actor,
        handler: Callable[..., Any],
        call: Callable[[], T],
        letter: Letter | None = None,
    ) -> T:
        """Calls twice: a handler that is not a function of its arguments shows it at once."""
        self.calls += 2
        message = letter.message if letter is not None else None
        keys = (
            self._keys.get(id(actor)) or exact(actor),
            letter.exact if letter is not None else exact(None),
        )
        before = _twin(actor), _twin(message)  # as they were, should the handler change them
        try:
            once, again = call(), call()
        except (Exception, SystemExit) as error:
            if self._changed(actor, message, keys):
                raise Unreliable(self._fault(before, handler, letter, MUTATES)) from None
            if isinstance(error, _Wrong):
                raise self._fault(before, handler, letter, str(error)) from None
            text, place = f"raised {described(error)}{_frozen_hint(error)}", place_raised(error)
            raise self._fault(before, handler, letter, text, place) from error
        if self._changed(actor, message, keys):
            raise Unreliable(self._fault(before, handler, letter, MUTATES))
        if _comparable(once) != _comparable(again):
            differs = (
                f"is not deterministic: called twice, it answered {_told(once)} and then "
                f"{_told(again)}; a choice is written either((label, step), ...)"
            )
            raise Unreliable(self._fault(before, handler, letter, differs))
        return once

    def _changed(self, actor: Actor, message: object, keys: tuple[Hashable, Hashable]) -> bool:
        """Whether a handler has changed what it was given."""
        try:
            return (exact(actor), exact(message)) != keys or self._new_fixed(actor) is not None
        except Unfit:
            return True

    def _new_fixed(self, actor: Actor) -> str | None:
        """The name of a fixed field that is not what it was, if there is one."""
        for name, (value, key) in self._fixed.items():
            now = getattr(actor, name)
            if now is not value and _exact_or_none(now) != key:
                return name
        return None

    def _fault(
        self,
        before: tuple[Actor, object],
        handler: Callable[..., Any],
        letter: Letter | None,
        text: str,
        place: str = "",
    ) -> SpecError:
        actor, message = before
        own = "its offers" if handler is type(actor).actions else "a crash"
        what = f"{show(message)} from {letter.src}" if letter is not None else own
        return fault(actor, handler, f"{text} [on {what}, in state {show(actor)}]", place)

    def _ways(self, actor: Actor, step: Step) -> tuple[Way, ...]:
        if isinstance(step, Either):
            if not step.ways:
                raise _Wrong("chooses among no ways: give either() some, or return None")
            if not all(isinstance(way, tuple) and len(way) == 2 for way in step.ways):
                raise _Wrong(f"chooses among {_told(step.ways)}: write either((label, step), ...)")
            return tuple(self._way(actor, _choice(label), way) for label, way in step.ways)
        return (self._way(actor, "", step),)

    def _way(self, actor: Actor, choice: str, step: Any) -> Way:
        if step is None:
            return Way(choice, None, ())
        parts = step if isinstance(step, tuple) else (step,)
        if not isinstance(parts[0] if parts else None, Actor):
            raise _Wrong(f"returned {_told(step)}: {RETURN}")
        after, *sends = parts
        sent = tuple(map(self._checked, sends))
        if type(after) is not type(actor):
            raise _Wrong(f"became {an(type(after).__name__)}: an actor keeps its class")
        interned = self.interned(after)
        if interned is actor and not sends:
            return Way(choice, None, ())
        return Way(choice, interned, sent)

    def _checked(self, sent: object) -> Send:
        if not isinstance(sent, Send):
            raise _Wrong(f"returned {_told(sent)} after the state: {RETURN}")
        kind = type(sent.message)
        if not is_frozen_dataclass(kind):
            raise _Wrong(
                f"sends {_told(sent.message)}, {an(kind.__name__)}: "
                "a message is a class with @dataclass(frozen=True)"
            )
        try:
            exact(sent.message)
        except Unfit as unfit:
            raise _Wrong(f"sends {an(kind.__name__)} that cannot be kept: {unfit}") from None
        if any({FIXED, VOLATILE} & f.metadata.keys() for f in fields(sent.message)):  # type: ignore[arg-type]
            raise _Wrong(f"sends {an(kind.__name__)} with a fixed() or volatile() field: drop that")
        for receiver in sent.receivers:
            if receiver not in self.nodes:
                hint = f': write Id("{receiver}")' if type(receiver) is str else ""
                raise _Wrong(
                    f"sends {show(sent.message)} to {_told(receiver)}, which is no node{hint}"
                )
        return Send(tuple(sent.receivers), sent.message)


def fault(actor: Actor, handler: Callable[..., Any], text: str, place: str = "") -> SpecError:
    """`mine.py:31: n1 raised KeyError: 3 [on Ask(key=3) from n2, in state ...]`"""
    return SpecError(f"{place or place_of(handler)}{actor.me} {text}")


def _twin(thing: T) -> T:
    """A copy; `copy` itself takes longer than most handlers."""
    if not hasattr(thing, "__dict__") or hasattr(type(thing), "__slots__"):
        return copy(thing)
    twin = object.__new__(type(thing))
    vars(twin).update(vars(thing))
    return twin


def _exact_or_none(value: object) -> Hashable:
    try:
        return exact(value)
    except Unfit:
        return None


def _acts(offered: object) -> list[Action]:
    if isinstance(offered, Iterable):
        return [_act(each) for each in offered]
    raise _Wrong(f"offers {_told(offered)}: yield action(label, step, ...)")


def _act(offered: object) -> Action:
    if not isinstance(offered, Action):
        raise _Wrong(f"offers {_told(offered)}: yield action(label, step, ...)")
    return Action(_choice(offered.label), offered.step)


def _choice(label: object) -> str:
    if isinstance(label, str) and label and label.isprintable():
        return label
    raise _Wrong(f"has a step labelled {label!r}: a label is one line of text")


def _comparable(answer: Any) -> Hashable:
    """An answer as a value: interned actors by identity, messages exactly."""
    if isinstance(answer, Actor):
        return id(answer)
    if isinstance(answer, Send):
        return answer.receivers, exact(answer.message)
    if isinstance(answer, tuple):
        return tuple(map(_comparable, answer))
    return answer  # type: ignore[no-any-return]


def _told(value: Any) -> str:
    """An answer, or what should have been one, for an error message."""
    if isinstance(value, Way):
        step = "nothing" if value.actor is None else _told((value.actor, *value.sends))
        return f"{value.choice}: {step}" if value.choice else step
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return f"({', '.join(map(_told, value))})"
    if isinstance(value, Send):
        return f"{show(value.message)} to {', '.join(map(str, value.receivers)) or 'nobody'}"
    return show(value)


def _frozen_hint(error: BaseException) -> str:
    if type(error).__name__ != "FrozenInstanceError":
        return ""
    return " (a state is never changed: return self.but(...))"
