"""The blocks of a lesson that are carried out: scenarios, searches, bugs and tables.

Nothing in a lesson says what comes out of a block. A block that does not come out as its text
expects is an error of the lesson.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from pcheck.bugs import KnownBug
from pcheck.checking import answer
from pcheck.errors import TraceError
from pcheck.language.property import Property
from pcheck.loading.setup import Setup
from pcheck.loading.spec import find
from pcheck.render.text.header import Header
from pcheck.render.text.paragraphs import Paragraph
from pcheck.scenarios.running import Record, finding_of, run_scenario
from pcheck.scenarios.setting import setup_of, setup_of_settings
from pcheck.scenarios.text import Line, lines_of, scenario, settings_of
from pcheck.search.options import SearchOptions
from pcheck.search.outcome import Verdict
from pcheck.text import counted
from pcheck.tolerance.rows import questions, row_of
from pcheck.tolerance.table import Table
from pcheck.traces.explanation import Explanation
from pcheck.traces.finding import Finding


@dataclass(frozen=True)
class Played:
    """A trace that a block led to, and what the other lines of its scenario led to."""

    finding: Finding
    records: Sequence[Record] = ()

    @property
    def setup(self) -> Setup:
        """The setup of the trace."""
        return self.finding.setup

    @property
    def explanation(self) -> Explanation:
        """The property's own explanation of a violation, and the rules that a bug changes.

        The other parts of an explanation are beside the steps of the drawn trace.
        """
        return replace(self.finding.explanation, divergences=(), node_events=())


@dataclass(frozen=True)
class Decided:
    """A search of all executions that found no violation."""

    setup: Setup
    sentence: str  # the verdict
    question: Property | None  # the one property that was asked, if the block names it

    @property
    def facts(self) -> list[tuple[str, str]]:
        """The property that was asked, the network, and how many crashes there may be."""
        asked = self.question
        found = [("property", f"{asked.name}: {asked.summary}")] if asked is not None else []
        names = "network", "crashes"
        return found + [(n, text) for n, text, _ in Header(self.setup).facts() if n in names]


Outcome = Played | Decided | Table


@dataclass(frozen=True)
class Block:
    """A block of a lesson: its kind, its lines, and the place of its first line."""

    kind: str
    text: str
    place: str
    first: int

    def carry_out(self) -> Outcome:
        """Return what comes out of the block, or raise TraceError if it is not as expected."""
        return KINDS[self.kind](self)

    @property
    def settings(self) -> Mapping[str, Line]:
        """The settings on the lines of the block."""
        return settings_of(lines_of(self.text, self.first), self.place)

    def texts(self, *names: str) -> list[str]:
        """Return the values of exactly these settings, or raise TraceError."""
        found = self.settings
        if found.keys() != set(names):
            raise self.wrong(f"a block {self.kind} needs {' and '.join(names)}")
        return [found[name].text for name in names]

    def wrong(self, text: str) -> TraceError:
        """Return the error about the block."""
        return TraceError(f"{self.place}:{self.first}: {text}")


def _scenario(block: Block) -> Played:
    found = scenario(block.text, block.place, block.first)
    run = run_scenario(found, setup_of(found, find(found.spec.text)))
    for each in (*run.failed, *run.undecided):
        raise found.at(each.line, f"{each.line.text}; got: {each.answer.fact}")
    return Played(finding_of(run), run.records)


def _bug(block: Block) -> Played:
    name, bug = block.texts("spec", "bug")
    spec = find(name)
    finding = KnownBug(spec, spec.bug(bug)).finding
    if finding is None:
        raise block.wrong(f"the bug {bug} has no saved trace")
    return Played(finding)


def _explore(block: Block) -> Played | Decided:
    settings = dict(block.settings)
    names = [settings.pop(name).text for name in ("property",) if name in settings]
    spec = find(settings["spec"].text)
    setup = setup_of_settings(settings, spec, block.place, names)
    # without reductions, so that the number of states is that of the cluster
    result = answer(setup, SearchOptions(reductions="none"))
    if result.finding is not None:
        return Played(result.finding)
    if result.verdict is not Verdict.HOLDS:
        raise block.wrong(f"the search ended as {result.verdict_word}")
    said = result.report().conclusion(None)
    sentence = " ".join(each.text for each in said if isinstance(each, Paragraph))
    question = result.setup.model.properties[0] if names else None
    return Decided(result.setup, f"{sentence} {counted(result.states, 'state')}.", question)


def _tolerance(block: Block) -> Table:
    name, asked = block.texts("spec", "property")
    (question,) = questions(find(name), {}, (asked,))
    return Table(question, [row_of(size, question.setup(size)) for size in question.sizes])


KINDS: Mapping[str, Callable[[Block], Outcome]] = {
    "scenario": _scenario,
    "bug": _bug,
    "explore": _explore,
    "tolerance": _tolerance,
}


def block(kind: str, text: str, place: str, first: int) -> Block:
    """Return the block, or raise TraceError if no block has this kind."""
    found = Block(kind, text, place, first)
    if kind not in KINDS:
        raise found.wrong(f"a block must be one of {', '.join(KINDS)}, got {kind}")
    return found
