"""Fixture for the tests of the stepper: a folder of its own for each test."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _in_an_empty_folder(empty_folder: Path) -> None:
    pass
