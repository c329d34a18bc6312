"""Calls of the user's handlers, with every result validated.

A handler must return steps whose states and messages hold only supported values. It must send to
existing nodes only. It must be deterministic, and it must not change its arguments. The error about
any other result names the handler, the node, the message and the state, and says what to write
instead.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import fields
from operator import is_
from typing import Any, NamedTuple, TypeVar

from pcheck.blame import place_raised
from pcheck.errors import SpecError, Unreliable
from pcheck.language.actor import VOLATILE, Action, Actor, Either, Step
from pcheck.language.hints import raised
from pcheck.language.kinds import FACTS, FIXED
from pcheck.language.names import Id
from pcheck.language.values import UnsupportedValue, exact, exact_state
from pcheck.semantics.fast_equality import exact_state_after, surely_same
from pcheck.semantics.faults import fault, situation
from pcheck.semantics.in_place import Held
from pcheck.semantics.met_values import MetValues
from pcheck.semantics.network import Letter
from pcheck.semantics.results import A_STEP, CheckedSend, InvalidResult, Way, checked_send, text_of
from pcheck.text import an

T = TypeVar("T")
R = TypeVar("R")
MUTATES = "changed the state or the message in place; return self.but(...) instead"
AN_ACTION = "write yield action(label, step, ...)"
AN_EITHER = "write either((label, step), ...)"


class _Call(NamedTuple):
    """A call of a handler, with the arguments as they were before it."""

    actor: Held
    handler: str
    letter: Letter | None
    message: Held | None

    def fault(self, text: str, place: str = "") -> SpecError:
        """Return an error about the call, with the state and the message as they were before."""
        message = self.message.twin if self.message is not None else None
        src = self.letter.src if self.letter is not None else None
        where = situation(self.actor.twin, self.handler, message, src)
        return fault(self.actor.twin, self.handler, f"{text} {where}", place)


class Handlers:
    """The handlers of one node. All actors in results are interned: equal actors are identical."""

    def __init__(self, begin: Actor, nodes: frozenset[Id], met: MetValues | None = None) -> None:
        self.begin, self.nodes = begin, nodes
        self.met = met or MetValues()
        self.calls = 0
        self._fixed = {
            f.name: (value := getattr(begin, f.name), exact(value))
            for f in fields(begin)
            if FIXED in f.metadata
        }
        self._fixed_values = [value for value, _ in self._fixed.values()]
        key = exact_state(begin)
        self._actors: dict[Hashable, Actor] = {key: begin}
        # by the id of each actor
        self._keys: dict[int, Hashable] = {id(begin): key}
        self._held: dict[int, Held] = {}
        self._after_crash: dict[int, Actor] = {}
        self.met.add_first_state(begin)

    def reaction(self, actor: Actor, letter: Letter, once: bool = False) -> tuple[Way, ...]:
        """Return the alternatives of the actor's step on a letter."""
        return self._checked_call(
            actor,
            "receive",
            lambda: actor.receive(letter.message, letter.src),
            lambda step: self._ways(actor, step),
            letter,
            once,
        )

    def actions(self, actor: Actor, once: bool = False) -> tuple[tuple[str, tuple[Way, ...]], ...]:
        """Return the label and the alternatives of each action of the actor."""
        return self._checked_call(
            actor,
            "actions",
            lambda: _actions(actor.actions()),
            lambda actions: tuple([(each.label, self._ways(actor, each.step)) for each in actions]),
            once=once,
        )

    def changes(self, actor: Actor, step: Step) -> bool:
        """Return whether a step of the actor changes its state or sends a message."""
        return any(way.actor is not None for way in self._ways(actor, step))

    def after_crash(self, actor: Actor) -> Actor:
        """Return the actor with each volatile field reset to its initial value."""
        found = self._after_crash.get(id(actor))
        if found is None:
            reset = {
                f.name: getattr(self.begin, f.name) for f in fields(actor) if VOLATILE in f.metadata
            }
            found = self._checked_call(actor, "but", lambda: actor.but(**reset), self.interned)
            self._after_crash[id(actor)] = found
        return found

    def interned(self, actor: Actor, before: Actor | None = None) -> Actor:
        """Return the one actor that is equal to this actor, which may follow an interned one."""
        try:
            key_before = self._keys.get(id(before))
            if key_before is None:
                key = exact_state(actor)
            else:
                key = exact_state_after(actor, before, key_before)
            if key not in self._actors or self.met.has_own_equality:
                self.met.add_state(actor)
        except UnsupportedValue as error:
            text = f"leads to a state with an unsupported value: {error}"
            raise InvalidResult(text) from None
        known = self._actors.setdefault(key, actor)
        self._keys[id(known)] = key
        if (name := self._new_fixed(actor)) is not None:
            if name == "me":
                new = f"instead of a new {type(actor).__name__}"
                raise InvalidResult(f"changed its name me; return self.but(...) {new}")
            raise InvalidResult(
                f"changed the fixed field {name}; declare a field that changes without fixed()"
            )
        return known

    def _checked_call(
        self,
        actor: Actor,
        handler: str,
        call: Callable[[], T],
        checked: Callable[[T], R],
        letter: Letter | None = None,
        once: bool = False,
    ) -> R:
        """Return the checked result of the call, or raise SpecError if the result is invalid.

        The handler is called twice, because most handlers that are not deterministic return
        different results at once. With `once`, the caller compares the result with an earlier one.
        """
        self.calls += 1 if once else 2
        message = letter.held if letter is not None else None
        arguments = _Call(self._held_by(actor), handler, letter, message)
        try:
            result = call()
            first = checked(result)
            if once:
                return first
            again = call()
            is_same = surely_same(result, again)
            second = first if is_same else checked(again)
        except (Exception, SystemExit) as error:
            if self._changed(actor, arguments):
                raise Unreliable(arguments.fault(MUTATES)) from None
            if isinstance(error, InvalidResult):
                raise arguments.fault(str(error)) from None
            text, place = raised(error), place_raised(error)
            raise arguments.fault(text, place) from error
        if self._changed(actor, arguments):
            raise Unreliable(arguments.fault(MUTATES))
        if not is_same and _comparable(first) != _comparable(second):
            text = (
                f"is not deterministic: two calls returned {text_of(first)} and then "
                f"{text_of(second)}; write a choice as either((label, step), ...)"
            )
            raise Unreliable(arguments.fault(text))
        return first

    def _held_by(self, actor: Actor) -> Held:
        """Return what an actor holds before a handler is called."""
        held = self._held.get(id(actor))
        if held is None:
            key = self._keys.get(id(actor))
            held = Held(actor, key or exact_state(actor), exact_state)
            if key is not None:  # the actor is interned, so no other one gets its id
                self._held[id(actor)] = held
        return held

    def _changed(self, actor: Actor, arguments: _Call) -> bool:
        """Return whether a handler has changed its actor or its message."""
        held, message = arguments.actor, arguments.message
        if not held.surely_unchanged():
            self._held.pop(id(actor), None)  # a cached property may be new
            if held.is_changed():
                return True
        if message is not None and not message.surely_unchanged() and message.is_changed():
            return True
        return self._new_fixed(actor) is not None

    def _new_fixed(self, actor: Actor) -> str | None:
        """Return the name of a fixed field that differs from its initial value, or None."""
        if all(map(is_, FACTS[type(actor)].read_fixed(actor), self._fixed_values)):
            return None
        for name, (value, key) in self._fixed.items():
            now = getattr(actor, name)
            if now is not value and _exact_or_none(now) != key:
                return name
        return None

    def _ways(self, actor: Actor, step: Step) -> tuple[Way, ...]:
        if isinstance(step, Either):
            if not step.ways:
                raise InvalidResult(f"called either() without alternatives; {AN_EITHER}, or None")
            if not all(isinstance(way, tuple) and len(way) == 2 for way in step.ways):
                raise InvalidResult(f"called either() with {text_of(step.ways)}; {AN_EITHER}")
            return tuple(self._way(actor, _label(label), way) for label, way in step.ways)
        return (self._way(actor, "", step),)

    def _way(self, actor: Actor, choice: str, step: Any) -> Way:
        if step is None:
            return Way(choice, None, ())
        parts = step if isinstance(step, tuple) else (step,)
        if not isinstance(parts[0] if parts else None, Actor):
            raise InvalidResult(f"gave {text_of(step)} as a step; {A_STEP}")
        after, *sends = parts
        sent = tuple(checked_send(each, self.nodes, self.met) for each in sends)
        if type(after) is not type(actor):
            old, new = an(type(actor).__name__), an(type(after).__name__)
            raise InvalidResult(f"turned {old} into {new}; an actor must keep its class")
        interned = self.interned(after, actor)
        if interned is actor and not sends:
            return Way(choice, None, ())
        return Way(choice, interned, sent)


def _exact_or_none(value: object) -> Hashable:
    try:
        return exact(value)
    except UnsupportedValue:
        return None


def _actions(result: object) -> list[Action]:
    if isinstance(result, Iterable):
        return [_action(each) for each in result]
    raise InvalidResult(f"returned {text_of(result)}; {AN_ACTION}")


def _action(yielded: object) -> Action:
    if not isinstance(yielded, Action):
        raise InvalidResult(f"yielded {text_of(yielded)}; {AN_ACTION}")
    return Action(_label(yielded.label), yielded.step)


def _label(label: object) -> str:
    if isinstance(label, str) and label and label.isprintable():
        return label
    text = text_of(label) if isinstance(label, Actor) else repr(label)
    raise InvalidResult(f"labelled a step {text}; a label must be one printable line of text")


def _comparable(result: Any) -> Hashable:
    """Return a key of a result: interned actors count by identity, messages by `exact`."""
    if isinstance(result, Actor):
        return id(result)
    if isinstance(result, CheckedSend):
        return result.receivers, result.exact
    if isinstance(result, tuple):
        return tuple(map(_comparable, result))
    return result  # type: ignore[no-any-return]
