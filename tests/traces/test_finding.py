"""Each trace has one timeline, which its explanation, divergences and pictures share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pcheck import check
from pcheck.render.formats import FORMATS
from pcheck.results.result import Result
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.traces import timeline


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Callable[[], tuple[int, int]]:
    """Return a function that counts the timelines and the full observations made so far."""
    timelines: list[timeline.Timeline] = []
    observations: list[Any] = []
    make_timeline, observe = timeline.Timeline, ClusterModel.history

    def counting_timeline(*parts: Any) -> timeline.Timeline:
        timelines.append(make_timeline(*parts))
        return timelines[-1]

    def counting_observe(*arguments: Any) -> Any:
        observations.append(observe(*arguments))
        return observations[-1]

    monkeypatch.setattr(timeline, "Timeline", counting_timeline)
    monkeypatch.setattr(ClusterModel, "history", counting_observe)
    return lambda: (len(timelines), len(observations))


def broken() -> Result:
    return check("paxos", bug="votes-in-any-ballot", acceptors=1)


def test_a_report_makes_one_timeline(made: Callable[[], tuple[int, int]]) -> None:
    assert "VIOLATED" in str(broken())
    assert made() == (1, 8 + 1)


def test_all_formats_of_a_result_share_one_timeline(
    made: Callable[[], tuple[int, int]],
) -> None:
    result = broken()
    assert result.to_dict()["trace"]["refused_at"] is not None
    assert made() == (0, 0)
    assert result.explanation is not None
    for form in FORMATS:
        assert result.draw(form)
    assert "VIOLATED" in str(result)
    assert made() == (1, 8 + 1)


def test_a_trace_of_a_bare_model_has_one_timeline(made: Callable[[], tuple[int, int]]) -> None:
    result = check("lamport", acceptors=2, find="chosen", engine="reference")
    assert "FOUND" in str(result)
    assert result.draw("html")
    assert made() == (1, 0)
