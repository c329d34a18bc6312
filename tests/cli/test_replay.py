"""`pcheck replay`: a saved run is told as it was when it was found."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pcheck.traces import timeline

Ends = Callable[..., tuple[int, str, str]]
ONE_ACCEPTOR = "--bug", "votes-in-any-ballot", "--acceptors", "1"
DONE = "The run does what its file says.\n"


@pytest.fixture
def found(pcheck: Ends) -> str:
    """What was printed when run.json was found."""
    return pcheck("explore", *ONE_ACCEPTOR, "--save", "run.json")[1]


def test_a_run_is_told_as_when_it_was_found(found: str, pcheck: Ends) -> None:
    status, out, err = pcheck("replay", "run.json")
    header, _, rest = found.partition("\nThe shortest run that violates agreement (8 steps):\n")
    among, _, lanes = rest.partition("\n\n")
    told, _, _ = lanes.partition("\n  agreement             violated")
    assert among.startswith("There are 30 such runs: ")
    assert (status, out, err) == (0, f"{header}\n{told}\n{DONE}", "")


def test_quiet_leaves_the_end_only(found: str, pcheck: Ends) -> None:
    end = found[found.index("VIOLATED") : found.index("\n  agreement             violated")]
    assert end.startswith("VIOLATED: agreement is false now: v1 and v2 are both chosen.\n\n")
    assert pcheck("replay", "run.json", "--quiet") == (0, f"{end}\n{DONE}", "")


def test_a_run_that_goes_no_further_is_told_as_far_as_it_goes(
    found: str, pcheck: Ends, empty_folder: Path
) -> None:
    saved = json.loads((empty_folder / "run.json").read_text())
    saved["steps"] = [*saved["steps"][:2], "a1 flies"]
    (empty_folder / "run.json").write_text(json.dumps(saved))
    status, out, err = pcheck("replay", "run.json")
    assert (status, err) == (1, "")
    assert out.endswith(
        "    ┃   ┠──╳┃    sends Prepare(ballot=2) to a1 (lost)\n\n"
        "The run does not do what its file says: step 3 is not possible here: a1 flies\n"
    )
    assert "VIOLATED" not in out


@pytest.mark.parametrize("network", ["set", "once", "lossy", "fifo"])
def test_a_run_on_any_network_can_be_walked_again(network: str, pcheck: Ends) -> None:
    asked = "explore", *ONE_ACCEPTOR, "--network", network, "--quiet", "--save", "run.json"
    assert pcheck(*asked) == (1, "violated\n", "")
    status, out, _ = pcheck("replay", "run.json", "--quiet")
    assert (status, out.endswith(DONE)) == (0, True)


def test_a_run_of_lamports_paxos_that_is_broken_can_be_walked_again(
    pcheck: Ends, empty_folder: Path
) -> None:
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


def test_a_file_must_be_named(pcheck: Ends) -> None:
    line = "pcheck: Missing argument 'file'. (pcheck replay --help)\n"
    assert pcheck("replay") == (2, "", line)


def test_help_says_how_it_ends(pcheck: Ends) -> None:
    status, out, err = pcheck("replay", "--help")
    assert (status, err) == (0, "")
    assert "0 if it does what the file says, 1 if not" in " ".join(out.split())


@pytest.mark.parametrize("further", [True, False])
def test_a_saved_run_is_told_once(
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
    made, story = list[timeline.Timeline](), timeline.Timeline

    def counted(*parts: Any) -> timeline.Timeline:
        made.append(story(*parts))
        return made[-1]

    monkeypatch.setattr(timeline, "Timeline", counted)
    status, out, _ = pcheck("replay", "run.json")
    assert (status, "sends Prepare" in out, len(made)) == (0 if further else 1, True, 1)
