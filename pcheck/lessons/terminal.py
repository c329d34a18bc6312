"""A lesson on a terminal: its texts, what its blocks lead to, and its questions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

from pcheck.lessons.blocks import Block, Decided, Outcome, Played
from pcheck.lessons.facts import facts_of, when
from pcheck.lessons.text import Lesson, Part, Question, Text
from pcheck.lessons.words import Words
from pcheck.render.text.explanation import Explained
from pcheck.render.text.paragraphs import Paragraph, Rows
from pcheck.render.text.trace import TraceText
from pcheck.scenarios.report import fact_of
from pcheck.text import counted
from pcheck.tolerance.table import Table


class LessonHead:
    """The title of a lesson, and how long it takes."""

    def __init__(self, lesson: Lesson) -> None:
        self.lesson = lesson

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lesson = self.lesson
        yield Paragraph(f"Lesson {lesson.number}: {lesson.title}", "bold")
        asked = counted(len(lesson.questions), "question")
        yield Paragraph(f"{lesson.minutes} minutes, {asked}", "dim")


def asked(question: Question) -> Paragraph:
    """Return a question as it is printed."""
    return Paragraph(f"Question {question.number}: {question.text}", "bold yellow")


def printed(parts: Sequence[Part]) -> Iterator[RenderableType]:
    """Yield parts of a lesson, each with a blank line before it. Blocks are carried out."""
    for part in parts:
        yield ""
        if isinstance(part, Text):
            yield Words(part.tokens)
        else:
            yield from _shown(part)


def _shown(block: Block) -> Iterator[RenderableType]:
    outcome: Outcome = block.carry_out()
    if isinstance(outcome, Table):
        yield outcome
        return
    more = outcome.facts if isinstance(outcome, Decided) else []
    yield Rows(((name, "dim"), (text, "")) for name, text in [*facts_of(outcome.setup), *more])
    if isinstance(outcome, Decided):
        yield from ("", Paragraph(outcome.sentence, "bold green"))
        return
    finding = outcome.finding
    if finding.timeline.events:
        yield from ("", TraceText(finding.timeline, finding.notes))
    if finding.is_violation or finding.is_witness:
        yield ""
        yield from _verdict(outcome)
    if outcome.records:
        yield ""
        yield Rows(((when(each), "dim"), (fact_of(each), "")) for each in outcome.records)


def _verdict(outcome: Played) -> Iterator[RenderableType]:
    """Yield what a trace violates or reaches, the property's own explanation, and the rules."""
    finding = outcome.finding
    style = "bold red" if finding.is_violation else "bold green"
    word = "VIOLATED" if finding.is_violation else "FOUND"
    yield Paragraph(f"{word}: {finding.ending}.", style)
    if not outcome.explanation.is_empty:
        yield from ("", Explained(outcome.explanation, finding.saved.spec))
