"""The events of a log: one JSON object for each, with only the node required."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pcheck.audit.places import Place
from pcheck.errors import UsageError
from pcheck.language.names import Id
from pcheck.text import one_of, unknown

KINDS = "act", "deliver", "send", "crash", "restart", "state"
STEPS = "act", "deliver", "crash", "restart"  # each is a step of a node
FIELDS = "run", "node", "event", "action", "choice", "from", "to", "message", "sends", "state"


@dataclass(frozen=True, eq=False)
class Event:
    """An event of one node, as far as the log tells; None: the log does not tell.

    Equal events of a log are one object. A message is text as pcheck prints it, or JSON: an object
    with the fields of the message, and its class as `type`.
    """

    number: int  # of the distinct events of a log
    node: str
    kind: str  # one of KINDS
    action: str | None = None  # of act: the label, without the name of the node
    choice: str | None = None  # the label of the alternative that the node chose
    src: Id | None = None  # of deliver
    to: tuple[str, ...] | None = None  # of send; without names: only the observer sees the message
    message: Any = None
    sends: tuple[Mapping[str, Any], ...] | None = None  # all messages of the step
    state: Mapping[str, Any] | None = None  # fields of the node after the step

    @property
    def names(self) -> frozenset[str]:
        """The nodes that the event names."""
        src = () if self.src is None else (str(self.src),)
        sent = [name for each in self.sends or () for name in each.get("to", ())]
        return frozenset((self.node, *src, *(self.to or ()), *sent))

    def __str__(self) -> str:
        if self.kind == "act":
            return f"{self.node} {self.action or 'acts'}"
        if self.kind == "deliver":
            return f"{self.node} <- {self.src or '?'}: {said(self.message)}"
        if self.kind == "send":
            to = f" to {', '.join(self.to)}" if self.to else ""
            return f"{self.node} sends {said(self.message)}{to}"
        if self.kind == "state":
            return f"{self.node} is in the state {said(self.state)}"
        return f"{self.node} {'crashes' if self.kind == 'crash' else 'restarts'}"


def said(message: Any) -> str:
    """Return the text of a message as the log has it."""
    if message is None:
        return "a message"
    if isinstance(message, Mapping) and "type" in message:
        parts = ", ".join(f"{k}={_value(v)}" for k, v in message.items() if k != "type")
        return f"{message['type']}({parts})"
    return message if isinstance(message, str) else json.dumps(message, ensure_ascii=False)


def _value(part: Any) -> str:
    return "None" if part is None else said(part)


class Events:
    """The distinct events of a log."""

    def __init__(self) -> None:
        self.all: list[Event] = []
        self._known: dict[str, Event] = {}
        self._names: set[str] = {*FIELDS}  # with those that do not matter

    def of(self, found: Any, place: Place) -> tuple[str, Event]:
        """Return the run and the event of a JSON value, or raise UsageError."""
        if not isinstance(found, Mapping):
            raise UsageError(f"{place}: an event must be a JSON object, such as {EXAMPLE}")
        for name in found:
            if name not in self._names:
                self._check_name(name, place)
        content = {name: found[name] for name in FIELDS if found.get(name) is not None}
        run = content.pop("run", "")
        try:
            key = json.dumps(content, sort_keys=True)
        except (TypeError, ValueError, RecursionError) as error:
            raise UsageError(f"{place}: an event must be JSON: {error}") from None
        event = self._known.get(key)
        if event is None:
            event = self._known[key] = _made(len(self.all), content, place)
            self.all.append(event)
        return str(run), event

    def _check_name(self, name: str, place: Place) -> None:
        """Raise UsageError if a field of an event is misspelt."""
        near = get_close_matches(str(name), FIELDS, 1, 0.85)
        if near:
            text = f"unknown field {name!r} of an event; did you mean {near[0]!r}?"
            raise UsageError(f"{place}: {text}")
        self._names.add(name)


EXAMPLE = '{"node": "a1", "event": "deliver", "from": "p1", "message": "Prepare(ballot=1)"}'


def _made(number: int, content: Mapping[str, Any], place: Place) -> Event:
    node = content.get("node")
    if not isinstance(node, str) or not node:
        raise UsageError(f'{place}: an event must name its node, as in {{"node": "a1", ...}}')
    kind = content.get("event", _kind_of(content))
    if kind not in KINDS:
        raise UsageError(f"{place}: {unknown('event', str(kind), KINDS)}")
    for name in ("action", "choice", "from"):
        if not isinstance(content.get(name, ""), str):
            raise UsageError(f"{place}: {name!r} must be a text, got {content[name]!r}")
    state = content.get("state")
    if state is not None and not isinstance(state, Mapping):
        raise UsageError(f"{place}: 'state' must be an object of fields, got {state!r}")
    if kind == "state" and state is None:
        raise UsageError(f"{place}: an event must say what the node did: {one_of(KINDS)}")
    return Event(
        number,
        node,
        kind,
        content.get("action"),
        content.get("choice"),
        Id(content["from"]) if content.get("from") else None,
        _names(content["to"], place) if "to" in content else None,
        content.get("message"),
        _sends(content["sends"], place) if "sends" in content else None,
        state,
    )


def _kind_of(content: Mapping[str, Any]) -> str:
    """Return the kind of an event that does not name it."""
    if "from" in content:
        return "deliver"
    if "to" in content:
        return "send"
    return "act" if "action" in content else "state"


def _names(value: Any, place: Place) -> tuple[str, ...]:
    names = (value,) if isinstance(value, str) else value
    if not isinstance(names, (list, tuple)) or not all(isinstance(each, str) for each in names):
        raise UsageError(f"{place}: 'to' must be a name or a list of names, got {value!r}")
    return tuple(names)


def _sends(value: Any, place: Place) -> tuple[Mapping[str, Any], ...]:
    if not isinstance(value, list) or not all(isinstance(each, Mapping) for each in value):
        text = '[{"to": ["p1"], "message": ...}]'
        raise UsageError(f"{place}: 'sends' must be a list such as {text}, got {value!r}")
    made = []
    for each in value:
        to = {"to": _names(each["to"], place)} if "to" in each else {}
        made.append({"message": each.get("message"), **to})
    return tuple(made)
