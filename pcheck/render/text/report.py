"""The printed report of a search: the setup, the trace, the verdict, and what is not covered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment

from pcheck.coverage.never import Never
from pcheck.language.property import Kind, Property
from pcheck.loading.setup import Setup
from pcheck.render.text.explanation import Explained
from pcheck.render.text.future import cut_short, incomplete, what_holds
from pcheck.render.text.header import Header
from pcheck.render.text.lines import segments
from pcheck.render.text.paragraphs import Cell, Paragraph, Rows
from pcheck.render.text.quantities import after_steps, duration, times
from pcheck.render.text.reductions import reduction_notes
from pcheck.render.text.trace import TraceText
from pcheck.search.limits import Stop, depth_limit, stop_phrase
from pcheck.search.outcome import Outcome, SearchResult, Verdict
from pcheck.semantics.trace import Trace
from pcheck.text import counted, one_of
from pcheck.traces.finding import Finding, Undrawn
from pcheck.traces.timeline import timeline_of

COLOURS = {
    Outcome.HOLDS: "green",
    Outcome.REACHED: "green",
    Outcome.VIOLATED: "bold red",
    Outcome.NEVER_REACHED: "bold red",
    Outcome.NEVER_ASKED: "bold red",
    Outcome.UNDECIDED: "yellow",
}
NEVER_COVERED = "disks that lose writes", "forged or corrupted messages", "liveness"


MAX_NEVER = 8  # lines about behaviour that never happens
MAX_GROWING = 3  # parts of the state
MIN_SECONDS = 3  # of a check whose times are listed


class Report:
    """The whole report of one search."""

    def __init__(
        self,
        setup: Setup,
        search: SearchResult,
        finding: Finding | Undrawn | None,
        never: Sequence[Never] = (),
        *,
        spent: Mapping[str, float],
    ) -> None:
        """`never` is the behaviour that no execution shows; `spent` has the seconds by activity."""
        self.setup, self.search, self.finding, self.never = setup, search, finding, never
        self.spent = spent

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
        yield from self.conclusion(finding)
        # The verdict on a trace already says what became of the only property.
        if finding is None or (self.setup.target is None and len(self.search.properties) > 1):
            if self.setup.target is None:
                yield Rows(map(self._outcome_row, self.search.properties))
            yield ""
        yield self._counts()
        if sum(self.spent.values()) >= MIN_SECONDS:
            yield Paragraph(f"Time so far: {times(self.spent)}.")
        for note in self._notes():
            yield ""
            yield from note

    def conclusion(self, finding: Finding | Undrawn | None) -> Iterator[RenderableType]:
        """Yield the verdict, with the explanation of a trace if there is one."""
        search, target = self.search, self.setup.target
        if search.verdict is Verdict.HOLDS and target is not None:
            verb = "violates" if target.kind is Kind.ALWAYS else "reaches"
            yield Paragraph(
                f"UNREACHABLE{self._condition}: no execution {verb} {target.name}.", "bold red"
            )
        elif search.verdict is Verdict.HOLDS and self.setup.asks_about_future:
            yield Paragraph(f"HOLDS{self._condition}: {what_holds(self.setup)}.", "bold green")
        elif search.verdict is Verdict.HOLDS:
            yield Paragraph(
                f"HOLDS{self._condition}: no reachable state violates a property.", "bold green"
            )
        elif search.verdict is Verdict.INCOMPLETE:
            asks = self.setup.asks_about_future
            yield Paragraph(incomplete(search) if asks else self._incomplete(), "bold yellow")
        elif finding is not None:
            yield from verdict_of(finding)
        else:
            names = " or ".join(search.violated)
            if self.setup.asks_about_future:
                yield Paragraph(f"NO ANSWER: {names} is asked in no reachable state.", "bold red")
                return
            yield Paragraph(f"VIOLATED{self._condition}: no execution reaches {names}.", "bold red")
        if search.verdict is Verdict.VIOLATED and search.stopped is not None:
            if self.setup.asks_about_future:
                yield Paragraph(cut_short(search))
                return
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
        longer = "were not explored" if self._is_by_depth else "were explored only in part"
        return (
            f"INCOMPLETE: stopped {stop_phrase(search.stopped or '')}. {found} {where}; longer "
            f"executions {longer}."
        )

    @property
    def _is_by_depth(self) -> bool:
        """True if the search stopped at the number of steps that the user gave."""
        return self.search.stopped == depth_limit(self.search.depth)

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
        if prop.name in self.search.asked:
            states = counted(self.search.asked[prop.name], "state")
            return f"{prop.summary} Asked in {states}."
        return prop.summary

    def _counts(self) -> Paragraph:
        search = self.search
        # A state of the reduced space stands for many, so their rate would say nothing.
        rate = f" ({search.states / max(search.seconds, 1e-9):,.0f} states/s)"
        last = f" ({search.terminal:,} without a next step)" if search.terminal else ""
        return Paragraph(
            f"{counted(search.states, 'state')}{last}, "
            f"{counted(search.transitions, 'transition')}, "
            f"depth {search.depth:,}, in {duration(search.seconds)}{'' if search.reduced else rate}"
        )

    def _notes(self) -> Iterator[Iterable[RenderableType]]:
        """Yield the notes below the counts, each as its lines."""
        search = self.search
        for text in reduction_notes(search):
            yield [Paragraph(text)]
        for warning in search.warnings:
            yield [Paragraph(f"Note: {warning}.")]
        if self.never:
            yield _never_happens(self.never)
        if search.verdict is Verdict.HOLDS and self.setup.target is None and search.saw_all:
            yield _coverage(self.setup)
        if search.verdict is Verdict.INCOMPLETE and not self._is_by_depth:
            if search.growing:
                yield [Paragraph(_growing(search))]
            elif smaller := self.setup.smaller():
                yield [Paragraph(f"For a smaller search: {one_of(smaller)}.")]


def _growing(search: SearchResult) -> str:
    more = len(search.growing) - MAX_GROWING
    names = [*search.growing[:MAX_GROWING], *([f"{more} others"] if more > 0 else [])]
    *others, last = names
    listed = f"{', '.join(others)} and {last}" if others else last
    verb = "grows" if len(search.growing) == 1 else "grow"
    return (
        f"This search may never end: {listed} {verb} from level to level. Give what grows a bound, "
        "or explore up to a number of steps with --max-depth."
    )


def _never_happens(never: Sequence[Never]) -> Iterator[RenderableType]:
    """Yield a line for each behaviour that no execution shows."""
    yield Paragraph("No execution shows the following, so perhaps the spec has an error:", "yellow")
    yield Rows([((each.place, "dim"), (each.text, "")) for each in never[:MAX_NEVER]])
    if len(never) > MAX_NEVER:
        yield Paragraph(f"{len(never) - MAX_NEVER} more are not shown; --json lists all of them.")


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
    if outline.is_violation:
        yield Paragraph(f"VIOLATED: {outline.ending}.", "bold red")
    elif outline.is_witness:
        yield Paragraph(f"FOUND: {outline.ending}.", "bold green")
    else:
        yield Paragraph(f"{outline.ending[0].upper()}{outline.ending[1:]}.", "bold green")
    yield ""
    if isinstance(finding, Undrawn):
        yield Paragraph(finding.sentence)
        yield ""
    elif outline.is_violation and not finding.explanation.is_empty:
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
