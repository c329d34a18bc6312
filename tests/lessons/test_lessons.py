"""The shipped lessons: each block comes out as its text expects, and the text stays the same.

A golden file holds what `pcheck lessons NAME --answers` prints at 80 columns. To write them anew:
`for n in $(seq 16); do COLUMNS=80 pcheck lessons $n --answers > tests/lessons/golden/$n.txt; done`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from pcheck.cli.main import run
from pcheck.lessons.text import Lesson, Question, Text, lessons

GOLDEN = Path(__file__).parent / "golden"
LESSONS = lessons()
SLOW = "how-many-crashes"  # it explores eight clusters
TERMS = """node cluster step bug consensus proposer acceptor ballot promise majority vote chosen
    agreement learner log leader replicas no-op Decide""".split()


def marked(lesson: Lesson) -> ParameterSet:
    marks = [pytest.mark.slow] if lesson.name == SLOW else []
    return pytest.param(lesson, id=lesson.name, marks=marks)


@pytest.mark.parametrize("lesson", [marked(each) for each in LESSONS])
def test_a_lesson_prints_the_same_text(
    lesson: Lesson, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run(["lessons", lesson.name, "--answers"]) == 0
    printed = capsys.readouterr().out
    assert printed == (GOLDEN / f"{lesson.number}.txt").read_text(encoding="utf-8")
    assert max(map(len, printed.splitlines())) <= 80


def test_every_lesson_has_a_golden_file_and_no_other_exists() -> None:
    assert sorted(int(each.stem) for each in GOLDEN.iterdir()) == [each.number for each in LESSONS]


def test_a_lesson_takes_at_most_ten_minutes_and_asks_something() -> None:
    assert [each.number for each in LESSONS] == list(range(1, 17))
    assert [each.name for each in LESSONS if each.minutes > 10 or len(each.questions) < 2] == []


def test_every_answer_comes_out_of_a_run() -> None:
    missing = [
        (lesson.name, question.number)
        for lesson in LESSONS
        for question in lesson.questions
        if all(isinstance(part, Text) for part in question.answer)
    ]
    assert missing == []


def test_every_lesson_about_a_rule_ends_with_the_bug_that_removes_it() -> None:
    """The first two lessons are about no rule, and a duel breaks no rule."""
    without = [each.name for each in LESSONS if all(b.kind != "bug" for b in each.blocks)]
    assert without == ["reading-a-run", "ordinary-run", "duelling-proposers"]


def test_a_term_is_introduced_before_it_is_used() -> None:
    """The first use of a term is printed in bold, in the order of the lessons."""
    texts = [(each.name, words_of(each)) for each in LESSONS]
    wrong = []
    for term in TERMS:
        for name, text in texts:
            found = re.search(rf"(\*\*)?\b{term}(s|es)?\b", text)
            if found is not None:
                if found[1] is None:
                    wrong.append((term, name, text[found.start() - 20 : found.end() + 20]))
                break
        else:
            wrong.append((term, "nowhere", ""))
    assert wrong == []


def words_of(lesson: Lesson) -> str:
    """Return the paragraphs and the questions of a lesson, with bold words marked."""
    found = []
    for part in lesson.parts:
        pieces = [part] if isinstance(part, Text) else []
        if isinstance(part, Question):
            found.append(part.text)
            pieces = [each for each in part.answer if isinstance(each, Text)]
        for piece in pieces:
            pairs = zip(piece.tokens, piece.tokens[1:])
            found += [b.content for a, b in pairs if a.type == "paragraph_open"]
    return re.sub(r"`[^`]*`|\(ballot", "", "\n".join(found))
