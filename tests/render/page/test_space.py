"""The layout of a page in a real browser, on wide screens, narrow screens and paper."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from pcheck import spec
from pcheck.loading.setup import prepare
from pcheck.loading.spec import of_builder
from pcheck.render.diagram.picture import diagram_svg
from pcheck.render.page.html import html
from tests.render.diagram.examples import two_long
from tests.render.findings import (
    SAVED,
    columnless_finding,
    finding_along,
    finding_named,
    saved_finding,
)
from tests.render.page.browser import IN_A_BROWSER, STILL, Browser, opened, sized
from tests.render.page.test_html import long_finding, long_page, page

pytestmark = IN_A_BROWSER


def test_the_current_step_is_visible(browser: Browser, tmp_path: Path) -> None:
    tab = opened(browser, tmp_path / "long.html", long_page())
    for wide in (1280, 400):
        sized(tab, wide)
        for number in (1, 100, 200, 3):
            tab.slide(number)
            assert tab.run(IS_VISIBLE.replace("NUMBER", str(number))), (wide, number)
        assert tab.run("document.documentElement.scrollWidth <= innerWidth")


IS_VISIBLE = """(() => {
    const dot = document.querySelector('[data-step="NUMBER"] > :is(.pc-dot, .pc-crash, .pc-up)');
    const pane = document.getElementById("diagram").getBoundingClientRect();
    const frame = document.getElementById("frame").getBoundingClientRect();
    const box = (dot ?? document.getElementById("frame")).getBoundingClientRect();
    const level = frame.top >= pane.top && frame.bottom <= pane.bottom;
    return level && (!dot || box.left >= pane.left && box.right <= pane.right);
})()"""


PAGES: dict[str, Callable[[], str]] = {
    "short": lambda: page("votes-in-any-ballot")[1],
    "long": long_page,
    "nine lanes": lambda: html(long_finding(40, acceptors=6)),
    "without lanes": lambda: html(columnless_finding()),
}
every_page = pytest.mark.parametrize("name", PAGES)
SCREENS = {400: 11, 1280: 12}  # the width of a screen and the least size of letters, in CSS pixels
SIZES = """[...document.querySelectorAll("#diagram text")].map((text) => {
    const { b, d } = text.getScreenCTM();
    return [parseFloat(getComputedStyle(text).fontSize) * Math.hypot(b, d), text.textContent];
})"""


@every_page
def test_every_text_of_the_diagram_is_legible(browser: Browser, name: str, tmp_path: Path) -> None:
    tab = opened(browser, tmp_path / "trace.html", PAGES[name]())
    for theme in ("light", "dark"):
        colours = {"name": "prefers-color-scheme", "value": theme}
        tab.ask("Emulation.setEmulatedMedia", features=[STILL, colours])
        for wide, least in SCREENS.items():
            sized(tab, wide)
            sizes = tab.run(SIZES)
            assert (len(sizes) > 3, [each for each in sizes if each[0] < least]) == (True, [])
            assert tab.run("document.documentElement.scrollWidth <= innerWidth")
    assert tab.complaints == []
    tab.close()


# Each lane that is visible in the pane: the place of its line, and the name at the top of the pane.
NAMED_LANES = """(() => {
    const pane = document.getElementById("diagram");
    pane.scrollTo({ left: LEFT, top: TOP, behavior: "instant" });
    const { left, top } = pane.getBoundingClientRect();
    const lines = [...document.querySelectorAll(".pc-lane")].map((lane) => {
        const { x, width } = lane.getBoundingClientRect();
        return x + width / 2;
    });
    const isInside = (x) => x > left && x < left + pane.clientWidth;
    const places = [...new Set(lines.map(Math.round))].filter(isInside);
    return places.map((x) => document.elementFromPoint(x, top + 30 * SCALE)
        .closest(".pc-name")?.textContent ?? null);
})()"""


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("wide", SCREENS)
def test_the_names_of_the_visible_lanes_stay_visible(
    browser: Browser, wide: int, script: bool, tmp_path: Path
) -> None:
    tab = opened(browser, tmp_path / "trace.html", PAGES["nine lanes"](), script=script)
    tab.ask("Emulation.setScriptExecutionDisabled", value=False)  # for the scripts of the test
    sized(tab, wide)
    names = ["p1", "p2", *(f"a{n}" for n in range(1, 7)), "l1"]
    scale = tab.run("document.querySelector('#diagram text').getScreenCTM().a")
    seen = []
    for left in (0, 150, 300, 600, 10_000):
        for top in (0, 400, 10_000):
            asked = NAMED_LANES.replace("LEFT", str(left)).replace("TOP", str(top))
            found = tab.run(asked.replace("SCALE", str(scale)))
            assert (len(found) > 1 or left > 300, found) == (True, [n for n in names if n in found])
            seen += found
    assert {*seen} == {*names}
    tab.close()


@every_page
def test_on_a_phone_the_description_of_a_step_is_below_the_diagram(
    browser: Browser, name: str, tmp_path: Path
) -> None:
    tab = opened(browser, tmp_path / "trace.html", PAGES[name]())
    sized(tab, 400)
    for number in (1, 2):
        tab.slide(number)
        boxes = tab.run("""["#diagram", "#now strong"].map((which) => {
            const { left, right, top, bottom } =
                document.querySelector(which).getBoundingClientRect();
            return [left, right, top, bottom];
        })""")
        (_, _, _, below), (left, right, top, bottom) = boxes
        assert (below <= top, 0 <= left < right <= 400, bottom <= 720) == (True, True, True)
    tab.close()


def test_the_pane_of_a_short_trace_is_as_high_as_its_diagram(
    browser: Browser, tmp_path: Path
) -> None:
    tab = opened(browser, tmp_path / "trace.html", html(finding_named("bare")))
    for wide in (1280, 400):
        sized(tab, wide, 1400)
        pane, drawn = (
            tab.run(f"document.querySelector('{which}').getBoundingClientRect().height")
            for which in ("#diagram", "#drawing > svg")
        )
        assert drawn <= pane <= drawn + 20


def test_long_names_leave_room_for_the_values_of_fields(browser: Browser, tmp_path: Path) -> None:
    finding = finding_along(
        prepare(of_builder(spec(two_long)), {}), "asia_node_of_the_replicated_cluster6 starts"
    )
    tab = opened(browser, tmp_path / "trace.html", html(finding))
    for wide in (1280, 400):
        sized(tab, wide)
        narrow = "[...document.querySelectorAll('#nodes td')].filter((td) => td.clientWidth < 60)"
        assert tab.run(f"{narrow}.length") == 0
        assert tab.run("document.getElementById('panel').scrollWidth - innerWidth") <= 0
        panel = "(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)"
        assert tab.run(f"{panel}(document.getElementById('panel'))") == 0


REST = "...document.querySelectorAll('#explanation, #all-steps, #setup')"
PAPER = {"A4": (8.27, 11.69), "Letter": (8.5, 11.0)}  # inches


@pytest.mark.parametrize("paper", PAPER)
def test_title_and_diagram_are_printed_on_one_sheet_of_paper(
    browser: Browser, paper: str, tmp_path: Path
) -> None:
    """The test removes everything else; the remainder must not need a second sheet."""
    wide, high = PAPER[paper]
    sheets = {}
    for name in SAVED[::3]:
        tab = opened(browser, tmp_path / f"{name}.html", page(name)[1])
        tab.run(f"[{REST}].forEach((each) => each.remove())")
        printed = tab.ask("Page.printToPDF", paperWidth=wide, paperHeight=high)["data"]
        sheets[name] = len(re.findall(rb"/Type\s*/Page\b", base64.b64decode(printed)))
        tab.close()
    assert sheets == dict.fromkeys(SAVED[::3], 1)


Corners = list[list[float]]
TEXTS = """[...document.querySelectorAll("text")].map((text) => {
    const { x, y, width, height } = text.getBBox();
    const to = text.getCTM();
    const ends = [[x, y], [x + width, y], [x + width, y + height], [x, y + height]];
    const corners = ends.map(([left, top]) => new DOMPoint(left, top).matrixTransform(to));
    const kind = text.className.baseVal;
    return { kind, text: text.textContent, ink: getComputedStyle(text).fill,
        corners: corners.map(({ x, y }) => [x, y]) };
})"""


@pytest.mark.parametrize("name", SAVED[::3])
def test_in_a_browser_no_text_of_a_diagram_is_outside_or_on_a_label(
    browser: Browser, name: str, tmp_path: Path
) -> None:
    tab = opened(browser, tmp_path / "trace.svg", diagram_svg(saved_finding(name)))
    dark = {"name": "prefers-color-scheme", "value": "dark"}
    tab.ask("Emulation.setEmulatedMedia", features=[STILL, dark])
    texts = tab.run(TEXTS)
    wide, high = tab.run(
        "(({ width, height }) => [width, height])(document.rootElement.viewBox.baseVal)"
    )
    outside = [
        each["text"]
        for each in texts
        for x, y in each["corners"]
        if not (0 <= x <= wide and 0 <= y <= high)
    ]
    labels = [each for each in texts if each["kind"] == "pc-word"]
    over = [
        (one["text"], other["text"])
        for one, other in combinations(labels, 2)
        if overlap(one["corners"], other["corners"])
    ]
    black = [each["text"] for each in texts if each["ink"] == "rgb(0, 0, 0)"]
    assert (outside, over, black) == ([], [], [])
    tab.close()


def overlap(one: Corners, other: Corners) -> bool:
    """Return whether two rectangles overlap: no line along one of their sides separates them."""
    for (x1, y1), (x2, y2) in (side for each in (one, other) for side in pairwise(each)):
        ends = [[x * (x2 - x1) + y * (y2 - y1) for x, y in each] for each in (one, other)]
        if max(ends[0]) <= min(ends[1]) or max(ends[1]) <= min(ends[0]):
            return False
    return True
