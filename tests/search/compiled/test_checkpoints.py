"""Searches that are killed and go on: the answer is that of one search, to the label."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count, product
from pathlib import Path
from typing import Any

import pytest

from pcheck import check
from pcheck.loading.spec import find
from pcheck.search import checkpoint
from pcheck.search.checkpoint import Checkpoint, Part
from pcheck.search.clock import Clock
from pcheck.search.compiled import expansion, explorer, journal, slices, turn
from pcheck.search.compiled.journal import Journal
from pcheck.search.limits import Limits
from pcheck.search.outcome import SearchResult
from pcheck.search.reductions.reduce import REDUCTIONS
from pcheck.search.saving import Saving
from pcheck.semantics.network import NETWORKS
from tests.attack.drawn import comparing, protocols
from tests.sampling import fast_first
from tests.search.alike import Answers, Case, answers
from tests.search.compiled.test_slices import CLUSTERS, scope_of
from tests.search.parts import never_at, no_step, tickers
from tests.specs.family import cluster

Patch = pytest.MonkeyPatch
SUBSETS: list[tuple[str, ...]] = [(), ("symmetry",), ("prune", "fuse"), REDUCTIONS]
SAVED_AT = 7  # each so many marks, a checkpoint is written


class Killed(BaseException):
    """Raised instead of a SIGKILL."""


class Killer:
    """Ends a run at some moment: at a mark, within a write, or before or after the renaming."""

    def __init__(self, patch: Patch) -> None:
        self.left = -1
        mark, append, replace = Journal.mark, Checkpoint.append, os.replace

        def at_mark(journal: Journal, place: Any) -> None:
            self.count()
            mark(journal, place)

        def within_write(folder: Checkpoint, name: str, part: Part, data: Any) -> Part:
            if self.left == 1:
                append(folder, name, part, data[: len(data) // 2])
            self.count()
            return append(folder, name, part, data)

        def at_rename(old: Path, new: Path) -> None:
            self.count()
            replace(old, new)
            self.count()

        marks = count(1)
        patch.setattr(Checkpoint, "is_due", property(lambda _: next(marks) % SAVED_AT == 0))
        patch.setattr(Journal, "mark", at_mark)
        patch.setattr(Checkpoint, "append", within_write)
        patch.setattr(checkpoint.os, "replace", at_rename)

    def count(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise Killed


@pytest.fixture
def killer(monkeypatch: Patch) -> Killer:
    """Small levels are marked, saved, sliced and proved as large ones are."""
    monkeypatch.setattr(journal, "SECONDS_BETWEEN_MARKS", 0.0)
    monkeypatch.setattr(expansion, "STATES_AT_ONCE", 37)
    monkeypatch.setattr(slices, "STATES_IN_SLICE", 50)
    monkeypatch.setattr(slices, "MIN_STATES", 400)
    monkeypatch.setattr(turn, "MIN_STATES_TO_TRY_COVER", 100)
    monkeypatch.setattr(checkpoint.os, "fsync", lambda _: None)
    return Killer(monkeypatch)


@contextmanager
def opened(folder: Path, seconds: float = 300.0, **facts: str) -> Iterator[Checkpoint]:
    """Open a checkpoint, and unlock it as the end of a process does."""
    found = Checkpoint(Saving(folder, seconds), facts, Clock(Limits(), None), lambda _: None)
    try:
        yield found
    finally:
        found.close()


def explored(case: Case, saved: Checkpoint | None, *reductions: str, **more: Any) -> SearchResult:
    return explorer.explore(
        case.model(),
        case.limits,
        reductions=reductions,
        all_properties=case.all_properties,
        threads=2,
        checkpoint=saved,
        **more,
    )


def killed_often(
    case: Case, folder: Path, killer: Killer, seed: object, *reductions: str
) -> tuple[Answers, int]:
    """Return the answers of a search that is killed at random moments, and how often it was.

    From run to run, the moments are later on average, so that the search ends.
    """
    moments, most, runs = random.Random(str(seed)), 10.0, 0
    while True:
        killer.left = moments.randint(1, int(most))
        try:
            with opened(folder) as saved:
                found = answers(explored(case, saved, *reductions))
        except Killed:
            most, runs = 2 * most, runs + 1
        else:
            killer.left = -1
            return found, runs


def check_killed(
    case: Case, folder: Path, killer: Killer, seed: object, *reductions: str
) -> tuple[Answers, int]:
    """Compare a search that is killed often with one that is not."""
    expected = answers(explored(case, None, *reductions))
    found, runs = killed_often(case, folder, killer, seed, *reductions)
    assert found == expected
    return found, runs


CASES = [*product(NETWORKS, SUBSETS)]


@pytest.mark.parametrize(("network", "reductions"), fast_first(5, CASES[::3] + CASES[1::3]))
def test_paxos_that_is_killed_often_has_the_same_answer(
    network: str, reductions: tuple[str, ...], tmp_path: Path, killer: Killer
) -> None:
    case = Case(cluster("paxos", acceptors=2, proposers=2, rounds=1), network, 1)
    _, runs = check_killed(case, tmp_path / "saved", killer, network, *reductions)
    assert runs > 0


@pytest.mark.parametrize("reductions", SUBSETS)
def test_a_violation_has_the_same_trace(
    reductions: tuple[str, ...], tmp_path: Path, killer: Killer
) -> None:
    bug = cluster("paxos", "ignores-votes", acceptors=3, proposers=2, rounds=1)
    found, runs = check_killed(
        Case(bug, "once"), tmp_path / "saved", killer, reductions, *reductions
    )
    assert (found.verdict, runs > 0) == ("violated", True)


def test_a_step_property_is_judged_after_a_kill(tmp_path: Path, killer: Killer) -> None:
    early = no_step(lambda before, after: after == (2, 0, 0))
    late = no_step(lambda before, after: after == (9, 9, 9))
    for nth, prop in enumerate((early, late)):
        case = Case(tickers(3, 12, prop, never_at(12, 12, 12)), all_properties=True)
        found, runs = check_killed(case, tmp_path / str(nth), killer, nth)
        assert (found.verdict, runs > 0) == ("violated", True)


def check_drawn(first: int, how_many: int, folder: Path, killer: Killer) -> Counter[str]:
    """Compare random protocols under all reductions, and without; count verdicts and kills."""
    found = Counter[str]()
    for protocol in protocols(first, how_many):
        scope = scope_of(protocol)
        for nth, reductions in enumerate(((), REDUCTIONS)):
            with comparing(f"protocol {protocol.number} under {reductions}"):
                parts = folder / f"{protocol.number}.{nth}", killer, protocol.number
                answer, runs = check_killed(scope, *parts, *reductions)
                found[answer.verdict] += 1
                found["kills"] += runs
    return found


def test_random_protocols_have_the_same_answers(tmp_path: Path, killer: Killer) -> None:
    found = check_drawn(720_000, 12, tmp_path, killer)
    assert min(found["holds"], found["violated"]) > 2
    assert found["kills"] > 10


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_many_random_protocols_have_the_same_answers(
    part: int, tmp_path: Path, killer: Killer
) -> None:
    found = check_drawn(730_000 + 10_000 * part, 150, tmp_path, killer)
    assert min(found["holds"], found["violated"]) > 20


@pytest.mark.slow
@pytest.mark.parametrize("name", CLUSTERS)
def test_shipped_specs_and_bugs_have_the_same_answers(
    name: str, tmp_path: Path, killer: Killer, monkeypatch: Patch
) -> None:
    monkeypatch.setattr(expansion, "STATES_AT_ONCE", 3_000)
    monkeypatch.setattr(slices, "STATES_IN_SLICE", 5_000)
    for bug in [None, *(bug.name for bug in find(name).bugs)][::3]:

        def answer(folder: Path | None, bug: str | None = bug) -> Answers:
            return answers(
                check(
                    name,
                    bug=bug,
                    engine="compiled",
                    max_states=50_000,
                    checkpoint=folder,
                ).search
            )

        expected, moments, most = answer(None), random.Random(name), 60.0
        while True:
            killer.left = moments.randint(1, int(most))
            try:
                assert answer(tmp_path / str(bug)) == expected, bug
            except Killed:
                most *= 1.5
            else:
                break
        killer.left = -1
