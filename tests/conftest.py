"""A folder and a terminal of its own for every test that prints or writes."""

from __future__ import annotations

from pathlib import Path

import pytest

COLOURS = ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE")


@pytest.fixture
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run the test in a folder of its own, 80 columns wide."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    for name in COLOURS:
        monkeypatch.delenv(name, raising=False)
    return tmp_path
