"""The printed report of an audit."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

from pcheck.audit.checks import Check, FieldAudit
from pcheck.audit.result import Answer, Audit, Refusal, RunAudit
from pcheck.render.text.header import Header
from pcheck.render.text.paragraphs import Cell, Paragraph, Rows
from pcheck.render.text.trace import TraceText
from pcheck.text import counted

STYLES = {
    Answer.SOUND: "bold green",
    Answer.REFUSED: "bold red",
    Answer.UNDECIDED: "bold yellow",
}
MAX_SHOWN, MAX_LISTED = 3, 12  # runs that are told in full, and those in a line each
MAX_FAULTS = 5  # of one rule


class AuditReport:
    """The whole report of the audit of a log against a protocol."""

    def __init__(self, audit: Audit) -> None:
        self.audit = audit

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        audit = self.audit
        yield Header(audit.setup)
        yield ""
        told = [run for run in audit.runs if run.answer is not Answer.SOUND or run.violations]
        for run in told[:MAX_SHOWN]:
            yield from _told(run)
            yield ""
        if len(told) > MAX_SHOWN:
            yield from _listed(told[MAX_SHOWN:])
            yield ""
        yield summary(audit)
        yield Rows(_notes(audit))


def _told(run: RunAudit) -> Iterator[RenderableType]:
    """Yield all about a run that is not simply sound."""
    name = f"run {run.run}: " if run.run else ""
    if run.answer is Answer.UNDECIDED:
        yield Paragraph(f"{name}UNDECIDED: {run.undecided}.", STYLES[run.answer])
    if run.refusal is not None and run.answer is not Answer.SOUND:
        yield from _refused(name, run, run.refusal)
    for violation in run.violations:
        place = f"{violation.place}: " if violation.place is not None else ""
        text = f"{name}VIOLATED: {place}{violation.name} is false: {violation.why}"
        yield Paragraph(text, "bold red")
        yield Rows([(("after", "dim"), (violation.step, ""))])


def _refused(name: str, run: RunAudit, refusal: Refusal) -> Iterator[RenderableType]:
    past = refusal.past
    if past.timeline is not None and past.timeline.events:
        yield Paragraph("What the event depends on:")
        yield TraceText(past.timeline, {})
        yield ""
    elif past.last:
        shown = f"The event depends on {counted(past.steps, 'step')}; the last of them:"
        yield Paragraph(shown)
        yield Rows([((step, ""),) for step in past.last])
        yield ""
    word = "REFUSED" if run.answer is Answer.REFUSED else "no further than"
    yield Paragraph(f"{name}{word}: {refusal.place}: {refusal.event}", STYLES[run.answer])
    fields = ", ".join(
        f"{field} = {text}" if field else text for field, text in refusal.fields.items()
    )
    rows: list[tuple[Cell, ...]] = [(("because", "dim"), (refusal.reason, ""))]
    rows.append((("before", "dim"), (f"{refusal.node}: {fields}", "")))
    instead = "; ".join(refusal.instead) or "no step"
    rows.append((("possible", "dim"), (instead, "")))
    yield Rows(rows)


def _listed(runs: list[RunAudit]) -> Iterator[RenderableType]:
    """Yield one line for each run."""
    rows: list[tuple[Cell, ...]] = []
    for run in runs[:MAX_LISTED]:
        word = "violated" if run.violations else run.answer.value
        fact = run.violations[0].why if run.violations else run.undecided
        if run.answer is Answer.REFUSED and run.refusal is not None:
            fact = f"{run.refusal.place}: {run.refusal.event}: {run.refusal.reason}"
        rows.append(((f"run {run.run}", ""), (word, STYLES[run.answer]), (fact, "")))
    yield Rows(rows)
    if len(runs) > MAX_LISTED:
        yield Paragraph(f"And {len(runs) - MAX_LISTED:,} more runs; --json has them all.")


def summary(audit: Audit) -> Paragraph:
    """Return the last sentence of a report: how many runs are sound."""
    answers = [run.answer for run in audit.runs]
    events = counted(sum(run.events for run in audit.runs), "event")
    violated = sum(bool(run.violations) for run in audit.runs)
    parts = [f"{answers.count(each):,} {each.value}" for each in Answer if each in answers]
    parts += [f"{violated:,} violated"] if violated else []
    style = STYLES[Answer.UNDECIDED]
    if audit.status != 3:
        style = STYLES[Answer.REFUSED if audit.status else Answer.SOUND]
    if len(answers) == 1 and not violated:
        meaning = MEANINGS[answers[0]]
        if answers[0] is Answer.SOUND and audit.runs[0].begins_later:
            meaning = "from the states with which the log begins, the protocol can go on so"
        return Paragraph(f"{answers[0].name}: {meaning} ({events}).", style)
    return Paragraph(f"{counted(len(answers), 'run')}, {events}: {', '.join(parts)}.", style)


MEANINGS = {
    Answer.SOUND: "an execution of the protocol has these events, and was found",
    Answer.REFUSED: "no execution of the protocol has these events",
    Answer.UNDECIDED: "neither an execution with these events was found, nor that there is none",
}


def _notes(audit: Audit) -> Iterator[tuple[Cell, ...]]:
    setup, answers = audit.setup, [run.answer for run in audit.runs]
    if Answer.REFUSED in answers and setup.bug is None and setup.spec.bugs:
        text = f"`pcheck bugs {setup.spec.name}` lists known bugs; --bug NAME tells if one explains"
        yield ("bugs", "dim"), (f"{text} the log", "")
    if later := dict.fromkeys(name for run in audit.runs for name in run.begins_later):
        text = f"{', '.join(later)}, in the state that the log gives; whether it can be reached is"
        yield ("mid-run", "bold yellow"), (f"{text} not known", "")
    if audit.sizes:
        sizes = ", ".join(f"{name} {audit.setup.options[name]}" for name in audit.sizes)
        text = f"{sizes}: the nodes that the log names; if there are more, give the option"
        yield ("sizes", "dim"), (text, "")
    if audit.defaults:
        values = ", ".join(f"{name} {audit.setup.options[name]}" for name in audit.defaults)
        yield ("defaults", "dim"), (f"{values}: not from the log; it may need others", "")
    if hidden := [step for run in audit.runs for step in run.hidden]:
        shown = "; ".join(hidden[:MAX_LISTED]) + ("; ..." if len(hidden) > MAX_LISTED else "")
        text = f"{counted(len(hidden), 'step')} that the log does not have: {shown}"
        yield ("left out", "dim"), (text, "")
    if audit.judged:
        names = ", ".join(audit.judged)
        yield ("judged", "dim"), (f"{names}, in the order in which the execution was found", "")
    if audit.unjudged:
        why = "the log is long, or begins in mid-run"
        yield ("not judged", "bold yellow"), (f"{', '.join(audit.unjudged)}: {why}", "")
    for text in audit.never:
        yield ("not used", "dim"), (text, "")


class FieldReport:
    """The report of the rules that a log was compared with."""

    def __init__(self, audit: FieldAudit) -> None:
        self.audit = audit

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        audit = self.audit
        yield Paragraph(audit.about, "bold")
        yield Rows([((f"{count:,}", ""), (name, "")) for name, count in audit.counts.items()])
        yield ""
        yield Paragraph("The rules, and how often an event was compared with each:")
        yield Rows([_row(check) for check in audit.checks])
        for check in audit.checks:
            for fault in check.faults[:MAX_FAULTS]:
                yield Paragraph(f"REFUSED: {fault.place}: {fault.text}", "bold red")
            if len(check.faults) > MAX_FAULTS:
                yield Paragraph(f"And {len(check.faults) - MAX_FAULTS:,} more: {check.name}.")
        yield ""
        for title, facts in (("inferred", audit.inferred), ("not checked", audit.unchecked)):
            if facts:
                yield Rows(
                    [((title, "dim"), (f"{n:,}", ""), (name, "")) for name, n in facts.items()]
                )
        yield field_summary(audit)


def _row(check: Check) -> tuple[Cell, ...]:
    """Return how often a rule was compared, whether the log keeps it, and what it says."""
    verdict = f"{len(check.faults):,} refused" if check.faults else "kept"
    style = "bold red" if check.faults else "green"
    return (f"{check.times:,}", ""), (verdict, style), (f"{check.name}: {check.meaning}", "")


def field_summary(audit: FieldAudit) -> Paragraph:
    """Return whether the log breaks a rule."""
    broken = [each.name for each in audit.checks if each.faults]
    if broken:
        return Paragraph(f"REFUSED: the log breaks {len(broken)} of its rules.", "bold red")
    return Paragraph("The log breaks none of these rules; that is less than SOUND.", "bold green")
