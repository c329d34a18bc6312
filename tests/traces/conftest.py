"""A folder with a run that is saved in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pcheck.cli.main import run


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run the test in a folder of its own, where lines may be long."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


@pytest.fixture
def saved(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Save good.json, a run of an acceptor that votes in any ballot, and return what it holds."""
    bug = "--bug", "votes-in-any-ballot", "--acceptors", "1"
    assert run(["explore", *bug, "--quiet", "--save", "good.json"]) == 1
    capsys.readouterr()
    found: dict[str, Any] = json.loads((folder / "good.json").read_bytes())
    return found
