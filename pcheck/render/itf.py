"""A trace in Apalache's Informal Trace Format (ADR 015), for TLA+ and Quint tools.

The trace contains the states themselves, not their printed columns. Each node is a variable: a
record of the node's fields and of `up`, which is true if the node is up. Three more variables
follow. `messages` holds the undelivered messages, `crashes` is the number of crashes so far, and
`action` is the label of the step that led to the state.

`messages` maps (sender, receiver) to a list of messages, on every network. On networks with copies
the list contains each copy. On networks with an order the list has that order; on other networks
the list is sorted.

The format has neither a null value nor empty records. Both become the UNIT of Apalache's Variants.
Values without a type in TLA+ (floats, bytes, enumerations) become strings, as values of an
uninterpreted type do. Names are spelled as TLA+ identifiers. They are not Python keywords, because
itf-py rejects keywords as names: None becomes `None_`.

The states of a bare Model may be any values. Each column of a bare Model becomes a record of
strings.
"""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Iterable
from dataclasses import is_dataclass
from enum import Enum
from itertools import groupby
from typing import Any, TypeAlias

from pcheck.language.kinds import state_fields
from pcheck.language.names import Group
from pcheck.language.printing import show
from pcheck.language.values import Map, Set
from pcheck.render.spelling import distinct_spellings
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.traces.finding import Finding

ItfValue: TypeAlias = Any
FORMAT_URL = "https://apalache-mc.org/docs/adr/015adr-trace.html"
UNIT = "U_OF_UNIT"
TAG = "tag"  # readers take a record with a field of this name for a variant
UNNAMED = "value"  # the field of a column that is a single text


def itf(finding: Finding) -> str:
    """Return the trace with one line for each state, so that traces can be compared by line."""
    model = finding.setup.model
    variables, states = (
        _cluster_states(finding, model)
        if isinstance(model, ClusterModel)
        else _column_states(finding)
    )
    names = distinct_spellings([*variables, "action"], _identifier)
    rows = zip(states, ["", *finding.trace.labels], strict=True)
    lines = ",\n".join(
        json.dumps({"#meta": {"index": index}} | dict(zip(names, [*state, label], strict=True)))
        for index, (state, label) in enumerate(rows)
    )
    head = f'"#meta": {json.dumps(_meta(finding))},\n"vars": {json.dumps(names)}'
    return f'{{{head},\n"states": [\n{lines}\n]}}\n'


def _meta(finding: Finding) -> ItfValue:
    """Return the description of the trace.

    The description has no timestamp, so that equal traces are written as equal bytes.
    """
    saved = finding.saved
    bug = f" with the bug {saved.bug}" if saved.bug is not None else ""
    return {
        "format": "ITF",
        "format-description": FORMAT_URL,
        "source": saved.file or saved.spec,
        "description": f"{finding.title}{bug}: {finding.ending}",
    }


def _cluster_states(
    finding: Finding, model: ClusterModel
) -> tuple[list[str], list[list[ItfValue]]]:
    """Return the names of the variables, and their values in each state."""
    names = [*map(str, model.index), "messages", "crashes"]
    states = []
    for state in finding.trace.states:
        finding.timeline.tick()
        states.append([*_nodes(state), _messages(model, state), _value(state.crashes)])
    return names, states


def _column_states(finding: Finding) -> tuple[list[str], list[list[ItfValue]]]:
    """Return the names of all columns, and the columns of each state.

    A state may lack a column that other states have.
    """
    timeline = finding.timeline
    states = [timeline.first, *(event.columns for event in timeline.events)]
    names = list(dict.fromkeys(name for columns in states for name in columns))
    return names, [[_record(columns.get(name, {}).items()) for name in names] for columns in states]


def _nodes(state: State) -> Iterable[ItfValue]:
    """Yield a record for each node."""
    for config in state.nodes:
        yield _record([*_fields(config.actor), ("up", config.up)])


def _messages(model: ClusterModel, state: State) -> ItfValue:
    """Return the undelivered messages of each pair of sender and receiver.

    The letters of one sender are adjacent in an inbox, as groupby requires.
    """
    return {
        "#map": [
            [_value((src, node)), [_value(letter.message) for letter in letters]]
            for node, config in zip(model.index, state.nodes, strict=True)
            for src, letters in groupby(config.inbox, key=lambda letter: letter.src)
        ]
    }


def _value(value: Any) -> ItfValue:
    """Return a value of a state as the format writes it."""
    if value is None:
        return _variant("None", ())
    if isinstance(value, bool) or (isinstance(value, str) and not isinstance(value, Enum)):
        return value
    if isinstance(value, int) and not isinstance(value, Enum):
        return {"#bigint": str(value)}
    if isinstance(value, Map):
        return {"#map": [[_value(key), _value(entry)] for key, entry in value.items()]}
    if isinstance(value, Set):
        return {"#set": [_value(member) for member in value]}
    if isinstance(value, Group):
        return [_value(node) for node in value]
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return {"#tup": [_value(part) for part in value]}
    if isinstance(value, tuple) or is_dataclass(value):
        return _variant(type(value).__name__, _fields(value))
    return show(value)


def _fields(value: Any) -> Iterable[tuple[str, Any]]:
    """Return name and value of each field of a dataclass or named tuple, without fixed fields."""
    names = value._fields if hasattr(value, "_fields") else state_fields(type(value))
    return ((name, getattr(value, name)) for name in names)


def _variant(name: str, fields: Iterable[tuple[str, Any]]) -> ItfValue:
    return {TAG: _identifier(name), "value": _record(fields)}


def _record(fields: Iterable[tuple[str, Any]]) -> ItfValue:
    """Return a record of these fields, or the unit if there are none."""
    items = list(fields)
    names = distinct_spellings((name for name, _ in items), _identifier)
    return dict(zip(names, (_value(value) for _, value in items))) or UNIT


def _identifier(name: str) -> str:
    """Return a spelling of a name that TLA+ and itf-py accept."""
    word = re.sub(r"\W", "_", name or UNNAMED, flags=re.ASCII)
    word = word if word[0].isalpha() else f"x{word}"
    return f"{word}_" if keyword.iskeyword(word) or word == TAG else word
