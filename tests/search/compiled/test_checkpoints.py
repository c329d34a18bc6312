"""Searches that are killed and go on: the answer is that of one search, to the label."""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count, product
from pathlib import Path
from typing import Any

import pytest

from pcheck import Action, Actor, Cluster, action, check, fixed, group
from pcheck.errors import PcheckError, UsageError
from pcheck.loading.spec import find
from pcheck.search.checkpoint import MANIFEST, Checkpoint, Part
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
from tests.search.interrupting import interrupting
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
        patch.setattr(os, "replace", at_rename)

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
    monkeypatch.setattr(os, "fsync", lambda _: None)
    return Killer(monkeypatch)


@contextmanager
def opened(folder: Path, **facts: str) -> Iterator[Checkpoint]:
    """Open a checkpoint, and unlock it as the end of a process does."""
    found = Checkpoint(Saving(folder), facts, Clock(Limits(), None), lambda _: None)
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


# What is refused, and what stays


def half_way(folder: Path, **more: Any) -> SearchResult:
    """Return a search that is stopped, of which a checkpoint stays."""
    case = Case(tickers(3, 19, never_at(19, 19, 19)))
    with opened(folder, **more) as saved:
        return explored(case, saved, on_progress=interrupting(60))


@pytest.fixture
def half(tmp_path: Path, killer: Killer, monkeypatch: Patch) -> Path:
    monkeypatch.setattr(Clock, "PERIOD", 0.0)
    folder = tmp_path / "saved"
    assert half_way(folder).stopped == "an interrupt"
    return folder


def test_an_interrupt_leaves_a_checkpoint(half: Path) -> None:
    case = Case(tickers(3, 19, never_at(19, 19, 19)))
    with opened(half) as saved:
        assert 500 < saved.saved_states < 8_000
        found = explored(case, saved)
    assert answers(found) == answers(explored(case, None))


@pytest.mark.parametrize("name", [MANIFEST, "0.states", "0.entries"])
def test_a_flipped_bit_is_refused(name: str, half: Path) -> None:
    data = bytearray((half / name).read_bytes())
    for at in (0, len(data) // 3, 2 * len(data) // 3):
        data[at] ^= 4
        (half / name).write_bytes(data)
        with pytest.raises(UsageError, match=f"is damaged: {name} is not what was written"):
            opened(half).__enter__()
        data[at] ^= 4
    (half / name).write_bytes(data)
    with opened(half) as saved:
        assert saved.records


def test_a_file_that_is_missing_or_too_short_is_refused(half: Path) -> None:
    data = (half / "0.states").read_bytes()
    (half / "0.states").write_bytes(data[:-1])
    with pytest.raises(UsageError, match=r"is damaged: 0\.states"):
        opened(half).__enter__()
    (half / "0.states").unlink()
    with pytest.raises(UsageError, match=r"is damaged: 0\.states"):
        opened(half).__enter__()


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"--acceptors": "3"}, "was made without --acceptors, and this command is with"),
        ({"pcheck": "another"}, "was made by another version of pcheck"),
        ({"mine.py": "abc"}, r"is of another spec: mine\.py belongs to only one of both"),
    ],
)
def test_a_checkpoint_of_something_else_is_refused(
    facts: dict[str, str], why: str, half: Path
) -> None:
    with pytest.raises(UsageError, match=why):
        opened(half, **facts).__enter__()


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear")
    with pytest.raises(UsageError, match="holds files but no checkpoint"):
        opened(tmp_path).__enter__()
    assert [each.name for each in tmp_path.iterdir()] == ["letter.txt"]


def test_a_folder_serves_one_search_at_a_time(tmp_path: Path) -> None:
    with (
        opened(tmp_path),
        pytest.raises(UsageError, match="is in use by another search"),
    ):
        opened(tmp_path).__enter__()


def test_a_full_disk_is_one_note_and_the_last_checkpoint_stays(
    half: Path, monkeypatch: Patch
) -> None:
    before = json.loads((half / MANIFEST).read_text())
    notes: list[str] = []

    def fail(*_: Any) -> Part:
        raise OSError(28, "No space left on device")

    case = Case(tickers(3, 19, never_at(19, 19, 19)))
    saved = Checkpoint(Saving(half), {}, Clock(Limits(), None), notes.append)
    with monkeypatch.context() as patch:
        patch.setattr(Checkpoint, "append", fail)
        found = explored(case, saved)
    saved.close()
    assert answers(found) == answers(explored(case, None))
    assert "No space left on device. The last one stays" in notes[1]
    assert len(notes) == 2
    assert json.loads((half / MANIFEST).read_text()) == before
    with opened(half) as again:
        assert answers(explored(case, again)) == answers(found)


@dataclass(frozen=True)
class Strider(Actor):
    """Counts up to `end` strides of some length, which does not change the shape of the search."""

    length: int = fixed(1)
    end: int = fixed(19)
    at: int = 0

    def actions(self) -> Iterator[Action]:
        if self.at < self.end * self.length:
            yield action("strides", self.but(at=self.at + self.length))


def striders(length: int, end: int = 19) -> Case:
    node = {group("n", 3): lambda _: Strider(length=length, end=end)}
    return Case(Cluster(node, properties=[never_at(19, 19, 19)]))


@pytest.mark.parametrize(
    ("length", "end"),
    [
        pytest.param(2, 19, id="as many strides, so that all numbers are the same"),
        pytest.param(1, 1, id="fewer strides, so that entries are of what has no number"),
        pytest.param(1, 8, id="fewer strides, so that states are of what has no number"),
    ],
)
def test_a_handler_with_other_answers_is_noticed(
    length: int, end: int, tmp_path: Path, killer: Killer, monkeypatch: Patch
) -> None:
    monkeypatch.setattr(Clock, "PERIOD", 0.0)
    with opened(tmp_path / "saved") as saved:
        explored(striders(1), saved, on_progress=interrupting(60))
    with (
        opened(tmp_path / "saved") as again,
        pytest.raises(PcheckError, match="a handler answers otherwise than when"),
    ):
        explored(striders(length, end), again)
