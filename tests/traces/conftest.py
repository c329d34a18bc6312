"""A folder that contains a saved trace."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pcheck.cli.main import run


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run the test in a folder of its own, with a wide terminal."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


@pytest.fixture
def saved(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Save good.json, a trace of the bug votes-in-any-ballot, and return its content."""
    bug = "--bug", "votes-in-any-ballot", "--acceptors", "1"
    assert run(["explore", *bug, "--quiet", "--save", "good.json"]) == 1
    capsys.readouterr()
    found: dict[str, Any] = json.loads((folder / "good.json").read_bytes())
    return found
