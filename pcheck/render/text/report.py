"""The answer to a question, for a person: what was explored, what came out, what it leaves open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

from pcheck.language.property import Kind, Property
from pcheck.loading.setup import Question
from pcheck.render.text.explanation import Explained
from pcheck.render.text.paragraphs import Cell, Paragraph, Rows
from pcheck.render.text.trace import Trace
from pcheck.search.outcome import Outcome, Search, Verdict
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.trace import Path
from pcheck.text import counted
from pcheck.traces.finding import Shown
from pcheck.traces.timeline import tell

COLOURS = {
    Outcome.HOLDS: "green",
    Outcome.REACHED: "green",
    Outcome.VIOLATED: "bold red",
    Outcome.NEVER_REACHED: "bold red",
    Outcome.UNDECIDED: "yellow",
}


class Report:
    """Everything that is said of one search, in the order in which it is read."""

    def __init__(self, question: Question, search: Search, shown: Shown | None) -> None:
        self.question, self.search, self.shown = question, search, shown

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Header(self.question)
        yield ""
        if self.shown is not None:
            yield from the_run(self.shown)
            yield ""
        yield from self._verdict()
        if self.search.properties and self.question.sought is None:
            yield Rows(map(self._row, self.search.properties))
        if self.question.sought is None or self.shown is None:
            yield ""
        yield self._counts()
        for note in self._notes():
            yield ""
            yield Paragraph(note)

    def _verdict(self) -> Iterator[RenderableType]:
        search = self.search
        sought = self.question.sought
        if search.verdict is Verdict.HOLDS and sought is not None:
            what = "violates" if sought.kind is Kind.ALWAYS else "reaches"
            yield Paragraph(
                f"UNREACHABLE: every reachable state was looked at, and no run {what} "
                f"{sought.name}.",
                "bold red",
            )
        elif search.verdict is Verdict.HOLDS:
            yield Paragraph("HOLDS: every reachable state was looked at.", "bold green")
        elif search.verdict is Verdict.INCOMPLETE:
            nothing = "violates nothing" if sought is None else f"does not show {sought.name}"
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
            return f"{found.why} (after {counted(len(found.path), 'step')})"
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
        elif search.verdict is Verdict.HOLDS and self.question.sought is None:
            yield not_covered(self.question)
        if search.verdict is Verdict.INCOMPLETE and (smaller := self.question.smaller()):
            yield f"To make it smaller: {', or '.join(smaller)}."


def reductions(search: Search) -> Iterator[str]:
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

    def __init__(self, shown: Shown) -> None:
        self.shown = shown

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Header(self.shown.question)
        yield ""
        yield from the_run(self.shown)
        yield ""
        yield from how_it_ends(self.shown)


def the_run(shown: Shown) -> Iterator[RenderableType]:
    yield Paragraph(f"{shown.title}:", "bold")
    if shown.among:
        yield Paragraph(shown.among)
    yield ""
    yield Trace(shown.story, shown.notes)


class Header:
    """What is explored: the spec, its sizes, the network, which faults are steps and which not."""

    def __init__(self, question: Question) -> None:
        self.question = question

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        question = self.question
        yield Paragraph(f"{question.spec.name}: {question.spec.summary}".rstrip(": "), "bold")
        rows = Rows(((name, "dim"), (text, style)) for name, text, style in self.facts())
        if rows.rows:
            yield rows

    def facts(self) -> Iterator[tuple[str, str, str]]:
        question = self.question
        if question.bug is not None:
            source = f" (seen in: {question.bug.source})" if question.bug.source else ""
            yield "mistake", f"{question.bug.name}: {question.bug.summary}{source}", "red"
        if sizes := list(_sizes(question)):
            yield "size", ", ".join(sizes), ""
        if question.network is not None:
            network = NETWORKS[question.network]
            yield "network", f"{network.name}: {network.meaning}", ""
            yield "crashes", _crashes(question.crashes or 0), ""
            if network.losing_is_a_step:
                yield "losses", "the loss of a message in flight is a step of its own", ""
            yield "implied", f"{network.implied}; a node that stops for ever", ""


class Lead:
    """The run that leads to a fault of the spec itself."""

    def __init__(self, question: Question, path: Path[Any]) -> None:
        self.question, self.path = question, path

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Paragraph(f"After {counted(len(self.path), 'step')} the spec fails:", "bold")
        yield ""
        yield Trace(tell(self.question.model, self.path), {})


def how_it_ends(shown: Shown) -> Iterator[RenderableType]:
    """The end of a trace: what is wrong now, and how it came to that."""
    if shown.good:
        yield Paragraph(f"FOUND: {shown.ends}.", "bold green")
        yield ""
        return
    yield Paragraph(f"VIOLATED: {shown.ends}.", "bold red")
    yield ""
    if shown.explanation.says_anything:
        yield Explained(shown.explanation, shown.run.spec)
        yield ""


def not_covered(question: Question) -> str:
    """What a `holds` does not say."""
    beyond = ["larger sizes than these"]
    if question.crashes is not None:
        beyond.append(f"more than {counted(question.crashes, 'crash')}")
        beyond.append("a disk that loses what was written")
        beyond.append("messages that are forged or damaged")
    beyond.append("progress (that a run gets anywhere)")
    return f"Proved for every run of what stands above. Not covered: {', '.join(beyond)}."


def duration(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds < 60 else f"{seconds / 60:.1f} min"


def _sizes(question: Question) -> Iterator[str]:
    """Each option with what it is, and not what it was asked to be, if the mistake changes it."""
    changed = question.spec.changed(question.bug, question.options)
    for each in question.spec.parameters:
        value = changed[each.name]
        by_whom = "" if value == question.options[each.name] else " (by the mistake)"
        if value or each.default or by_whom:
            yield f"{each.name} {value}{by_whom}"


def _crashes(budget: int) -> str:
    if budget == 0:
        return "none"
    return (
        f"at most {budget} in a run, of any node: it loses its volatile fields, keeps the others, "
        "and may restart or never restart"
    )
