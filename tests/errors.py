"""Errors about a spec that stands in a test file: their text, and the place that they name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pcheck.errors import SpecError

ROOT = Path(__file__).resolve().parent.parent


def place(function: Callable[..., Any], below: int = 0) -> str:
    """Return `tests/test_mine.py:31: `: the first line of a function, or a line below it."""
    code = function.__code__
    file = Path(code.co_filename).relative_to(ROOT)
    return f"{file}:{code.co_firstlineno + below}: "


def fault(build: Callable[[], object]) -> str:
    """Return the text of the error that a call raises about the spec."""
    with pytest.raises(SpecError) as caught:
        build()
    return str(caught.value)
