"""The answer to a question, for a person: what was explored, what came out, what it leaves open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

from pcheck.language.property import Kind, Property
from pcheck.loading.setup import Setup
from pcheck.render.text.explanation import Explained
from pcheck.render.text.paragraphs import Cell, Paragraph, Rows
from pcheck.render.text.trace import TraceText
from pcheck.search.outcome import Outcome, SearchResult, Verdict
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.trace import Trace
from pcheck.text import counted
from pcheck.traces.finding import Finding
from pcheck.traces.timeline import timeline_of

COLOURS = {
    Outcome.HOLDS: "green",
    Outcome.REACHED: "green",
    Outcome.VIOLATED: "bold red",
    Outcome.NEVER_REACHED: "bold red",
    Outcome.UNDECIDED: "yellow",
}


class Report:
    """Everything that is said of one search, in the order in which it is read."""

    def __init__(self, setup: Setup, search: SearchResult, shown: Finding | None) -> None:
        self.setup, self.search, self.shown = setup, search, shown

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Header(self.setup)
        yield ""
        if self.shown is not None:
            yield from the_run(self.shown)
            yield ""
        yield from self._verdict()
        if self.search.properties and self.setup.target is None:
            yield Rows(map(self._row, self.search.properties))
        if self.setup.target is None or self.shown is None:
            yield ""
        yield self._counts()
        for note in self._notes():
            yield ""
            yield Paragraph(note)

    def _verdict(self) -> Iterator[RenderableType]:
        search = self.search
        target = self.setup.target
        if search.verdict is Verdict.HOLDS and target is not None:
            what = "violates" if target.kind is Kind.ALWAYS else "reaches"
            yield Paragraph(
                f"UNREACHABLE: every reachable state was looked at, and no run {what} "
                f"{target.name}.",
                "bold red",
            )
        elif search.verdict is Verdict.HOLDS:
            yield Paragraph("HOLDS: every reachable state was looked at.", "bold green")
        elif search.verdict is Verdict.INCOMPLETE:
            nothing = "violates nothing" if target is None else f"does not show {target.name}"
            yield Paragraph(
                f"INCOMPLETE: the search was ended by {search.stopped}. Every run of up to "
                f"{counted(search.depth, 'step')} was looked at, and {nothing}; longer "
                "ones were not all looked at.",
                "bold yellow",
            )
        elif self.shown is not None:
            yield from how_it_ends(self.shown)
        else:
            names = " and ".join(search.violated)
            yield Paragraph(f"VIOLATED: no run at all reaches {names}.", "bold red")
        if search.verdict is Verdict.VIOLATED and search.stopped is not None:
            yield Paragraph(f"The search was ended by {search.stopped}: the rest is undecided.")

    def _row(self, prop: Property) -> tuple[Cell, ...]:
        outcome = self.search.outcomes[prop.name]
        said = outcome.value.replace("_", " "), COLOURS[outcome]
        return (prop.name, ""), said, (self._about(prop, outcome), "")

    def _about(self, prop: Property, outcome: Outcome) -> str:
        found = self.search.discoveries.get(prop.name)
        if outcome is Outcome.VIOLATED and found is not None:
            return f"{found.why} (after {counted(len(found.trace), 'step')})"
        if outcome is Outcome.UNDECIDED and self.search.stopped is None:
            return "the search ended with the violation; --all-properties goes on"
        return prop.summary

    def _counts(self) -> Paragraph:
        search = self.search
        rate = search.states / max(search.seconds, 1e-9)
        return Paragraph(
            f"{counted(search.states, 'state')}, {counted(search.transitions, 'transition')}, "
            f"depth {search.depth}, in {duration(search.seconds)} ({rate:,.0f} states/s)"
        )

    def _notes(self) -> Iterator[str]:
        search = self.search
        yield from reductions(search)
        for warning in search.warnings:
            yield f"Note: {warning}."
        if not search.properties:
            yield "Note: there was no property to check: give the cluster some properties=[...]."
        elif search.verdict is Verdict.HOLDS and self.setup.target is None:
            yield not_covered(self.setup)
        if search.verdict is Verdict.INCOMPLETE and (smaller := self.setup.smaller()):
            yield f"To make it smaller: {', or '.join(smaller)}."


def reductions(search: SearchResult) -> Iterator[str]:
    """Which passes were on, and which were not."""
    if search.reduced:
        yield (
            f"Reduced by {', '.join(search.reduced)}: exact. The states counted stand for others, "
            "and the depth is theirs; --reduce none looks at each state."
        )
    if search.note is not None:
        yield search.note
    for name, why in search.skipped.items():
        yield f"Without {name}: {why}."


class RunReport:
    """A run, and why it goes wrong: without anything that depends on the machine."""

    def __init__(self, shown: Finding) -> None:
        self.shown = shown

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Header(self.shown.setup)
        yield ""
        yield from the_run(self.shown)
        yield ""
        yield from how_it_ends(self.shown)


def the_run(shown: Finding) -> Iterator[RenderableType]:
    yield Paragraph(f"{shown.title}:", "bold")
    if shown.among:
        yield Paragraph(shown.among)
    yield ""
    yield TraceText(shown.timeline, shown.notes)


class Header:
    """What is explored: the spec, its sizes, the network, which faults are steps and which not."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        setup = self.setup
        yield Paragraph(f"{setup.spec.name}: {setup.spec.summary}".rstrip(": "), "bold")
        rows = Rows(((name, "dim"), (text, style)) for name, text, style in self.facts())
        if rows.rows:
            yield rows

    def facts(self) -> Iterator[tuple[str, str, str]]:
        setup = self.setup
        if setup.bug is not None:
            source = f" (seen in: {setup.bug.source})" if setup.bug.source else ""
            yield "mistake", f"{setup.bug.name}: {setup.bug.summary}{source}", "red"
        if sizes := list(_sizes(setup)):
            yield "size", ", ".join(sizes), ""
        if setup.network is not None:
            network = NETWORKS[setup.network]
            yield "network", f"{network.name}: {network.meaning}", ""
            yield "crashes", _crashes(setup.crashes or 0), ""
            if network.losing_is_a_step:
                yield "losses", "the loss of a message in flight is a step of its own", ""
            yield "implied", f"{network.implied}; a node that stops for ever", ""


