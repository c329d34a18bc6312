"""The table of bugs: the property that each bug violates, with numbers, summary and scope."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from pcheck.bugs import BugCheck, KnownBug
from pcheck.language.decorators import Bug
from pcheck.loading.options import argument, flag
from pcheck.render.text.paragraphs import Cell, wrap
from pcheck.render.text.quantities import duration

HEAD = ("", "bug", "violates", "steps", "states", "time")
RIGHT_ALIGNED = ("", "steps", "states", "time")
Row = tuple[Cell, ...]


class BugTable:
    """A table of bugs, grouped by spec: declared and saved, or checked with states and time.

    The first line of a bug has its numbers, the next line its summary and scope.
    """

    def __init__(self, bugs: Iterable[tuple[KnownBug, Row]]) -> None:
        self.bugs = list(bugs)

    @classmethod
    def declared(cls, bugs: Iterable[KnownBug]) -> BugTable:
        """Return the table of what the bugs declare, with the lengths of the saved traces."""
        return cls((known, _row(known.bug, known.steps)) for known in bugs)

    @classmethod
    def checked(cls, checks: Iterable[BugCheck]) -> BugTable:
        """Return the table of the results of searches."""
        return cls((check.known, _checked_row(check)) for check in checks)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        rows = [row for _, row in self.bugs]
        head = tuple((name, "bold") for name in HEAD[: max(map(len, rows), default=0)])
        widths = [max(len(text) for text, _ in column) for column in zip(head, *rows, strict=True)]
        fits = sum(widths) + 2 * len(widths) - 2 <= options.max_width
        if fits:
            yield _line(head, widths)
        margin = " " * (widths[0] + 2)
        spec = None
        for known, row in self.bugs:
            if known.spec.name != spec:
                spec = known.spec.name
                yield Text("")
                yield Text(spec, "bold", no_wrap=True)
            yield _line(row if fits else row[:2], widths)
            numbers = "" if fits else _numbers(known.bug, row)
            for text in (numbers, _description(known.bug)):
                for line in wrap(text, options.max_width - len(margin)):
                    yield Text(margin + line, "dim", no_wrap=True)


def _row(bug: Bug, steps: int | None) -> Row:
    violates = ("safe", "green") if bug.safe else (bug.breaks, "red")
    length = "-" if steps is None else str(steps)
    return (str(bug.number), "dim"), (bug.name, "bold"), violates, (length, "")


def _checked_row(check: BugCheck) -> Row:
    number, name, violates, steps = _row(check.bug, check.steps)
    if not check.as_expected:
        violates = f"unexpected: {check.result.verdict.value}", "bold red"
    counts = (f"{check.result.states:,}", ""), (duration(check.seconds), "")
    return number, name, violates, steps, *counts


def _numbers(bug: Bug, row: Row) -> str:
    """Return the cells right of the name as text, for a terminal too narrow for the table."""
    violates = row[2][0] == bug.breaks and not bug.safe
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
