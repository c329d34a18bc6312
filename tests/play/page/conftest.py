"""Pages without the reasons for what is ignored, which take most of the time of a large page."""

from __future__ import annotations

import pytest

from pcheck.traces.ignoring import Reasons


def ignored(*_: object) -> str:
    """Return the same reason for all that is ignored: the reasons of specs have tests."""
    return "ignores this message"


@pytest.fixture
def without_reasons(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Reasons, "ignores", ignored)
    monkeypatch.setattr("pcheck.traces.timeline.ignores", ignored)
