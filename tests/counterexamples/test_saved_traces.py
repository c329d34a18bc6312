"""Every trace in `counterexamples/` replays as recorded, and its text and picture are current."""

from __future__ import annotations

import io
import json
from functools import cache
from pathlib import Path

import pytest
from rich.console import Console

from pcheck.bugs import select
from pcheck.cli.main import run
from pcheck.loading.setup import Setup
from pcheck.loading.spec import SHIPPED, find, implementations, shipped
from pcheck.render.diagram.picture import diagram_svg
from pcheck.render.text.report import TraceReport
from pcheck.traces.explanation import Explanation
from pcheck.traces.finding import Finding
from pcheck.traces.replay import replay
from pcheck.traces.saved import SavedTrace, read
from tests.render.findings import each_of

FOLDER = SHIPPED.parent / "counterexamples"
# A spec that hosts a package from PyPI is available only if the package is installed.
SPECS = [*shipped(), *implementations()]
NAMES = [spec.name for spec in SPECS]
FILES = [file for file in sorted(FOLDER.glob("*.json")) if read(file).spec in NAMES]
PICTURE = "vote-leaves-promise.svg"  # shown in the README
PAGE = "play.png"  # also there, a picture of a page
# A `sometimes` property is never reached.
WITHOUT_TRACE = {"votes-above-its-promise", "leaves-gaps-open", "waits-for-too-many"}
# The number of steps, the divergences, and the step that the correct protocol refuses.
TRACES: dict[str, tuple[int, tuple[int, ...], int | None]] = {
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
of_paxos = pytest.mark.parametrize("name", TRACES)


@cache
def saved(name: str) -> tuple[SavedTrace, Setup, Explanation, Finding]:
    """Return a saved trace, its setup, its explanation and its finding."""
    trace = read(FOLDER / f"{name}.json")
    setup = trace.prepare(find(trace.spec))
    replayed = replay(trace, setup).trace
    _, head, _ = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").split("\n\n", 2)
    # Only a search knows how many shortest traces exist, so the sentence comes from the text file.
    selection = " ".join(head.splitlines()[1:])
    finding = Finding.of(setup, trace, replayed, selection)
    return trace, setup, finding.explanation, finding


def test_every_bug_with_a_trace_has_a_json_and_a_text_file() -> None:
    bugs = {bug.name for spec in SPECS for bug in spec.bugs if not bug.safe} - WITHOUT_TRACE
    others = {file.stem for file in FOLDER.glob("*.json")} - {file.stem for file in FILES}
    files = sorted(file.name for file in FOLDER.iterdir() if file.stem not in others)
    assert bugs >= TRACES.keys()
    for name in (PICTURE, PAGE):
        files.remove(name)
    files.remove("README.md")
    assert files == [f"{name}.{kind}" for name in sorted(bugs) for kind in ("json", "txt")]


def test_the_picture_in_the_readme_is_current() -> None:
    finding = saved(Path(PICTURE).stem)[-1]
    assert f"](counterexamples/{PICTURE})" in (SHIPPED.parent / "README.md").read_text()
    assert diagram_svg(finding) == (FOLDER / PICTURE).read_text(encoding="utf-8")


@named
def test_a_trace_violates_the_property_that_its_bug_declares(name: str) -> None:
    trace, setup, _, _ = saved(name)
    replayed = replay(trace, setup)
    found = replayed.mismatch, replayed.why, trace.bug, trace.property
    (known,) = select(name)
    assert found == (None, trace.why, name, known.bug.breaks)


@named
def test_a_trace_has_the_scope_that_its_bug_declares(name: str) -> None:
    trace, setup, _, _ = saved(name)
    (known,) = select(name)
    spec, bug = known.spec, known.bug
    general = {"network": "set", "crashes": 1}
    assert setup.all_options == {**spec.options({}), **general, **bug.scope}
    assert trace.file is None


@of_paxos
def test_the_correct_protocol_diverges_at_the_recorded_steps(name: str) -> None:
    trace, _, explanation, _ = saved(name)
    divergences = explanation.divergences
    numbers = tuple(each.number for each in divergences)
    assert (len(trace.steps), numbers, trace.refused_at) == TRACES[name]
    assert [each.label for each in divergences] == [trace.steps[number - 1] for number in numbers]


@named
def test_an_explanation_has_lines_and_quotes_a_rule(name: str) -> None:
    explanation = saved(name)[2]
    changes_a_method = name != "empties-the-file-first"
    assert (explanation.lines != (), explanation.rules != ()) == (True, changes_a_method)


def test_no_two_traces_have_the_same_steps() -> None:
    traces = [read(file).steps for file in FILES]
    assert len(set(traces)) == len(traces) >= len(TRACES)


@named
def test_the_text_file_is_the_current_report(name: str) -> None:
    *_, finding = saved(name)
    console = Console(file=io.StringIO(), width=100, color_system=None)
    console.print(TraceReport(finding))
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue() == (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("spec", ["paxos", "fast_paxos"])
def test_one_command_writes_all_counterexamples_of_a_spec(
    spec: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Compare the files that `pcheck bugs --save` writes with the saved ones.

    The tests of the other specs' bugs compare theirs. In `fast_paxos` two bugs have the same most
    readable trace, so the second bug gets its next most readable one.
    """
    assert run(["bugs", spec, "--json", "--save", str(tmp_path)]) == 0
    found = json.loads(capsys.readouterr().out)
    steps = {each["name"]: each["steps"] for each in found if each["steps"] is not None}
    assert spec != "paxos" or steps == {name: each[0] for name, each in TRACES.items()}
    assert [each["name"] for each in found if not each["as_expected"]] == []
    written = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    files = [FOLDER / f"{name}.{kind}" for name in steps for kind in ("json", "txt")]
    assert written == {file.name: file.read_bytes() for file in files}
