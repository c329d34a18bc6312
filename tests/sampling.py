"""Long lists of cases: README's command runs some of them, and .ci/run runs all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def fast_every(nth: int, cases: Iterable[Any]) -> list[Any]:
    """Return the cases as parameters: every nth is fast, and the others are slow tests."""
    return [each if number % nth == 0 else _slow(each) for number, each in enumerate(cases)]


def fast_first(count: int, cases: Iterable[Any]) -> list[Any]:
    """Return the cases as parameters: the first ones are fast, and the others are slow tests."""
    return [each if number < count else _slow(each) for number, each in enumerate(cases)]


def _slow(case: Any) -> Any:
    if hasattr(case, "marks"):  # a parameter already
        return (
            case if case.marks else pytest.param(*case.values, marks=pytest.mark.slow, id=case.id)
        )
    values = case if type(case) in (tuple, list) else (case,)
    return pytest.param(*values, marks=pytest.mark.slow)
