"""`pcheck lessons`: the list, one lesson with and without its answers, keys, and the site."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pcheck.lessons import site
from pcheck.lessons.site import SiteFile
from pcheck.lessons.text import lessons
from tests.cli.terminal import Terminal

Pcheck = Callable[..., tuple[int, str, str]]


def test_the_list_has_every_lesson_with_its_title(pcheck: Pcheck) -> None:
    status, out, err = pcheck("lessons")
    rows = out.splitlines()
    assert (status, err) == (0, "")
    assert [row.split()[:2] for row in rows if row[:4].strip().isdigit()] == [
        [str(each.number), each.name] for each in lessons()
    ]
    assert rows[-1] == "`pcheck lessons NAME` begins a lesson. Each takes at most ten minutes."


def test_without_a_terminal_the_answers_are_left_out(pcheck: Pcheck) -> None:
    status, out, _ = pcheck("lessons", "an-old-prepare")
    assert status == 0
    assert [row for row in out.splitlines() if row.startswith("Question")] == [
        "Question 1: What does an acceptor do if it receives Prepare(7) but has already",
        "Question 2: Then a2 and a3 promise ballot 7, and p1 sends Accept(7, v1). Does a1",
        "Question 3: Which is the lowest ballot of p1 that a1 answers? And does it answer",
        "Question 4: Does a1 vote in ballot 10 itself?",
    ]
    assert "It ignores the message" not in out
    assert out.splitlines()[-1] == "`pcheck lessons an-old-prepare --answers` prints the answers."


def test_a_lesson_has_a_name_and_a_number(pcheck: Pcheck) -> None:
    assert pcheck("lessons", "6") == pcheck("lessons", "an-old-prepare")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["ordinary-rum"], "unknown lesson 'ordinary-rum'; did you mean 'ordinary-run'?"),
        (["99"], "unknown lesson '99'; `pcheck lessons` lists all 16"),
        (["--answers"], "--answers needs the name of a lesson; `pcheck lessons` lists them"),
        (["1", "--site", "x"], "--site cannot be combined with NAME, --answers or --output"),
        (["--site", "file"], "file is a file; name a new folder for the site"),
        (["--site", "full"], "full is not empty; name a new folder for the site"),
        (["--site", "no/site"], "no/site cannot be made: the folder no does not exist"),
    ],
)
def test_a_wrong_command_is_one_line(
    pcheck: Pcheck, empty_folder: Path, arguments: list[str], error: str
) -> None:
    (empty_folder / "file").write_text("")
    (empty_folder / "full").mkdir()
    (empty_folder / "full" / "mine.txt").write_text("")
    assert pcheck("lessons", *arguments) == (2, "", f"pcheck: {error}\n")
    assert sorted(each.name for each in empty_folder.iterdir()) == ["file", "full"]


def test_a_site_is_written_whole_or_not_at_all(
    pcheck: Pcheck, empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> str:
        raise KeyboardInterrupt

    files = [SiteFile("index.html", lambda: "first"), SiteFile("bugs/x.html", lambda: "second")]
    monkeypatch.setattr("pcheck.cli.lessons.site", lambda _: [*files, SiteFile("y.html", fails)])
    assert pcheck("lessons", "--site", "paxos")[0] == 3
    assert list(empty_folder.iterdir()) == []
    monkeypatch.setattr("pcheck.cli.lessons.site", lambda _: files)
    (empty_folder / "paxos").mkdir()
    assert pcheck("lessons", "--site", "paxos")[:2] == (
        0,
        "Wrote paxos/index.html: 2 pages, 0.0 MB. Open it in a browser.\n",
    )
    assert (empty_folder / "paxos" / "bugs" / "x.html").read_text() == "second"
    assert [each.name for each in empty_folder.iterdir()] == ["paxos"]


def test_a_site_plans_a_page_for_each_lesson_protocol_and_bug() -> None:
    names = [each.name for each in site.site(lambda stepping, is_inside: "")]
    assert len(names) == len(set(names)) == 1 + len(lessons()) + 9 + 105


def test_on_a_terminal_a_key_shows_the_answer_and_q_quits() -> None:
    terminal = Terminal("lessons", "an-old-prepare", size=(80, 60))
    try:
        terminal.waits_for("Any key shows the answer")
        assert b"It ignores the message" not in terminal.sent
        terminal.press(" ")
        terminal.waits_for("It ignores the message")
        terminal.waits_for("Question 2")
        terminal.press("q")
        assert terminal.ends() == 0
        assert b"Question 3" not in terminal.sent
    finally:
        terminal.close()


def test_a_site_needs_a_folder_that_it_can_replace(pcheck: Pcheck, empty_folder: Path) -> None:
    error = "is the current folder; name a new folder for the site"
    assert pcheck("lessons", "--site", ".") == (2, "", f"pcheck: . {error}\n")
    assert list(empty_folder.iterdir()) == []


def test_a_link_to_an_empty_folder_is_followed(
    pcheck: Pcheck, empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (empty_folder / "real").mkdir()
    (empty_folder / "link").symlink_to("real")
    monkeypatch.setattr("pcheck.cli.lessons.site", lambda _: [SiteFile("index.html", lambda: "x")])
    assert pcheck("lessons", "--site", "link")[0] == 0
    assert (empty_folder / "real" / "index.html").read_text() == "x"
    assert (empty_folder / "link").is_symlink()
