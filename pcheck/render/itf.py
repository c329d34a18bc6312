"""A run as states in Apalache's Informal Trace Format (its ADR 015), for TLA+ and Quint tools.

These are the states themselves and not how they are shown. Each node is a variable: a record of its
fields, and whether it is `up`. Beside them stand `messages`, what may still reach somebody;
`crashes`, how many there have been; and `action`, the label of the step that led to this state.

`messages` is a map from (sender, receiver) to a list of messages, on every network. A list keeps
copies apart where there are copies, and order where there is an order; elsewhere it is sorted.

The format has neither a value for nothing nor empty records: both are the UNIT of Apalache's
Variants. What TLA+ has no type for (floats, bytes, enumerations) is a string, as values of an
uninterpreted type are. Names are spelt as TLA+ takes them, and so that itf-py can read them, to
which a Python keyword is no name: so None is a `None_`.

The states of a bare Model may be anything at all: there, each column is a record of strings.
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

from pcheck.language.names import Group
from pcheck.language.printing import show
from pcheck.language.values import Map, Set, state_fields
from pcheck.render.spelling import apart
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.traces.finding import Finding

Json: TypeAlias = Any
DESCRIBED = "https://apalache-mc.org/docs/adr/015adr-trace.html"
UNIT = "U_OF_UNIT"
TAG = "tag"  # a record with such a field would be taken for a variant
UNNAMED = "value"  # what a column shows that has no fields


def itf(shown: Finding) -> str:
    """A line for each state, so that two runs can be compared line by line."""
    model = shown.setup.model
    names, states = (
        _of_cluster(shown, model) if isinstance(model, ClusterModel) else _of_columns(shown)
    )
    names = apart([*names, "action"], _spelt)
    rows = zip(states, ["", *shown.trace.labels], strict=True)
    lines = ",\n".join(
        json.dumps({"#meta": {"index": at}} | dict(zip(names, [*state, label], strict=True)))
        for at, (state, label) in enumerate(rows)
    )
    head = f'"#meta": {json.dumps(_meta(shown))},\n"vars": {json.dumps(names)}'
    return f'{{{head},\n"states": [\n{lines}\n]}}\n'


def _meta(shown: Finding) -> Json:
    """No time of day: the same run is the same bytes."""
    run = shown.saved
    mistake = f" with the mistake {run.bug}" if run.bug is not None else ""
    return {
        "format": "ITF",
        "format-description": DESCRIBED,
        "source": run.file or run.spec,
        "description": f"{shown.title}{mistake}: {shown.ending}",
    }


def _of_cluster(shown: Finding, model: ClusterModel) -> tuple[list[str], list[list[Json]]]:
    """The variables, and what they are in each state."""
    names = [*map(str, model.index), "messages", "crashes"]
    return names, [
        [*_nodes(state), _messages(model, state), _value(state.crashes)]
        for state in shown.trace.states
    ]


def _of_columns(shown: Finding) -> tuple[list[str], list[list[Json]]]:
    """A column may come later than the others, or go away."""
    timeline = shown.timeline
    states = [timeline.first, *(event.columns for event in timeline.events)]
    names = list(dict.fromkeys(name for columns in states for name in columns))
    return names, [[_record(each.get(name, {}).items()) for name in names] for each in states]


def _nodes(state: State) -> Iterable[Json]:
    for config in state.nodes:
        yield _record([*_fields(config.actor), ("up", config.up)])


def _messages(model: ClusterModel, state: State) -> Json:
    """An inbox keeps the letters of one sender together."""
    return {
        "#map": [
            [_value((src, node)), [_value(letter.message) for letter in letters]]
            for node, config in zip(model.index, state.nodes, strict=True)
            for src, letters in groupby(config.inbox, key=lambda letter: letter.src)
        ]
    }


def _value(value: Any) -> Json:
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
    names = value._fields if hasattr(value, "_fields") else state_fields(type(value))
    return ((name, getattr(value, name)) for name in names)


def _variant(name: str, fields: Iterable[tuple[str, Any]]) -> Json:
    return {TAG: _spelt(name), "value": _record(fields)}


def _record(fields: Iterable[tuple[str, Any]]) -> Json:
    of_name = list(fields)
    names = apart((name for name, _ in of_name), _spelt)
    return dict(zip(names, (_value(value) for _, value in of_name))) or UNIT


def _spelt(name: str) -> str:
    word = re.sub(r"\W", "_", name or UNNAMED, flags=re.ASCII)
    word = word if word[0].isalpha() else f"x{word}"
    return f"{word}_" if keyword.iskeyword(word) or word == TAG else word
