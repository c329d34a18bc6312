"""`--format` and `-o`: what goes where, and what cannot."""

from __future__ import annotations

import io
import os
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pcheck import check
from pcheck.bugs import select
from pcheck.cli.main import run
from pcheck.loading.spec import SHIPPED
from pcheck.render.formats import FORMATS

Ends = Callable[..., tuple[int, str, str]]
FOUND = "explore", "--bug", "votes-in-any-ballot", "--acceptors", "1"
HOLDS = "explore", "--acceptors", "1", "--proposers", "1", "--rounds", "1"
PROGRAMS = [name for name, each in FORMATS.items() if each.for_a_program]
READABLE = [name for name in FORMATS if name not in PROGRAMS]
NOT_UTF_8 = {
    "cp1252": {"PYTHONIOENCODING": "cp1252"},
    "C": {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C"},
}


@pytest.fixture(scope="module")
def drawn() -> dict[str, str]:
    """The run of FOUND in each format, as the library gives it."""
    result = check("paxos", bug="votes-in-any-ballot", acceptors=1)
    return {name: result.draw(name) for name in FORMATS}


def test_the_formats_are_these() -> None:
    assert [*FORMATS] == ["text", "mermaid", "svg", "html", "itf", "shiviz", "json"]


@pytest.mark.parametrize("name", FORMATS)
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


@pytest.mark.parametrize("locale", NOT_UTF_8)
@pytest.mark.parametrize("name", FORMATS)
def test_a_pipe_gets_every_sign_whatever_a_terminal_would_know(
    name: str, locale: str, process: Callable[..., subprocess.Popen[str]], drawn: dict[str, str]
) -> None:
    """A page has a hash of its own script, and a picture says that it is UTF-8."""
    with process(*FOUND, "--format", name, **NOT_UTF_8[locale]) as started:
        assert started.stdout is not None
        out = started.stdout.buffer.read()  # type: ignore[attr-defined]
    if name == "text":  # for a reader: it is drawn with other signs
        assert (b"?" in out, out.isascii(), "?" in drawn[name]) == (False, True, False)
    else:
        assert out == drawn[name].encode()
    if name == "svg":
        assert ElementTree.fromstring(out).tag.endswith("svg")


def test_where_there_are_no_bytes_it_is_text(
    drawn: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = io.StringIO()
    monkeypatch.setattr("sys.stdout", printed)
    assert (run([*FOUND, "--format", "html"]), printed.getvalue()) == (1, drawn["html"])


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


def test_of_several_it_is_said_which_has_no_run(
    pcheck: Ends, empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [*select("changes-its-mind"), *select("votes-above-its-promise")]
    monkeypatch.setattr("pcheck.cli.bugs.select", lambda name: found)
    (empty_folder / "d").mkdir()
    status, _, err = pcheck("bugs", "-o", "d", "--format", "html")
    none = "pcheck: d/votes-above-its-promise.html was not written: there is no run to draw"
    assert (status, err.splitlines()[-1]) == (0, none)
    assert os.listdir("d") == ["changes-its-mind.html"]


def test_a_run_that_does_not_do_what_its_file_says_is_not_drawn(
    pcheck: Ends, empty_folder: Path
) -> None:
    pcheck(*FOUND, "--save", "run.json", "--quiet")
    text = (empty_folder / "run.json").read_text()
    (empty_folder / "run.json").write_text(text.replace("p2 starts ballot 2", "p2 sleeps"))
    status, out, err = pcheck("replay", "run.json", "-o", "run.svg")
    said = "pcheck: run.svg was not written: the run does not do what its file says\n"
    assert (status, err) == (1, said)
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
            (*FOUND, "--quiet", "--format", "text"),
            "--quiet and --format text both print: give one of them alone, or a file with "
            "-o run.txt",
        ),
        (
            (*FOUND, "--json", "--format", "text"),
            "--json and --format text both print: give one of them alone, or a file with "
            "-o run.txt",
        ),
        (
            ("replay", "run.json", "--quiet", "--format", "text"),
            "--quiet and --format text both print: give one of them alone, or a file with "
            "-o run.txt",
        ),
        (
            (*FOUND, "--save", "x.json", "-o", "./x.json"),
            "--save and -o both write x.json: give one of them another name",
        ),
        (
            ("bugs", "14", "--save", ".", "-o", ".", "--format", "json"),
            "--save and -o both write votes-in-any-ballot.json: give one of them another name",
        ),
        (
            ("bugs", "14", "--save", ".", "-o", "votes-in-any-ballot.txt"),
            "--save and -o both write votes-in-any-ballot.txt: give one of them another name",
        ),
        ((*FOUND, "-o", "."), ". is a folder: name a file"),
        (("replay", "run.json", "-o", "."), ". is a folder: name a file"),
        (
            (*FOUND, "--format", "svg", "-o", "newdir/"),
            "newdir/ ends as a folder does: name a file",
        ),
        ((*FOUND, "-o", "./x.svg/"), "./x.svg/ ends as a folder does: name a file"),
        ((*FOUND, "--save", "x.json/"), "x.json/ ends as a folder does: name a file"),
        (
            (*FOUND, "-o", f"{'x' * 300}.svg"),
            f"{'x' * 300}.svg cannot be written: File name too long",
        ),
        (
            ("bugs", "14", "--format", "svg", "-o", "x" * 300),
            f"{'x' * 300} cannot be written: File name too long",
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


def test_a_run_of_a_spec_of_ones_own_says_what_to_type(pcheck: Ends, empty_folder: Path) -> None:
    """Whatever blanks are in the names, and with all that was asked for."""
    for name in ("consensus", "lamport"):
        text = (SHIPPED / f"{name}.py").read_text(encoding="utf-8")
        broken = text.replace("ballot >= state.promised[i]", "True")
        (empty_folder / f"{name}.py").write_text(broken, encoding="utf-8")
    (empty_folder / "lamport.py").rename("my own.py")
    explored = pcheck("explore", "./my own.py", "--acceptors", "1", "--save", "a run.json")
    assert explored[::2] == (1, "")
    _, out, _ = pcheck("explore", "./my own.py", "--acceptors", "1")
    assert "pcheck replay FILE 'my own.py' --step" in " ".join(out.split())
    asked = "--format", "svg", "-o", "a picture"
    status, out, err = pcheck("replay", "a run.json", *asked)
    typed = "pcheck replay 'a run.json' 'my own.py' --format svg -o 'a picture'"
    assert (status, out, err.partition("as in ")[2]) == (2, "", f"`{typed}`\n")
    assert pcheck(*shlex.split(typed)[1:])[::2] == (0, "")
    assert sorted(empty_folder.glob("a *")) == [
        empty_folder / "a picture",
        empty_folder / "a run.json",
    ]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("explore", "Write the run to this file; its name says the format."),
        ("replay", "Write the run to this file; its name says the format."),
        ("bugs", "Or into this folder, one file for each run."),
        ("graph", "Write the graph to this file; its name says the format."),
    ],
)
def test_help_says_what_is_written(command: str, said: str, pcheck: Ends) -> None:
    words = pcheck(command, "--help")[1].replace("│", " ").split()
    assert said in " ".join(words)
