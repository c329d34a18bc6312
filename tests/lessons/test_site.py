"""The site of all lessons, protocols and bugs: whole, linked, small, and usable in a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urldefrag

import pytest

from pcheck.cli.main import run
from pcheck.lessons.text import lessons
from pcheck.loading.spec import shipped
from tests.play.page.test_in_browser import violations
from tests.render.page.browser import IN_A_BROWSER, Browser, sized, soon, visited
from tests.render.page.conftest import browser

__all__ = ["browser"]
pytestmark = IN_A_BROWSER
MAX_BYTES = 20_000_000
PLAYED = """cas_paxos elected_leader fast_paxos flexible_paxos multi_paxos paxos raft retrying_paxos
    two_phase_commit""".split()
SEEN = [
    "index.html",
    *(f"lessons/{each.name}.html" for each in lessons()),
    *("play/two_phase_commit.html", "bugs/ignores-votes.html", "bugs/shares-ballots.html"),
]


def test_the_site_is_whole_linked_small_and_usable(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One test makes the site, which takes a while, and does all that follows.

    The pages know the answers in fewer states than those of a user, so that making them takes a
    minute. `test_engine` bounds the size of each protocol's whole page.
    """
    monkeypatch.setattr("pcheck.play.page.html.MAX_STATES", 3_000)
    site = tmp_path / "paxos"
    assert run(["lessons", "--site", str(site)]) == 0
    check_pages(site)
    check_links(site)
    check_that_no_page_loads_a_file(site)
    check_lessons_without_scripts(site)
    for name in SEEN:
        for wide in (1280, 400):
            check_page(browser, site / name, wide)
    check_play_inside_a_lesson(browser, site)


class Links(HTMLParser):
    """The links and the anchors of a page, and every address from which it would load a file."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.loaded: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.anchors |= {value for name, value in attrs if name == "id" and value}
        if tag == "a":
            self.links.append(given.get("href") or "")
        elif tag != "link" or given.get("href") != "data:,":
            self.loaded += [value or "" for name, value in attrs if name in ("src", "href")]


def pages(site: Path) -> Iterator[tuple[Path, Links]]:
    for file in sorted(site.rglob("*")):
        if file.is_file():
            yield file, Links(file.read_text(encoding="utf-8"))


def check_pages(site: Path) -> None:
    found = {str(file.relative_to(site)) for file in site.rglob("*") if file.is_file()}
    assert found == {
        "index.html",
        *(f"lessons/{each.name}.html" for each in lessons()),
        *(f"play/{name}.html" for name in PLAYED),
        *(f"bugs/{bug.name}.html" for spec in shipped() for bug in spec.bugs),
    }
    assert sum(file.stat().st_size for file in site.rglob("*") if file.is_file()) < MAX_BYTES


def check_links(site: Path) -> None:
    known = {file.resolve(): links for file, links in pages(site)}
    wrong, reached, todo = [], set[Path](), [(site / "index.html").resolve()]
    while todo:
        file = todo.pop()
        if file in reached:
            continue
        reached.add(file)
        for link in known[file].links:
            address, anchor = urldefrag(link)
            to = (file.parent / address).resolve() if address else file
            if to not in known or (anchor and anchor not in known[to].anchors):
                wrong.append((file.name, link))
            else:
                todo.append(to)
    assert wrong == []
    assert reached == known.keys()


def check_that_no_page_loads_a_file(site: Path) -> None:
    assert {file.name: links.loaded for file, links in pages(site) if links.loaded} == {}


def check_lessons_without_scripts(site: Path) -> None:
    for lesson in lessons():
        text = (site / "lessons" / f"{lesson.name}.html").read_text(encoding="utf-8")
        head = text.partition('<script type="application/json" id="shared">')[0]
        assert head.count("<h2>Question ") == len(lesson.questions)
        assert head.count("<summary>Answer</summary>") == len(lesson.questions)
        assert head.count("<figure>") == len(lesson.blocks)


def check_page(browser: Browser, file: Path, wide: int) -> None:
    tab = visited(browser, file)
    sized(tab, wide, 900)
    tab.run("document.querySelectorAll('details:not(.play)').forEach((each) => each.open = true)")
    assert tab.run("document.documentElement.scrollWidth") <= wide, file
    for scheme in ("light", "dark"):
        media = [{"name": "prefers-color-scheme", "value": scheme}]
        tab.ask("Emulation.setEmulatedMedia", features=media)
        assert violations(tab) == [], file
    assert tab.complaints == []
    tab.close()


def check_play_inside_a_lesson(browser: Browser, site: Path) -> None:
    tab = visited(browser, site / "lessons" / "claiming-the-right.html")
    frame = "document.querySelector('iframe').contentDocument"
    opening = "for (let each = play; each; each = each.parentElement) each.open = true"
    tab.run(f"const play = document.querySelector('details.play'); {opening}")
    assert soon(tab, f"!!document.querySelector('iframe') && !!{frame}.querySelector('#count')")
    assert soon(tab, f"{frame}.getElementById('count').textContent === '4 steps'")
    label = json.dumps("p1 <- a1: Promise(ballot=5, last=Vote(ballot=2, value=v2))")
    tab.run(f"{frame}.querySelector('button[data-label=' + JSON.stringify({label}) + ']').click()")
    assert soon(tab, f"{frame}.getElementById('count').textContent === '5 steps'")
    assert tab.complaints == []