class Lead:
    """The run that leads to a fault of the spec itself."""

    def __init__(self, setup: Setup, path: Trace[Any]) -> None:
        self.setup, self.path = setup, path

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Paragraph(f"After {counted(len(self.path), 'step')} the spec fails:", "bold")
        yield ""
        yield TraceText(timeline_of(self.setup.model, self.path), {})


def how_it_ends(shown: Finding) -> Iterator[RenderableType]:
    """The end of a trace: what is wrong now, and how it came to that."""
    if shown.is_witness:
        yield Paragraph(f"FOUND: {shown.ending}.", "bold green")
        yield ""
        return
    yield Paragraph(f"VIOLATED: {shown.ending}.", "bold red")
    yield ""
    if shown.explanation.says_anything:
        yield Explained(shown.explanation, shown.saved.spec)
        yield ""


def not_covered(setup: Setup) -> str:
    """What a `holds` does not say."""
    beyond = ["larger sizes than these"]
    if setup.crashes is not None:
        beyond.append(f"more than {counted(setup.crashes, 'crash')}")
        beyond.append("a disk that loses what was written")
        beyond.append("messages that are forged or damaged")
    beyond.append("progress (that a run gets anywhere)")
    return f"Proved for every run of what stands above. Not covered: {', '.join(beyond)}."


def duration(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds < 60 else f"{seconds / 60:.1f} min"


def _sizes(setup: Setup) -> Iterator[str]:
    """Each option with what it is, and not what it was asked to be, if the mistake changes it."""
    changed = setup.spec.changed(setup.bug, setup.options)
    for each in setup.spec.parameters:
        value = changed[each.name]
        by_whom = "" if value == setup.options[each.name] else " (by the mistake)"
        if value or each.default or by_whom:
            yield f"{each.name} {value}{by_whom}"


def _crashes(budget: int) -> str:
    if budget == 0:
        return "none"
    return (
        f"at most {budget} in a run, of any node: it loses its volatile fields, keeps the others, "
        "and may restart or never restart"
    )
