"""The table of all mistakes: what each changes and breaks, at what size, in how many steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from pcheck.bugs import BugCheck
from pcheck.language.decorators import Bug
from pcheck.loading.options import flag
from pcheck.render.text.paragraphs import Cell, wrap
from pcheck.render.text.report import duration

HEAD = ("", "mistake", "breaks", "steps", "states", "time")
TO_THE_RIGHT = ("", "steps", "states", "time")


class BugTable:
    """By protocol. Two lines each: the figures, and below them the rule and the scope."""

    def __init__(self, checks: Iterable[BugCheck]) -> None:
        self.checks = list(checks)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        rows = [_figures(found) for found in self.checks]
        head = tuple((name, "bold") for name in HEAD)
        widths = [max(len(text) for text, _ in column) for column in zip(head, *rows, strict=True)]
        fits = sum(widths) + 2 * len(widths) - 2 <= options.max_width
        if fits:
            yield _line(head, widths)
        margin = " " * (widths[0] + 2)
        spec = None
        for found, row in zip(self.checks, rows):
            if found.spec is not spec:
                spec = found.spec
                yield Text("")
                yield Text(spec.name, "bold", no_wrap=True)
            yield _line(row if fits else row[:2], widths)
            figures = "" if fits else "  ".join(f"{n} {t}" for n, (t, _) in zip(HEAD[2:], row[2:]))
            for words in (figures, _words(found.bug)):
                for text in wrap(words, options.max_width - len(margin)):
                    yield Text(margin + text, "dim", no_wrap=True)


def _figures(found: BugCheck) -> tuple[Cell, ...]:
    bug, result = found.bug, found.result
    breaks = ("nothing", "green") if bug.safe else (bug.breaks, "red")
    if not found.as_expected:
        breaks = (f"not as it says: {result.verdict.value}", "bold red")
    steps = str(found.steps) if found.steps is not None else "-"
    counts = (steps, ""), (f"{result.states:,}", ""), (duration(found.seconds), "")
    return (str(bug.number), "dim"), (bug.name, "bold"), breaks, *counts


def _line(row: Iterable[Cell], widths: list[int]) -> Text:
    line = Text("  ", no_wrap=True).join(_cells(row, widths))
    line.rstrip()
    return line


def _cells(row: Iterable[Cell], widths: list[int]) -> Iterator[Text]:
    for name, (text, style), width in zip(HEAD, row, widths):
        yield Text(text.rjust(width) if name in TO_THE_RIGHT else text.ljust(width), style)


def _words(bug: Bug) -> str:
    return f"{bug.summary} ({scope(bug)})"


def scope(bug: Bug) -> str:
    """As options of a command line."""
    return " ".join(f"{flag(name)} {value}" for name, value in bug.scope.items())
