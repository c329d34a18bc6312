"""The Informal Trace Format, read back by the library itf-py."""

from __future__ import annotations

import json
from collections import namedtuple
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from itertools import pairwise
from typing import Any

import itf_py.itf  # type: ignore[import-untyped]
import pytest
from itf_py.itf import trace_from_json

from pcheck import Group, Id, Map, Set, check
from pcheck.render.itf import itf
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.network import NETWORKS
from tests.render.findings import (
    FINDINGS,
    bare_witness,
    each_of,
    finding_named,
    saved_finding,
    small_finding,
    witness_on,
)

UNIT = "U_OF_UNIT"
SPELT = {
    "tag": "tag_",
    "_own": "x_own",
    "a b": "a_b",
    'q"<b>': "q__b_",
    "as": "as_",
    "%%x": "x__x",
    "x; y": "x__y",
    "asked for": "asked_for",
}
every_finding = each_of(FINDINGS)
kinds: dict[tuple[str, ...], type] = {}
BEGUN = """\
{
  "#meta": {
    "format": "ITF",
    "format-description": "https://apalache-mc.org/docs/adr/015adr-trace.html",
    "source": "paxos",
    "description": "The shortest trace that reaches some_value_chosen (1 step): some_value_chosen \
is reached"
  },
  "vars": ["p1", "a1", "a2", "messages", "crashes", "action"],
  "states": [
    {
      "#meta": {"index": 0},
      "p1": {
        "started": {"#bigint": "0"},
        "promises": {"tag": "None_", "value": "U_OF_UNIT"},
        "up": true
      },
      "a1": {
        "promised": {"#bigint": "0"},
        "vote": {"tag": "None_", "value": "U_OF_UNIT"},
        "up": true
      },
      "a2": {
        "promised": {"#bigint": "0"},
        "vote": {"tag": "None_", "value": "U_OF_UNIT"},
        "up": true
      },
      "messages": {"#map": []},
      "crashes": {"#bigint": "0"},
      "action": ""
    },
    {
      "#meta": {"index": 1},
      "p1": {"started": {"#bigint": "1"}, "promises": {"#map": []}, "up": true},
      "a1": {
        "promised": {"#bigint": "0"},
        "vote": {"tag": "None_", "value": "U_OF_UNIT"},
        "up": true
      },
      "a2": {
        "promised": {"#bigint": "0"},
        "vote": {"tag": "None_", "value": "U_OF_UNIT"},
        "up": true
      },
      "messages": {
        "#map": [
          [{"#tup": ["p1", "a1"]}, [{"tag": "Prepare", "value": {"ballot": {"#bigint": "1"}}}]],
          [{"#tup": ["p1", "a2"]}, [{"tag": "Prepare", "value": {"ballot": {"#bigint": "1"}}}]]
        ]
      },
      "crashes": {"#bigint": "0"},
      "action": "p1 starts ballot 1"
    }
  ]
}
"""


