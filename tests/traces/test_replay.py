"""Replays: a saved run is walked again, and every difference from its file is one line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pcheck.cli.main import run
from pcheck.loading.spec import find
from pcheck.traces.replay import replay
from pcheck.traces.saved import read
from tests.traces.files import REFUSED, Changes, bad, replayed

pytestmark = pytest.mark.usefixtures("folder")


def test_a_run_is_walked_to_where_the_property_is_false(
    folder: Path, saved: dict[str, Any]
) -> None:
    there = read(folder / "good.json")
    walked = replay(there, there.prepare(find("paxos")))
    assert (walked.trace.labels, walked.why) == (there.steps, "v1 and v2 are both chosen")
    assert (walked.refused_at, walked.mismatch) == (saved["refused_at"], None)


# Runs of what no longer exists


GONE: dict[str, tuple[Changes, str]] = {
    "spec": ({"spec": "paxso"}, "bad.json is a run of 'paxso', and pcheck has no such spec"),
    "spec that is a path": (
        {"spec": "../../mine"},
        "bad.json is a run of '../../mine', and pcheck has no such spec",
    ),
    "bug": (
        {"bug": "votes-in-any-balot"},
        "bad.json cannot be walked any more: paxos has no bug 'votes-in-any-balot'; "
        "did you mean 'votes-in-any-ballot'?",
    ),
    "option": (
        {"options": {"acceptorz": 1}},
        "bad.json cannot be walked any more: paxos has no option 'acceptorz'; "
        "did you mean 'acceptors'?",
    ),
    "option out of its range": (
        {"options": {"acceptors": 0}},
        "bad.json cannot be walked any more: acceptors must be at least 1, got 0",
    ),
    "option of another type": (
        {"options": {"acceptors": "1"}},
        "bad.json cannot be walked any more: acceptors must be an int, got '1'",
    ),
    "property": (
        {"property": "agreements"},
        "bad.json cannot be walked any more: paxos has no property agreements",
    ),
    "network": (
        {"network": "pigeons"},
        "bad.json cannot be walked any more: there is no network 'pigeons'; "
        "there is set, once, lossy, fifo",
    ),
    "network without a name": (
        {"network": ""},
        "bad.json cannot be walked any more: there is no network ''; "
        "there is set, once, lossy, fifo",
    ),
    "budget": (
        {"crashes": -1},
        "bad.json cannot be walked any more: crashes must be at least 0, got -1",
    ),
    "file": (
        {"file": "mine.py"},
        "bad.json is a run of a spec that does not ship with pcheck: give its file too, "
        "as in `pcheck replay bad.json mine.py`",
    ),
}


@pytest.mark.parametrize(("changes", "line"), GONE.values(), ids=GONE)
def test_what_a_run_names_no_longer_exists(
    changes: Changes, line: str, saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    bad(saved, changes)
    assert replayed(capsys, "bad.json") == (2, "", f"pcheck: {line}\n")


# Runs that differ from their files


def differs(
    capsys: pytest.CaptureFixture[str], saved: dict[str, Any], changes: Changes, what: str
) -> None:
    bad(saved, changes)
    said = f"The run does not do what its file says: {what}\n"
    assert replayed(capsys, "bad.json", "--quiet") == (1, said, "")


def test_a_label_that_is_not_enabled(
    saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    steps = [*saved["steps"][:3], "a1 flies", *saved["steps"][4:]]
    differs(capsys, saved, {"steps": steps}, "step 4 is not possible here: a1 flies")


def test_a_run_without_its_bug(saved: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    at = saved["refused_at"]
    differs(capsys, saved, {"bug": None}, f"step {at} is not possible here: {REFUSED}")


@pytest.mark.parametrize("steps", [0, 1, 7])
def test_a_run_that_stops_before_it_violates(
    steps: int, saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    what = "after its last step agreement is still true"
    differs(capsys, saved, {"steps": saved["steps"][:steps]}, what)


@pytest.mark.parametrize("at", [1, 99, -1, None])
def test_another_refused_step(
    at: int | None, saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    true = saved["refused_at"]
    what = f"the correct protocol refuses step {true}, and the file says {at or 'none'}"
    differs(capsys, saved, {"refused_at": at}, what)


def test_another_reason(saved: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    bad(saved, {"why": "the moon is full"})
    status, out, err = replayed(capsys, "bad.json", "--quiet")
    assert (status, err) == (1, "")
    assert "v1 and v2 are both chosen" in out
    assert "the moon is full" in out


def test_a_run_may_lead_to_what_is_reached_in_some_run(
    saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    bad(saved, {"property": "some_value_chosen", "why": "it is reached"})
    said = "FOUND: some_value_chosen is reached.\n\nThe run does what its file says.\n"
    assert replayed(capsys, "bad.json", "--quiet") == (0, said, "")


def test_a_run_that_stops_before_it_reaches_anything(
    saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    what = "after its last step some_value_chosen is not reached"
    early = {"property": "some_value_chosen", "why": "it is reached", "steps": saved["steps"][:3]}
    differs(capsys, saved, early, what)


def test_a_file_cannot_send_commands_to_the_terminal(
    saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    bad(saved, {"steps": ["\x1b]0;owned\x07\x1b[31mred"], "why": "\x1b[2J"})
    status, out, err = replayed(capsys, "bad.json")
    assert (status, err) == (1, "")
    assert [each for each in out if not each.isprintable() and each != "\n"] == []


# Runs of other specs


def test_a_run_of_an_own_spec_is_walked_with_its_file(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["new", "mine.py"]) == 0
    mine = folder / "mine.py"
    mine.write_text(mine.read_text().replace("return self.gave is None", "return True"))
    assert run(["explore", "./mine.py", "--quiet", "--save", "run.json"]) == 1
    capsys.readouterr()
    line = (
        "pcheck: run.json is a run of a spec that does not ship with pcheck: give its file too, "
        "as in `pcheck replay run.json mine.py`\n"
    )
    assert replayed(capsys, "run.json") == (2, "", line)
    why = "VIOLATED: one_leader is false now: candidate1 and candidate2 are both elected.\n\n"
    walked = f"{why}The run does what its file says.\n"
    assert replayed(capsys, "run.json", "mine.py", "--quiet") == (0, walked, "")
    line = "pcheck: there is no file yours.py: give the name or the path of a spec\n"
    assert replayed(capsys, "run.json", "yours.py") == (2, "", line)


def test_a_run_is_walked_with_another_spec_only_if_that_can_do_the_same(
    saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert replayed(capsys, "good.json", "paxos", "--quiet")[0] == 0
    line = (
        "pcheck: good.json cannot be walked any more: "
        "lamport has no bug 'votes-in-any-ballot'; it has none\n"
    )
    assert replayed(capsys, "good.json", "lamport") == (2, "", line)
