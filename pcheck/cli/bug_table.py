"""The table of bugs: the property that each bug violates, with numbers, summary and scope."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from pcheck.bugs import BugCheck
from pcheck.language.decorators import Bug
from pcheck.loading.options import argument, flag
from pcheck.render.text.paragraphs import Cell, wrap
from pcheck.render.text.report import duration

HEAD = ("", "bug", "violates", "steps", "states", "time")
RIGHT_ALIGNED = ("", "steps", "states", "time")


class BugTable:
    """A table of bug checks, grouped by spec.

    The first line of a bug has the numbers of its check, the next line its summary and scope.
    """

    def __init__(self, checks: Iterable[BugCheck]) -> None:
        self.checks = list(checks)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        rows = [_row(check) for check in self.checks]
        head = tuple((name, "bold") for name in HEAD)
        widths = [max(len(text) for text, _ in column) for column in zip(head, *rows, strict=True)]
        fits = sum(widths) + 2 * len(widths) - 2 <= options.max_width
        if fits:
            yield _line(head, widths)
        margin = " " * (widths[0] + 2)
        spec = None
        for check, row in zip(self.checks, rows):
            if check.spec is not spec:
                spec = check.spec
                yield Text("")
                yield Text(spec.name, "bold", no_wrap=True)
            yield _line(row if fits else row[:2], widths)
            numbers = "" if fits else _numbers(check, row)
            for text in (numbers, _description(check.bug)):
                for line in wrap(text, options.max_width - len(margin)):
                    yield Text(margin + line, "dim", no_wrap=True)


def _row(check: BugCheck) -> tuple[Cell, ...]:
    bug, result = check.bug, check.result
    violates = ("safe", "green") if bug.safe else (bug.breaks, "red")
    if not check.as_expected:
        violates = (f"unexpected: {result.verdict.value}", "bold red")
    steps = str(check.steps) if check.steps is not None else "-"
    counts = (steps, ""), (f"{result.states:,}", ""), (duration(check.seconds), "")
    return (str(bug.number), "dim"), (bug.name, "bold"), violates, *counts


def _numbers(check: BugCheck, row: tuple[Cell, ...]) -> str:
    """Return the cells right of the name as text, for a terminal too narrow for the table."""
    violates = check.as_expected and not check.bug.safe
    names = HEAD[2:] if violates else ("", *HEAD[3:])
    return " | ".join(f"{name} {text}".lstrip() for name, (text, _) in zip(names, row[2:]))


def _line(row: Iterable[Cell], widths: list[int]) -> Text:
    line = Text("  ", no_wrap=True).join(_cells(row, widths))
    line.rstrip()
    return line


def _cells(row: Iterable[Cell], widths: list[int]) -> Iterator[Text]:
    for name, (text, style), width in zip(HEAD, row, widths):
        yield Text(text.rjust(width) if name in RIGHT_ALIGNED else text.ljust(width), style)


def _description(bug: Bug) -> str:
    return f"{bug.summary} ({scope(bug)})"


def scope(bug: Bug) -> str:
    """Return the scope of a bug as options of a command line."""
    return " ".join(f"{flag(name)} {argument(value)}" for name, value in bug.scope.items())
