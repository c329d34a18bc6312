"""A browser that tests control through a pipe, and the content that the browser shows."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from select import select
from time import monotonic, sleep
from typing import Any

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
QUIET = """--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync
    --disable-background-networking --disable-component-update --remote-debugging-pipe"""
# Chromium reads commands from file 3 and writes answers to file 4. A small program sets these two
# files, so that the test process keeps its own files 3 and 4.
ON_3_AND_4 = """import fcntl, os, sys
ends = [fcntl.fcntl(int(end), fcntl.F_DUPFD, 10) for end in sys.argv[1:3]]
for end, number in zip(ends, (3, 4)): os.dup2(end, number)
os.execv(sys.argv[3], sys.argv[3:])"""
TIMEOUT = 20.0  # seconds
IN_A_BROWSER = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.skipif(sys.platform == "win32", reason="the pipe to the browser needs POSIX"),
]
READ = """(() => {
    const all = (kind, part = document) => [...part.querySelectorAll(kind)];
    const text = (part) => part.textContent;
    const lines = (kind) => all(kind).filter((line) => line.children.length);
    const message = (line) => [...line.children].slice(0, 2).map(text).join(" ");
    return {
        step: +text(document.getElementById("count")).split(" of ")[0],
        cells: all("#nodes td").map((cell) => [
            text(all("th", cell.parentElement)[0]),
            text(all("thead th", cell.closest("table"))[cell.cellIndex]),
            text(cell.querySelector("ins") ?? cell),
        ]),
        inFlight: lines("#in-flight li").map(message),
        never: lines("#never li").map(message),
        later: all(".pc-step.later").length,
    };
})()"""
STILL = {"name": "prefers-reduced-motion", "value": "reduce"}


class Browser:
    """A browser that takes commands from a pipe and sends answers and events."""

    def __init__(self, profile: Path) -> None:
        assert CHROMIUM is not None
        browser_in, self._out = os.pipe()
        self._in, browser_out = os.pipe()
        ends = browser_in, browser_out
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
        self._process.wait(TIMEOUT)
        os.close(self._in)
        os.close(self._out)

    def ask(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        self._number += 1
        command = {"id": self._number, "method": method, "params": params}
        if session is not None:
            command["sessionId"] = session
        os.write(self._out, json.dumps(command).encode() + b"\0")
        while (answer := self._receive()).get("id") != self._number:
            self.events.append(answer)
        assert "error" not in answer, answer
        return dict(answer["result"])

    def wait_for(self, event: str, session: str) -> None:
        while not any(
            (each.get("method"), each.get("sessionId")) == (event, session) for each in self.events
        ):
            self.events.append(self._receive())

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            assert select([self._in], [], [], TIMEOUT)[0], "the browser does not answer"
            more = os.read(self._in, 1 << 20)
            if not more:
                raise OSError("the browser has ended")
            self._rest += more
        received, _, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(received))


@dataclass
class Tab:
    """One page in a browser."""

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
        finding = self.run("document.getElementById('count').textContent")
        return int(finding.split(" of ")[0])

    @property
    def words(self) -> str:
        return str(self.run("document.getElementById('now').textContent"))

    def read(self) -> dict[str, Any]:
        """Return what the page shows of the current step."""
        return dict(self.run(READ))

    @property
    def complaints(self) -> list[Any]:
        """The reported errors, and the fetched addresses except that of the file."""
        wrong = ("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded")
        found: list[Any] = []
        for event in self.browser.events:
            if event.get("sessionId") == self.session:
                if event["method"] in wrong:
                    found.append(event["params"])
                elif event["method"] == "Network.requestWillBeSent":
                    found.append(event["params"]["request"]["url"])
        return [each for each in found if each not in (self.file.as_uri(), "data:,")]


def opened(browser: Browser, file: Path, text: str, *, script: bool = True) -> Tab:
    """Write a page to a file, and open it in a tab of its own."""
    file.write_text(text, encoding="utf-8")
    return visited(browser, file, script=script)


def visited(browser: Browser, file: Path, *, script: bool = True) -> Tab:
    """Open the page in a file in a tab of its own."""
    browser.events.clear()
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
    """Return the result of a script as soon as the result is true."""
    latest = monotonic() + TIMEOUT
    while not (found := tab.run(script)) and monotonic() < latest:
        sleep(0.02)
    return found
