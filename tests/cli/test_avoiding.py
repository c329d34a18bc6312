"""Executions without end on the command line: the report, the formats, replay and errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Ends = Callable[..., tuple[int, str, str]]
NAME = "choosing_cannot_be_avoided"
ASKED = "retrying_paxos", "--rounds", "0", "--crashes", "0", "--property", NAME
ONE_ACCEPTOR = *ASKED, "--acceptors", "1", "--network", "once"
VIOLATED = """\
VIOLATED: choosing_cannot_be_avoided is false: the last 10 steps repeat 50
times, with ballot, outbid and promised higher by 2 each time; they repeat for
ever if ballot, outbid and promised are only compared.
"""


def test_a_duel_is_drawn_with_its_cycle(pcheck: Ends) -> None:
    status, printed, err = pcheck("explore", *ONE_ACCEPTOR)
    assert (status, err) == (1, "")
    title = f"An execution without end that violates {NAME} (10 steps,\nthen a cycle of 10 steps):"
    assert title in printed
    assert printed.index("the cycle begins") < printed.index("11  ")
    assert "the cycle ends: every node is as it was after step 10" in " ".join(printed.split())
    assert f"\n{VIOLATED}" in printed
    assert "these values are count as one." in " ".join(printed.split())
    assert "No execution shows" not in printed


def test_one_proposer_alone_cannot_avoid_a_choice(pcheck: Ends) -> None:
    status, printed, err = pcheck("explore", *ASKED, "--proposers", "1", "--network", "once")
    assert (status, err) == (0, "")
    text = "HOLDS: no execution goes on for ever without making the condition true.\n"
    assert text in printed


@pytest.mark.parametrize(
    ("form", "begins", "ends"),
    [
        ("mermaid", "    loop for ever\n", "    end\n    Note over n1,n3: choosing_cannot"),
        (
            "svg",
            ">the cycle begins<",
            ">the cycle ends: every node is as it was after step 10, but",
        ),
        (
            "html",
            ">the cycle begins<",
            ">the cycle ends: every node is as it was after step 10, but",
        ),
        (
            "json",
            '"the cycle begins"',
            '"the cycle ends: every node is as it was after step 10',
        ),
    ],
)
def test_every_format_shows_the_cycle(pcheck: Ends, form: str, begins: str, ends: str) -> None:
    status, printed, _ = pcheck("explore", *ONE_ACCEPTOR, "--format", form)
    assert status == 1
    assert 0 < printed.index(begins) < printed.index(ends)


def test_a_saved_cycle_is_replayed(pcheck: Ends, empty_folder: Path) -> None:
    assert pcheck("explore", *ONE_ACCEPTOR, "--save", "t.json", "-q") == (1, "violated\n", "")
    saved = json.loads((empty_folder / "t.json").read_text(encoding="utf-8"))
    assert (saved["repeats_after"], len(saved["steps"])) == (10, 20)
    status, printed, err = pcheck("replay", "t.json")
    assert (status, err) == (0, "")
    assert printed.endswith(f"{VIOLATED}\nReplayed: the trace ends as recorded.\n")
    assert "══ the cycle begins\n" in printed


@pytest.mark.parametrize("begins", [9, 11, 20])
def test_a_cycle_that_does_not_close_is_refused(
    pcheck: Ends, empty_folder: Path, begins: int
) -> None:
    pcheck("explore", *ONE_ACCEPTOR, "--save", "t.json", "-q")
    file = empty_folder / "t.json"
    saved = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps(saved | {"repeats_after": begins}), encoding="utf-8")
    status, printed, _ = pcheck("replay", "t.json", "--quiet")
    assert (status, printed.startswith("Replay failed: ")) == (1, True)
    refused = f"the steps after step {begins} are not a fair cycle that avoids {NAME}"
    assert " ".join(printed.split()) == f"Replay failed: {refused}"


def test_a_cycle_as_json(pcheck: Ends) -> None:
    _, printed, _ = pcheck("explore", *ONE_ACCEPTOR, "--json")
    found = json.loads(printed)
    assert found["verdict"] == "violated"
    assert found["questions"] == {NAME: {"repeats_after": 10}}
    assert len(found["trace"]["steps"]) == 20


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        (
            (),
            "--network set keeps every message for ever, so nothing repeats; a question with "
            "@can_avoid needs --network once, lossy or fifo",
        ),
        (
            ("--network", "once", "--engine", "compiled"),
            "a question with @can_avoid is answered by the reference engine, without reductions",
        ),
        (
            ("--network", "once", "--reduce", "prune"),
            "a question with @can_avoid is answered by the reference engine, without reductions",
        ),
        (
            ("--network", "once", "--stops", "1"),
            "--stops applies only to questions about the future of retrying_paxos; none is "
            "declared",
        ),
    ],
)
def test_errors(pcheck: Ends, asked: tuple[str, ...], error: str) -> None:
    assert pcheck("explore", *ASKED, *asked) == (2, "", f"pcheck: {error}\n")


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        (("--max-states", "10"), "INCOMPLETE: stopped at the limit of 10 states."),
        (("--max-depth", "4"), "INCOMPLETE: stopped at the limit of 4 steps."),
        (("--max-depth", "8"), "INCOMPLETE: stopped at the limit of 8 steps."),
    ],
)
def test_a_search_that_is_cut_short_is_incomplete(
    pcheck: Ends, limit: tuple[str, ...], text: str
) -> None:
    asked = *ASKED, "--proposers", "1", "--network", "once", *limit
    status, printed, _ = pcheck("explore", *asked)
    assert (status, text in printed) == (3, True)
    assert pcheck("explore", *asked[:-2], "--max-depth", "9", "-q") == (0, "holds\n", "")


def test_a_cycle_within_the_limit_of_steps_is_found(pcheck: Ends) -> None:
    assert pcheck("explore", *ONE_ACCEPTOR, "--max-depth", "19", "-q") == (1, "violated\n", "")
    assert pcheck("explore", *ONE_ACCEPTOR, "--max-depth", "12", "-q") == (3, "incomplete\n", "")
