"""The work on a trace after the search: a limit or Ctrl-C stops it, and never hides a violation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pcheck import Result, check
from pcheck.coverage.executed import CALLING_AGAIN
from pcheck.errors import OutputError, UsageError
from pcheck.results.result import DRAWING
from pcheck.search.clock import EXPLORING, Clock, Progress
from pcheck.search.hidden_state import ASKING_AGAIN
from pcheck.search.layers import COMPARING
from pcheck.search.limits import Stop
from pcheck.search.outcome import Verdict
from pcheck.search.tracing import RECONSTRUCTING
from pcheck.traces.found_trace import EXPLAINING

TITLE = "The shortest trace that violates agreement (8 steps)"
VIOLATED = "VIOLATED: agreement is false: v1 and v2 are both chosen."


class Stopper:
    """An observer of the progress that stops the work when an activity has begun."""

    def __init__(self, activity: str, error: BaseException, *, after: int = 0) -> None:
        self.activity, self.error, self.after = activity, error, after
        self.seen: list[str] = []

    def __call__(self, progress: Progress) -> None:
        if progress.activity and progress.activity not in self.seen[-1:]:
            self.seen.append(progress.activity)
        if progress.activity == self.activity:
            self.after -= 1
            if self.after < 0:
                raise self.error


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Report the progress at each tick."""
    monkeypatch.setattr(Clock, "PERIOD", 0.0)


def broken(on_progress: Callable[[Progress], None], engine: str = "reference") -> Result:
    return check(
        "paxos",
        bug="votes-in-any-ballot",
        acceptors=1,
        engine=engine,
        on_progress=on_progress,
        properties=["agreement"],
    )


def paragraphs(result: Result) -> list[str]:
    """Return the paragraphs of the report after those about the setup."""
    setup, *found = str(result).strip().split("\n\n")
    assert setup.startswith("paxos: Single-decree Paxos")
    return found


ENDS: list[tuple[BaseException, str, str]] = [
    (KeyboardInterrupt(), "an interrupt", "by Ctrl-C"),
    (Stop("the limit of 5 seconds"), "the limit of 5 seconds", "at the limit of 5 seconds"),
    (MemoryError(), "a lack of memory", "by a lack of memory"),
]
ends = pytest.mark.parametrize(("error", "reason", "phrase"), ENDS, ids=[each[1] for each in ENDS])


def test_the_work_on_a_trace_is_progress_that_is_reported() -> None:
    watch = Stopper("nothing", KeyboardInterrupt())
    result = broken(watch)
    assert VIOLATED in str(result)
    others = {EXPLORING, ASKING_AGAIN, CALLING_AGAIN}
    seen = [activity for activity in watch.seen if activity not in others]
    assert seen == [RECONSTRUCTING, COMPARING, EXPLAINING, DRAWING]
    assert (result.undrawn, result.is_interrupted) == (None, False)


@ends
@pytest.mark.parametrize("engine", ["reference", "compiled"])
def test_a_trace_that_is_not_reconstructed_leaves_the_violation(
    engine: str, error: BaseException, reason: str, phrase: str
) -> None:
    result = broken(Stopper(RECONSTRUCTING, error), engine)
    assert (result.verdict, result.trace, result.saved) == (Verdict.VIOLATED, None, None)
    shown, verdict, why, *_ = paragraphs(result)
    assert (shown, verdict) == (f"{TITLE}.", VIOLATED)
    assert why == f"The trace was not reconstructed: the work on the trace stopped {phrase}."
    found = result.to_dict()
    assert found["run"]["trace_stopped"] == reason
    assert found["verdict"] == "violated"
    assert found["trace"] == {
        "property": "agreement",
        "why": "v1 and v2 are both chosen",
        "steps": None,
        "refused_at": None,
        "shortest_traces": None,
        "up_to_renaming": None,
    }


@ends
@pytest.mark.parametrize("after", [0, 1, 40], ids=["layers", "tick 2", "tick 41"])
def test_a_trace_that_is_not_compared_is_the_one_that_was_found(
    after: int, error: BaseException, reason: str, phrase: str
) -> None:
    result = broken(Stopper(COMPARING, error, after=after))
    trace = result.search.discoveries["agreement"].trace
    assert (result.trace, result.shortest_traces) == (trace, None)
    title, *_ = paragraphs(result)
    assert " ".join(title.splitlines()) == (
        f"{TITLE}: This trace was not compared with the other shortest traces: the comparison "
        f"stopped {phrase}."
    )
    assert result.to_dict()["run"]["trace_stopped"] == reason
    assert result.saved is not None
    assert result.saved.steps == trace.labels


@ends
@pytest.mark.parametrize("after", [0, 9], ids=["refused step", "timeline"])
def test_a_trace_that_is_not_explained_is_listed(
    after: int, error: BaseException, reason: str, phrase: str
) -> None:
    expected = broken(Stopper("nothing", KeyboardInterrupt())).trace
    assert expected is not None
    result = broken(Stopper(EXPLAINING, error, after=after))
    title, listed, verdict, why, *_ = paragraphs(result)
    assert (title, verdict) == (f"{TITLE}:", VIOLATED)
    assert [line.split("  ") for line in listed.splitlines()] == [
        ["", str(number), label] for number, label in enumerate(expected.labels, start=1)
    ]
    assert why == f"The trace was not explained and drawn: the work on the trace stopped {phrase}."
    assert (result.saved is None, result.finding) == (after == 0, None)
    assert result.to_dict()["trace"]["steps"] == list(expected.labels)


def test_a_limit_that_stops_the_drawing_leaves_the_list_of_steps() -> None:
    watch = Stopper("nothing", Stop("the limit of 5 seconds"))
    result = broken(watch)
    assert result.finding is not None
    watch.activity = DRAWING
    title, listed, verdict, why, *_ = paragraphs(result)
    assert (title, len(listed.splitlines()), verdict) == (f"{TITLE}:", 8, VIOLATED)
    assert why == (
        "The trace was not explained and drawn: the work on the trace stopped at the limit of 5 "
        "seconds."
    )


@pytest.mark.parametrize("form", ["text", "svg", "html", "mermaid", "itf", "shiviz", "json"])
def test_a_limit_stops_the_drawing_of_any_format(form: str) -> None:
    watch = Stopper("nothing", Stop("the limit of 5 seconds"))
    result = broken(watch)
    assert result.finding is not None
    watch.activity = DRAWING
    with pytest.raises(OutputError, match=r"^the drawing stopped at the limit of 5 seconds$"):
        result.draw(form)


def test_a_result_without_a_trace_says_what_stopped_the_work(tmp_path: Any) -> None:
    result = broken(Stopper(EXPLAINING, KeyboardInterrupt()))
    for use in (lambda: result.draw("svg"), lambda: result.save(tmp_path / "trace.json")):
        with pytest.raises(UsageError, match=r"the work on the trace stopped by Ctrl-C$"):
            use()


def test_the_time_between_a_check_and_a_drawing_does_not_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    result = check("paxos", bug="14", acceptors=1, max_seconds=10, engine="reference")
    now[0] += 3_600
    assert result.shortest_traces is not None
    now[0] += 3_600
    assert result.draw("svg").startswith("<?xml")
    assert result.undrawn is None
