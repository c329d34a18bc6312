"""All lessons, protocols and bugs as a site of linked pages, for any web server.

Each page stands alone but for its links, and none of them asks for anything from elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from pcheck.bugs import KnownBug
from pcheck.lessons.page import HOME, MakePlay, Ways, lesson_page, links, shell
from pcheck.lessons.text import Lesson, lessons
from pcheck.loading.setup import Setup, prepare
from pcheck.loading.spec import Spec, shipped
from pcheck.render.page.html import html
from pcheck.render.page.markup import Markup, element, joined
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.text import all_of
from pcheck.traces.stepping import Stepping

INDEX, UP = "index.html", "../index.html"
TITLE = "Paxos, taught by running it"
ABOUT = (
    "Lessons with runs and questions, protocols to play, and their known bugs. Made with pcheck, a "
    "model checker for consensus protocols."
)


@dataclass(frozen=True)
class SiteFile:
    """A file of the site: its name, with a slash after its folder, and how its text is made."""

    name: str
    make: Callable[[], str]


def site(make_play: MakePlay) -> list[SiteFile]:
    """Return the files of the site; `make_play` returns the page on which a run is played."""
    known, specs = lessons(), list(shipped())
    bugs = [KnownBug(spec, bug) for spec in specs for bug in spec.bugs]
    setups = [(spec, prepare(spec, {})) for spec in specs]
    played = [(spec, setup) for spec, setup in setups if _has_nodes(setup)]
    return [
        SiteFile(INDEX, partial(_index, known, setups, bugs)),
        *_lessons(known, make_play),
        *(
            SiteFile(f"play/{spec.name}.html", partial(_play, setup, make_play))
            for spec, setup in played
        ),
        *(SiteFile(f"bugs/{each.bug.name}.html", partial(_bug, each, make_play)) for each in bugs),
    ]


def _lessons(known: Sequence[Lesson], make_play: MakePlay) -> Iterator[SiteFile]:
    """Yield the pages of the lessons, each with links to those before and after it."""
    for at, lesson in enumerate(known):
        before, after = (
            (f"{each.name}.html", f"{word}: {each.title}") if each is not None else None
            for each, word in (
                (known[at - 1] if at else None, "Before"),
                (known[at + 1] if at + 1 < len(known) else None, "Next"),
            )
        )
        ways = Ways(UP, before, after, "../bugs/")
        make = partial(lesson_page, lesson, make_play, ways)
        yield SiteFile(f"lessons/{lesson.name}.html", make)


def _play(setup: Setup, make_play: MakePlay) -> str:
    return _with_home(make_play(Stepping(setup), False))


def _bug(known: KnownBug, make_play: MakePlay) -> str:
    """Return the page of the trace of a bug; without a trace, the page on which it is played."""
    finding = known.finding
    if finding is not None:
        return _with_home(html(finding))
    return _play(prepare(known.spec, {}, bug=known.bug), make_play)


def _with_home(page: str) -> str:
    """Return a page with a link to the start of the site above its heading."""
    return page.replace("\n<h1>", f"\n{links('Site', [(UP, HOME)])}\n<h1>", 1)


def _index(
    known: Sequence[Lesson], setups: Sequence[tuple[Spec, Setup]], bugs: Sequence[KnownBug]
) -> str:
    items = (
        element(
            "li",
            element("a", each.title, href=f"lessons/{each.name}.html"),
            f" ({each.minutes} minutes)",
        )
        for each in known
    )
    others = [spec.name for spec, setup in setups if not _has_nodes(setup)]
    body = joined(
        element("h2", "Lessons"),
        element("ol", *items),
        element("h2", "Protocols to play"),
        element("ul", *(_protocol(spec) for spec, setup in setups if _has_nodes(setup))),
        element("p", f"Without a page: {all_of(others)}, which are models without nodes."),
        element("h2", "Bugs"),
        *(_bugs_of(spec, bugs) for spec, _ in setups),
    )
    return shell(TITLE, element("p", ABOUT), body)


def _has_nodes(setup: Setup) -> bool:
    return isinstance(setup.model, ClusterModel)


def _protocol(spec: Spec) -> Markup:
    link = element("a", spec.name, href=f"play/{spec.name}.html")
    return element("li", link, f": {spec.summary}")


def _bugs_of(spec: Spec, known: Sequence[KnownBug]) -> Markup:
    """Return the list of those bugs that belong to a protocol."""
    bugs = [each for each in known if each.spec.name == spec.name]
    if not bugs:
        return joined()
    items = []
    for each in bugs:
        link = element("a", each.bug.name, href=f"bugs/{each.bug.name}.html")
        steps = f" in {each.steps} steps" if each.steps is not None else ""
        end = "safe" if each.bug.safe else f"violates {each.bug.breaks}{steps}"
        items.append(element("li", link, f": {each.bug.summary} ({end})"))
    return joined(element("h3", spec.name), element("ul", *items))
