"""`pcheck explore --find`: the shortest trace to a property, instead of a check."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pcheck import check
from pcheck.errors import UsageError
from tests.sampling import fast_first

Ends = Callable[..., tuple[int, str, str]]
SMALL = "--acceptors", "2", "--rounds", "1"
# One ballot and two of three acceptors: each acceptor promises, and each acceptor votes.
CHOSEN = [
    "p1 starts ballot 1",
    "a1 <- p1: Prepare(ballot=1)",
    "a2 <- p1: Prepare(ballot=1)",
    "p1 <- a1: Promise(ballot=1, last=None)",
    "p1 <- a2: Promise(ballot=1, last=None)",
    "a1 <- p1: Accept(vote=Vote(ballot=1, value=v1))",
    "a2 <- p1: Accept(vote=Vote(ballot=1, value=v1))",
]
OTHER = [step.replace("p1", "p2").replace("v1", "v2").replace("1,", "2,") for step in CHOSEN]
NAMES = "agreement, validity, one_value_per_ballot, chosen, some_value_chosen, v1_can_be_chosen"
FOUND = "FOUND: some_value_chosen is reached."


def answered(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.mark.slow
def test_a_value_is_chosen_after_seven_steps(pcheck: Ends) -> None:
    status, out, err = pcheck("explore", "--find", "chosen")
    lines = out.splitlines()
    assert (status, err) == (0, "")
    assert "The shortest trace that reaches some_value_chosen (7 steps):" in lines
    assert FOUND in lines
    assert re.findall(r"^ \d  [^ ].*[┃●]  (.+)$", out, re.M) == CHOSEN
    assert "VIOLATED" not in out
    assert "undecided" not in out


def test_a_witness_is_not_a_violation_in_json(pcheck: Ends) -> None:
    status, out, err = pcheck("explore", "--find", "chosen", "--json")
    found = answered(out)
    assert (status, found["verdict"], found["bug"], err) == (0, "found", None, "")
    assert found["properties"] == {"some_value_chosen": "reached"}
    assert found["trace"] == {
        "property": "some_value_chosen",
        "why": "it is reached",
        "steps": CHOSEN,
        "refused_at": None,
        "shortest_traces": 216,
        "up_to_renaming": 36,
    }


@pytest.mark.slow
def test_any_property_can_be_the_target(pcheck: Ends) -> None:
    for name in ("some_value_chosen", "v1_can_be_chosen", "v2_can_be_chosen"):
        assert pcheck("explore", "--find", name, "--quiet") == (0, "found\n", "")
    status, out, _ = pcheck("explore", "--find", "v2_can_be_chosen", "--json")
    steps = [step.replace("ballot=1", "ballot=2").replace("ballot 1", "ballot 2") for step in OTHER]
    assert (status, answered(out)["trace"]["steps"]) == (0, steps)


def test_a_violation_is_found_with_a_bug(pcheck: Ends) -> None:
    asked = "--find", "agreement", "--bug", "14", "--acceptors", "1"
    status, out, err = pcheck("explore", *asked)
    assert (status, err) == (0, "")
    assert "The shortest trace that violates agreement (8 steps):" in out
    assert "\nVIOLATED: agreement is false: v1 and v2 are both chosen.\n" in out
    found = answered(pcheck("explore", *asked, "--json")[1])
    summary = found["verdict"], found["properties"], len(found["trace"]["steps"])
    assert summary == ("found", {"agreement": "violated"}, 8)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            ("agreement", *SMALL),
            "UNREACHABLE: no execution violates agreement.",
        ),
        (
            ("chosen", "--bug", "23"),
            "UNREACHABLE: no execution reaches some_value_chosen.",
        ),
    ],
    ids=["two values", "a value, with a bug"],
)
def test_a_target_without_a_trace_is_unreachable(
    asked: tuple[str, ...], message: str, pcheck: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    status, out, err = pcheck("explore", "--find", *asked)
    assert (status, message in out.splitlines(), err) == (1, True, "")
    assert "HOLDS" not in out
    assert pcheck("explore", "--find", *asked, "--quiet") == (1, "unreachable\n", "")
    found = answered(pcheck("explore", "--find", *asked, "--json")[1])
    assert (found["verdict"], found["trace"]) == ("unreachable", None)


def test_json_has_an_outcome_for_a_never_reached_property(pcheck: Ends) -> None:
    found = answered(pcheck("explore", "--find", "chosen", "--bug", "23", "--json")[1])
    assert found["properties"] == {"some_value_chosen": "never_reached"}


def test_a_stopped_search_has_no_verdict_about_the_target(pcheck: Ends) -> None:
    asked = "explore", "--find", "chosen", "--max-states", "100"
    status, out, err = pcheck(*asked)
    assert (status, err) == (3, "")
    assert "INCOMPLETE: stopped at the limit of 100 states." in out
    assert "No trace to some_value_chosen within 2 steps" in " ".join(out.split())
    assert [word for word in ("FOUND", "UNREACHABLE", "HOLDS") if word in out] == []
    assert pcheck(*asked, "--quiet") == (3, "incomplete\n", "")
    found = answered(pcheck(*asked, "--json")[1])
    summary = found["verdict"], found["properties"], found["trace"]
    assert summary == ("incomplete", {"some_value_chosen": "undecided"}, None)


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        (
            ("--find", "chosn"),
            "unknown property 'chosn' of paxos; did you mean 'chosen'?",
        ),
        (
            ("--find", "12"),
            f"unknown property '12' of paxos; expected {NAMES} or v2_can_be_chosen",
        ),
        (
            ("--find", "chosen", "--property", "agreement"),
            "--find cannot be combined with a selection of properties",
        ),
    ],
    ids=["misspelt", "unknown", "with a property"],
)
def test_an_impossible_target_is_an_error(asked: tuple[str, ...], line: str, pcheck: Ends) -> None:
    assert pcheck("explore", *asked) == (2, "", f"pcheck: {line}\n")


@pytest.mark.slow
def test_a_witness_can_be_saved_and_replayed(pcheck: Ends, empty_folder: Path) -> None:
    asked = "explore", "--find", "chosen", "--save", "run.json"
    status, report, _ = pcheck(*asked)
    saved = json.loads((empty_folder / "run.json").read_text())
    assert (status, saved["property"], saved["steps"]) == (0, "some_value_chosen", CHOSEN)
    status, out, err = pcheck("replay", "run.json")
    lanes = report[report.index("\n    p1 ") : report.index(FOUND)]
    end = f"{lanes}{FOUND}\n\nReplayed: the trace ends as recorded.\n"
    assert (status, out.endswith(end), err) == (0, True, "")


def test_an_unreachable_target_saves_no_file(pcheck: Ends, empty_folder: Path) -> None:
    asked = "explore", *SMALL, "--find", "agreement", "--quiet", "--save", "run.json"
    line = "pcheck: run.json was not written: the result has no trace to save\n"
    assert pcheck(*asked) == (1, "unreachable\n", line)
    assert list(empty_folder.iterdir()) == []


@pytest.mark.parametrize("engine", fast_first(1, ["reference", "compiled"]))
def test_the_library_finds_the_same_trace(engine: str) -> None:
    found = check("paxos", find="chosen", engine=engine, rounds=1)
    assert found.saved is not None
    assert (found.verdict_word, found.saved.property, list(found.saved.steps)) == (
        "found",
        "some_value_chosen",
        CHOSEN,
    )
    nothing = check("paxos", find="agreement", engine=engine, acceptors=2, rounds=1)
    assert (nothing.verdict_word, nothing.saved) == ("unreachable", None)
    assert check("paxos", find="chosen", max_states=9).verdict_word == "incomplete"


def test_the_library_refuses_find_with_properties() -> None:
    with pytest.raises(UsageError) as error:
        check("paxos", find="chosen", properties=["agreement"])
    assert str(error.value) == "find cannot be combined with a selection of properties"
