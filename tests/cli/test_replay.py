"""`pcheck replay`: a saved trace is printed as when it was found."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pcheck.traces import timeline

Ends = Callable[..., tuple[int, str, str]]
ONE_ACCEPTOR = "--bug", "votes-in-any-ballot", "--acceptors", "1"
DONE = "Replayed: the trace ends as recorded.\n"


@pytest.fixture
def found(pcheck: Ends) -> str:
    """Save a trace in run.json, and return the report of the search."""
    return pcheck("explore", *ONE_ACCEPTOR, "--save", "run.json")[1]


def test_a_trace_is_printed_as_when_it_was_found(found: str, pcheck: Ends) -> None:
    status, out, err = pcheck("replay", "run.json")
    header, _, rest = found.partition("\nThe shortest trace that violates agreement (8 steps):\n")
    selection, _, lanes = rest.partition("\n\n")
    ending, _, _ = lanes.partition("\n  agreement             violated")
    assert selection.startswith("One of 30 shortest traces: ")
    assert (status, out, err) == (0, f"{header}\n{ending}\n{DONE}", "")


def test_quiet_prints_only_the_outcome(found: str, pcheck: Ends) -> None:
    end = found[found.index("VIOLATED") : found.index("\n  agreement             violated")]
    assert end.startswith("VIOLATED: agreement is false: v1 and v2 are both chosen.\n\n")
    assert pcheck("replay", "run.json", "--quiet") == (0, f"{end}\n{DONE}", "")


def test_a_trace_that_does_not_replay_is_printed_up_to_the_failure(
    found: str, pcheck: Ends, empty_folder: Path
) -> None:
    saved = json.loads((empty_folder / "run.json").read_text())
    saved["steps"] = [*saved["steps"][:2], "a1 flies"]
    (empty_folder / "run.json").write_text(json.dumps(saved))
    status, out, err = pcheck("replay", "run.json")
    assert (status, err) == (1, "")
    assert out.endswith(
        "    ┃   ┠──╳┃    sends Prepare(ballot=2) to a1 (never delivered)\n\n"
        "Replay failed: step 3 is not possible: a1 flies\n"
        "a1 does not take this step. Possible instead: a1 <- p1: Prepare(ballot=1); a1 <-\n"
        "p2: Prepare(ballot=2).\n"
    )
    assert "VIOLATED" not in out


@pytest.mark.parametrize("network", ["set", "once", "lossy", "fifo"])
def test_a_trace_on_any_network_can_be_replayed(network: str, pcheck: Ends) -> None:
    asked = "explore", *ONE_ACCEPTOR, "--network", network, "--quiet", "--save", "run.json"
    assert pcheck(*asked) == (1, "violated\n", "")
    status, out, _ = pcheck("replay", "run.json", "--quiet")
    assert (status, out.endswith(DONE)) == (0, True)


def test_a_trace_of_a_broken_lamport_spec_can_be_replayed(pcheck: Ends, empty_folder: Path) -> None:
    from pcheck.loading.spec import SHIPPED

    for name in ("consensus", "lamport"):
        text = (SHIPPED / f"{name}.py").read_text(encoding="utf-8")
        broken = text.replace("ballot >= state.promised[i]", "True")
        (empty_folder / f"{name}.py").write_text(broken, encoding="utf-8")
    asked = "--acceptors", "1", "--quiet", "--save", "run.json"
    assert pcheck("explore", "./lamport.py", *asked) == (1, "violated\n", "")
    status, out, err = pcheck("replay", "run.json", "./lamport.py")
    assert (status, err, out.endswith(DONE)) == (0, "", True)
    saved = json.loads((empty_folder / "run.json").read_text())
    assert (saved["file"], saved["network"], saved["crashes"]) == ("lamport.py", None, None)
    assert sorted(saved["steps"]) == [
        "a1 promises ballot 0",
        "a1 promises ballot 1",
        "a1 votes for v1 in ballot 0",
        "a1 votes for v2 in ballot 1",
        "leader asks for v1 in ballot 0",
        "leader asks for v2 in ballot 1",
        "leader starts ballot 0",
        "leader starts ballot 1",
    ]


def test_a_missing_file_argument_is_an_error(pcheck: Ends) -> None:
    line = "pcheck: Missing argument 'FILE'. (see `pcheck replay --help`)\n"
    assert pcheck("replay") == (2, "", line)


def test_help_describes_the_exit_status(pcheck: Ends) -> None:
    status, out, err = pcheck("replay", "--help")
    assert (status, err) == (0, "")
    assert "0 if the trace reproduces, 1 if not" in " ".join(out.split())


@pytest.mark.parametrize("further", [True, False])
def test_the_timeline_of_a_saved_trace_is_computed_once(
    found: str,
    further: bool,
    pcheck: Ends,
    empty_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not further:
        saved = json.loads((empty_folder / "run.json").read_text())
        saved["steps"] = [*saved["steps"][:2], "a1 flies"]
        (empty_folder / "run.json").write_text(json.dumps(saved))
    made, original = list[timeline.Timeline](), timeline.Timeline

    def counted(*parts: Any) -> timeline.Timeline:
        made.append(original(*parts))
        return made[-1]

    monkeypatch.setattr(timeline, "Timeline", counted)
    status, out, _ = pcheck("replay", "run.json")
    assert (status, "sends Prepare" in out, len(made)) == (0 if further else 1, True, 1)
