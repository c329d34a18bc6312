"""A lesson as one HTML page: its text, a picture of each run, and the play of each run.

The page contains no references to other files, but for the links of a site. Without scripts the
page shows the text, the pictures and the answers; only playing needs scripts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import resources
from string import Template

from pcheck.lessons.blocks import Block, Decided, Played
from pcheck.lessons.terminal import SHOWN_FACTS, when
from pcheck.lessons.text import PARSER, Lesson, Part, Question, Text
from pcheck.loading.setup import Setup
from pcheck.play.page.html import MARKERS, page_of, shared_parts
from pcheck.render.diagram.picture import figure
from pcheck.render.page.markup import Markup, element, joined
from pcheck.render.page.parts import allowed, embedded, part
from pcheck.render.page.why import why
from pcheck.render.svg.elements import short_number
from pcheck.render.text.header import Header
from pcheck.scenarios.report import fact_of
from pcheck.search.clock import OnProgress
from pcheck.search.engine import OnNote
from pcheck.text import counted
from pcheck.tolerance.table import Table
from pcheck.traces.stepping import Stepping

FILES = resources.files("pcheck.lessons")
OnSetup = Callable[[Setup], tuple[OnProgress | None, OnNote]]


@dataclass(frozen=True)
class Ways:
    """The links of a page on a site: to its start, and to the lessons before and after."""

    home: str = ""
    before: tuple[str, str] | None = None  # address and title
    after: tuple[str, str] | None = None
    bugs: str = ""  # the folder with the pages of bugs


def lesson_page(lesson: Lesson, begins: OnSetup, ways: Ways = Ways()) -> str:
    """Return the page of a lesson. `begins` is called before the play of a run is computed."""
    return _Page(lesson, begins, ways).text()


class _Page:
    """The page of a lesson, with a number for each run."""

    def __init__(self, lesson: Lesson, begins: OnSetup, ways: Ways) -> None:
        self.lesson, self.begins, self.ways = lesson, begins, ways
        self.runs = 0

    def text(self) -> str:
        lesson, parts = self.lesson, shared_parts()
        script = part("lesson.js", FILES)
        scripts = [allowed(each) for each in (script, parts["engine"], parts["script"])]
        heading = f"Lesson {lesson.number}: {lesson.title}"
        asked = counted(len(lesson.questions), "question")
        return Template(part("lesson.html", FILES)).substitute(
            allowed=" ".join(f"'{each}'" for each in scripts),
            title=element("title", heading),
            style=f"{part('page.css')}{part('lesson.css', FILES)}",
            home=_links([(self.ways.home, "All lessons")] if self.ways.home else []),
            heading=joined(heading),
            about=element("p", f"{lesson.minutes} minutes, {asked}"),
            parts=joined(*map(self._part, lesson.parts)),
            ways=_links([each for each in (self.ways.before, self.ways.after) if each]),
            shared=embedded(dict(zip(MARKERS, parts.values()))),
            script=script,
        )

    def _part(self, each: Part | Question) -> Markup:
        if isinstance(each, Text):
            return Markup(PARSER.renderer.render(each.tokens, PARSER.options, {}))
        if isinstance(each, Block):
            return self._block(each)
        title = element("h2", f"Question {each.number}: {each.text}")
        answer = joined(*map(self._part, each.answer))
        inside = element("details", element("summary", "Answer"), answer)
        return element("section", title, inside, class_="question")

    def _block(self, block: Block) -> Markup:
        outcome = block.carry_out()
        if isinstance(outcome, Table):
            return element("figure", _table(outcome))
        return element("figure", *self._inside(outcome))

    def _inside(self, outcome: Played | Decided) -> Sequence[Markup]:
        facts = [each for each in Header(outcome.setup).facts() if each[0] in SHOWN_FACTS]
        parts = [_rows([(name, text) for name, text, _ in facts], "facts")]
        if isinstance(outcome, Decided):
            return [*parts, element("p", outcome.sentence, class_="good")]
        finding = outcome.finding
        self.runs += 1
        if finding.timeline.events:
            drawn = figure(finding, f"run-{self.runs}")
            wide = f"--wide: {short_number(drawn.width)}px"
            label = f"Diagram of run {self.runs}"
            diagram = Markup(drawn.diagram)
            parts.append(
                element(
                    *("div", diagram), class_="drawing", style=wide, role="region", tabindex=0,
                    aria_label=label,
                )
            )  # fmt: skip
        if finding.is_violation or finding.is_witness:
            kind = "wrong" if finding.is_violation else "good"
            parts.append(element("p", f"{finding.ending}.", class_=kind))
            parts.append(why(outcome.explanation, finding.saved.spec))
        if outcome.records:
            found = [(when(each), fact_of(each)) for each in outcome.records]
            parts.append(_rows(found, "results"))
        if self.ways.bugs and finding.setup.bug is not None:
            name = finding.setup.bug.name
            link = element(
                "a", f"The bug {name}, step by step", href=f"{self.ways.bugs}{name}.html"
            )
            parts.append(element("p", link))
        return [*parts, *self._play(outcome)]

    def _play(self, outcome: Played) -> Sequence[Markup]:
        """Return what opens the play of a run, unless it is about the future."""
        setup = outcome.setup
        if setup.asks_about_future:
            return []
        stepping = Stepping(setup, outcome.finding.saved.steps)
        on_progress, on_note = self.begins(setup)
        page = page_of(stepping, on_progress, on_note, is_inside=True)
        data = Markup(f'<script type="application/json">{embedded(page.text)}</script>')
        summary = element("summary", f"Play on from here: run {self.runs}")
        return [element("details", summary, data, class_="play needs-script", hidden="")]


def _rows(rows: Sequence[tuple[str, str]], kind: str) -> Markup:
    """Return a list of names or times, each with a text."""
    inside = [element("div", element("dt", name), element("dd", text)) for name, text in rows]
    return element("dl", *inside, class_=kind)


def _table(table: Table) -> Markup:
    """Return the table of how many nodes may stop."""
    head, *rows = [[text for text, _ in line] for line in table.lines()]
    heads = element("tr", *(element("th", text, scope="col") for text in head))
    body = [
        element("tr", element("th", size, scope="row"), *(element("td", each) for each in others))
        for size, *others in rows
    ]
    prop = table.question.prop
    return joined(
        element("p", element("strong", f"{prop.name}: {prop.summary}")),
        element("p", table.scope()),
        element(
            "table",
            element("caption", table.asked),
            element("thead", heads),
            element("tbody", *body),
        ),
        *(element("p", each.text) for each in table.conclusions()),
    )


def _links(ways: Sequence[tuple[str, str]]) -> Markup:
    links = [element("a", title, href=address) for address, title in ways]
    return element("nav", *links) if links else joined()
