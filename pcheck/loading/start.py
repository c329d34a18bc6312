"""A given start, read from lines: `a1.promised = 2`, `a3 is down`, `a1 sent Accepted(Vote(2, v1))`.

A message in flight is written like its delivery: `in flight: p1 <- a1: Promise(2, None)`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import fields

from pcheck.blame import described
from pcheck.errors import UsageError
from pcheck.language.actor import VOLATILE
from pcheck.language.kinds import FIXED, is_frozen_dataclass
from pcheck.language.names import Id
from pcheck.language.values import UnsupportedValue, exact
from pcheck.loading.expressions import (
    Names,
    fits,
    names_for,
    node_called,
    value_of,
    written_hint,
)
from pcheck.loading.spec import Spec
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.results import InvalidResult
from pcheck.semantics.start import GivenMessage, Start
from pcheck.text import unknown

FIELD = re.compile(r"(\S+)\.(\w+) *= *(\S.*)", re.S)
DOWN = re.compile(r"(\S+) is down")
IN_FLIGHT = re.compile(r"in flight: (\S+) <- (\S+): (.+)", re.S)
SENT = re.compile(r"(\S+) sent (.+)", re.S)
FORMS = "a1.promised = 2; a1 is down; a1 sent Accepted(...); or in flight: p1 <- a1: Promise(...)"


def with_start(model: ClusterModel, spec: Spec, lines: Sequence[str]) -> ClusterModel:
    """Return the cluster that begins as the lines say, or raise UsageError."""
    reading = _Reading(model, names_for(spec, model))
    for line in lines:
        reading.read(line)
    start = reading.start()
    try:
        return start.begin(model)
    except InvalidResult as error:
        raise UsageError(f"the given start {error}") from None
    except (Exception, SystemExit) as error:  # raised by the class of an actor
        raise UsageError(f"the given start is refused by the spec: {described(error)}") from None


class _Reading:
    """The start that the lines read so far describe."""

    def __init__(self, model: ClusterModel, names: Names) -> None:
        self.model, self.names = model, names
        self._fields: dict[tuple[Id, str], object] = {}
        self._down: set[Id] = set()
        self._sent: list[GivenMessage] = []

    def start(self) -> Start:
        """Return the start."""
        for (node, name), value in self._fields.items():
            actor = self.model.nodes[self.model.index[node]].first.actor
            metadata = next(each.metadata for each in fields(actor) if each.name == name)
            is_lost = VOLATILE in metadata and exact(value) != exact(getattr(actor, name))
            if node in self._down and is_lost:
                raise UsageError(f"{node} is down, so its volatile field {name} cannot be given")
        given = tuple((node, name, value) for (node, name), value in self._fields.items())
        return Start(given, frozenset(self._down), tuple(self._sent))

    def read(self, line: str) -> None:
        """Add what a line says, or raise UsageError."""
        if found := IN_FLIGHT.fullmatch(line):
            to, src = (node_called(name, self.model) for name in found.groups()[:2])
            self._sent.append(GivenMessage(src, message_of(found[3], self.names), to))
        elif found := DOWN.fullmatch(line):
            node = node_called(found[1], self.model)
            if node in self._down:
                raise UsageError(f"{line} is given twice")
            self._down.add(node)
        elif found := FIELD.fullmatch(line):
            self._add_field(*found.groups())
        elif found := SENT.fullmatch(line):
            src = node_called(found[1], self.model)
            message = GivenMessage(src, message_of(found[2], self.names))
            if any(exact(message) == exact(each) for each in self._sent):
                raise UsageError(f"{line} is given twice")
            self._sent.append(message)
        else:
            raise UsageError(f"a given start must be like {FORMS}, got {line}")

    def _add_field(self, node: str, name: str, text: str) -> None:
        me = node_called(node, self.model)
        actor = self.model.nodes[self.model.index[me]].first.actor
        known = {each.name: each for each in fields(actor)}
        if name not in known:
            raise UsageError(unknown("field", name, known, of=node))
        if FIXED in known[name].metadata:
            raise UsageError(f"{node}.{name} is a fixed field, which no start can change")
        if (me, name) in self._fields:
            raise UsageError(f"{node}.{name} is given twice")
        value = value_of(text, self.names)
        if not fits(value, type(actor), name):
            hint = written_hint(type(actor), name)
            raise UsageError(f"{node}.{name} must be {hint}, got {text}")
        try:
            exact(value)
        except UnsupportedValue as error:
            raise UsageError(f"{node}.{name} cannot be {text}: {error}") from None
        self._fields[me, name] = value


def message_of(text: str, names: Names) -> object:
    """Return the message that a text stands for, or raise UsageError."""
    message = value_of(text, names)
    if not is_frozen_dataclass(type(message)):
        raise UsageError(f"{text} is not a message, such as Prepare(7)")
    try:
        exact(message)
    except UnsupportedValue as error:
        raise UsageError(f"{text} cannot be sent: {error}") from None
    return message
