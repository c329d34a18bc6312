"""Specs without a fault are explored, whatever their names and prints are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.faults.asking import ASKING, BUILT, CASE, Ends, changed, placed


def test_the_spec_without_a_fault_holds(explored: Ends) -> None:
    assert explored(ASKING, "--quiet") == (0, "holds\n", "")


def test_a_milestone_may_see_a_field_that_no_property_sees(explored: Ends) -> None:
    landmark = '@milestone(sees=["given"])\ndef landmark(seen):\n    seen.field("given")\n'
    changes = {
        BUILT: f"{landmark}    return {{}}\n\n\n@spec\n",
        "milestones=[]": "milestones=[landmark]",
    }
    source = changed({**changes, "answer.number == 1": "answer.number == 2"})
    status, out, err = explored(source)
    assert (status, err) == (1, "")
    assert "VIOLATED: truth is false: a lie." in out


@pytest.mark.parametrize("name", ["my-spec.py", "a.b.py", "pcheck.py", "class.py"])
def test_a_spec_file_may_have_any_name(name: str, pcheck: Ends, empty_folder: Path) -> None:
    (empty_folder / name).write_text(ASKING)
    assert pcheck("explore", f"./{name}", "--quiet") == (0, "holds\n", "")


def test_a_cache_that_changes_is_noted_beside_the_verdict(
    explored: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    source = changed(
        {CASE: f"{CASE}\n                CACHE[number] = src", BUILT: f"CACHE = {{}}\n{BUILT}"}
    )
    note = placed(
        "fault.py:[def receive]: Server.receive() can reach the global `CACHE`, which changed from "
        "{} to {1: c1}; the answers that were asked for again after the search stayed the same",
        source,
    )
    status, out, err = explored(source)
    assert (status, err) == (0, "")
    assert f"\nNote: {note}.\n" in out
    status, out, err = explored(source, "--json")
    assert (status, json.loads(out)["warnings"], err) == (0, [note], "")


def test_prints_of_a_spec_do_not_appear_in_the_json(explored: Ends) -> None:
    source = changed({CASE: f"{CASE}\n                print('asked')"})
    status, out, _ = explored(source, "--json")
    assert (status, json.loads(out)["verdict"]) == (0, "holds")
