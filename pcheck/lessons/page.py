"""A lesson as one HTML page: its text, a picture of each run, and the play of each run.

The page contains no references to other files, but for the links of a site. Without scripts the
page shows the text, the pictures and the answers; only playing needs scripts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from string import Template

from pcheck.lessons.blocks import Block, Decided, Played
from pcheck.lessons.facts import facts_of, when
from pcheck.lessons.text import PARSER, Lesson, Part, Question, Text
from pcheck.play.page.html import MARKERS, shared_parts
from pcheck.render.diagram.picture import figure
from pcheck.render.page.markup import Markup, element, joined
from pcheck.render.page.parts import allowed, embedded, part
from pcheck.render.page.steps import step_list
from pcheck.render.page.why import why
from pcheck.render.svg.elements import short_number
from pcheck.scenarios.report import fact_of
from pcheck.text import counted
from pcheck.tolerance.table import Table
from pcheck.traces.stepping import Stepping

HOME = "All lessons, protocols and bugs"
NOTHING = joined()
FILES = resources.files("pcheck.lessons")
MakePlay = Callable[[Stepping, bool], str]  # the text of `page_of`; true: inside another page


@dataclass(frozen=True)
class Ways:
    """The links of a page on a site: to its start, and to the lessons before and after."""

    home: str = ""
    before: tuple[str, str] | None = None  # address and title
    after: tuple[str, str] | None = None
    bugs: str = ""  # the folder with the pages of bugs


def lesson_page(lesson: Lesson, make_play: MakePlay, ways: Ways = Ways()) -> str:
    """Return the page of a lesson; `make_play` returns the page on which a run is played."""
    return _Page(lesson, make_play, ways).text()


def shell(
    heading: str,
    about: Markup,
    body: Markup,
    *,
    home: Markup = NOTHING,
    ways: Markup = NOTHING,
    shared: Mapping[str, str] | None = None,
) -> str:
    """Return a page with this content. `shared` are the parts of plays that are inside it."""
    script = part("lesson.js", FILES)
    scripts = [allowed(each) for each in (script, *list(shared_parts().values())[1:])]
    return Template(part("lesson.html", FILES)).substitute(
        allowed=" ".join(f"'{each}'" for each in scripts),
        title=element("title", heading),
        style=f"{part('page.css')}{part('lesson.css', FILES)}",
        home=home,
        heading=joined(heading),
        about=about,
        parts=body,
        ways=ways,
        shared=embedded(dict(shared or {})),
        script=script,
    )


def links(label: str, ways: Sequence[tuple[str, str]]) -> Markup:
    """Return links, each to an address with a title; `label` names them for a screen reader."""
    found = [element("a", title, href=address) for address, title in ways]
    return element("nav", *found, aria_label=label) if found else NOTHING


class _Page:
    """The page of a lesson, with a number for each run."""

    def __init__(self, lesson: Lesson, make_play: MakePlay, ways: Ways) -> None:
        self.lesson, self.make_play, self.ways = lesson, make_play, ways
        self.runs = 0

    def text(self) -> str:
        lesson, ways = self.lesson, self.ways
        asked = counted(len(lesson.questions), "question")
        return shell(
            f"Lesson {lesson.number}: {lesson.title}",
            element("p", f"{lesson.minutes} minutes, {asked}"),
            joined(*map(self._part, lesson.parts)),
            home=links("Site", [(ways.home, HOME)] if ways.home else []),
            ways=links("Lessons", [each for each in (ways.before, ways.after) if each]),
            shared=dict(zip(MARKERS, shared_parts().values())),
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
        if isinstance(outcome, Decided):
            facts = _rows([*facts_of(outcome.setup), *outcome.facts], "facts")
            return element("figure", facts, element("p", outcome.sentence, class_="good"))
        facts = _rows(list(facts_of(outcome.setup)), "facts")
        self.runs += 1
        inside = joined(*self._run(outcome))
        if block.kind == "bug":  # its trace is long
            steps = counted(len(outcome.finding.timeline.events), "step")
            summary = element("summary", f"{outcome.finding.ending.capitalize()}: {steps}")
            inside = element("details", summary, inside)
        return element("figure", facts, inside, *self._play(outcome))

    def _run(self, outcome: Played) -> Iterator[Markup]:
        """Yield the picture of a run, its steps as text, its explanation and its results."""
        finding = outcome.finding
        if finding.timeline.events:
            name = f"run-{self.runs}"
            drawn = figure(finding, name)
            yield element(
                *("div", Markup(drawn.diagram)), class_="drawing", role="region", tabindex=0,
                style=f"--wide: {short_number(drawn.width)}px",
                aria_label=f"Diagram of run {self.runs}",
            )  # fmt: skip
            summary = element("summary", "The steps as text")
            yield element("details", summary, step_list(finding, f"{name}-"), class_="as-text")
        if finding.is_violation or finding.is_witness:
            yield why(outcome.explanation, finding.saved.spec)
        if outcome.records:
            yield _rows([(when(each), fact_of(each)) for each in outcome.records], "results")
        bug = finding.setup.bug
        if self.ways.bugs and bug is not None:
            text = f"The bug {bug.name}, step by step"
            yield element("p", element("a", text, href=f"{self.ways.bugs}{bug.name}.html"))

    def _play(self, outcome: Played) -> Sequence[Markup]:
        """Return what opens the play of a run, unless it is about the future."""
        setup = outcome.setup
        if setup.asks_about_future:
            return []
        stepping = Stepping(setup, outcome.finding.saved.steps)
        page = self.make_play(stepping, True)
        data = Markup(f'<script type="application/json">{embedded(page)}</script>')
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
    prop, caption = table.question.prop, element("caption", table.asked)
    drawn = element("table", caption, element("thead", heads), element("tbody", *body))
    return joined(
        element("p", element("strong", f"{prop.name}: {prop.summary}")),
        element("p", table.scope()),
        element(*("div", drawn), class_="drawing", role="region", tabindex=0, aria_label=prop.name),
        *(element("p", each.text) for each in table.conclusions()),
    )
