"""`pcheck lessons`: the list of lessons, or one lesson on the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console

from pcheck.lessons.terminal import LessonHead, asked, printed
from pcheck.lessons.text import Lesson, Question, lesson_called, lessons
from pcheck.play.keys import keyboard
from pcheck.render.text.paragraphs import Paragraph, Rows

EXIT_STATUS = "Exit status: 0, or 2 usage error."
STOPS = "stop", "escape", "q"


def lessons_command(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="A lesson, by its name or number."),
    ] = None,
    answers: Annotated[
        bool,
        typer.Option("--answers", metavar="", help="Print each answer below its question."),
    ] = False,
) -> int:
    """List the lessons or print one; on a terminal a key shows the answer to each question."""
    console = Console(highlight=False)
    if name is None:
        _print_list(console)
        return 0
    lesson = lesson_called(name)
    console.print(LessonHead(lesson))
    if answers or not (sys.stdin.isatty() and console.is_terminal):
        _print(console, lesson, lambda question: answers)
        if lesson.questions and not answers:
            hint = f"`pcheck lessons {lesson.name} --answers` prints the answers."
            console.print("", Paragraph(hint), sep="\n")
        return 0
    _print(console, lesson, lambda question: _waits_for_key(console))
    return 0


def _print_list(console: Console) -> None:
    rows = [
        ((str(each.number), "dim"), (each.name, "bold"), (each.title, "")) for each in lessons()
    ]
    hint = "`pcheck lessons NAME` begins a lesson. Each takes at most ten minutes."
    console.print(Rows(rows), "", Paragraph(hint), sep="\n")


def _print(console: Console, lesson: Lesson, wants_answer: Callable[[Question], bool]) -> None:
    """Print a lesson, with the answer to each question for which it is wanted."""
    for part in lesson.parts:
        if not isinstance(part, Question):
            for each in printed([part]):
                console.print(each)
            continue
        console.print("", asked(part), sep="\n")
        if wants_answer(part):
            for each in printed(part.answer):
                console.print(each)


def _waits_for_key(console: Console) -> bool:
    """Wait for a key; return True, or end the program if the user wants to stop."""
    console.print(Paragraph("Think about it. Any key shows the answer, q quits.", "dim"))
    with keyboard() as read:
        typed: list[str] = []
        while not typed:
            typed = read()
    if any(key in STOPS for key in typed):
        raise typer.Exit
    return True
