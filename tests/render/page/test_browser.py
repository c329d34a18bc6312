"""The page of a run in a real browser: opened from a file, walked through, and read back."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path
from select import select
from time import monotonic, sleep
from typing import Any

import pytest

from pcheck import spec
from pcheck.loading.setup import ask
from pcheck.loading.spec import of_builder
from pcheck.render.diagram.svg import svg
from pcheck.render.page.html import html
from pcheck.traces.finding import Shown
from tests.render.diagram.test_svg import two_long
from tests.render.every_run import KEPT, along, kept, the_run
from tests.render.page.test_html import embedded, long_page, long_run, mail, page

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
QUIET = """--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync
    --disable-background-networking --disable-component-update --remote-debugging-pipe"""
# A browser talks on the files 3 and 4; whatever these are in a test's own process is left alone.
ON_3_AND_4 = """import fcntl, os, sys
ends = [fcntl.fcntl(int(end), fcntl.F_DUPFD, 10) for end in sys.argv[1:3]]
for end, number in zip(ends, (3, 4)): os.dup2(end, number)
os.execv(sys.argv[3], sys.argv[3:])"""
PATIENCE = 20.0  # seconds
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium to open a page in"),
    pytest.mark.skipif(sys.platform == "win32", reason="a browser is talked to by a POSIX pipe"),
]


class Browser:
    """A browser behind a pipe: commands go out, answers and events come in."""

    def __init__(self, profile: Path) -> None:
        assert CHROMIUM is not None
        its_in, self._out = os.pipe()
        self._in, its_out = os.pipe()
        ends = its_in, its_out
        command = [sys.executable, "-c", ON_3_AND_4, *map(str, ends), CHROMIUM, *QUIET.split()]
        self._process = subprocess.Popen(
            [*command, f"--user-data-dir={profile}", "about:blank"],
            pass_fds=ends,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for end in ends:
            os.close(end)
        self._rest, self._number = b"", 0
        self.events: list[dict[str, Any]] = []

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.ask("Browser.close")
        self._process.wait(PATIENCE)
        os.close(self._in)
        os.close(self._out)

    def ask(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        self._number += 1
        said = {"id": self._number, "method": method, "params": params}
        if session is not None:
            said["sessionId"] = session
        os.write(self._out, json.dumps(said).encode() + b"\0")
        while (heard := self._hear()).get("id") != self._number:
            self.events.append(heard)
        assert "error" not in heard, heard
        return dict(heard["result"])

    def wait_for(self, event: str, session: str) -> None:
        while not any(
            (each.get("method"), each.get("sessionId")) == (event, session) for each in self.events
        ):
            self.events.append(self._hear())

    def _hear(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            assert select([self._in], [], [], PATIENCE)[0], "the browser says nothing"
            more = os.read(self._in, 1 << 20)
            if not more:
                raise OSError("the browser is gone")
            self._rest += more
        heard, _, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(heard))


@dataclass
class Tab:
    """One page in it."""

    browser: Browser
    session: str
    file: Path

    def run(self, script: str) -> Any:
        found = self.ask("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        return self.browser.ask(method, self.session, **params)

    def close(self) -> None:
        self.ask("Page.close")

    def press(self, key: str) -> None:
        code = {"Home": 36, "End": 35, "ArrowLeft": 37, "ArrowRight": 39, "Tab": 9}[key]
        for kind in ("rawKeyDown", "keyUp"):
            self.ask("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code)

    def slide(self, number: int) -> None:
        moved = "slider.dispatchEvent(new Event('input'))"
        self.run(
            f"var slider = document.getElementById('slider'); slider.value = {number}; {moved}"
        )

    @property
    def step(self) -> int:
        shown = self.run("document.getElementById('count').textContent")
        return int(shown.split(" of ")[0])

    @property
    def words(self) -> str:
        return str(self.run("document.getElementById('now').textContent"))

    def read(self) -> dict[str, Any]:
        """All that it says of the step it stands at."""
        return dict(self.run(READ))

    @property
    def complaints(self) -> list[Any]:
        """All that the browser said of errors, and all that it fetched but the file itself."""
        wrong = ("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded")
        found: list[Any] = []
        for event in self.browser.events:
            if event.get("sessionId") == self.session:
                if event["method"] in wrong:
                    found.append(event["params"])
                elif event["method"] == "Network.requestWillBeSent":
                    found.append(event["params"]["request"]["url"])
        return [each for each in found if each not in (self.file.as_uri(), "data:,")]


READ = """(() => {
    const all = (kind, part = document) => [...part.querySelectorAll(kind)];
    const text = (part) => part.textContent;
    const lines = (kind) => all(kind).filter((line) => line.children.length);
    const letter = (line) => [...line.children].slice(0, 2).map(text).join(" ");
    return {
        step: +text(document.getElementById("count")).split(" of ")[0],
        cells: all("#nodes td").map((cell) => [
            text(all("th", cell.parentElement)[0]),
            text(all("thead th", cell.closest("table"))[cell.cellIndex]),
            text(cell.querySelector("ins") ?? cell),
        ]),
        way: lines("#under-way li").map(letter),
        never: lines("#never li").map(letter),
        later: all(".pc-step.later").length,
    };
})()"""
STILL = {"name": "prefers-reduced-motion", "value": "reduce"}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    browser = Browser(tmp_path_factory.mktemp("profile"))
    try:
        yield browser
    finally:
        browser.close()


def opened(browser: Browser, file: Path, text: str, *, script: bool = True) -> Tab:
    browser.events.clear()
    file.write_text(text, encoding="utf-8")
    target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
    session = browser.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    tab = Tab(browser, session, file)
    for domain in ("Page", "Runtime", "Log", "Network"):
        tab.ask(f"{domain}.enable")
    tab.ask("Emulation.setScriptExecutionDisabled", value=not script)
    tab.ask("Emulation.setEmulatedMedia", features=[STILL])
    tab.ask("Page.navigate", url=file.as_uri())
    browser.wait_for("Page.loadEventFired", session)
    return tab


def sized(tab: Tab, wide: int, high: int = 720) -> None:
    size = {"width": wide, "height": high, "deviceScaleFactor": 1, "mobile": False}
    tab.ask("Emulation.setDeviceMetricsOverride", **size)


def soon(tab: Tab, script: str) -> Any:
    """What a script finds, as soon as it is anything."""
    latest = monotonic() + PATIENCE
    while not (found := tab.run(script)) and monotonic() < latest:
        sleep(0.02)
    return found


def expected(shown: Shown, text: str, number: int) -> dict[str, Any]:
    """The same from the story: those who never get the same message stand in one line, and what a
    node is that has no name is headed `state`."""
    run, columns = embedded(text), shown.story.after(number)
    alike: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for each in run["flights"]:
        if each["sent"] <= number and not each["delivered"] and each["lost"] is None:
            alike.setdefault((each["sent"], each["nth"]), []).append(each)
    return {
        "step": number,
        "cells": [
            [lane, field or "state", columns[lane].get(field, "")] for lane, field in run["cells"]
        ],
        "way": [f"{src} → {dst} {message}" for src, dst, message in mail(run, number)[0]],
        "never": [
            f"{same[0]['src']} → {', '.join(each['dst'] for each in same)} {same[0]['message']}"
            for same in alike.values()
        ],
        "later": len(shown.story.moments) - number,
    }


@pytest.mark.parametrize("name", KEPT)
def test_every_step_shows_what_the_run_says(browser: Browser, name: str, tmp_path: Path) -> None:
    shown, text = page(name)
    tab = opened(browser, tmp_path / "run.html", text)
    for number in range(len(shown.story.moments) + 1):
        assert tab.read() == expected(shown, text, number)
        if number:
            moment = shown.story.moments[number - 1]
            told = [moment.label, *moment.changes, *moment.milestones, f"Step {number} of"]
            told.append(shown.notes.get(number, ""))
            assert [each for each in told if each not in tab.words] == []
        tab.press("ArrowRight")
    assert tab.complaints == []


def test_keys_the_slider_links_and_clicks_all_walk(browser: Browser, tmp_path: Path) -> None:
    shown, text = page("vote-leaves-promise")
    tab = opened(browser, tmp_path / "run.html", text)
    steps = []
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "ArrowLeft", "ArrowLeft"):
        tab.press(key)
        steps.append(tab.step)
    assert steps == [1, 2, 1, 0, 0]
    tab.slide(7)
    assert tab.step == 7
    tab.run("document.getElementById('slider').focus()")
    steps = []
    for key in ("ArrowRight", "End", "ArrowLeft", "Home"):
        tab.press(key)
        steps.append(tab.step)
    assert steps == [8, 20, 19, 0]
    tab.run("document.querySelector('.jumps.refused a[href=\"#step-14\"]').click()")
    assert tab.step == shown.run.refused_at == 14
    tab.run("document.querySelector('button[data-by=\"1\"]').click()")
    assert tab.step == 15
    place = tab.run("""(() => { const box = document.querySelector('.pc-step[data-step="16"]')
        .getBoundingClientRect(); return [box.left + 5, box.top + 8]; })()""")
    for kind in ("mousePressed", "mouseReleased"):
        where = {"x": place[0], "y": place[1], "button": "left", "clickCount": 1}
        tab.ask("Input.dispatchMouseEvent", type=kind, **where)
    assert tab.step == 16
    assert tab.complaints == []


def test_the_current_step_is_in_sight(browser: Browser, tmp_path: Path) -> None:
    tab = opened(browser, tmp_path / "long.html", long_page())
    for wide in (1280, 400):
        sized(tab, wide)
        for number in (1, 100, 200, 3):
            tab.slide(number)
            assert tab.run(IN_SIGHT.replace("NUMBER", str(number))), (wide, number)
        assert tab.run("document.documentElement.scrollWidth <= innerWidth")


IN_SIGHT = """(() => {
    const dot = document.querySelector('[data-step="NUMBER"] > :is(.pc-dot, .pc-crash, .pc-up)');
    const pane = document.getElementById("diagram").getBoundingClientRect();
    const frame = document.getElementById("frame").getBoundingClientRect();
    const box = (dot ?? document.getElementById("frame")).getBoundingClientRect();
    const level = frame.top >= pane.top && frame.bottom <= pane.bottom;
    return level && (!dot || box.left >= pane.left && box.right <= pane.right);
})()"""


def test_before_the_first_step_it_says_how_to_begin_and_what_the_mistake_is(
    browser: Browser, tmp_path: Path
) -> None:
    tab = opened(browser, tmp_path / "run.html", page("vote-leaves-promise")[1])
    words = "Before the first stepThe mistake, vote-leaves-promise: Voting does not raise the "
    words += "promise.\u2192 or Next begins."
    faint = "getComputedStyle(document.querySelector('[data-step=\"20\"]')).opacity"
    seen = [(tab.words, tab.run(faint))]
    for key in ("ArrowRight", "ArrowLeft"):
        tab.press(key)
        seen.append((tab.words, tab.run(faint)))
    assert (seen[0], seen[2]) == ((words, "1"), (words, "1"))
    assert (seen[1][0][:12], seen[1][1]) == ("Step 1 of 20", "0.3")


def test_the_address_follows_the_steps_and_the_steps_the_address(
    browser: Browser, tmp_path: Path
) -> None:
    tab = opened(browser, tmp_path / "run.html", page("vote-leaves-promise")[1])
    assert tab.run("location.hash") == ""
    count = "document.getElementById('count').textContent"
    tab.run("location.hash = '#14'")
    assert soon(tab, f"{count} === '14 of 20'")
    tab.press("ArrowRight")
    assert soon(tab, "location.hash === '#15'")
    tab.run("document.querySelector('#jumps a[href=\"#why\"]').click()")
    assert soon(tab, "location.hash === '#why'")
    assert tab.step == 15
    tab.run("location.hash = '#step-3'")
    assert soon(tab, f"{count} === '3 of 20'")
    tab.run("location.reload()")
    assert soon(tab, f"document.readyState === 'complete' && {count} === '3 of 20'")
    tab.run("history.back()")
    assert soon(tab, "location.hash === '#why'")
    assert tab.complaints == []


def test_a_picture_that_is_wider_than_its_pane_keeps_the_arrow_keys(
    browser: Browser, tmp_path: Path
) -> None:
    tab = opened(browser, tmp_path / "run.html", page("vote-leaves-promise")[1])
    pane, aside = "document.getElementById('diagram')", []
    for wide, high in ((400, 720), (1600, 900)):
        sized(tab, wide, high)
        tab.slide(0)
        tab.run(f"{pane}.focus()")
        tab.press("ArrowRight")
        if wide == 400:
            assert soon(tab, f"{pane}.scrollLeft") > 0
        aside.append(tab.step)
    assert aside == [0, 1]


def test_a_short_run_leaves_no_blank_below_its_picture(browser: Browser, tmp_path: Path) -> None:
    tab = opened(browser, tmp_path / "run.html", html(the_run("bare")))
    for wide in (1280, 400):
        sized(tab, wide, 1400)
        pane, drawn = (
            tab.run(f"document.querySelector('{which}').getBoundingClientRect().height")
            for which in ("#diagram", "#diagram svg")
        )
        assert drawn <= pane <= drawn + 20


def test_long_names_leave_room_for_what_the_nodes_hold(browser: Browser, tmp_path: Path) -> None:
    shown = along(
        ask(of_builder(spec(two_long)), {}), "asia_node_of_the_replicated_cluster6 starts"
    )
    tab = opened(browser, tmp_path / "run.html", html(shown))
    for wide in (1280, 400):
        sized(tab, wide)
        narrow = "[...document.querySelectorAll('#nodes td')].filter((td) => td.clientWidth < 60)"
        assert tab.run(f"{narrow}.length") == 0
        assert tab.run("document.getElementById('panel').scrollWidth - innerWidth") <= 0
        panel = "(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)"
        assert tab.run(f"{panel}(document.getElementById('panel'))") == 0


REST = "...document.querySelectorAll('#explanation, #words, #asked')"
PAPER = {"A4": (8.27, 11.69), "Letter": (8.5, 11.0)}  # inches


@pytest.mark.parametrize("paper", PAPER)
def test_its_title_and_its_picture_stand_on_one_sheet_of_paper(
    browser: Browser, paper: str, tmp_path: Path
) -> None:
    """The rest is taken away: what is left would be two sheets, did not both fit on one."""
    wide, high = PAPER[paper]
    sheets = {}
    for name in KEPT:
        tab = opened(browser, tmp_path / f"{name}.html", page(name)[1])
        tab.run(f"[{REST}].forEach((each) => each.remove())")
        printed = tab.ask("Page.printToPDF", paperWidth=wide, paperHeight=high)["data"]
        sheets[name] = len(re.findall(rb"/Type\s*/Page\b", base64.b64decode(printed)))
        tab.close()
    assert sheets == dict.fromkeys(KEPT, 1)


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


@pytest.mark.parametrize("name", KEPT)
def test_in_a_browser_no_letter_of_a_picture_stands_outside_or_on_a_label(
    browser: Browser, name: str, tmp_path: Path
) -> None:
    tab = opened(browser, tmp_path / "run.svg", svg(kept(name)))
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
    """Of two rectangles, turned as they may be: no line along a side of either parts them."""
    for (x1, y1), (x2, y2) in (side for each in (one, other) for side in pairwise(each)):
        ends = [[x * (x2 - x1) + y * (y2 - y1) for x, y in each] for each in (one, other)]
        if max(ends[0]) <= min(ends[1]) or max(ends[1]) <= min(ends[0]):
            return False
    return True


HELD = """(() => {
    const [all, held] = [[...document.body.querySelectorAll("*")], document.activeElement];
    return [all.indexOf(held) + 1, held.id];
})()"""


def test_whoever_tabs_through_it_comes_out_at_its_end(browser: Browser, tmp_path: Path) -> None:
    tab = opened(browser, tmp_path / "run.html", page(KEPT[0])[1])
    held = []
    for _ in range(80):
        tab.press("Tab")
        held.append(tab.run(HELD))
        if held[-1] == [0, ""]:
            break
    assert held[-1] == [0, ""]
    assert held[:-1] == sorted(held[:-1])
    assert len({place for place, _ in held}) == len(held)
    assert {"slider", "diagram", "panel"} < {name for _, name in held}


def test_without_a_script_all_is_there_but_the_controls(browser: Browser, tmp_path: Path) -> None:
    shown, text = page(KEPT[0])
    tab = opened(browser, tmp_path / "run.html", text, script=False)
    tab.ask("Emulation.setScriptExecutionDisabled", value=False)  # for what reads it
    words = tab.run("document.body.innerText")
    assert [m.label for m in shown.story.moments if m.label not in words] == []
    assert [note for note in shown.notes.values() if note not in words] == []
    assert ("Why it goes wrong" in words, "On their way" in words) == (True, False)
    assert tab.run("document.getElementById('controls').offsetHeight") == 0
    assert tab.run("document.querySelectorAll('.later').length") == 0


def test_two_hundred_steps_open_within_a_second(browser: Browser, tmp_path: Path) -> None:
    shown, text = long_run(), long_page()
    tab = opened(browser, tmp_path / "long.html", text)
    interactive = tab.run("performance.getEntriesByType('navigation')[0].domInteractive")
    loaded = tab.run("performance.getEntriesByType('navigation')[0].loadEventEnd")
    assert (interactive < 1000, loaded < 1000) == (True, True), (interactive, loaded)
    for number in (200, 117, 1):
        tab.slide(number)
        assert tab.read() == expected(shown, text, number)
    each = tab.run("""(() => { const began = performance.now();
        for (let step = 0; step <= 200; step += 1) { slider.value = step;
            slider.dispatchEvent(new Event("input")); }
        return (performance.now() - began) / 201; })()""")
    assert each < 50, f"a step takes {each} ms"
    assert tab.complaints == []
