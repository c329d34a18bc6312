"""`--format` and `-o`: traces in files and pipes, and requests that are refused."""

from __future__ import annotations

import io
import os
import shlex
import subprocess
from collections.abc import Callable
from itertools import product
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pcheck import check
from pcheck.bugs import select
from pcheck.cli.main import run
from pcheck.loading.spec import SHIPPED
from pcheck.render.formats import FORMATS
from tests.sampling import fast_every

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
    """Return the trace of FOUND in each format, as the library draws it."""
    result = check("paxos", bug="votes-in-any-ballot", acceptors=1)
    return {name: result.draw(name) for name in FORMATS}


def test_the_formats_have_these_names() -> None:
    assert [*FORMATS] == ["text", "mermaid", "svg", "html", "itf", "shiviz", "json"]


@pytest.mark.parametrize("name", FORMATS)
def test_a_pipe_gets_only_the_drawn_trace(name: str, pcheck: Ends, drawn: dict[str, str]) -> None:
    assert pcheck(*FOUND, "--format", name) == (1, drawn[name], "")


@pytest.mark.parametrize("name", FORMATS)
def test_the_suffix_selects_the_format_and_the_report_is_still_printed(
    name: str, pcheck: Ends, empty_folder: Path, drawn: dict[str, str]
) -> None:
    file = f"run{FORMATS[name].suffix}"
    status, out, err = pcheck(*FOUND, "-o", file)
    assert (status, err) == (1, "")
    assert out.startswith("paxos: Single-decree Paxos")
    assert "Save this trace" not in out
    assert (empty_folder / file).read_text(encoding="utf-8") == drawn[name]
    assert os.listdir(empty_folder) == [file]


def test_format_takes_precedence_over_the_suffix(
    pcheck: Ends, empty_folder: Path, drawn: dict[str, str]
) -> None:
    assert pcheck(*FOUND, "--quiet", "--format", "mermaid", "-o", "run.svg") == (
        1,
        "violated\n",
        "",
    )
    assert (empty_folder / "run.svg").read_text(encoding="utf-8") == drawn["mermaid"]


@pytest.mark.parametrize(("name", "locale"), fast_every(20, product(FORMATS, NOT_UTF_8)))
def test_a_pipe_gets_utf_8_whatever_the_encoding_of_the_terminal(
    name: str, locale: str, process: Callable[..., subprocess.Popen[str]], drawn: dict[str, str]
) -> None:
    """UTF-8 matters: a page has a hash of its script, and a picture declares the encoding."""
    with process(*FOUND, "--format", name, **NOT_UTF_8[locale]) as started:
        assert started.stdout is not None
        out = started.stdout.buffer.read()  # type: ignore[attr-defined]
    if name == "text":  # text is drawn with characters of the encoding
        assert (b"?" in out, out.isascii(), "?" in drawn[name]) == (False, True, False)
    else:
        assert out == drawn[name].encode()
    if name == "svg":
        assert ElementTree.fromstring(out).tag.endswith("svg")


