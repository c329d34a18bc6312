"""The page of a run in a real browser: opened from a file, walked through, and read back."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from select import select
from typing import Any

import pytest

from pcheck.render.shown import Shown
from tests.render.every_run import KEPT
from tests.render.test_html import embedded, long_page, long_run, mail, page

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
        tab.ask(
            "Emulation.setDeviceMetricsOverride",
            width=wide,
            height=720,
            deviceScaleFactor=1,
            mobile=False,
        )
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
