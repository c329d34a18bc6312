"""The printed report of a scenario: the trace, what it violates, and the result of each line."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

from pcheck.render.text.header import Header
from pcheck.render.text.paragraphs import Cell, Paragraph, Rows
from pcheck.render.text.report import verdict_of
from pcheck.render.text.stepping import verdicts
from pcheck.render.text.trace import TraceText
from pcheck.scenarios.running import Checked, Explored, Record, Run, Searched
from pcheck.semantics.start import GIVEN_START
from pcheck.text import counted
from pcheck.traces.ahead import Ahead
from pcheck.traces.finding import Finding

AS_EXPECTED, NOT_AS_EXPECTED = ("as expected", "green"), ("NOT AS EXPECTED", "bold red")
UNDECIDED = ("UNDECIDED", "bold yellow")


class ScenarioReport:
    """The whole report of a scenario that was carried out."""

    def __init__(self, run: Run, finding: Finding) -> None:
        self.run, self.finding = run, finding

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Header(self.run.setup)
        yield ""
        if self.finding.timeline.events:
            yield TraceText(self.finding.timeline, self.finding.notes)
            yield ""
        yield from self._violations()
        if self.run.records:
            yield Rows(self._row(each) for each in self.run.records)
            yield ""
        yield summary(self.run)

    def _violations(self) -> Iterator[RenderableType]:
        """Yield what is violated: explained, if the last step violates it."""
        if self.finding.is_violation:
            yield from verdict_of(self.finding)
            return
        for verdict in verdicts(self.run.stepping):
            yield verdict
            yield ""

    def _row(self, record: Record) -> tuple[Cell, ...]:
        """Return the number of a line, its result in a word, and the fact behind the result."""
        line = f"line {record.line.number}", "dim"
        match record:
            case Checked(_, (None, fact)):
                return line, UNDECIDED, (f"expected {_expected(record)}: {fact}", "")
            case Checked(_, (True, fact)):
                return line, AS_EXPECTED, (fact, "")
            case Checked(_, (_, fact)):
                return line, NOT_AS_EXPECTED, (f"expected {_expected(record)}, got: {fact}", "")
            case Searched(_, first, last):
                steps = f"step {first} is" if first == last else f"steps {first} to {last} are"
                return line, ("found", "green"), (f"{steps} the fewest that lead to this line", "")
            case Explored(_, steps, ahead):
                where = f"after {counted(steps, 'step')}" if steps else "from the start"
                given = f" This is {GIVEN_START}." if self.run.setup.start else ""
                text = f"{where}: {ahead.sentence}{_steps(ahead)}{given}"
                return line, ("explored", "green"), (text, "")


def _steps(ahead: Ahead) -> str:
    """Return the steps to what a search has found."""
    return f" The steps: {'; '.join(ahead.labels)}." if ahead.labels else ""


def summary(run: Run) -> Paragraph:
    """Return the last sentence of a report: whether all is as the scenario expects."""
    steps, after = counted(len(run.stepping.labels), "step"), "."
    if run.setup.start:
        after = f"; {GIVEN_START}."
    if run.failed:
        lines = ", ".join(str(each.line.number) for each in run.failed)
        where = "line" if len(run.failed) == 1 else "lines"
        text = f"NOT AS EXPECTED: {where} {lines} of {run.scenario.place}, in {steps}{after}"
        return Paragraph(text, "bold red")
    if run.undecided:
        lines = ", ".join(str(each.line.number) for each in run.undecided)
        return Paragraph(f"UNDECIDED: line {lines} of {run.scenario.place}{after}", "bold yellow")
    checked = len(run.checked)
    verb = "is" if checked == 1 else "are"
    expected = f", and {counted(checked, 'expectation')} {verb} fulfilled" if checked else ""
    return Paragraph(f"AS WRITTEN: {steps} taken{expected}{after}", "bold green")


def _expected(record: Checked) -> str:
    return record.line.text.removeprefix("expect ")
