"""A fixture that replaces `fuse` by a careless version."""

from __future__ import annotations

import pytest

from pcheck.search.reductions import reduce
from tests.search.reductions.careless_fuse import FuseBy


@pytest.fixture
def fuse_by(monkeypatch: pytest.MonkeyPatch) -> FuseBy:
    """Return a function that replaces `fuse` by a careless version: `fuse_by(ShowsNothing)`."""
    return lambda wrong: monkeypatch.setattr(reduce, "Fused", wrong)
