"""Every run that ships in `counterexamples/` still does what it says, by its labels."""

from __future__ import annotations

from pathlib import Path

import pytest

from pcheck.counterexample import read, replay
from pcheck.specfile import SHIPPED, find, shipped

FILES = sorted((SHIPPED.parent / "counterexamples").glob("*.json"))
LENGTHS = {"vote-leaves-promise": 20, "votes-in-any-ballot": 14}  # as BUGS.md gives them


def test_there_is_one_for_every_bug() -> None:
    bugs = sorted(bug.name for spec in shipped() for bug in spec.bugs)
    assert [file.stem for file in FILES] == bugs == sorted(LENGTHS)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_violates_what_it_says_and_the_correct_protocol_parts_there(file: Path) -> None:
    saved = read(file)
    walked = replay(saved, saved.ask(find(saved.spec)))
    told = walked.differs, walked.why, walked.refused_at, len(walked.path), saved.bug
    assert told == (None, saved.why, saved.refused_at, LENGTHS[file.stem], file.stem)


def test_no_two_hold_the_same_steps() -> None:
    runs = [read(file).steps for file in FILES]
    assert len(set(runs)) == len(runs)


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_fresh_search_writes_the_same_bytes(file: Path, tmp_path: Path) -> None:
    from pcheck.cli.main import run

    assert run(["explore", "--bug", file.stem, "--quiet", "--save", str(tmp_path / "it")]) == 1
    assert (tmp_path / "it").read_bytes() == file.read_bytes()
