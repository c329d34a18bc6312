"""Reductions that a test replaces by careless ones."""

from __future__ import annotations

import pytest

from pcheck.search.reductions import reduce
from tests.search.reductions.careless_fuse import FuseBy


@pytest.fixture
def fuse_by(monkeypatch: pytest.MonkeyPatch) -> FuseBy:
    """Replace the pass by a careless one: `fuse_by(ShowsNothing)`."""
    return lambda wrong: monkeypatch.setattr(reduce, "Fused", wrong)
