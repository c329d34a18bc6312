"""Errors about specs in test files: the text of an error and the place that it names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pcheck.errors import SpecError

ROOT = Path(__file__).resolve().parent.parent


def place(function: Callable[..., Any], below: int = 0) -> str:
    """Return the place `below` lines below the first line of a function: `tests/test_x.py:31: `."""
    code = function.__code__
    file = Path(code.co_filename).relative_to(ROOT)
    return f"{file}:{code.co_firstlineno + below}: "


def fault(build: Callable[[], object]) -> str:
    """Return the text of the SpecError that a call raises."""
    with pytest.raises(SpecError) as caught:
        build()
    return str(caught.value)
