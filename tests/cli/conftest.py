"""Fixtures that run pcheck inside the process of the test, or as a process of its own."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pcheck import check
from pcheck.cli import progress
from tests.cli.signals import restore_signals

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(autouse=True)
def _in_an_empty_folder(empty_folder: Path) -> None:
    """Run every test of a command in a folder of its own."""


@pytest.fixture(autouse=True)
def _without_a_note_on_a_slow_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A violation is announced on standard error if the work on its trace takes long."""
    monkeypatch.setattr(progress, "ANNOUNCE_AFTER", 600.0)


@pytest.fixture(scope="session")
def machine_code() -> None:
    """Compile the machine code once, so that no test waits for it or gets a note about it."""
    check("paxos", acceptors=1, engine="compiled")


@pytest.fixture
def process(empty_folder: Path) -> Callable[..., subprocess.Popen[str]]:
    """Return a function that starts pcheck as a process, for signals, pipes and terminals."""

    def started(
        *arguments: str,
        stdout: Any = subprocess.PIPE,
        stderr: Any = subprocess.PIPE,
        **environment: str,
    ) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "pcheck", *arguments],
            cwd=empty_folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            text=True,
            preexec_fn=restore_signals,
        )

    return started


@pytest.fixture
def written(empty_folder: Path) -> Callable[[str], str]:
    """Return a function that writes a scenario, and returns the name of its file."""

    def write(text: str) -> str:
        (empty_folder / "s.txt").write_text(text, encoding="utf-8")
        return "s.txt"

    return write


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every write of a file fail as on a full disk."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("os.replace", full)
