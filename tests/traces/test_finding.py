"""A trace is told once: its explanation, its differences and its pictures share one `Story`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pcheck import check
from pcheck.checking import Result
from pcheck.render.formats import FORMATS
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.traces import timeline


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Callable[[], tuple[int, int]]:
    """How many stories, and how many sights of a whole run, there were so far."""
    stories: list[timeline.Timeline] = []
    observations: list[Any] = []
    story, history = timeline.Timeline, ClusterModel.history

    def counted_story(*parts: Any) -> timeline.Timeline:
        stories.append(story(*parts))
        return stories[-1]

    def counted_history(*asked: Any) -> Any:
        observations.append(history(*asked))
        return observations[-1]

    monkeypatch.setattr(timeline, "Timeline", counted_story)
    monkeypatch.setattr(ClusterModel, "history", counted_history)
    return lambda: (len(stories), len(observations))


def broken() -> Result:
    return check("paxos", bug="votes-in-any-ballot", acceptors=1)


def test_a_report_tells_its_trace_once(made: Callable[[], tuple[int, int]]) -> None:
    assert "VIOLATED" in str(broken())
    assert made() == (1, 8 + 1)


def test_all_that_is_made_of_a_result_tells_its_trace_once(
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


def test_a_trace_of_a_bare_model_is_told_once(made: Callable[[], tuple[int, int]]) -> None:
    result = check("lamport", acceptors=2, find="chosen", engine="reference")
    assert "FOUND" in str(result)
    assert result.draw("html")
    assert made() == (1, 0)
