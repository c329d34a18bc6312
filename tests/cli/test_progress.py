"""The progress of a check: what is printed when, on a terminal and elsewhere."""

from __future__ import annotations

from dataclasses import replace
from math import exp
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from pcheck import check
from pcheck.cli import progress
from pcheck.cli.progress import ProgressLine
from pcheck.search.clock import EXPLORING, Progress
from pcheck.traces.finding import Outline

Captured = pytest.CaptureFixture[str]
VIOLATED = check("paxos", bug="votes-in-any-ballot", acceptors=1)
MB = 10**6


def line(*, quiet: bool = False) -> ProgressLine:
    return ProgressLine(VIOLATED.setup, quiet=quiet)


def exploring(seconds: float, widths: list[int]) -> Progress:
    progress = Progress(
        len(widths), 1_234, queue=56, widths=widths, seconds=seconds, memory=78 * MB
    )
    progress.spent = {"closing tables": 2.0, EXPLORING: seconds - 2.0}
    return progress


def test_into_a_pipe_a_line_is_printed_every_half_minute(
    capsys: Captured, empty_folder: Path
) -> None:
    with line() as shown:
        for seconds in range(100):
            shown.on_progress(exploring(float(seconds), [1]))
    at = "exploring: level 1, 1,234 states (41/s), queue 56, 78 MB"
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == f"pcheck: 30 s  {at}"
    assert [each[:14] for each in lines] == ["pcheck: 30 s  ", "pcheck: 60 s  ", "pcheck: 90 s  "]


def test_a_search_that_still_grows_after_ten_seconds_is_long(
    capsys: Captured, empty_folder: Path
) -> None:
    with line() as shown:
        shown.on_progress(exploring(11.9, [10, 20, 40]))
        assert capsys.readouterr().err == ""
        shown.on_progress(exploring(12.1, [10, 20, 15]))
        assert capsys.readouterr().err == ""
        shown.on_progress(exploring(12.5, [10, 20, 50]))
        shown.on_progress(exploring(13.0, [10, 20, 50, 90]))
    assert capsys.readouterr().err == (
        "pcheck: long search: 1,234 states in 12 s, growing 2.5x per level (2.00 s closing tables, "
        "10.50 s exploring). Smaller: --proposers 1 (now 2). Ctrl-C stops and shows partial "
        "results.\n"
    )


WIDTHS = [round(1e7 * exp(-0.05 * (at - 20) ** 2)) for at in range(41)]  # 80 million states


def long_search(memory: int, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> str:
    """Return what is said of a search of 10 million states that needs so much memory."""
    free = SimpleNamespace(available=10_000_000_000)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: free)
    now = replace(exploring(12.5, WIDTHS[:18]), states=10_000_000, memory=memory)
    with line() as shown:
        shown.on_progress(now)
    return capsys.readouterr().err


def test_the_states_and_the_memory_of_a_long_search_are_guessed(
    capsys: Captured, empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = long_search(240_000_000, monkeypatch, capsys)
    assert "exploring). Rough guess for the whole: 40 million to 200 million states, " in said
    assert "states, 951 MB to 3.8 GB of memory. Smaller: --proposers 1" in said


def test_the_guess_names_the_memory_of_the_machine_if_it_may_be_too_little(
    capsys: Captured, empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = long_search(2_000_000_000, monkeypatch, capsys)
    assert "states, 7.9 GB to 32 GB of memory of the 12 GB here. Smaller:" in said


def test_a_violation_is_announced_if_the_work_on_its_trace_takes_long(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "ANNOUNCE_AFTER", 1.0)
    outline = VIOLATED.outline
    assert outline is not None
    with line() as shown:
        shown.on_violation(outline)
        for seconds in (3.0, 3.5, 4.1, 5.2):
            shown.on_progress(Progress(seconds=seconds, activity="comparing the shortest traces"))
    assert capsys.readouterr().err == (
        "pcheck: VIOLATED after 8 steps: agreement is false: v1 and v2 are both chosen. Now "
        "comparing the shortest traces; Ctrl-C ends that.\n"
    )


def test_a_target_that_is_reached_is_found() -> None:
    result = check("paxos", find="chosen", acceptors=1)
    assert isinstance(result.outline, Outline)
    assert result.outline.is_witness
    assert check("paxos", acceptors=1, proposers=1, crashes=0).outline is None


def test_quiet_prints_nothing(capsys: Captured, empty_folder: Path) -> None:
    assert VIOLATED.outline is not None
    with line(quiet=True) as shown:
        shown.on_violation(VIOLATED.outline)
        for seconds in range(0, 100, 10):
            shown.on_progress(exploring(float(seconds), [10, 20, 40]))
        shown.on_note("a note")
    assert capsys.readouterr().err == ""


def test_on_a_narrow_terminal_the_line_is_cut_and_a_note_is_wrapped_at_spaces(
    capsys: Captured, empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "40")
    with line() as shown:
        shown.on_progress(exploring(24.0, [1]))
        shown.on_note("a note that is longer than the terminal is wide, and is not cut")
    err = capsys.readouterr().err
    assert "24 s  exploring: level 1, 1,234 states …" in err
    wrapped = "pcheck: a note that is longer than the \nterminal is wide, and is not cut\n"
    assert wrapped in err
