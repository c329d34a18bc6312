"""The printed report of a search: the setup, the trace, the verdict, and what is not covered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment

from pcheck.language.property import Kind, Property
from pcheck.loading.setup import Setup
from pcheck.render.text.explanation import Explained
from pcheck.render.text.lines import segments
from pcheck.render.text.paragraphs import Cell, Paragraph, Rows
from pcheck.render.text.reductions import reduction_notes
from pcheck.render.text.trace import TraceText
from pcheck.search.limits import Stop, stop_phrase
from pcheck.search.outcome import Outcome, SearchResult, Verdict
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.trace import Trace
from pcheck.text import counted, one_of
from pcheck.traces.finding import Finding, Undrawn
from pcheck.traces.timeline import timeline_of

COLOURS = {
    Outcome.HOLDS: "green",
    Outcome.REACHED: "green",
    Outcome.VIOLATED: "bold red",
    Outcome.NEVER_REACHED: "bold red",
    Outcome.UNDECIDED: "yellow",
}
NEVER_COVERED = "disks that lose writes", "forged or corrupted messages", "liveness"


class Report:
    """The whole report of one search."""

    def __init__(
        self, setup: Setup, search: SearchResult, finding: Finding | Undrawn | None
    ) -> None:
        self.setup, self.search, self.finding = setup, search, finding

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        finding, trace = self.finding, list[RenderableType | Segment]()
        if isinstance(finding, Finding):
            try:
                trace = list(titled_trace(finding, console, options))
            except Stop as stop:  # a limit; Ctrl-C stops the whole report
                finding = finding.undrawn(str(stop))
        if isinstance(finding, Undrawn):
            trace = list(_listed_trace(finding))
        yield Header(self.setup)
        yield ""
        if trace:
            yield from trace
            yield ""
        yield from self._verdict(finding)
        # The verdict on a trace already says what became of the only property.
        if finding is None or (self.setup.target is None and len(self.search.properties) > 1):
            if self.setup.target is None:
                yield Rows(map(self._outcome_row, self.search.properties))
            yield ""
        yield self._counts()
        for note in self._notes():
            yield ""
            yield from note

    def _verdict(self, finding: Finding | Undrawn | None) -> Iterator[RenderableType]:
        search, target = self.search, self.setup.target
        if search.verdict is Verdict.HOLDS and target is not None:
            verb = "violates" if target.kind is Kind.ALWAYS else "reaches"
            yield Paragraph(
                f"UNREACHABLE{self._condition}: no execution {verb} {target.name}.", "bold red"
            )
        elif search.verdict is Verdict.HOLDS:
            yield Paragraph(
                f"HOLDS{self._condition}: no reachable state violates a property.", "bold green"
            )
        elif search.verdict is Verdict.INCOMPLETE:
            yield Paragraph(self._incomplete(), "bold yellow")
        elif finding is not None:
            yield from verdict_of(finding)
        else:
            names = " or ".join(search.violated)
            yield Paragraph(f"VIOLATED{self._condition}: no execution reaches {names}.", "bold red")
        if search.verdict is Verdict.VIOLATED and search.stopped is not None:
            stopped = stop_phrase(search.stopped)
            yield Paragraph(f"The search stopped {stopped} before every property was decided.")

    @property
    def _condition(self) -> str:
        """The condition of a verdict about all executions: ` if the properties treat ...`."""
        assumptions = self.search.assumptions
        return f" if {' and '.join(assumptions)}" if assumptions else ""

    def _incomplete(self) -> str:
        search, target = self.search, self.setup.target
        found = "No violation"
        if target is not None:
            what = "violation of" if target.kind is Kind.ALWAYS else "trace to"
            found = f"No {what} {target.name}"
        steps = counted(search.depth, "step")
        where = f"within {steps}" if search.depth else "in the initial state"
        return (
            f"INCOMPLETE: stopped {stop_phrase(search.stopped or '')}. {found} {where}; longer "
            "executions were explored only in part."
        )

    def _outcome_row(self, prop: Property) -> tuple[Cell, ...]:
        outcome = self.search.outcomes[prop.name]
        word = outcome.value.replace("_", " "), COLOURS[outcome]
        return (prop.name, ""), word, (self._about(prop, outcome), "")

    def _about(self, prop: Property, outcome: Outcome) -> str:
        discovery = self.search.discoveries.get(prop.name)
        untraced = self.search.untraced.get(prop.name)
        if outcome is Outcome.VIOLATED and discovery is not None:
            return f"{discovery.why} ({after_steps(len(discovery.trace))})"
        if outcome is Outcome.VIOLATED and untraced is not None:
            return f"{untraced.why} ({after_steps(untraced.steps)})"
        if outcome is Outcome.UNDECIDED and self.search.stopped is None:
            return "the search stopped at the first violation (--all-properties continues)"
        return prop.summary

    def _counts(self) -> Paragraph:
        search = self.search
        # A state of the reduced space stands for many, so their rate would say nothing.
        rate = f" ({search.states / max(search.seconds, 1e-9):,.0f} states/s)"
        return Paragraph(
            f"{counted(search.states, 'state')}, {counted(search.transitions, 'transition')}, "
            f"depth {search.depth}, in {duration(search.seconds)}{'' if search.reduced else rate}"
        )

    def _notes(self) -> Iterator[Iterable[RenderableType]]:
        """Yield the notes below the counts, each as its lines."""
        search = self.search
        for text in reduction_notes(search):
            yield [Paragraph(text)]
        for warning in search.warnings:
            yield [Paragraph(f"Note: {warning}.")]
        if search.verdict is Verdict.HOLDS and self.setup.target is None:
            yield _coverage(self.setup)
        if search.verdict is Verdict.INCOMPLETE and (smaller := self.setup.smaller()):
            yield [Paragraph(f"For a smaller search: {one_of(smaller)}.")]


class TraceReport:
    """The report of a trace and its explanation, without anything machine-dependent."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Header(self.finding.setup)
        yield ""
        yield from titled_trace(self.finding, console, options)
        yield ""
        yield from verdict_of(self.finding)


