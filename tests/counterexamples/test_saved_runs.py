"""Every run in `counterexamples/` still does what it says, and is told as it says."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from pcheck.bugs import select
from pcheck.cli.main import run
from pcheck.loading.setup import Setup
from pcheck.loading.spec import SHIPPED, find, shipped
from pcheck.render.diagram.picture import diagram_svg
from pcheck.render.text.report import RunReport
from pcheck.traces.explanation import Explanation
from pcheck.traces.finding import Finding
from pcheck.traces.replay import replay
from pcheck.traces.saved import SavedTrace, read
from tests.render.every_run import each_of

FOLDER = SHIPPED.parent / "counterexamples"
FILES = sorted(FOLDER.glob("*.json"))
PICTURE = "vote-leaves-promise.svg"  # which the README shows
WITHOUT_A_RUN = {"votes-above-its-promise", "leaves-gaps-open"}  # something never happens
# How many steps it has; where the correct protocol differs first; which step that does not take.
RUNS: dict[str, tuple[int, tuple[int, ...], int | None]] = {
    "adds-up-ballots": (27, (27,), None),
    "answers-before-it-writes": (16, (2, 3, 6), 13),
    "changes-its-mind": (10, (6, 7, 9), 6),
    "counts-a-promise-twice": (12, (3, 4, 5), 4),
    "counts-old-promises": (15, (5, 6, 14), 5),
    "counts-the-living": (10, (3, 4, 5), 3),
    "forgets-everything": (10, (5, 9), 9),
    "forgets-its-promise": (16, (14, 16), 16),
    "forgets-its-vote": (16, (8, 11, 13), 13),
    "half-is-a-quorum": (10, (5, 6, 7), 7),
    "ignores-votes": (14, (12, 13, 14), 13),
    "keeps-its-first-vote": (20, (12, 15, 17), 17),
    "learns-from-one-vote": (14, (13, 14), None),
    "leaves-its-vote-out": (14, (9, 10, 11), 11),
    "passes-on-a-vote": (8, (7, 8), 8),
    "promises-a-lower-ballot": (14, (7, 8, 9), 7),
    "promises-a-shared-ballot-twice": (14, (6, 7, 8), 6),
    "quorums-need-not-meet": (10, (3, 4, 5), 4),
    "raises-its-ballot": (15, (6, 14, 15), 6),
    "reports-the-promised-ballot": (21, (16, 17, 18), 18),
    "skips-phase-one": (6, (1, 2, 3), 2),
    "takes-the-lowest-vote": (20, (18, 19, 20), 19),
    "uses-a-ballot-again": (21, (13, 15, 16), 15),
    "vote-leaves-promise": (20, (13, 14, 16), 14),
    "votes-in-any-ballot": (14, (13, 14), 13),
}
named = each_of(file.stem for file in FILES)
of_paxos = pytest.mark.parametrize("name", RUNS)


def saved(name: str) -> tuple[SavedTrace, Setup, Explanation, Finding]:
    """What a file holds, and what is made of it."""
    found = read(FOLDER / f"{name}.json")
    setup = found.prepare(find(found.spec))
    path = replay(found, setup).trace
    _, head, _ = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").split("\n\n", 2)
    among = " ".join(head.splitlines()[1:])  # only a search knows how many others there are
    shown = Finding.of(setup, found, path, among)
    return found, setup, shown.explanation, shown


def test_there_is_one_as_labels_and_one_as_text_of_every_mistake_that_has_a_run() -> None:
    bugs = {bug.name for spec in shipped() for bug in spec.bugs if not bug.safe} - WITHOUT_A_RUN
    files = sorted(file.name for file in FOLDER.iterdir())
    assert bugs >= RUNS.keys()
    files.remove(PICTURE)
    assert files == [f"{name}.{kind}" for name in sorted(bugs) for kind in ("json", "txt")]


def test_the_picture_that_the_readme_shows_is_of_its_run() -> None:
    found = saved(Path(PICTURE).stem)[-1]
    assert f"](counterexamples/{PICTURE})" in (SHIPPED.parent / "README.md").read_text()
    assert diagram_svg(found) == (FOLDER / PICTURE).read_text(encoding="utf-8")


@named
def test_it_violates_what_the_mistake_breaks(name: str) -> None:
    found, setup, _, _ = saved(name)
    walked = replay(found, setup)
    told = walked.mismatch, walked.why, found.bug, found.property
    ((_, bug),) = select(name)
    assert told == (None, found.why, name, bug.breaks)


@named
def test_it_is_of_the_scope_that_the_mistake_says(name: str) -> None:
    found, setup, _, _ = saved(name)
    ((spec, bug),) = select(name)
    general = {"network": "set", "crashes": 1}
    assert setup.all_options == {**spec.options({}), **general, **bug.scope}
    assert found.file is None


@of_paxos
def test_the_correct_protocol_differs_where_it_says(name: str) -> None:
    found, _, explanation, _ = saved(name)
    differ = explanation.divergences
    numbers = tuple(each.number for each in differ)
    assert (len(found.steps), numbers, found.refused_at) == RUNS[name]
    assert [each.label for each in differ] == [found.steps[number - 1] for number in numbers]


@named
def test_a_rule_is_quoted_and_something_is_told(name: str) -> None:
    explanation = saved(name)[2]
    assert (explanation.lines != (), explanation.rules != ()) == (True, True)


def test_no_two_hold_the_same_steps() -> None:
    runs = [read(file).steps for file in FILES]
    assert len(set(runs)) == len(runs) >= len(RUNS)


@named
def test_the_text_is_what_is_said_of_these_steps(name: str) -> None:
    *_, shown = saved(name)
    console = Console(file=io.StringIO(), width=100, color_system=None)
    console.print(RunReport(shown))
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue() == (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("spec", ["paxos", "fast_paxos"])
def test_one_command_writes_all_of_a_spec_again(
    spec: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Those of the others are compared where their mistakes are hunted. In `fast_paxos` two have
    the same most readable run: so for the second one the next best is kept."""
    assert run(["bugs", spec, "--json", "--save", str(tmp_path)]) == 0
    found = json.loads(capsys.readouterr().out)
    steps = {each["name"]: each["steps"] for each in found if each["steps"] is not None}
    assert spec != "paxos" or steps == {name: each[0] for name, each in RUNS.items()}
    assert [each["name"] for each in found if not each["as_expected"]] == []
    written = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    files = [FOLDER / f"{name}.{kind}" for name in steps for kind in ("json", "txt")]
    assert written == {file.name: file.read_bytes() for file in files}