def test_standard_output_without_bytes_gets_text(
    drawn: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = io.StringIO()
    monkeypatch.setattr("sys.stdout", printed)
    assert (run([*FOUND, "--format", "html"]), printed.getvalue()) == (1, drawn["html"])


@pytest.mark.parametrize("name", FORMATS)
def test_a_saved_trace_is_drawn_as_when_it_was_found(
    name: str, pcheck: Ends, empty_folder: Path, drawn: dict[str, str]
) -> None:
    """Only the number of shortest traces is missing, which only a search knows."""
    pcheck(*FOUND, "--save", "run.json", "--quiet")
    status, _, err = pcheck("replay", "run.json", "--format", name, "-o", "again")
    again = (empty_folder / "again").read_text(encoding="utf-8")
    selection = "One of 30 shortest traces: the one that switches between nodes least often."
    assert (status, err) == (0, "")
    assert [line for line in again.splitlines() if line not in drawn[name].splitlines()] == []
    assert len(drawn[name]) - len(again) <= len(selection) + 20


def test_the_trace_of_a_bug_is_drawn_into_a_pipe_a_file_or_a_folder(
    pcheck: Ends, empty_folder: Path
) -> None:
    (empty_folder / "all").mkdir()
    status, piped, err = pcheck("bugs", "changes-its-mind", "--format", "mermaid")
    assert (status, err) == (0, "")
    assert pcheck("bugs", "changes-its-mind", "-o", "one.mmd")[::2] == (0, "")
    assert pcheck("bugs", "changes-its-mind", "--format", "mermaid", "-o", "all")[::2] == (0, "")
    assert (empty_folder / "one.mmd").read_text() == piped
    assert (empty_folder / "all" / "changes-its-mind.mmd").read_text() == piped


def test_the_traces_of_several_bugs_need_a_folder(pcheck: Ends, empty_folder: Path) -> None:
    many = "pcheck: the traces of 2 bugs need a folder; give an existing one with -o\n"
    assert pcheck("bugs", "12", "--format", "svg") == (2, "", many)
    assert pcheck("bugs", "12", "-o", "run.svg") == (2, "", many)
    (empty_folder / "all").mkdir()
    unclear = "pcheck: all is a folder, which does not select a format; add --format NAME\n"
    assert pcheck("bugs", "12", "-o", "all") == (2, "", unclear)
    assert os.listdir(empty_folder) == ["all"]


@pytest.mark.parametrize("arguments", [HOLDS, ("bugs", "votes-above-its-promise")])
def test_a_result_without_a_trace_writes_no_file(
    arguments: tuple[str, ...], pcheck: Ends, empty_folder: Path
) -> None:
    none = "pcheck: the result has no trace to draw\n"
    assert pcheck(*arguments, "--format", "mermaid") == (0, "", none)
    status, _, err = pcheck(*arguments, "-o", "run.svg")
    assert (status, err) == (
        0,
        "pcheck: run.svg was not written: the result has no trace to draw\n",
    )
    assert os.listdir(empty_folder) == []


def test_a_bug_without_a_trace_is_reported_by_its_file(
    pcheck: Ends, empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [*select("changes-its-mind"), *select("votes-above-its-promise")]
    monkeypatch.setattr("pcheck.cli.bugs.select", lambda *_: found)
    (empty_folder / "d").mkdir()
    status, _, err = pcheck("bugs", "-o", "d", "--format", "html")
    none = "pcheck: d/votes-above-its-promise.html was not written: the result has no trace to draw"
    assert (status, err.splitlines()[-1]) == (0, none)
    assert os.listdir("d") == ["changes-its-mind.html"]


def test_a_trace_that_does_not_replay_is_not_drawn(pcheck: Ends, empty_folder: Path) -> None:
    pcheck(*FOUND, "--save", "run.json", "--quiet")
    text = (empty_folder / "run.json").read_text()
    (empty_folder / "run.json").write_text(text.replace("p2 starts ballot 2", "p2 sleeps"))
    status, out, err = pcheck("replay", "run.json", "-o", "run.svg")
    expected = "pcheck: run.svg was not written: the replay failed\n"
    assert (status, err) == (1, expected)
    assert "step 2 is not possible" in " ".join(out.split())
    status, out, err = pcheck("replay", "run.json", "--format", "mermaid")
    assert (status, out) == (1, "")
    assert "step 2 is not possible" in " ".join(err.split())
    assert os.listdir(empty_folder) == ["run.json"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((*FOUND, "--format", "sgv"), "unknown format 'sgv'; did you mean 'svg'?"),
        (
            (*FOUND, "-o", "run.png"),
            "run.png: no format has this suffix; end the name in .txt, .mmd, .svg, .html, "
            ".itf.json, .shiviz.log, .json, or give --format",
        ),
        (
            (*FOUND, "-o", "nowhere/run.svg"),
            "nowhere/run.svg cannot be written: the folder nowhere does not exist",
        ),
        ((*FOUND, "--format", "svg", "-o", "."), ". is a folder; name a file"),
        (
            (*FOUND, "--json", "--format", "svg"),
            "--json and --format svg both write to standard output; remove one of them or "
            "add -o trace.svg",
        ),
        (
            (*FOUND, "--quiet", "--format", "itf"),
            "--quiet and --format itf both write to standard output; remove one of them or "
            "add -o trace.itf.json",
        ),
        (
            (*FOUND, "--quiet", "--format", "text"),
            "--quiet and --format text both write to standard output; remove one of them or "
            "add -o trace.txt",
        ),
        (
            (*FOUND, "--json", "--format", "text"),
            "--json and --format text both write to standard output; remove one of them or "
            "add -o trace.txt",
        ),
        (
            ("replay", "run.json", "--quiet", "--format", "text"),
            "--quiet and --format text both write to standard output; remove one of them or "
            "add -o trace.txt",
        ),
        (
            (*FOUND, "--save", "x.json", "-o", "./x.json"),
            "--save and -o both write x.json; give each a file of its own",
        ),
        (
            ("bugs", "14", "--save", ".", "-o", ".", "--format", "json"),
            "--save and -o both write votes-in-any-ballot.json; give each a file of its own",
        ),
        (
            ("bugs", "14", "--save", ".", "-o", "votes-in-any-ballot.txt"),
            "--save and -o both write votes-in-any-ballot.txt; give each a file of its own",
        ),
        ((*FOUND, "-o", "."), ". is a folder; name a file"),
        (("replay", "run.json", "-o", "."), ". is a folder; name a file"),
        (
            (*FOUND, "--format", "svg", "-o", "newdir/"),
            "newdir/ ends with a slash; name a file",
        ),
        ((*FOUND, "-o", "./x.svg/"), "./x.svg/ ends with a slash; name a file"),
        ((*FOUND, "--save", "x.json/"), "x.json/ ends with a slash; name a file"),
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
            "--json and --format svg both write to standard output; remove one of them or "
            "add -o trace.svg",
        ),
    ],
)
def test_an_impossible_request_is_reported_before_the_search(
    arguments: tuple[str, ...], expected: str, pcheck: Ends, empty_folder: Path
) -> None:
    assert pcheck(*arguments) == (2, "", f"pcheck: {expected}\n")
    assert os.listdir(empty_folder) == []


