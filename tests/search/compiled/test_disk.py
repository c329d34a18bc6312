"""States that are kept in a file: the answer is that of a search in memory, to the label."""

from __future__ import annotations

import errno
import mmap
import os
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from pcheck import check
from pcheck.errors import UsageError
from pcheck.loading.spec import find
from pcheck.search.compiled import explorer, memory, slices, store, turn
from pcheck.search.compiled.memory import RoomOnDisk
from pcheck.search.outcome import SearchResult
from pcheck.search.reductions.reduce import REDUCTIONS
from pcheck.semantics.network import NETWORKS
from tests.attack.drawn import comparing, protocols
from tests.sampling import fast_first
from tests.search.alike import Case, answers
from tests.search.compiled.test_slices import CLUSTERS, scope_of
from tests.specs.family import cluster

Patch = pytest.MonkeyPatch
SUBSETS: list[tuple[str, ...]] = [(), ("symmetry",), ("prune", "fuse"), REDUCTIONS]
CASES = [*product(NETWORKS, SUBSETS)]


@pytest.fixture(autouse=True)
def in_a_file(monkeypatch: Patch) -> list[int]:
    """Keep all but the first 64 states in a file, which grows often; return its lengths."""
    monkeypatch.setattr(store, "FIRST_ROOM", 64)
    monkeypatch.setattr(store, "SECOND_ROOM", 128)
    monkeypatch.setattr(memory, "LEAST_OF_FILE", 1)
    monkeypatch.setattr(store, "BUFFER", 100)
    monkeypatch.setattr(slices, "FIRST_ROOM", 64)
    monkeypatch.setattr(slices, "MIN_STATES", 400)
    monkeypatch.setattr(slices, "STATES_IN_SLICE", 50)
    monkeypatch.setattr(turn, "MIN_STATES_TO_TRY_COVER", 100)
    lengths: list[int] = []
    grow = RoomOnDisk.grow

    def noted(self: RoomOnDisk, count: int, used: int) -> None:
        grow(self, count, used)
        lengths.append(8 * len(self.words))

    monkeypatch.setattr(RoomOnDisk, "grow", noted)
    return lengths


def explored(case: Case, disk: Path | None, *reductions: str, threads: int = 2) -> SearchResult:
    return explorer.explore(
        case.model(),
        case.limits,
        reductions=reductions,
        all_properties=case.all_properties,
        threads=threads,
        disk=disk,
    )


def check_disk(case: Case, folder: Path, *reductions: str) -> None:
    """Compare searches with states in memory and in a file, with one thread and with two."""
    expected = answers(explored(case, None, *reductions))
    for threads in (1, 2):
        assert answers(explored(case, folder, *reductions, threads=threads)) == expected
    assert not [*folder.iterdir()]


@pytest.mark.parametrize(("network", "reductions"), fast_first(5, CASES[::3] + CASES[1::3]))
def test_paxos_has_the_same_answer_with_its_states_in_a_file(
    network: str, reductions: tuple[str, ...], tmp_path: Path
) -> None:
    case = Case(cluster("paxos", acceptors=2, proposers=2, rounds=1), network, 1)
    check_disk(case, tmp_path, *reductions)


def test_the_file_grows_often(tmp_path: Path, in_a_file: list[int]) -> None:
    check_disk(Case(cluster("paxos", acceptors=3, proposers=2, rounds=1)), tmp_path)
    assert len({*in_a_file}) > 5


@pytest.mark.parametrize("reductions", SUBSETS)
def test_a_violation_has_the_same_trace(reductions: tuple[str, ...], tmp_path: Path) -> None:
    bug = cluster("paxos", "ignores-votes", acceptors=3, proposers=2, rounds=1)
    check_disk(Case(bug, "once"), tmp_path, *reductions)


@pytest.mark.slow
@pytest.mark.parametrize("name", CLUSTERS)
def test_every_spec_has_the_same_answer_with_its_states_in_a_file(
    name: str, tmp_path: Path
) -> None:
    """Every fifth bug, too."""
    for bug in [None, *(bug.name for bug in find(name).bugs)][::5]:
        how: dict[str, Any] = {"bug": bug, "engine": "compiled", "max_states": 100_000}
        expected = check(name, **how)
        found = check(name, **how, disk=tmp_path)
        assert answers(found.search) == answers(expected.search)


@pytest.mark.parametrize("seed", fast_first(2, range(20)))
def test_random_protocols_have_the_same_answer_with_their_states_in_a_file(
    seed: int, tmp_path: Path
) -> None:
    for protocol, reductions in product(protocols(911_000 + 5 * seed, 5), ((), REDUCTIONS)):
        with comparing(f"protocol {protocol.number} under {reductions}"):
            check_disk(scope_of(protocol), tmp_path, *reductions)


# The disk is full, or is none


def test_a_search_stops_if_the_disk_has_no_more_room(tmp_path: Path, monkeypatch: Patch) -> None:
    """What was found until then is reported."""
    allocate, most = os.posix_fallocate, 4

    def allocate_some(file: int, begin: int, length: int) -> None:
        if begin + length > most * mmap.PAGESIZE:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        allocate(file, begin, length)

    monkeypatch.setattr(os, "posix_fallocate", allocate_some)
    case = Case(cluster("paxos", acceptors=3, proposers=2, rounds=1))
    whole, partial = explored(case, None), explored(case, tmp_path)
    assert (whole.complete, partial.complete) == (True, False)
    assert partial.stopped == f"a lack of room in {tmp_path} (No space left on device)"
    found = len(partial.widths) - 1
    assert found > 5
    assert partial.widths[:found] == whole.widths[:found]
    assert sum(whole.widths[:found]) <= partial.states < whole.states


def test_only_what_can_keep_states_on_a_disk_does(tmp_path: Path) -> None:
    some: dict[str, Any] = {"acceptors": 1, "disk": tmp_path}
    with pytest.raises(UsageError, match="the reference engine keeps all states in memory"):
        check("paxos", engine="reference", **some)
    with pytest.raises(UsageError, match="a question about the future keeps all states in memory"):
        check("paxos", properties=["a_value_can_still_be_chosen"], **some)
    file = tmp_path / "file"
    file.write_text("")
    for wrong in (file, tmp_path / "none"):
        with pytest.raises(UsageError, match="must be a folder to write to, got"):
            check("paxos", disk=wrong)
