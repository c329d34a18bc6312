"""Fixtures: the folder and the terminal of a test, the command line, and a violated result."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pcheck import Result, check
from pcheck.cli.main import run
from tests.sampling import sample

pytest.register_assert_rewrite("tests.search.alike")  # detailed messages, as for test modules

ROOT = Path(__file__).resolve().parent.parent
COLOURS = ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark most cases of a long list as slow, before pytest selects tests by their marks."""
    sample(items)


def pytest_collection_finish() -> None:
    """Let Python search for unreachable cycles less often, and not among modules and tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run the test in a folder of its own, 80 columns wide."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    for name in COLOURS:
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def pcheck(
    capsys: pytest.CaptureFixture[str], empty_folder: Path
) -> Callable[..., tuple[int, str, str]]:
    """Return a function that runs pcheck and returns its exit status, output and errors."""

    def run_command(*arguments: str) -> tuple[int, str, str]:
        status = run([*arguments])
        out, err = capsys.readouterr()
        return status, out, err.replace(f"{empty_folder}{os.sep}", "")

    return run_command


@pytest.fixture
def at_the_top(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the test in the folder of the project, because errors name files relative to it."""
    monkeypatch.chdir(ROOT)


@pytest.fixture(scope="session")
def broken() -> Result:
    """Return the result of a bug of Paxos that violates agreement after eight steps."""
    return check("paxos", bug="votes-in-any-ballot", acceptors=1)
