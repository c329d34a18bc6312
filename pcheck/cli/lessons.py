"""`pcheck lessons`: the list of lessons, or one lesson on the terminal."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from pcheck.cli.play_page import page_to_write
from pcheck.cli.progress import ProgressLine
from pcheck.errors import OutputError, UsageError
from pcheck.files import check_folder, write_whole
from pcheck.lessons.page import lesson_page
from pcheck.lessons.site import INDEX, site
from pcheck.lessons.terminal import LessonHead, asked, printed
from pcheck.lessons.text import Lesson, Question, lesson_called, lessons
from pcheck.play.keys import keyboard
from pcheck.play.page.html import Tables, page_of, tables_of
from pcheck.render.text.paragraphs import Paragraph, Rows
from pcheck.text import counted, printable, shown_path
from pcheck.traces.stepping import Stepping

EXIT_STATUS = "Exit status: 0, or 2 usage error or a file that cannot be written."
EVERY = 10  # pages between two lines of progress
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
    site_folder: Annotated[
        Path | None,
        typer.Option(
            "--site", metavar="DIR", help="Write all lessons, protocols and bugs as linked pages."
        ),
    ] = None,
) -> int:
    """List the lessons or print one; on a terminal a key shows the answer to each question."""
    console = Console(highlight=False)
    if site_folder is not None:
        if name is not None or output is not None or answers:
            raise UsageError("--site cannot be combined with NAME, --answers or --output")
        return _write_site(site_folder)
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
    text = lesson_page(lesson, _Plays())
    write_whole(file, text)
    size = len(text.encode()) / 1000
    print(f"Wrote {printable(str(file))}: {lesson.title}, {size:,.0f} kB. Open it in a browser.")
    return 0


class _Plays:
    """The pages on which runs are played; runs of one setup share its tables."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Tables] = {}

    def __call__(self, stepping: Stepping, is_inside: bool) -> str:
        setup = stepping.setup
        bug = setup.bug.name if setup.bug is not None else None
        options, names = tuple(setup.options.items()), [p.name for p in setup.model.properties]
        scope = setup.network, setup.crashes, setup.crash_nodes, setup.start
        key = (setup.spec.name, bug, options, scope, *names)
        if key not in self._known:
            with ProgressLine(setup, on_interrupt="stops; nothing is written") as line:
                self._known[key] = tables_of(setup, line.on_progress, line.on_note)
        return page_of(stepping, self._known[key], is_inside=is_inside).text


def _new_folder(folder: Path) -> Path:
    """Return the real path of a folder that a site can replace, or raise OutputError."""
    target = Path(os.path.realpath(folder))
    try:
        if target.is_dir() and any(target.iterdir()):
            raise OutputError(f"{folder} is not empty; name a new folder for the site")
    except OSError as error:
        raise OutputError(f"{folder} cannot be read: {error.strerror}") from error
    if target.exists() and not target.is_dir():
        raise OutputError(f"{folder} is a file; name a new folder for the site")
    if target == Path.cwd():
        raise OutputError(f"{folder} is the current folder; name a new folder for the site")
    if not target.parent.is_dir():
        parent = shown_path(target.parent)
        raise OutputError(f"{folder} cannot be made: the folder {parent} does not exist")
    check_folder(target.parent)
    return target


def _write_site(folder: Path) -> int:
    """Write the pages of the site, all of them or none."""
    target = _new_folder(folder)
    parent = target.parent
    console, size = Console(stderr=True, highlight=False), 0
    with tempfile.TemporaryDirectory(dir=parent, prefix=".pcheck.") as scratch:
        whole, files = Path(scratch) / "site", site(_Plays())
        for nth, file in enumerate(files, start=1):
            if nth % EVERY == 1:
                console.print(f"pcheck: page {nth} of {len(files)}: {file.name}")
            path, text = whole / file.name, file.make()
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, text)
            size += len(text.encode())
        try:
            if target.is_dir():
                target.rmdir()
            os.replace(whole, target)
        except OSError as error:
            raise OutputError(f"{folder} cannot be written: {error.strerror}") from error
    megabytes = size / 1_000_000
    start = printable(str(folder / INDEX))
    print(
        f"Wrote {start}: {counted(len(files), 'page')}, {megabytes:.1f} MB. Open it in a browser."
    )
    return 0
