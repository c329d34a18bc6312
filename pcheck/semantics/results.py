"""Results of handlers: the alternatives of a step, and the check of what a step sends."""

from __future__ import annotations

from collections.abc import Collection, Hashable
from dataclasses import dataclass, fields
from difflib import get_close_matches
from functools import cache
from typing import Any, NamedTuple

from pcheck.language.actor import VOLATILE, Actor, Send
from pcheck.language.kinds import DECORATOR, FIXED, is_frozen_dataclass
from pcheck.language.names import Id
from pcheck.language.printing import show
from pcheck.language.values import UnsupportedValue, exact
from pcheck.semantics.met_values import MetValues
from pcheck.text import an

A_STEP = (
    "a step must be the next state, (state, send(...), ...), either(...), or None for no change"
)
A_FROZEN_CLASS = "a message must be an instance of a class with @dataclass(frozen=True)"


@dataclass(frozen=True, eq=False)
class CheckedSend(Send):
    """A message that can be sent, with its exact key. It equals the `Send` without this key."""

    exact: Hashable

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Send) and (self.receivers, self.message) == (
            other.receivers,
            other.message,
        )

    __hash__ = Send.__hash__


class Way(NamedTuple):
    """One alternative of a step; `actor` is None if the alternative changes and sends nothing."""

    choice: str
    actor: Actor | None
    sends: tuple[Send, ...]


class InvalidResult(Exception):
    """Raised for an invalid result of a handler; `_checked_call` adds node, message and state."""


def checked_send(sent: object, nodes: Collection[Id], met: MetValues) -> CheckedSend:
    """Return what a handler put after the state, or raise InvalidResult if it cannot be sent."""
    if not isinstance(sent, Send):
        raise InvalidResult(f"put {text_of(sent)} after the state; {A_STEP}")
    kind: Any = type(sent.message)
    if not is_frozen_dataclass(kind):
        raise InvalidResult(_not_a_message(sent.message))
    if _has_fields_of_actors(kind):
        raise InvalidResult(
            f"sent {an(kind.__name__)}, which has a field declared with fixed() or volatile(); "
            "use them only in actors"
        )
    try:
        key = exact(sent.message)
        met.add_message(sent.message, key)
    except UnsupportedValue as error:
        what = f"{an(kind.__name__)} with an unsupported value: " if error.where else ""
        raise InvalidResult(f"sent {what}{error}") from None
    for receiver in sent.receivers:
        if type(receiver) is not Id or receiver not in nodes:
            near = get_close_matches(str(receiver), nodes, n=1)
            hint = f"; did you mean {Id(near[0]).code}?" if near else ""
            if type(receiver) is str:
                hint = f"; write {Id(receiver).code}"
            raise InvalidResult(
                f"sent {show(sent.message)} to {text_of(receiver)}, which is not a node of the "
                f"cluster{hint}"
            )
    return CheckedSend(tuple(sent.receivers), sent.message, key)


@cache
def _has_fields_of_actors(kind: Any) -> bool:
    """Return whether a dataclass has a field that is declared with fixed() or volatile()."""
    return any({FIXED, VOLATILE} & f.metadata.keys() for f in fields(kind))


def _not_a_message(sent: object) -> str:
    """Return the error about a sent object whose class is not a frozen dataclass."""
    kind = type(sent)
    if isinstance(sent, type):
        return f"sent the class {sent.__name__} itself; write {sent.__name__}(...)"
    if kind.__module__ == "builtins":
        return f"sent {text_of(sent)}; {A_FROZEN_CLASS}, got {an(kind.__name__)}"
    text = f"sent {text_of(sent)}, whose class is not a frozen dataclass"
    return f"{text}; write {DECORATOR} above class {kind.__name__}"


def text_of(value: Any) -> str:
    """Return the text of a result, valid or not, for an error."""
    if isinstance(value, Way):
        step = text_of((value.actor, *value.sends) if value.sends else value.actor)
        return f"{value.choice}: {step}" if value.choice else step
    if isinstance(value, tuple) and len(value) == 1 and isinstance(value[0], Way):
        return text_of(value[0])
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return f"({', '.join(map(text_of, value))})"
    if type(value) is list:
        return f"[{', '.join(map(text_of, value))}]"
    if isinstance(value, Send):
        return f"{show(value.message)} to {', '.join(map(str, value.receivers)) or 'nobody'}"
    return show(value)
