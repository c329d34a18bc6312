"""The page of the language: every block of code runs, and every output is as printed."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType

import pytest

import pcheck as exported
from pcheck import Result, check
from pcheck.bugs import check_bug, select
from pcheck.loading.spec import SHIPPED

Ends = Callable[..., tuple[int, str, str]]
PAGE = (SHIPPED / "README.md").read_text(encoding="utf-8")
TUTORIAL, _, REFERENCE = PAGE.partition("The rest of this page")
CHANGED_LINE = re.compile(r"```python\n([^\n]*)\n```")  # a block of one line


def blocks(text: str, language: str) -> list[str]:
    """Return the blocks of a page in this language."""
    return re.findall(rf"```{language}\n(.*?)```", text, re.S)


def the_spec() -> str:
    """Return the spec that the reference describes, without the model and the check."""
    code = blocks(REFERENCE, "python")
    return "\n\n".join(each for each in code if "(Model[" not in each and "check(" not in each)


def section(title: str) -> str:
    """Return the part of the reference below a heading."""
    return REFERENCE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def is_abridged(shown: str, printed: str) -> bool:
    """Return whether `shown` is `printed` with some lines left out, each time as a line `...`."""
    lines, at, gap = printed.strip("\n").split("\n"), 0, False
    for line in shown.strip("\n").split("\n"):
        if line == "...":
            gap = True
            continue
        found = lines.index(line, at) if gap and line in lines[at:] else at
        if lines[found : found + 1] != [line]:
            return False
        at, gap = found + 1, False
    return gap or at == len(lines)


def commands(text: str) -> Iterator[tuple[list[str], str]]:
    """Yield the arguments of each `pcheck` command in the console blocks, and its output."""
    for block in blocks(text, "console"):
        for command in re.split(r"^\$ pcheck ", block, flags=re.M)[1:]:
            line, _, output = command.partition("\n")
            yield line.split(), "\n" + output


def test_the_tutorial_does_what_it_says(pcheck: Ends, empty_folder: Path) -> None:
    lock = empty_folder / "lock.py"
    written, *parts = CHANGED_LINE.split(TUTORIAL)
    lines = blocks(written, "python")[0].splitlines()
    lock.write_text("\n".join(lines), encoding="utf-8")
    statuses = [check_commands(pcheck, written)]
    for changed, part in zip(parts[::2], parts[1::2], strict=True):
        (replaced,) = get_close_matches(changed, lines, n=1, cutoff=0.5)
        lines[lines.index(replaced)] = changed
        lock.write_text("\n".join(lines), encoding="utf-8")
        statuses.append(check_commands(pcheck, part))
    assert statuses == [[1], [0, 0], [0]]


def check_commands(pcheck: Ends, text: str) -> list[int]:
    """Run the commands in a text, compare what they print, and return their exit statuses."""
    statuses = []
    for asked, shown in commands(text):
        status, printed, err = pcheck(*asked)
        assert (is_abridged(shown, printed), err) == (True, "")
        statuses.append(status)
    return statuses


def test_a_trace_written_by_hand_is_replayed_as_shown(pcheck: Ends, empty_folder: Path) -> None:
    (written,), trace = blocks(REFERENCE, "json"), empty_folder / "trace.json"
    impossible, possible = commands(section("A trace written by hand"))
    trace.write_text(written, encoding="utf-8")
    status, printed, err = pcheck(*impossible[0])
    assert (status, is_abridged(impossible[1], printed), err) == (1, True, "")
    shorter = json.loads(written)
    del shorter["steps"][3]
    trace.write_text(json.dumps(shorter), encoding="utf-8")
    assert pcheck(*possible[0]) == (0, possible[1].lstrip("\n"), "")


def test_the_scenario_does_what_the_page_says(pcheck: Ends, empty_folder: Path) -> None:
    """Each line is as expected, the ellipsis is found, and nothing can be violated from there."""
    (written,) = re.findall(r"```\n(spec: .*?)```", section("A scenario"), re.S)
    (empty_folder / "promise.txt").write_text(written, encoding="utf-8")
    status, printed, err = pcheck("run", "promise.txt", "-o", "trace.json")
    lines = re.findall(r"^  line (\d+)  (\w+)", printed, re.M)
    kinds = {"expect": "as", "explore": "explored"}
    expected = [
        (str(number), kinds[line.split()[0]])
        for number, line in enumerate(written.splitlines(), start=1)
        if line.startswith(("expect", "explore"))
    ]
    found = [(number, word) for number, word in lines if word != "found"]
    assert (status, err, found) == (0, "", expected)
    assert [word for _, word in lines].count("found") == written.count("\n...\n") == 1
    assert "No property is violated in any state that can follow" in " ".join(printed.split())
    end = "4 expectations are fulfilled; not a run of the protocol: given start."
    assert " ".join(printed.split()).endswith(f"AS WRITTEN: 9 steps taken, and {end}")
    saved = json.loads((empty_folder / "trace.json").read_text(encoding="utf-8"))
    assert saved["start"] == re.findall(r"^given (.*)$", written, re.M)
    assert pcheck("replay", "trace.json", "--quiet")[0] == 0


def test_the_file_of_properties_does_what_it_says(pcheck: Ends, empty_folder: Path) -> None:
    imports, *others = blocks(REFERENCE, "python")
    (mine,) = [each for each in others if "def a_vote_is_a_promise" in each]
    (empty_folder / "mine.py").write_text(imports + mine, encoding="utf-8")
    ended = []
    for asked, shown in commands(section("Properties and actors of shipped specs")):
        status, printed, err = pcheck(*asked)
        assert (is_abridged(shown, printed), err) == (True, "")
        ended.append((asked[0], status))
    assert ended == [("explore", 1), ("replay", 0)]


def test_the_questions_about_the_future_do_what_the_page_says(
    pcheck: Ends, empty_folder: Path
) -> None:
    (empty_folder / "disks.py").write_text(the_spec(), encoding="utf-8")
    assert check_commands(pcheck, section("Questions about the future")) == [1, 0, 1]


@pytest.mark.parametrize(
    ("shown", "printed", "expected"),
    [
        ("\na\n...\nd", "a\nb\nc\nd", True),
        ("\n...\nd", "a\nb\nc\nd", True),
        ("\n...\nc\n...", "a\nb\nc\nd", True),
        ("\na\n...\nc", "a\nb\nc\nd", False),
        ("\na\nc\n...", "a\nb\nc\nd", False),
    ],
)
def test_lines_are_left_out_only_where_the_page_says_so(
    shown: str, printed: str, expected: bool
) -> None:
    assert is_abridged(shown, printed) is expected


def test_every_block_of_the_reference_runs(tmp_path: Path) -> None:
    """The blocks run one after another, as in a notebook."""
    page = ModuleType("the_page")
    sys.modules[page.__name__] = page
    try:
        for number, block in enumerate(blocks(REFERENCE, "python")):
            exec(compile(block, f"block {number}", "exec"), vars(page))
        result = check(page.counting)
        assert (result.verdict_word, result.states) == ("holds", 4)
        shown: Result = check(page.disks)
        assert shown.verdict_word == "holds"
        alone = check(page.patient, acceptors=1, crashes=0)
        assert (alone.verdict_word, alone.states) == ("holds", 21)
    finally:
        del sys.modules[page.__name__]


def test_the_bugs_of_the_reference_do_what_they_say(tmp_path: Path) -> None:
    file = tmp_path / "disks.py"
    file.write_text(the_spec(), encoding="utf-8")
    checks = [check_bug(known) for known in select(str(file))]
    assert [(each.bug.number, each.as_expected) for each in checks] == [(1, True), (2, True)]


def test_the_page_uses_every_public_name() -> None:
    assert [name for name in exported.__all__ if not re.search(rf"\b{name}\b", REFERENCE)] == []
