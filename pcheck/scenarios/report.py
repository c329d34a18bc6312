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

WORDS = {
    True: ("as expected", "green"),
    False: ("NOT AS EXPECTED", "bold red"),
    None: ("UNDECIDED", "bold yellow"),
}


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
        line, fact = (f"line {record.line.number}", "dim"), fact_of(record)
        if isinstance(record, Checked):
            is_so = record.answer.is_so
            return line, WORDS[is_so], (fact if is_so else f"{_expected(record)}{fact}", "")
        if isinstance(record, Explored):
            where = f"after {counted(record.steps, 'step')}" if record.steps else "from the start"
            given = f" This is {GIVEN_START}." if self.run.setup.start else ""
            fact = f"{where}: {fact}{given}"
        word = "found" if isinstance(record, Searched) else "explored"
        return line, (word, "green"), (fact, "")


def fact_of(record: Record) -> str:
    """Return the fact that a line of a scenario led to."""
    match record:
        case Checked(_, _, answer):
            return answer.fact
        case Searched(_, first, last):
            steps = f"step {first} is" if first == last else f"steps {first} to {last} are"
            return f"{steps} from a search: no fewer steps lead here"
        case Explored(_, _, ahead):
            return f"{ahead.sentence}{_steps(ahead)}"


def _steps(ahead: Ahead) -> str:
    """Return the steps to what a search has found."""
    return f" The steps: {'; '.join(ahead.labels)}." if ahead.labels else ""


def summary(run: Run) -> Paragraph:
    """Return the last sentence of a report: whether all is as the scenario expects."""
    steps, after = counted(len(run.stepping.labels), "step"), "."
    if run.setup.start:
        after = f"; {GIVEN_START}."
    if run.failed:
        text = f"NOT AS EXPECTED: {_lines(run.failed, run)}, in {steps}{after}"
        return Paragraph(text, "bold red")
    if run.undecided:
        return Paragraph(f"UNDECIDED: {_lines(run.undecided, run)}{after}", "bold yellow")
    checked = len(run.checked)
    verb = "is" if checked == 1 else "are"
    expected = f", and {counted(checked, 'expectation')} {verb} fulfilled" if checked else ""
    return Paragraph(f"AS WRITTEN: {steps} taken{expected}{after}", "bold green")


def _lines(records: list[Checked], run: Run) -> str:
    """Return where some expectations are: `lines 5, 7 of s.txt`."""
    where = "line" if len(records) == 1 else "lines"
    return f"{where} {', '.join(str(each.line.number) for each in records)} of {run.scenario.place}"


def _expected(record: Checked) -> str:
    return f"expected {record.line.text.removeprefix('expect ')}; got: "