def titled_trace(
    finding: Finding, console: Console, options: ConsoleOptions
) -> Iterator[RenderableType | Segment]:
    """Yield the title of a finding, the selection among the shortest traces, and the trace."""
    yield Paragraph(f"{finding.title}:", "bold")
    if finding.selection:
        yield Paragraph(finding.selection)
    yield ""
    yield from segments(TraceText(finding.timeline, finding.notes).lines(options), console)


def _listed_trace(undrawn: Undrawn) -> Iterator[RenderableType]:
    """Yield the title and the labels of a trace that is not drawn."""
    yield Paragraph(f"{undrawn.outline.title}{':' if undrawn.labels else '.'}", "bold")
    if undrawn.labels:
        yield ""
        yield Rows(
            ((str(number), "dim"), (label, "bold"))
            for number, label in enumerate(undrawn.labels, start=1)
        )


class Header:
    """The setup that was explored: the spec, the bug, the sizes, the network and the faults."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        setup = self.setup
        yield Paragraph(f"{setup.spec.name}: {setup.spec.summary}".rstrip(": "), "bold")
        rows = Rows(((name, "dim"), (text, style)) for name, text, style in self.facts())
        if rows.rows:
            yield rows

    def facts(self) -> Iterator[tuple[str, str, str]]:
        """Yield the label, the text and the style of each line below the name of the spec."""
        setup = self.setup
        if setup.bug is not None:
            source = f" (seen in: {setup.bug.source})" if setup.bug.source else ""
            yield "bug", f"{setup.bug.name}: {setup.bug.summary}{source}", "red"
        if setup.added.properties:
            yield "added", setup.added.summary, ""
        if sizes := list(_sizes(setup)):
            yield "size", ", ".join(sizes), ""
        if setup.network is not None:
            network = NETWORKS[setup.network]
            yield "network", f"{network.name}: {network.meaning}", ""
            yield "crashes", _crashes(setup), ""
            if network.losing_is_a_step:
                yield "losses", "each loss of a message is a step of its own", ""
            yield "also covered", f"message {network.also_covered}; nodes that stop forever", ""


class TraceToFault:
    """The trace that leads to a fault of the spec itself."""

    def __init__(self, setup: Setup, trace: Trace[Any]) -> None:
        self.setup, self.trace = setup, trace

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Paragraph(f"The spec fails {after_steps(len(self.trace))}:", "bold")
        yield ""
        timeline = timeline_of(self.setup.model, self.trace)
        # The handler that failed was given one of the messages that are in flight.
        yield TraceText(replace(timeline, losing_is_a_step=True), {})


def verdict_of(finding: Finding | Undrawn) -> Iterator[RenderableType]:
    """Yield the verdict at the end of a trace, and the explanation of a violation."""
    outline = finding.outline
    if outline.is_witness:
        yield Paragraph(f"FOUND: {outline.ending}.", "bold green")
    else:
        yield Paragraph(f"VIOLATED: {outline.ending}.", "bold red")
    yield ""
    if isinstance(finding, Undrawn):
        yield Paragraph(finding.sentence)
        yield ""
    elif not outline.is_witness and not finding.explanation.is_empty:
        yield Explained(finding.explanation, finding.saved.spec)
        yield ""


def _coverage(setup: Setup) -> Iterator[RenderableType]:
    """Yield what `holds` proves and what it does not cover."""
    if setup.crashes is None:
        subject, beyond = "model", ["sizes larger than above", "liveness"]
    else:
        crashes = (
            "any crash" if setup.crashes == 0 else f"more than {counted(setup.crashes, 'crash')}"
        )
        others = ["crashes of other nodes"] if setup.only_these_crash else []
        subject, beyond = "cluster", ["sizes larger than above", crashes, *others, *NEVER_COVERED]
    yield Paragraph(f"Proved for every execution of the {subject} described above.")
    yield Rows([(("not covered", "dim"), ("; ".join(beyond), ""))])


def after_steps(steps: int) -> str:
    """Return `after 8 steps`, or `in the initial state` for 0 steps."""
    return f"after {counted(steps, 'step')}" if steps else "in the initial state"


def duration(seconds: float) -> str:
    """Return a time in seconds or minutes."""
    return f"{seconds:.2f} s" if seconds < 60 else f"{seconds / 60:.1f} min"


def _sizes(setup: Setup) -> Iterator[str]:
    """Yield each option with its value; a bug may set a value other than the given one."""
    changed = setup.spec.changed_options(setup.bug, setup.options)
    for each in setup.spec.parameters:
        value = changed[each.name]
        by_bug = "" if value == setup.options[each.name] else " (set by the bug)"
        if value or each.default or by_bug:
            yield f"{each.name} {value}{by_bug}"


def _crashes(setup: Setup) -> str:
    if not setup.crashes:
        return "none"
    names = setup.only_these_crash
    most = f"at most {setup.crashes}" + (f", of {', '.join(names)} only" if names else "")
    return f"{most}; a crashed node loses its volatile fields and may restart"
