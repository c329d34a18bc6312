"""Replays of saved traces: every difference from the file is one line."""

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


def test_a_replay_ends_where_the_property_is_false(folder: Path, saved: dict[str, Any]) -> None:
    trace = read(folder / "good.json")
    replayed_trace = replay(trace, trace.prepare(find("paxos")))
    assert (replayed_trace.trace.labels, replayed_trace.why) == (
        trace.steps,
        "v1 and v2 are both chosen",
    )
    assert (replayed_trace.refused_at, replayed_trace.mismatch) == (saved["refused_at"], None)


# Traces of specs, bugs and options that no longer exist


GONE: dict[str, tuple[Changes, str]] = {
    "spec": (
        {"spec": "paxso"},
        "bad.json is a trace of 'paxso', which is not a spec of this version of pcheck",
    ),
    "spec that is a path": (
        {"spec": "../../mine"},
        "bad.json is a trace of '../../mine', which is not a spec of this version of pcheck",
    ),
    "bug": (
        {"bug": "votes-in-any-balot"},
        "bad.json cannot be replayed: unknown bug 'votes-in-any-balot' of paxos; "
        "did you mean 'votes-in-any-ballot'?",
    ),
    "option": (
        {"options": {"acceptorz": 1}},
        "bad.json cannot be replayed: unknown option 'acceptorz' of paxos; "
        "did you mean 'acceptors'?",
    ),
    "option out of its range": (
        {"options": {"acceptors": 0}},
        "bad.json cannot be replayed: acceptors must be at least 1, got 0",
    ),
    "option of another type": (
        {"options": {"acceptors": "1"}},
        "bad.json cannot be replayed: acceptors must be an int, got '1'",
    ),
    "property": (
        {"property": "agreements"},
        "bad.json cannot be replayed: unknown property 'agreements' of paxos; "
        "did you mean 'agreement'?",
    ),
    "network": (
        {"network": "pigeons"},
        "bad.json cannot be replayed: unknown network 'pigeons'; expected set, once, lossy or fifo",
    ),
    "network without a name": (
        {"network": ""},
        "bad.json cannot be replayed: unknown network ''; expected set, once, lossy or fifo",
    ),
    "budget": (
        {"crashes": -1},
        "bad.json cannot be replayed: crashes must be at least 0, got -1",
    ),
    "file": (
        {"file": "mine.py"},
        "bad.json is a trace of a spec that does not ship with pcheck; add the file of the spec, "
        "as in `pcheck replay bad.json mine.py`",
    ),
}


@pytest.mark.parametrize(("changes", "line"), GONE.values(), ids=GONE)
def test_a_trace_whose_setup_no_longer_exists_cannot_be_replayed(
    changes: Changes, line: str, saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    bad(saved, changes)
    assert replayed(capsys, "bad.json") == (2, "", f"pcheck: {line}\n")


# Traces that differ from their files


def differs(
    capsys: pytest.CaptureFixture[str],
    saved: dict[str, Any],
    changes: Changes,
    what: str,
    instead: str = "",
) -> None:
    bad(saved, changes)
    said = f"Replay failed: {what}\n"
    status, out, err = replayed(capsys, "bad.json", "--quiet")
    assert (status, out[: len(said)], " ".join(out[len(said) :].split()), err) == (
        *(1, said),
        *(instead, ""),
    )


def test_a_label_that_is_not_enabled_is_a_mismatch(
    saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    steps = [*saved["steps"][:3], "a1 flies", *saved["steps"][4:]]
    instead = "a1 does not take this step. Possible instead: "
    instead += "a1 <- p2: Prepare(ballot=2); p1 <- a1: Promise(ballot=1, last=None)."
    differs(capsys, saved, {"steps": steps}, "step 4 is not possible: a1 flies", instead)


def test_a_trace_without_its_bug_is_a_mismatch(
    saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    at = saved["refused_at"]
    instead = "a1 ignores Accept(Vote(1, v1)): `self.may_vote(vote.ballot)` is false; promised = 2."
    instead += " Possible instead: a1 <- p2: Accept(vote=Vote(ballot=2, value=v2))."
    differs(capsys, saved, {"bug": None}, f"step {at} is not possible: {REFUSED}", instead)


@pytest.mark.parametrize("steps", [0, 1, 7])
def test_a_trace_that_ends_before_the_violation_is_a_mismatch(
    steps: int, saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    what = "agreement is still true after the last step"
    differs(capsys, saved, {"steps": saved["steps"][:steps]}, what)


@pytest.mark.parametrize("at", [1, 99, -1, None])
def test_another_refused_step_is_a_mismatch(
    at: int | None, saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    true = saved["refused_at"]
    recorded = "no step" if at is None else f"step {at}"
    what = f"the correct protocol refuses step {true}; the file says {recorded}"
    differs(capsys, saved, {"refused_at": at}, what)


def test_another_reason_is_a_mismatch(
    saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    bad(saved, {"why": "the moon is full"})
    status, out, err = replayed(capsys, "bad.json", "--quiet")
    assert (status, err) == (1, "")
    assert "v1 and v2 are both chosen" in out
    assert "the moon is full" in out


def test_a_trace_may_reach_a_property(
    saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    bad(saved, {"property": "some_value_chosen", "why": "it is reached"})
    said = "FOUND: some_value_chosen is reached.\n\nReplayed: the trace ends as recorded.\n"
    assert replayed(capsys, "bad.json", "--quiet") == (0, said, "")


def test_a_trace_that_ends_before_it_reaches_the_property_is_a_mismatch(
    saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    what = "some_value_chosen is not reached after the last step"
    early = {"property": "some_value_chosen", "why": "it is reached", "steps": saved["steps"][:3]}
    differs(capsys, saved, early, what)


def test_a_file_cannot_send_commands_to_the_terminal(
    saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    bad(saved, {"steps": ["\x1b]0;owned\x07\x1b[31mred"], "why": "\x1b[2J"})
    status, out, err = replayed(capsys, "bad.json")
    assert (status, err) == (1, "")
    assert [each for each in out if not each.isprintable() and each != "\n"] == []


# Traces of other specs


def test_a_trace_of_a_user_spec_is_replayed_with_its_file(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["new", "mine.py"]) == 0
    mine = folder / "mine.py"
    mine.write_text(mine.read_text().replace("return self.voted_for is None", "return True"))
    assert run(["explore", "./mine.py", "--quiet", "--save", "trace.json"]) == 1
    capsys.readouterr()
    line = (
        "pcheck: trace.json is a trace of a spec that does not ship with pcheck; add the file of "
        "the spec, as in `pcheck replay trace.json mine.py`\n"
    )
    assert replayed(capsys, "trace.json") == (2, "", line)
    why = "VIOLATED: one_leader is false: candidate1 and candidate2 are both elected.\n\n"
    output = f"{why}Replayed: the trace ends as recorded.\n"
    assert replayed(capsys, "trace.json", "mine.py", "--quiet") == (0, output, "")
    line = (
        "pcheck: the file yours.py does not exist; expected the name of a spec or the path of a "
        ".py file\n"
    )
    assert replayed(capsys, "trace.json", "yours.py") == (2, "", line)


def test_a_trace_is_replayed_with_another_spec_only_if_that_has_the_same_setup(
    saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert replayed(capsys, "good.json", "paxos", "--quiet")[0] == 0
    line = (
        "pcheck: good.json cannot be replayed: "
        "unknown bug 'votes-in-any-ballot' of lamport; none is defined\n"
    )
    assert replayed(capsys, "good.json", "lamport") == (2, "", line)
