"""The spec that counts lies in the folder of every test of `pcheck explore`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.explore.counting import COUNTING


@pytest.fixture(autouse=True)
def counting(empty_folder: Path) -> None:
    """From 0 to 9 there are ten states, one at each depth, and `small` is false of the fourth."""
    (empty_folder / "counting.py").write_text(COUNTING)
