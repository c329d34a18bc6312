"""The object of a finding: complete, and readable as a saved trace."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pcheck.cli.main import run
from pcheck.language.printing import show
from pcheck.render.objects import objects
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS
from pcheck.traces.finding import Finding
from pcheck.traces.saved import read
from tests.render.findings import (
    FINDINGS,
    SAVED,
    bare_witness,
    each_of,
    finding_named,
    saved_finding,
    small_finding,
    witness_on,
)
from tests.sampling import fast_every

every_finding = each_of(FINDINGS)
TWO_STEPS = {
    "format": "pcheck trace",
    "version": 2,
    "spec": "paxos",
    "file": None,
    "bug": None,
    "options": {
        "acceptors": 2,
        "proposers": 1,
        "rounds": 2,
        "learners": 0,
        "promise_quorum": 0,
        "vote_quorum": 0,
    },
    "network": "lossy",
    "crashes": 1,
    "property": "some_value_chosen",
    "why": "",
    "steps": ["p1 starts ballot 1", "lost: p1 -> a2: Prepare(ballot=1)"],
    "refused_at": None,
    "title": "The shortest trace that reaches some_value_chosen (2 steps)",
    "witness": True,
    "nodes": ["p1", "a1", "a2"],
    "first": {
        "p1": {"started": "0", "promises": "None"},
        "a1": {"promised": "0", "vote": "None"},
        "a2": {"promised": "0", "vote": "None"},
    },
    "events": [
        {
            "number": 1,
            "label": "p1 starts ballot 1",
            "node": "p1",
            "kind": "act",
            "src": None,
            "message": None,
            "changes": {"p1": {"started": "1", "promises": "{}"}},
            "ignored": None,
            "sends": [{"message": "Prepare(ballot=1)", "to": ["a1", "a2"]}],
            "milestones": [],
            "note": None,
            "sent_in": None,
            "down": [],
        },
        {
            "number": 2,
            "label": "lost: p1 -> a2: Prepare(ballot=1)",
            "node": "a2",
            "kind": "lose",
            "src": "p1",
            "message": "Prepare(ballot=1)",
            "changes": {},
            "ignored": None,
            "sends": [],
            "milestones": [],
            "note": None,
            "sent_in": None,
            "down": [],
        },
    ],
    "flights": [
        {
            "message": "Prepare(ballot=1)",
            "src": "p1",
            "dst": "a1",
            "sent": 1,
            "nth": 0,
            "delivered": [],
            "lost": None,
        },
        {
            "message": "Prepare(ballot=1)",
            "src": "p1",
            "dst": "a2",
            "sent": 1,
            "nth": 0,
            "delivered": [],
            "lost": 2,
        },
    ],
    "explanation": {"lines": [], "rules": [], "divergences": [], "node_events": []},
}
IGNORES = "ignores this message: `self.may_vote(vote.ballot)` is false; promised = 2"
EXPLAINED = {
    "lines": [
        "v1 is chosen by step 9: a1, a majority, voted for it in ballot 1.",
        "v2 is chosen by step 10: a1, a majority, voted for it in ballot 2.",
        "Any two majorities have an acceptor in common: here a1, voting for both.",
    ],
    "rules": [
        {
            "name": "Acceptor.promised",
            "words": "",
            "right": [
                "promised: int = 0  # durable, like the vote: an acceptor must not forget a promise"
            ],
            "wrong": ["promised: int = volatile(0)"],
        },
        {
            "name": "Acceptor.vote",
            "words": "",
            "right": ["vote: Vote | None = None  # the latest vote, whose value may be chosen"],
            "wrong": ["vote: Vote | None = volatile(None)"],
        },
    ],
    "divergences": [
        {
            "number": 5,
            "label": "a1 crashes",
            "node": "a1",
            "buggy": "promised = 0",
            "correct": "correct paxos: promised = 2",
            "note": "correct paxos now has promised = 2",
        },
        {
            "number": 9,
            "label": "a1 <- p1: Accept(vote=Vote(ballot=1, value=v1))",
            "node": "a1",
            "buggy": None,
            "correct": f"correct paxos {IGNORES}",
            "note": f"correct paxos {IGNORES}",
        },
    ],
    "node_events": [{"node": "a1", "events": [3, 4, 5, 6, 9, 10]}],
}


def read_back(finding: Finding) -> dict[str, Any]:
    text = json.loads(objects(finding))
    assert isinstance(text, dict)
    return text


def test_a_trace_is_written_as_documented() -> None:
    finding = small_finding("lossy", "p1 starts ballot 1", "lost: p1 -> a2: Prepare(ballot=1)")
    assert read_back(finding) == TWO_STEPS


def test_an_explanation_is_written_as_documented() -> None:
    found = read_back(saved_finding("forgets-everything"))
    notes = {each["number"]: each["note"] for each in found["events"] if each["note"]}
    assert found["explanation"] == EXPLAINED
    assert notes == {
        5: "(correct paxos now has promised = 2)",
        9: f"(correct paxos {IGNORES})",
    }


def test_events_contain_milestones_and_the_sending_steps_of_late_messages() -> None:
    events = read_back(saved_finding("forgets-everything"))["events"]
    milestones = {each["number"]: each["milestones"] for each in events if each["milestones"]}
    late = {each["number"]: each["sent_in"] for each in events if each["sent_in"] is not None}
    assert (milestones, late) == (
        {
            3: ["a1, a majority, promised ballot 1"],
            4: ["a1, a majority, promised ballot 2"],
            9: ["v1 is chosen: a1, a majority, voted in ballot 1"],
            10: ["v2 is chosen: a1, a majority, voted in ballot 2"],
        },
        {7: 3},
    )


@every_finding
def test_the_changes_lead_from_the_initial_state_to_every_other_state(name: str) -> None:
    finding = finding_named(name)
    model, states = finding.setup.model, finding.trace.states
    text = read_back(finding)
    now, down = text["first"], list[str]()
    rebuilt = [(json.loads(json.dumps(now)), down)]
    for event in text["events"]:
        for node, fields in event["changes"].items():
            changed = now.get(node, {}) | fields
            now[node] = {name: text for name, text in changed.items() if text is not None}
        rebuilt.append((json.loads(json.dumps(now)), event["down"]))
    assert rebuilt == [columns(dict(model.columns(state))) for state in states]


def columns(state: dict[str, Any]) -> tuple[dict[str, dict[str, str]], list[str]]:
    """Return the fields with names, and the nodes that are down."""
    down = [name for name, fields in state.items() if fields.get("") == "down"]
    return {
        str(name): {field: text for field, text in fields.items() if field}
        for name, fields in state.items()
    }, down


@every_finding
def test_an_event_has_the_taken_message_and_the_sent_messages(name: str) -> None:
    finding = finding_named(name)
    model = finding.setup.model
    events = [
        (each["label"], each["kind"], each["message"], each["sends"])
        for each in read_back(finding)["events"]
    ]
    steps = []
    for state, label in zip(finding.trace.states, finding.trace.labels):
        if isinstance(model, ClusterModel):
            _, row = model.row_of(state, label)
            message = show(row.letter.message) if row.letter is not None else None
            sends = [
                {"message": show(letter.message), "to": list(map(str, to))}
                for letter, to in row.bundle.sends
            ]
            steps.append((label, row.kind.value, message, sends))
        else:
            steps.append((label, "act", None, []))
    assert events == steps


@every_finding
def test_an_object_can_be_read_as_a_saved_trace(name: str, tmp_path: Path) -> None:
    file = tmp_path / "trace.json"
    file.write_text(objects(finding_named(name)), encoding="utf-8")
    assert read(file) == finding_named(name).saved


@pytest.mark.parametrize(
    "name", fast_every(4, [*SAVED[::6], *(f"found on {net}" for net in NETWORKS), "bare"])
)
def test_an_object_can_be_replayed(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "trace.json"
    file.write_text(objects(finding_named(name)), encoding="utf-8")
    assert run(["replay", str(file), "--quiet"]) == 0
    assert capsys.readouterr().out.endswith("Replayed: the trace ends as recorded.\n")


def test_a_replayed_object_is_written_unchanged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for finding in (witness_on("fifo"), saved_finding("votes-in-any-ballot"), bare_witness()):
        file = tmp_path / "trace.json"
        file.write_text(objects(finding), encoding="utf-8")
        assert run(["replay", str(file), "--format", "json"]) == 0
        assert capsys.readouterr().out == objects(finding)