@pytest.mark.parametrize("name", PROGRAMS)
def test_formats_for_programs_do_not_go_to_a_terminal(
    name: str, pcheck: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    suffix = FORMATS[name].suffix
    line = f"the format {name} cannot be shown on a terminal; write a file with -o trace{suffix}"
    assert pcheck(*FOUND, "--format", name) == (2, "", f"pcheck: {line}\n")


@pytest.mark.parametrize("name", READABLE)
def test_readable_formats_go_to_a_terminal(
    name: str, pcheck: Ends, drawn: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert pcheck(*FOUND, "--format", name) == (1, drawn[name], "")


def test_a_full_disk_is_reported_when_a_picture_is_written(pcheck: Ends) -> None:
    expected = "pcheck: /dev/full cannot be written: No space left on device\n"
    status, _, err = pcheck(*FOUND, "--format", "svg", "-o", "/dev/full")
    assert (status, err) == (2, expected)


@pytest.mark.slow
def test_a_reader_that_closes_the_pipe_gets_no_error(
    process: Callable[..., subprocess.Popen[str]],
) -> None:
    with process(*FOUND, "--format", "html") as started:
        assert started.stdout is not None
        assert started.stderr is not None
        started.stdout.close()
        assert (started.wait(60), started.stderr.read()) == (2, "")


def test_the_library_raises_if_there_is_no_trace_to_draw() -> None:
    result = check("paxos", acceptors=1, proposers=1, rounds=1)
    with pytest.raises(Exception, match="the result has no trace to draw"):
        result.draw("svg")


def test_the_error_for_a_trace_of_another_spec_has_the_command_to_type(
    pcheck: Ends, empty_folder: Path
) -> None:
    """Names with blanks are quoted, and the command has all given options."""
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
    ("command", "expected"),
    [
        ("explore", "Write the trace to FILE; the suffix selects the format."),
        ("replay", "Write the trace to FILE; the suffix selects the format."),
        ("bugs", "Write the trace to FILE, or one trace per bug to DIR."),
        ("graph", "Write the graph to FILE; the suffix selects the format."),
    ],
)
def test_help_describes_the_output_file(command: str, expected: str, pcheck: Ends) -> None:
    words = pcheck(command, "--help")[1].replace("│", " ").split()
    assert expected in " ".join(words)
