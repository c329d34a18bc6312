"""Fixture that writes counting.py into the folder of every test of `pcheck explore`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.explore.counting import COUNTING


@pytest.fixture(autouse=True)
def counting(empty_folder: Path) -> None:
    """Write a spec with ten states, one at each depth, of which the fourth violates `small`."""
    (empty_folder / "counting.py").write_text(COUNTING)
