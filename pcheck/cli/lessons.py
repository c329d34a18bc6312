"""`pcheck lessons`: the list of lessons, or one lesson on the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from pcheck.cli.play_page import page_to_write
from pcheck.errors import UsageError
from pcheck.files import write_whole
from pcheck.lessons.page import lesson_page
from pcheck.lessons.terminal import LessonHead, asked, printed
from pcheck.lessons.text import Lesson, Question, lesson_called, lessons
from pcheck.play.keys import keyboard
from pcheck.render.text.paragraphs import Paragraph, Rows
from pcheck.text import printable

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
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write the lesson as a page (.html)."),
    ] = None,
) -> int:
    """List the lessons or print one; on a terminal a key shows the answer to each question."""
    console = Console(highlight=False)
    if name is None:
        if output is not None or answers:
            option = "--output" if output is not None else "--answers"
            raise UsageError(f"{option} needs the name of a lesson; `pcheck lessons` lists them")
        _print_list(console)
        return 0
    lesson = lesson_called(name)
    if output is not None:
        return _write_page(lesson, page_to_write(output))
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


def _write_page(lesson: Lesson, file: Path) -> int:
    """Write the page of a lesson."""
    text = lesson_page(lesson, lambda setup: (None, lambda note: None))
    write_whole(file, text)
    size = len(text.encode()) / 1000
    print(f"Wrote {printable(str(file))}: {lesson.title}, {size:,.0f} kB. Open it in a browser.")
    return 0
