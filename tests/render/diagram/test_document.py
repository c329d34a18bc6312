"""A diagram as a document: complete in itself, read aloud, short, and with markup in no text."""

from __future__ import annotations

import re

import pytest

from pcheck.render.diagram.picture import diagram_svg, figure
from pcheck.render.formats import FORMATS
from tests.render.diagram.drawn import (
    ELEMENTS,
    SVG,
    Picture,
    classes,
    every_run,
    packed,
    picture,
    text_of,
)
from tests.render.every_run import the_run, walked


def test_it_is_one_of_the_formats() -> None:
    found = FORMATS.for_file("lecture/run.SVG")
    assert (found.name, found.draw, found.for_a_program) == ("svg", diagram_svg, True)


@every_run
def test_it_needs_nothing_but_itself(name: str) -> None:
    text = text_of(name)
    found = {each.tag.removeprefix(SVG) for each in picture(name).root.iter()}
    names = {name for each in picture(name).root.iter() for name in each.attrib}
    assert found <= ELEMENTS
    assert [each for each in names if "href" in each or each.startswith("on")] == []
    assert re.findall(r"url\(|@import|@font-face|<!|<script", text) == []


@pytest.mark.parametrize(
    "name", ["forgets-its-promise", "hostile on once", "found on lossy", "bare"]
)
def test_within_a_page_it_lacks_its_heading_and_all_its_names_are_its_own(name: str) -> None:
    root, within = picture(name).root, Picture(figure(the_run(name)))
    headed = within.lines("pc-heading"), within.lines("pc-about")
    texts = [[e.text for e in each.iter(f"{SVG}text")] for each in (root, within.root)]
    assert (headed, texts[1]) == (([], []), texts[0][-len(texts[1]) :])
    named = [each for e in root.iter() for each in (*classes(e), *e.get("id", "").split())]
    style = root.find(f"{SVG}style")
    assert style is not None
    rules = re.sub(r"@(media|supports)[^{]*\{", "", style.text or "")
    chosen = re.findall(r"^(.+)\{|\}\s*(\..+?)\{", rules, re.M)
    parts = [part for found in chosen for each in found if each for part in each.split(",")]
    assert [each for each in named if not each.startswith("pc-")] == []
    assert [each for each in parts if not each.startswith(".pc-")] == []


@every_run
def test_it_says_what_it_is_to_those_who_cannot_see_it(name: str) -> None:
    root, shown = picture(name).root, the_run(name)
    title, description = (root.find(f"{SVG}{each}") for each in ("title", "desc"))
    assert title is not None
    assert description is not None
    named = root.get("role"), root.get("aria-labelledby")
    assert named == ("img", f"{title.get('id')} {description.get('id')}")
    assert title.text == shown.title
    assert packed((description.text or "")[-len(shown.ending) - 1 : -1]) == packed(shown.ending)


def test_what_stands_in_names_and_messages_is_never_markup() -> None:
    text = text_of("hostile on once")
    assert "&lt;script&gt;" in text or "&lt;it&gt;" in text
    drawn = picture("hostile on once")
    assert {each.tag for each in drawn.root.iter()} <= {f"{SVG}{each}" for each in ELEMENTS}
    assert [*drawn.lanes()][:3] == ["a b", "end", 'q"<b>']


def test_a_long_run_stays_short() -> None:
    shown = walked("fifo", 3, steps=80)
    text = diagram_svg(shown)
    steps, messages = len(shown.timeline.events), len(shown.timeline.flights)
    assert len(text) < 8_000 + 500 * steps + 450 * messages
    assert (
        re.findall(r"\d\.\d\d", re.sub(r"<(style|text|title|desc).*?</\1>", "", text, flags=re.S))
        == []
    )
