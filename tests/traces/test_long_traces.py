"""Long traces: the work on a trace of n steps is in proportion to n."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from pcheck import (
    Action,
    Actor,
    Cluster,
    Group,
    Id,
    Result,
    Seen,
    Step,
    action,
    always,
    broadcast,
    check,
    fixed,
    group,
    milestone,
)
from pcheck.render.formats import FORMATS
from pcheck.search.compiled.walk import Walk


@dataclass(frozen=True)
class Ball:
    n: int


@dataclass(frozen=True)
class Player(Actor):
    """Returns the ball until `end` hits; every hit is told to a spectator, who ignores it."""

    other: Group = fixed()
    told: Group = fixed()
    end: int = fixed()
    n: int = 0

    def actions(self) -> Iterator[Action]:
        if self.me == Id("p1") and self.n == 0:
            yield action("serves", self.but(n=1), *self.hits(0))

    def receive(self, msg: object, src: Id) -> Step:
        assert isinstance(msg, Ball)
        return (self.but(n=self.n + 1), *self.hits(msg.n)) if self.n < self.end else None

    def hits(self, n: int) -> Any:
        return broadcast(self.other, Ball((n + 1) % 3)), broadcast(self.told, Ball(9))


@dataclass(frozen=True)
class Spectator(Actor):
    """Ignores every message."""


@dataclass(frozen=True)
class Counter(Actor):
    end: int = fixed()
    n: int = 0

    def actions(self) -> Iterator[Action]:
        if self.n < self.end:
            yield action("ticks", self.but(n=self.n + 1))


@always(sees=["n", "end"])
def below(seen: Seen) -> str | None:
    both = zip(seen.field("n"), seen.field("end"))
    return "one is at the end" if any(n >= end for (_, n), (_, end) in both) else None


@milestone(sees=["n"])
def hundreds(seen: Seen) -> dict[Any, str]:
    counts = (n // 100 for _, n in seen.field("n") if n >= 100)
    return {count: f"{count} hundred" for count in counts}


def rally(end: int) -> Cluster:
    """Two players and a ball."""
    one, two, s = group("p", 1), group("q", 1), group("s", 1)
    return Cluster(
        {
            one: lambda _: Player(other=two, told=s, end=end),
            two: lambda _: Player(other=one, told=s, end=end),
            s: lambda _: Spectator(),
        },
        properties=[below],
        milestones=[hundreds],
    )


def counting(end: int) -> Cluster:
    """A counter."""
    return Cluster({group("c", 1): lambda _: Counter(end=end)}, properties=[below])


def found(spec: Callable[[int], Cluster], end: int, **options: Any) -> Result:
    """Return the result of a check whose trace is known, explained and not yet drawn."""
    result = check(lambda: spec(end), network="once", crashes=0, **options)
    assert result.finding is not None
    return result


def calls(work: Callable[[], object]) -> int:
    """Return how many functions some work calls."""
    count = 0

    def profile(_: object, event: str, __: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMATS)
def test_a_drawing_calls_functions_in_proportion_to_the_steps(form: str) -> None:
    """In itf each state holds all undelivered messages, so that trace has no messages."""
    spec = rally if form != "itf" else counting
    short, long = (found(spec, end, engine="reference") for end in (40, 160))
    assert len(long.trace or ()) >= 4 * len(short.trace or ())
    one, four = (calls(partial(each.draw, form)) for each in (short, long))
    assert four < 5.5 * one


def test_a_trace_is_explained_with_calls_in_proportion_to_the_steps() -> None:
    one, four = (calls(partial(found, rally, end, engine="reference")) for end in (40, 160))
    assert four < 5.5 * one


@pytest.mark.slow
def test_the_time_after_a_search_is_in_proportion_to_the_steps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The trace is rebuilt from the compiled search, explained and printed."""
    seconds: list[float] = []
    report = Walk.report

    def timed(*arguments: Any) -> Any:
        begun = time.process_time()
        try:
            return report(*arguments)
        finally:
            seconds.append(time.process_time() - begun)

    def time_of(end: int) -> float:
        seconds.clear()
        result = check(lambda: counting(end), network="set", crashes=0, engine="compiled")
        assert len(result.trace or ()) == end
        begun = time.process_time()
        assert "VIOLATED: below is false: one is at the end." in str(result)
        return seconds[0] + time.process_time() - begun

    monkeypatch.setattr(Walk, "report", timed)
    time_of(100)  # loads everything
    assert time_of(24_000) < 8 * time_of(6_000)
