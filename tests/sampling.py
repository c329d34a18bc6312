"""Long lists of cases: README's command runs some of them, and .ci/run runs all.

A test that has more than `MAX_FAST` cases is fast for that many of them, spread over the list.
Cases that take long are marked by hand.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

MAX_FAST = 3


def fast_every(nth: int, cases: Iterable[Any]) -> list[Any]:
    """Return the cases as parameters: every nth is fast, and the others are slow tests."""
    return [each if number % nth == 0 else _slow(each) for number, each in enumerate(cases)]


def fast_first(count: int, cases: Iterable[Any]) -> list[Any]:
    """Return the cases as parameters: the first ones are fast, and the others are slow tests."""
    return [each if number < count else _slow(each) for number, each in enumerate(cases)]


def sample(items: Iterable[pytest.Item]) -> None:
    """Mark the cases of a test as slow, except some of those that are not yet marked."""
    cases: dict[tuple[Path, str], list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("slow") is None:
            cases.setdefault((item.path, item.name.partition("[")[0]), []).append(item)
    for found in cases.values():
        kept = {number * len(found) // MAX_FAST for number in range(MAX_FAST)}
        for number, item in enumerate(found):
            if len(found) > MAX_FAST and number not in kept:
                item.add_marker(pytest.mark.slow)


def _slow(case: Any) -> Any:
    if hasattr(case, "marks"):  # a parameter already
        return (
            case if case.marks else pytest.param(*case.values, marks=pytest.mark.slow, id=case.id)
        )
    values = case if type(case) in (tuple, list) else (case,)
    return pytest.param(*values, marks=pytest.mark.slow)
