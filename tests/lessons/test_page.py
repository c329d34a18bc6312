"""The page of one lesson: its text, pictures and answers, and the play of each run inside it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pcheck.cli.main import run
from pcheck.lessons.text import lesson_called

NAME = "reading-a-run"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("lesson") / "lesson.html"
    assert run(["lessons", NAME, "-o", str(file)]) == 0
    return file.read_text(encoding="utf-8")


def test_a_page_holds_the_title_each_question_and_each_run(page: str) -> None:
    lesson = lesson_called(NAME)
    runs = len(lesson.blocks)
    assert f"<h1>Lesson {lesson.number}: {lesson.title}</h1>" in page
    assert page.count("<summary>Answer</summary>") == len(lesson.questions)
    assert page.count('<svg xmlns="http://www.w3.org/2000/svg"') == runs
    assert page.count("<summary>The steps as text</summary>") == runs
    assert re.findall(r"Play on from here: run (\d+)", page) == [str(n + 1) for n in range(runs)]


def test_every_identifier_on_a_page_is_its_own(page: str) -> None:
    found = re.findall(r' id="([^"]+)"', page.partition('<script type="application/json"')[0])
    assert sorted(found) == sorted(set(found))


def test_a_play_inside_a_page_becomes_whole_with_the_shared_parts(page: str) -> None:
    """The engine is on the page once; each play has a mark in its place."""
    shared = json.loads(re.findall(r'id="shared">(.*?)</script>', page, re.S)[0])
    plays = re.findall(r'<script type="application/json">(.*?)</script>', page, re.S)
    assert list(shared) == ["@style@", "@engine@", "@script@"]
    assert page.count("class Engine {") == 1
    for text in map(json.loads, plays):
        for marker, part in shared.items():
            assert text.count(marker) == 1
            text = text.replace(marker, part)
        assert text.count("class Engine {") == 1


def test_a_page_needs_a_lesson_and_a_name_that_fits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "lesson.html"
    for arguments, error in (
        (["-o", str(file)], "--output needs the name of a lesson; `pcheck lessons` lists them"),
        (["1", "-o", "x.pdf"], "x.pdf: a page is an HTML file, so its name must end in .html"),
        (["1", "-o", f"{tmp_path}/no/x.html"], "the folder"),
    ):
        assert run(["lessons", *arguments]) == 2
        assert error in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
