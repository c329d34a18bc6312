"""`--format` and `-o`: what goes where, and what cannot."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pcheck import check
from pcheck.render.formats import FORMATS

Ends = Callable[..., tuple[int, str, str]]
FOUND = "explore", "--bug", "votes-in-any-ballot", "--acceptors", "1"
HOLDS = "explore", "--acceptors", "1", "--proposers", "1", "--rounds", "1"
PROGRAMS = [name for name, each in FORMATS.items() if each.for_a_program]
READABLE = [name for name in FORMATS if name not in (*PROGRAMS, "text")]


@pytest.fixture(scope="module")
def drawn() -> dict[str, str]:
    """The run of FOUND in each format, as the library gives it."""
    result = check("paxos", bug="votes-in-any-ballot", acceptors=1)
    return {name: result.draw(name) for name in FORMATS}


def test_the_formats_are_these() -> None:
    assert [*FORMATS] == ["text", "mermaid", "svg", "html", "itf", "shiviz", "json"]


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "text"])
def test_into_a_pipe_goes_the_run_and_nothing_else(
    name: str, pcheck: Ends, drawn: dict[str, str]
) -> None:
    assert pcheck(*FOUND, "--format", name) == (1, drawn[name], "")


@pytest.mark.parametrize("name", FORMATS)
def test_the_name_of_a_file_says_the_format_and_the_report_is_printed_as_ever(
    name: str, pcheck: Ends, empty_folder: Path, drawn: dict[str, str]
) -> None:
    file = f"run{FORMATS[name].suffix}"
    status, out, err = pcheck(*FOUND, "-o", file)
    assert (status, err) == (1, "")
    assert out.startswith("paxos: Single-decree Paxos")
    assert "To keep this run" not in out
    assert (empty_folder / file).read_text(encoding="utf-8") == drawn[name]
    assert os.listdir(empty_folder) == [file]


def test_what_is_said_goes_before_the_name_of_a_file(
    pcheck: Ends, empty_folder: Path, drawn: dict[str, str]
) -> None:
    assert pcheck(*FOUND, "--quiet", "--format", "mermaid", "-o", "run.svg") == (
        1,
        "violated\n",
        "",
    )
    assert (empty_folder / "run.svg").read_text(encoding="utf-8") == drawn["mermaid"]


def test_text_without_a_file_is_the_report(pcheck: Ends) -> None:
    status, out, err = pcheck(*FOUND, "--format", "text")
    assert (status, err) == (1, "")
    assert "To keep this run" in out


@pytest.mark.parametrize("name", FORMATS)
def test_a_saved_run_is_drawn_as_when_it_was_found(
    name: str, pcheck: Ends, empty_folder: Path, drawn: dict[str, str]
) -> None:
    """But for how many others there are, which only a search knows."""
    pcheck(*FOUND, "--save", "run.json", "--quiet")
    status, _, err = pcheck("replay", "run.json", "--format", name, "-o", "again")
    again = (empty_folder / "again").read_text(encoding="utf-8")
    others = "There are 30 such runs: this one jumps least between nodes."
    assert (status, err) == (0, "")
    assert [line for line in again.splitlines() if line not in drawn[name].splitlines()] == []
    assert len(drawn[name]) - len(again) <= len(others) + 20


def test_one_mistake_is_drawn_into_a_pipe_a_file_or_a_folder(
    pcheck: Ends, empty_folder: Path
) -> None:
    (empty_folder / "all").mkdir()
    status, piped, err = pcheck("bugs", "changes-its-mind", "--format", "mermaid")
    assert (status, err) == (0, "")
    assert pcheck("bugs", "changes-its-mind", "-o", "one.mmd")[::2] == (0, "")
    assert pcheck("bugs", "changes-its-mind", "--format", "mermaid", "-o", "all")[::2] == (0, "")
    assert (empty_folder / "one.mmd").read_text() == piped
    assert (empty_folder / "all" / "changes-its-mind.mmd").read_text() == piped


def test_several_mistakes_need_a_folder(pcheck: Ends, empty_folder: Path) -> None:
    many = "pcheck: there are 2 runs to write: give a folder that exists, with -o\n"
    assert pcheck("bugs", "12", "--format", "svg") == (2, "", many)
    assert pcheck("bugs", "12", "-o", "run.svg") == (2, "", many)
    (empty_folder / "all").mkdir()
    unclear = "pcheck: all does not say what to write: give a --format too\n"
    assert pcheck("bugs", "12", "-o", "all") == (2, "", unclear)
    assert os.listdir(empty_folder) == ["all"]


@pytest.mark.parametrize("arguments", [HOLDS, ("bugs", "votes-above-its-promise")])
def test_where_there_is_no_run_nothing_is_written(
    arguments: tuple[str, ...], pcheck: Ends, empty_folder: Path
) -> None:
    none = "pcheck: there is no run to draw\n"
    assert pcheck(*arguments, "--format", "mermaid") == (0, "", none)
    status, _, err = pcheck(*arguments, "-o", "run.svg")
    assert (status, err) == (0, "pcheck: run.svg was not written: there is no run to draw\n")
    assert os.listdir(empty_folder) == []


def test_a_run_that_does_not_do_what_its_file_says_is_not_drawn(
    pcheck: Ends, empty_folder: Path
) -> None:
    pcheck(*FOUND, "--save", "run.json", "--quiet")
    text = (empty_folder / "run.json").read_text()
    (empty_folder / "run.json").write_text(text.replace("p2 starts ballot 2", "p2 sleeps"))
    status, out, err = pcheck("replay", "run.json", "-o", "run.svg")
    assert (status, err) == (1, "")
    assert "step 2 is not possible here" in " ".join(out.split())
    status, out, err = pcheck("replay", "run.json", "--format", "mermaid")
    assert (status, out) == (1, "")
    assert "step 2 is not possible here" in " ".join(err.split())
    assert os.listdir(empty_folder) == ["run.json"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((*FOUND, "--format", "sgv"), "there is no format 'sgv'; did you mean 'svg'?"),
        (
            (*FOUND, "-o", "run.png"),
            "run.png does not say what to write: end it in .txt, .mmd, .svg, .html, .itf.json, "
            ".shiviz.log, .json, or give --format",
        ),
        (
            (*FOUND, "-o", "nowhere/run.svg"),
            "nowhere/run.svg cannot be written: there is no folder nowhere",
        ),
        ((*FOUND, "--format", "svg", "-o", "."), ". is a folder: name a file"),
        (
            (*FOUND, "--json", "--format", "svg"),
            "--json and --format svg both print: give one of them alone, or a file with -o run.svg",
        ),
        (
            (*FOUND, "--quiet", "--format", "itf"),
            "--quiet and --format itf both print: give one of them alone, or a file with "
            "-o run.itf.json",
        ),
        (
            ("bugs", "14", "--json", "--format", "svg"),
            "--json and --format svg both print: give one of them alone, or a file with -o run.svg",
        ),
    ],
)
def test_what_cannot_be_is_said_before_any_search(
    arguments: tuple[str, ...], said: str, pcheck: Ends, empty_folder: Path
) -> None:
    assert pcheck(*arguments) == (2, "", f"pcheck: {said}\n")
    assert os.listdir(empty_folder) == []


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_nobody_can_read_does_not_go_to_a_terminal(
    name: str, pcheck: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    suffix = FORMATS[name].suffix
    said = f"pcheck: {name} is not for a terminal: write it to a file, as in -o run{suffix}\n"
    assert pcheck(*FOUND, "--format", name) == (2, "", said)


@pytest.mark.parametrize("name", READABLE)
def test_what_can_be_read_goes_to_a_terminal(
    name: str, pcheck: Ends, drawn: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert pcheck(*FOUND, "--format", name) == (1, drawn[name], "")


def test_a_full_disk_leaves_no_half_of_a_picture(pcheck: Ends) -> None:
    said = "pcheck: /dev/full cannot be written: No space left on device\n"
    status, _, err = pcheck(*FOUND, "--format", "svg", "-o", "/dev/full")
    assert (status, err) == (2, said)


def test_a_reader_that_goes_away_is_no_error(process: Callable[..., subprocess.Popen[str]]) -> None:
    with process(*FOUND, "--format", "html") as started:
        assert started.stdout is not None
        assert started.stderr is not None
        started.stdout.close()
        assert (started.wait(60), started.stderr.read()) == (2, "")


def test_the_library_has_no_picture_of_nothing() -> None:
    result = check("paxos", acceptors=1, proposers=1, rounds=1)
    with pytest.raises(Exception, match="there is no run to draw"):
        result.draw("svg")
