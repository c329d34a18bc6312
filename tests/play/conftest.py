"""Every test of the stepper runs in a folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _in_an_empty_folder(empty_folder: Path) -> None:
    pass
