"""The run as one object: nothing of the run is missing, and it is a saved run still."""

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
from tests.render.every_run import KEPT, RUNS, bare, each_of, found, kept, small, the_run

every = each_of(RUNS)
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
    "title": "The shortest run that reaches some_value_chosen (2 steps)",
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
    "explanation": {"lines": [], "rules": [], "divergences": [], "node_events": None},
}
EXPLAINED = {
    "lines": [
        "v1 is chosen by step 9: a1, a majority, voted for it in ballot 1.",
        "v2 is chosen by step 10: a1, a majority, voted for it in ballot 2.",
        "Any two majorities have an acceptor in common: here a1, voting for both.",
        {"node": "a1", "events": [3, 4, 5, 6, 9, 10]},
    ],
    "rules": [
        {
            "name": "Acceptor.promised",
            "words": "",
            "right": ["promised: int = 0  # durable, as the vote is: a promise is for good"],
            "wrong": ["promised: int = volatile(0)"],
        },
        {
            "name": "Acceptor.vote",
            "words": "",
            "right": ["vote: Vote | None = None  # the last one: it may be part of what is chosen"],
            "wrong": ["vote: Vote | None = volatile(None)"],
        },
    ],
    "divergences": [
        {
            "number": 5,
            "label": "a1 crashes",
            "node": "a1",
            "buggy": "promised = 0",
            "correct": "the correct paxos comes to: promised = 2",
        },
        {
            "number": 9,
            "label": "a1 <- p1: Accept(vote=Vote(ballot=1, value=v1))",
            "node": "a1",
            "buggy": None,
            "correct": "the correct paxos refuses this",
        },
    ],
    "node_events": None,
}


def read_back(shown: Finding) -> dict[str, Any]:
    text = json.loads(objects(shown))
    assert isinstance(text, dict)
    return text


def test_a_run_is_written_so() -> None:
    shown = small("lossy", "p1 starts ballot 1", "lost: p1 -> a2: Prepare(ballot=1)")
    assert read_back(shown) == TWO_STEPS


def test_an_explanation_is_written_so() -> None:
    found = read_back(kept("forgets-everything"))
    notes = {each["number"]: each["note"] for each in found["events"] if each["note"]}
    assert found["explanation"] == EXPLAINED
    assert notes == {
        5: "(the correct paxos comes to: promised = 2)",
        9: "(the correct paxos refuses this)",
    }


def test_milestones_and_late_arrivals_stand_at_their_steps() -> None:
    events = read_back(kept("forgets-everything"))["events"]
    told = {each["number"]: each["milestones"] for each in events if each["milestones"]}
    late = {each["number"]: each["sent_in"] for each in events if each["sent_in"] is not None}
    assert (told, late) == (
        {
            3: ["a1, a majority, promised ballot 1"],
            4: ["a1, a majority, promised ballot 2"],
            9: ["v1 is chosen: a1, a majority, voted in ballot 1"],
            10: ["v2 is chosen: a1, a majority, voted in ballot 2"],
        },
        {7: 3},
    )


@every
def test_the_changes_lead_from_the_first_state_to_each_other_one(name: str) -> None:
    shown = the_run(name)
    model, states = shown.setup.model, shown.trace.states
    text = read_back(shown)
    now, down = text["first"], list[str]()
    told = [(json.loads(json.dumps(now)), down)]
    for event in text["events"]:
        for node, fields in event["changes"].items():
            now[node] = now.get(node, {}) | fields
        told.append((json.loads(json.dumps(now)), event["down"]))
    assert told == [columns(dict(model.columns(state))) for state in states]


def columns(shown: dict[str, Any]) -> tuple[dict[str, dict[str, str]], list[str]]:
    """Every field, and who is down."""
    down = [name for name, fields in shown.items() if fields.get("") == "down"]
    return {
        str(name): {field: text for field, text in fields.items() if field}
        for name, fields in shown.items()
    }, down


@every
def test_each_step_says_what_it_takes_and_what_it_sends(name: str) -> None:
    shown = the_run(name)
    model = shown.setup.model
    told = [
        (each["label"], each["kind"], each["message"], each["sends"])
        for each in read_back(shown)["events"]
    ]
    steps = []
    for state, label in zip(shown.trace.states, shown.trace.labels):
        if isinstance(model, ClusterModel):
            _, row = model.taken(state, label)
            message = show(row.letter.message) if row.letter is not None else None
            sends = [
                {"message": show(letter.message), "to": list(map(str, to))}
                for letter, to in row.bundle.sends
            ]
            steps.append((label, row.kind.value, message, sends))
        else:
            steps.append((label, "act", None, []))
    assert told == steps


@every
def test_it_is_a_saved_run_still(name: str, tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    file.write_text(objects(the_run(name)), encoding="utf-8")
    assert read(file) == the_run(name).saved


@pytest.mark.parametrize("name", [*KEPT[::6], *(f"found on {net}" for net in NETWORKS), "bare"])
def test_it_can_be_replayed(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "run.json"
    file.write_text(objects(the_run(name)), encoding="utf-8")
    assert run(["replay", str(file), "--quiet"]) == 0
    assert capsys.readouterr().out.endswith("The run does what its file says.\n")


def test_it_is_the_same_after_it_was_replayed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for shown in (found("fifo"), kept("votes-in-any-ballot"), bare()):
        file = tmp_path / "run.json"
        file.write_text(objects(shown), encoding="utf-8")
        assert run(["replay", str(file), "--format", "json"]) == 0
        assert capsys.readouterr().out == objects(shown)
