"""The page about hosting: its example runs, and prints what the page says."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from pcheck.loading.module import IMPLEMENTATIONS
from pcheck.loading.spec import implementation_names

PAGE = (IMPLEMENTATIONS / "README.md").read_text(encoding="utf-8")
PROGRAM, ADAPTER = re.findall(r"```python\n(.*?)```", PAGE, re.S)


@pytest.fixture
def example(empty_folder: Path) -> Path:
    """Write the files of the example into the folder of the test."""
    (empty_folder / "lock_server.py").write_text(PROGRAM, encoding="utf-8")
    (empty_folder / "locks.py").write_text(ADAPTER, encoding="utf-8")
    return empty_folder


def test_the_example_prints_what_the_page_shows(
    example: Path, pcheck: Callable[..., tuple[int, str, str]]
) -> None:
    ((arguments, shown),) = re.findall(r"```console\n\$ pcheck (.*?)\n(.*?)```", PAGE, re.S)
    status, out, _ = pcheck(*arguments.split())
    assert status == 1
    at = 0
    for part in shown.split("...\n"):
        found = out.find(part, at)
        assert found >= 0, part
        at = found + len(part)


def test_the_page_names_every_adapter() -> None:
    named = re.findall(r"^\| `(\w+_pypi)` \|", PAGE, re.M)
    assert named == implementation_names()