@pytest.fixture(autouse=True)
def each_record_type_is_created_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Save time: itf-py creates a new class for each record that it reads."""

    def made(name: str, fields: Iterable[str]) -> type:
        key = name, *fields
        if key not in kinds:
            kinds[key] = namedtuple(name, key[1:])
        return kinds[key]

    monkeypatch.setattr(itf_py.itf, "namedtuple", made)


def theirs(value: Any) -> Any:
    """Return a value that itf-py has read, in a form that also compares the types of values."""
    if hasattr(value, "_fields"):
        return type(value).__name__, {name: theirs(each) for name, each in value._asdict().items()}
    if isinstance(value, tuple):
        return tuple, [theirs(each) for each in value]
    if isinstance(value, frozenset):
        return frozenset, sorted(repr(theirs(each)) for each in value)
    if isinstance(value, Mapping):
        return dict, {repr(theirs(key)): theirs(each) for key, each in value.items()}
    if isinstance(value, list):
        return [theirs(each) for each in value]
    return type(value).__name__, value


def ours(value: Any) -> Any:
    """Return a value of a state in the same form."""
    if isinstance(value, Set):
        return frozenset, sorted(repr(ours(each)) for each in value)
    if isinstance(value, Map):
        return dict, {repr(ours(key)): ours(each) for key, each in value.items()}
    if isinstance(value, Group):
        return [ours(each) for each in value.ids]
    if isinstance(value, Enum):
        return "str", f"{type(value).__name__}.{value.name}"
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return tuple, [ours(each) for each in value]
    if isinstance(value, (float, bytes)):
        return "str", repr(value)
    if isinstance(value, (bool, int)):
        return type(value).__name__, value
    if isinstance(value, str):
        return "str", str.__str__(value)
    inside = {} if value is None else record(parts(value))
    return SPELT.get(type(value).__name__, name_of(value)), inside or {"value": ("str", UNIT)}


def name_of(value: object) -> str:
    return "None_" if value is None else type(value).__name__


def parts(value: Any) -> dict[str, Any]:
    """Return the fields of a message or of an actor, without fixed fields."""
    if is_dataclass(value):
        own = [f.name for f in fields(value) if not f.metadata.get("pcheck: fixed")]
        return {name: getattr(value, name) for name in own}
    return dict(value._asdict())


def record(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {SPELT.get(name, name): ours(value) for name, value in fields.items()}


def expected(model: ClusterModel, state: State, action: str) -> list[Any]:
    """Return the value of each variable: nodes, messages, crashes and action."""
    nodes, channels = [], dict[tuple[Id, Id], list[object]]()
    for node, config in zip(model.nodes, state.nodes, strict=True):
        own = parts(config.actor)
        up = "up_" if "up" in own else "up"
        nodes.append(("Rec", record(own) | {up: ours(config.up)}))
        for letter in config.inbox:
            channels.setdefault((letter.src, node.me), []).append(ours(letter.message))
    messages = {repr(ours(ends)): each for ends, each in channels.items()}
    return [*nodes, (dict, messages), ours(state.crashes), ours(action)]


def test_a_short_trace_is_written_as_documented() -> None:
    trace = itf(small_finding("set", "p1 starts ballot 1"))
    assert json.loads(trace) == json.loads(BEGUN)
    assert list(json.loads(trace)["states"][1]) == list(json.loads(BEGUN)["states"][1])


@every_finding
def test_itf_py_reads_whole_states(name: str) -> None:
    finding = finding_named(name)
    model, path = finding.setup.model, finding.trace
    trace = trace_from_json(json.loads(itf(finding)))
    found = [[theirs(state.values[each]) for each in trace.vars] for state in trace.states]
    actions = ("", *path.labels)
    if isinstance(model, ClusterModel):
        states = [expected(model, *each) for each in zip(path.states, actions, strict=True)]
    else:
        names = model.columns(path.states[-1])
        rows = [
            [record(model.columns(state).get(name, {})) for name in names] for state in path.states
        ]
        states = [
            [*(("Rec", each) if each else ("str", UNIT) for each in row), ours(action)]
            for row, action in zip(rows, actions, strict=True)
        ]
    assert found == states
    assert [state.meta for state in trace.states] == [{"index": at} for at in range(len(states))]
    assert {frozenset(state.values) for state in trace.states} == {frozenset(trace.vars)}


def test_the_names_of_variables_are_distinct_identifiers() -> None:
    nodes = ["a_b", "end", "q__b_", "network", "messages", "n1", "tag_", "as_", "x__x", "x__y"]
    trace = json.loads(itf(finding_named("hostile on set")))
    assert trace["vars"] == [*nodes, "messages_", "crashes", "action"]


def test_the_description_names_the_violation_and_the_bug() -> None:
    assert json.loads(itf(saved_finding("forgets-everything")))["#meta"]["description"] == (
        "The shortest trace that violates agreement (10 steps) with the bug forgets-everything: "
        "agreement is false: v1 and v2 are both chosen"
    )


def channels(name: str) -> list[dict[tuple[str, ...], list[str]]]:
    """Return the undelivered messages of each state by sender and receiver, as written."""
    model = finding_named(name).setup.model
    assert isinstance(model, ClusterModel)
    at = len(model.nodes)  # the messages come after the nodes
    trace = json.loads(itf(finding_named(name)))
    return [
        {tuple(ends["#tup"]): [repr(each) for each in inside] for ends, inside in found["#map"]}
        for found in (state[trace["vars"][at]] for state in trace["states"])
    ]


def test_repeated_messages_are_listed_on_networks_with_copies() -> None:
    """Some steps send a message twice."""
    twice = {
        network: any(
            len(inside) > len(set(inside))
            for state in channels(f"hostile on {network}")
            for inside in state.values()
        )
        for network in NETWORKS
    }
    assert twice == {"set": False, "once": True, "lossy": True, "fifo": True}


def test_on_fifo_a_step_takes_the_first_message_of_a_channel() -> None:
    finding, states = finding_named("hostile on fifo"), channels("hostile on fifo")
    went = []
    for event, (before, after) in zip(finding.timeline.events, pairwise(states)):
        if event.src is not None:
            ends = str(event.src), str(event.node)
            rest = before[ends][1:]
            went.append(after.get(ends, [])[: len(rest)] == rest)
    assert (len(went) > 10, set(went)) == (True, {True})


def test_equal_traces_are_written_as_equal_bytes() -> None:
    """The file has no timestamp and does not depend on files written before."""
    again = check("lamport", acceptors=2, find="chosen", engine="reference").finding
    assert again is not None
    assert itf(again) == itf(bare_witness())
    assert itf(witness_on("set")) == itf(witness_on("set"))
