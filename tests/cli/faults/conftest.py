"""Fixture that explores a spec with a fault."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

pytest.register_assert_rewrite("tests.cli.faults.asking")


@pytest.fixture
def explored(
    pcheck: Callable[..., tuple[int, str, str]], empty_folder: Path
) -> Callable[..., tuple[int, str, str]]:
    """Return a function that writes fault.py and files beside it, and explores fault.py."""

    def ended(source: str, *arguments: str) -> tuple[int, str, str]:
        (empty_folder / "fault.py").write_bytes(source.encode("utf-8", "surrogateescape"))
        (empty_folder / "sibling.py").write_text("nothing = 0\n", encoding="utf-8")
        (empty_folder / "broken.py").write_text("nothing = 0\nnothing = = 1\n", encoding="utf-8")
        (empty_folder / "raises.py").write_text("nothing = 0\n1 / 0\n", encoding="utf-8")
        return pcheck("explore", "./fault.py", *arguments)

    return ended
