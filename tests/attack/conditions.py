"""The table of side conditions of the reductions, each with a patch that drops it.

A patch changes one method or one constant of pcheck, and nothing else. The conditions themselves
are in the modules `dropped_...`, in the words of the docstrings that state them.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

Patch = pytest.MonkeyPatch
Condition = Callable[[Patch], None]
CONDITIONS: dict[str, Condition] = {}


def dropped(condition: str) -> Callable[[Condition], Condition]:
    """Return a decorator that adds a patch to the table, under the condition that it drops."""

    def add(patch: Condition) -> Condition:
        assert condition not in CONDITIONS
        CONDITIONS[condition] = patch
        return patch

    return add
