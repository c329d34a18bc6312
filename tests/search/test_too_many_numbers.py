"""Clusters that are too large for the compiled engine: `auto` answers with the reference engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from pcheck import (
    Action,
    Actor,
    Cluster,
    Property,
    Seen,
    action,
    always,
    broadcast,
    check,
    fixed,
    group,
)
from pcheck.errors import UsageError
from pcheck.search import engine
from pcheck.search.clock import EXPLORING, Clock, OnProgress, Progress
from pcheck.search.compiled import numbers, receptions
from pcheck.search.limits import Limits
from pcheck.search.options import SearchOptions
from pcheck.search.outcome import SearchResult
from pcheck.search.saving import Saving
from pcheck.traces import shortest
from tests.sampling import fast_first
from tests.search.alike import Case, answers, by_reference, check_traces
from tests.search.parts import M1, Ball, M, N, Player, Ticker, cluster, never_at, no_step, tickers

Patch = pytest.MonkeyPatch
FALLBACK = "So the reference engine explored the cluster, without reductions."
TOO_MANY_NODES = f"The compiled engine takes at most 511 nodes, got 512. {FALLBACK}"
BACKWARD = no_step(lambda old, new: new < old)


def few_tick(*properties: Property, nodes: int = 512) -> Cluster:
    """Return a cluster of many nodes, of which six can tick once: 64 states."""
    others = {group("m", nodes - 500): lambda i: Ticker(end=0)}
    return cluster({group("n", 500): lambda i: Ticker(end=int(i <= 6)), **others}, *properties)


@dataclass(frozen=True)
class Speaker(Actor):
    """A node that sends messages to nobody, in any order, and has a single local state."""

    words: int = fixed(1)

    def actions(self) -> Iterator[Action]:
        for n in range(self.words):
            yield action(f"says {n}", self, broadcast((), Ball(n)))


@always(sees=[Ball])
def silence(seen: Seen) -> str | None:
    return "all is said" if len(seen.sent(Ball)) == 7 else None


def auto(case: Case, on_progress: OnProgress | None = None) -> SearchResult:
    options = SearchOptions("auto", "none", case.limits, case.all_properties)
    return engine.explore(case.model(), options, on_progress=on_progress)


@pytest.fixture
def early(monkeypatch: Patch) -> None:
    """Let the engine `auto` turn to the compiled engine after 20 states."""
    monkeypatch.setattr(engine, "MAX_REFERENCE_STATES", 20)
    monkeypatch.setattr(engine, "MAX_REFERENCE_STATES_OF_MANY_NODES", 20)


CASES: dict[str, Cluster] = {
    "holds": few_tick(),
    "is violated": few_tick(never_at(*[1] * 6, *[0] * 506)),
    "is violated early": few_tick(never_at(1, 1, *[0] * 510)),
}


@pytest.mark.slow
@pytest.mark.parametrize("all_properties", fast_first(1, [False, True]))
@pytest.mark.parametrize("of_cluster", CASES.values(), ids=CASES)
def test_a_cluster_of_more_than_511_nodes(
    of_cluster: Cluster, all_properties: bool, early: None
) -> None:
    case = Case(of_cluster, all_properties=all_properties)
    expected, found = by_reference(case), auto(case)
    assert answers(found) == answers(expected)
    assert (found.engine, found.reduced) == ("reference", ())
    assert found.note == (TOO_MANY_NODES if expected.states > 20 else None)
    check_traces(case, found)


def test_what_the_reference_engine_does_without_is_said(early: None, tmp_path: Path) -> None:
    """No checkpoint is left, and nothing promises that the search goes on from one."""
    folder, notes = tmp_path / "saved", list[str]()
    limits = Limits(states=60)
    options = SearchOptions("auto", "none", limits, saving=Saving(folder, 1), disk=tmp_path)
    found = engine.explore(Case(few_tick()).model(), options, on_note=notes.append)
    without = "without reductions, checkpoints and a file for its states"
    assert found.note == f"{TOO_MANY_NODES.removesuffix('without reductions.')}{without}."
    limit = "the compiled engine takes at most 511 nodes, got 512"
    assert notes == [f"{limit}; the reference engine goes on, {without}"]
    assert not folder.exists()


@pytest.mark.slow
def test_step_properties_leave_room_for_as_many_nodes(early: None) -> None:
    found = [auto(Case(few_tick(BACKWARD, nodes=nodes))) for nodes in (511, 512)]
    assert [(each.engine, each.states, each.note) for each in found] == [
        ("compiled", 64, None),
        ("reference", 64, TOO_MANY_NODES),
    ]


LIMITS: dict[str, tuple[Any, str, Cluster, str]] = {
    "the configurations of a node": (
        numbers, "MAX_NUMBERS", tickers(1, 100), "64 configurations of one node",
    ),
    "the observations of a watcher": (
        numbers, "MAX_NUMBERS", cluster({group("n", 1): lambda i: Speaker(words=7)}, silence),
        "64 observations of one watcher",
    ),
    "the effects of steps": (
        numbers, "MAX_NUMBERS",
        cluster({M: lambda i: Player(hits=90), N: lambda i: Player(serves_to=M1, hits=90)}),
        "64 different effects of steps",
    ),
    "the rows of all configurations": (
        receptions, "MAX_ENTRIES", tickers(1, 100), "64 steps of single nodes",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("module", "limit", "of_cluster", "text"), LIMITS.values(), ids=LIMITS)
def test_a_limit_that_the_search_meets_late(
    module: Any, limit: str, of_cluster: Cluster, text: str, early: None, monkeypatch: Patch
) -> None:
    monkeypatch.setattr(module, limit, 64)
    case = Case(of_cluster, "once")
    expected, found = by_reference(case), auto(case)
    assert answers(found) == answers(expected)
    assert found.note == f"The compiled engine takes at most {text}. {FALLBACK}"
    check_traces(case, found)


@pytest.mark.parametrize("states", [21, 40])
def test_a_limit_of_states_holds_for_the_reference_engine(states: int, early: None) -> None:
    case = Case(few_tick(), limits=Limits(states=states))
    expected, found = by_reference(case), auto(case)
    assert answers(found) == answers(expected)
    assert found.note == TOO_MANY_NODES


def test_a_search_that_ends_early_in_its_second_attempt_keeps_the_first(
    early: None, monkeypatch: Patch
) -> None:
    monkeypatch.setattr(Clock, "PERIOD", 0.0)
    seen: list[int] = []

    def on_progress(progress: Progress) -> None:
        if progress.activity != EXPLORING:
            return
        seen.append(progress.states)
        if len(seen) > 1 and progress.states < seen[-2]:
            raise KeyboardInterrupt

    case = Case(few_tick())
    found = auto(case, on_progress)
    first = by_reference(case._replace(limits=Limits(states=20)))
    assert answers(found) == answers(replace(first, stopped="an interrupt"))
    assert found.note == TOO_MANY_NODES


def check_many(**options: Any) -> Any:
    def many() -> Cluster:
        return few_tick(never_at(*[1] * 6, *[0] * 506))

    return check(many, crashes=0, **options)


@pytest.mark.slow
def test_the_report_and_the_json_object_name_the_limit(early: None) -> None:
    found = check_many()
    assert TOO_MANY_NODES in " ".join(str(found).split())
    assert found.to_dict()["notes"] == [TOO_MANY_NODES]


def test_without_numbers_the_first_shortest_trace_is_shown(early: None, monkeypatch: Patch) -> None:
    """All shortest traces are known only as far as one of the engines can find them."""
    monkeypatch.setattr(shortest, "MAX_REFERENCE_STATES", 1)
    found = check_many()
    assert found.shortest_traces is None
    assert found.saved.steps == tuple(f"n{i} ticks" for i in range(1, 7))


DEMANDS: dict[str, tuple[dict[str, str], str]] = {
    "the engine": ({"engine": "compiled"}, "engine"),
    "a reduction": ({"reduce": "fuse"}, "reduce"),
    "both": ({"engine": "compiled", "reduce": "fuse,prune"}, "engine and reduce"),
}


@pytest.mark.parametrize(("options", "names"), DEMANDS.values(), ids=DEMANDS)
def test_what_the_user_names_is_never_replaced(options: dict[str, str], names: str) -> None:
    with pytest.raises(UsageError) as error:
        check_many(**options)
    text = "the compiled engine takes at most 511 nodes, got 512; leave out"
    assert (str(error.value), error.value.spelled(lambda name: f"--{name}")) == (
        f"{text} {names}",
        f"{text} {' and '.join(f'--{name}' for name in names.split(' and '))}",
    )
