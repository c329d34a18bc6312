"""Fixture that writes counting.py into the folder of every test of `pcheck graph`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.graph.counting import COUNTING


@pytest.fixture(autouse=True)
def counting(empty_folder: Path) -> Path:
    file = empty_folder / "counting.py"
    file.write_text(COUNTING)
    return file
