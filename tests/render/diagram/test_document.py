"""A diagram as a document: self-contained, accessible, short, and with all markup escaped."""

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
    every_finding,
    packed,
    picture,
    text_of,
)
from tests.render.findings import finding_named, random_finding


def words_of(drawn: Picture) -> list[str]:
    """Return the words of each step, of each milestone and of the ending."""
    kinds = "pc-step", "pc-milestone", "pc-end"
    groups = (group.element for kind in kinds for group in drawn.groups(kind))
    return [packed("".join(each.itertext())) for each in groups]


def test_svg_is_a_format_for_programs() -> None:
    found = FORMATS.for_file("lecture/trace.SVG")
    assert (found.name, found.draw, found.for_a_program) == ("svg", diagram_svg, True)


@every_finding
def test_a_diagram_refers_to_no_other_file(name: str) -> None:
    text = text_of(name)
    found = {each.tag.removeprefix(SVG) for each in picture(name).root.iter()}
    names = {name for each in picture(name).root.iter() for name in each.attrib}
    assert found <= ELEMENTS
    assert [each for each in names if "href" in each or each.startswith("on")] == []
    assert re.findall(r"url\(|@import|@font-face|<!|<script", text) == []


@pytest.mark.parametrize(
    "name", ["forgets-its-promise", "hostile on once", "found on lossy", "bare"]
)
def test_a_figure_has_no_heading_and_prefixes_all_its_names(name: str) -> None:
    root, within = picture(name).root, Picture(figure(finding_named(name)).diagram)
    headed = within.lines("pc-heading"), within.lines("pc-about")
    assert (headed, words_of(within)) == (([], []), words_of(picture(name)))
    named = [each for e in root.iter() for each in (*classes(e), *e.get("id", "").split())]
    style = root.find(f"{SVG}style")
    assert style is not None
    rules = re.sub(r"@(media|supports)[^{]*\{", "", style.text or "")
    chosen = re.findall(r"^(.+)\{|\}\s*(\..+?)\{", rules, re.M)
    parts = [part for found in chosen for each in found if each for part in each.split(",")]
    assert [each for each in named if not each.startswith("pc-")] == []
    assert [each for each in parts if not each.startswith(".pc-")] == []


@every_finding
def test_screen_readers_get_a_title_and_a_description(name: str) -> None:
    root, finding = picture(name).root, finding_named(name)
    title, description = (root.find(f"{SVG}{each}") for each in ("title", "desc"))
    assert title is not None
    assert description is not None
    named = root.get("role"), root.get("aria-labelledby")
    assert named == ("img", f"{title.get('id')} {description.get('id')}")
    assert title.text == finding.title
    assert packed((description.text or "")[-len(finding.ending) - 1 : -1]) == packed(finding.ending)


def test_names_and_messages_are_escaped() -> None:
    text = text_of("hostile on once")
    assert "&lt;script&gt;" in text or "&lt;it&gt;" in text
    drawn = picture("hostile on once")
    assert {each.tag for each in drawn.root.iter()} <= {f"{SVG}{each}" for each in ELEMENTS}
    assert [*drawn.lanes()][:3] == ["a b", "end", 'q"<b>']


def test_the_diagram_of_a_long_trace_is_short() -> None:
    finding = random_finding("fifo", 3, steps=80)
    text = diagram_svg(finding)
    steps, messages = len(finding.timeline.events), len(finding.timeline.flights)
    assert len(text) < 8_000 + 500 * steps + 450 * messages
    assert (
        re.findall(r"\d\.\d\d", re.sub(r"<(style|text|title|desc).*?</\1>", "", text, flags=re.S))
        == []
    )
