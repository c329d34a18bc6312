"""Two ways to run the command: in this process, which is quick, or in one of its own."""

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

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(autouse=True)
def _in_an_empty_folder(empty_folder: Path) -> None:
    """Every test of a command runs in a folder of its own."""


@pytest.fixture(scope="session")
def machine_code() -> None:
    """Made once and kept on disk: no test waits for it, or is told that it takes a while."""
    check("paxos", acceptors=1, engine="compiled")


@pytest.fixture
def process(empty_folder: Path) -> Callable[..., subprocess.Popen[str]]:
    """The same as a process, for what only a process has: signals, pipes, a terminal."""

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
        )

    return started


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no file that is written take the place of its name."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("os.replace", full)
