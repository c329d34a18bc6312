"""Fixtures for the tests of what runs on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.cli.terminal import Terminal


@pytest.fixture(autouse=True)
def _in_an_empty_folder(empty_folder: Path) -> None:
    """Give each test a folder of its own."""


@pytest.fixture
def terminal() -> Iterator[Callable[..., Terminal]]:
    """Return a function that starts pcheck on a terminal; end each process after the test."""
    pytest.importorskip("termios")
    from tests.cli.terminal import Terminal

    processes: list[Terminal] = []

    def start(*arguments: Any, **options: Any) -> Terminal:
        processes.append(Terminal(*map(str, arguments), **options))
        return processes[-1]

    yield start
    for process in processes:
        process.close()
