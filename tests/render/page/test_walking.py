"""The page of a trace in a real browser, stepped through and read back at every step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pcheck.traces.finding import Finding
from tests.render.findings import SAVED
from tests.render.page.browser import IN_A_BROWSER, Browser, opened, sized, soon
from tests.render.page.test_html import embedded, long_finding, long_page, page, undelivered

pytestmark = IN_A_BROWSER


def expected(finding: Finding, text: str, number: int) -> dict[str, Any]:
    """Return the content that the page must show after a step.

    All receivers that a message never reaches are in one line. A field without a name is called
    `state`.
    """
    data, columns = embedded(text), finding.timeline.after(number)
    merged: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for each in data["flights"]:
        if each["sent"] <= number and not each["delivered"] and each["lost"] is None:
            merged.setdefault((each["sent"], each["nth"]), []).append(each)
    return {
        "step": number,
        "cells": [
            [lane, field or "state", columns[lane].get(field, "")] for lane, field in data["cells"]
        ],
        "inFlight": [
            f"{src} → {dst} {message}" for src, dst, message in undelivered(data, number)[0]
        ],
        "never": [
            f"{copies[0]['src']} → {', '.join(each['dst'] for each in copies)} "
            f"{copies[0]['message']}"
            for copies in merged.values()
        ],
        "later": len(finding.timeline.events) - number,
    }


@pytest.mark.parametrize("name", SAVED[::3])
def test_the_page_shows_every_step_of_the_timeline(
    browser: Browser, name: str, tmp_path: Path
) -> None:
    finding, text = page(name)
    tab = opened(browser, tmp_path / "trace.html", text)
    for number in range(len(finding.timeline.events) + 1):
        assert tab.read() == expected(finding, text, number)
        if number:
            event = finding.timeline.events[number - 1]
            texts = [event.label, *event.effects, *event.milestones, f"Step {number} of"]
            texts.append(finding.notes.get(number, ""))
            assert [each for each in texts if each not in tab.words] == []
        tab.press("ArrowRight")
    assert tab.complaints == []


def test_keys_slider_links_and_clicks_select_steps(browser: Browser, tmp_path: Path) -> None:
    finding, text = page("vote-leaves-promise")
    tab = opened(browser, tmp_path / "trace.html", text)
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
    assert tab.step == finding.saved.refused_at == 14
    tab.run("document.querySelector('button[data-by=\"1\"]').click()")
    assert tab.step == 15
    place = tab.run("""(() => { const box = document.querySelector('.pc-step[data-step="16"]')
        .getBoundingClientRect(); return [box.left + 5, box.top + 8]; })()""")
    for kind in ("mousePressed", "mouseReleased"):
        where = {"x": place[0], "y": place[1], "button": "left", "clickCount": 1}
        tab.ask("Input.dispatchMouseEvent", type=kind, **where)
    assert tab.step == 16
    assert tab.complaints == []


def test_before_the_first_step_the_page_shows_the_bug_and_how_to_start(
    browser: Browser, tmp_path: Path
) -> None:
    tab = opened(browser, tmp_path / "trace.html", page("vote-leaves-promise")[1])
    words = "Before the first stepBug vote-leaves-promise: An acceptor does not raise its promise "
    words += "when it votes.Press \u2192 or Next to start."
    faint = "getComputedStyle(document.querySelector('[data-step=\"20\"]')).opacity"
    seen = [(tab.words, tab.run(faint))]
    for key in ("ArrowRight", "ArrowLeft"):
        tab.press(key)
        seen.append((tab.words, tab.run(faint)))
    assert (seen[0], seen[2]) == ((words, "1"), (words, "1"))
    assert (seen[1][0][:12], seen[1][1]) == ("Step 1 of 20", "0.3")


def test_the_address_and_the_current_step_follow_each_other(
    browser: Browser, tmp_path: Path
) -> None:
    tab = opened(browser, tmp_path / "trace.html", page("vote-leaves-promise")[1])
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


def test_arrow_keys_scroll_a_diagram_that_is_wider_than_its_pane(
    browser: Browser, tmp_path: Path
) -> None:
    tab = opened(browser, tmp_path / "trace.html", page("vote-leaves-promise")[1])
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


FOCUSED = """(() => {
    const [all, focused] = [[...document.body.querySelectorAll("*")], document.activeElement];
    return [all.indexOf(focused) + 1, focused.id];
})()"""


def test_the_tab_key_passes_through_the_page_in_order(browser: Browser, tmp_path: Path) -> None:
    tab = opened(browser, tmp_path / "trace.html", page(SAVED[0])[1])
    focused = []
    for _ in range(80):
        tab.press("Tab")
        focused.append(tab.run(FOCUSED))
        if focused[-1] == [0, ""]:
            break
    assert focused[-1] == [0, ""]
    assert focused[:-1] == sorted(focused[:-1])
    assert len({place for place, _ in focused}) == len(focused)
    assert {"slider", "diagram", "panel"} < {name for _, name in focused}


def test_without_its_script_a_page_lacks_only_the_controls(
    browser: Browser, tmp_path: Path
) -> None:
    finding, text = page(SAVED[0])
    tab = opened(browser, tmp_path / "trace.html", text, script=False)
    tab.ask("Emulation.setScriptExecutionDisabled", value=False)  # for the scripts of the test
    words = tab.run("document.body.innerText")
    assert [event.label for event in finding.timeline.events if event.label not in words] == []
    assert [note for note in finding.notes.values() if note not in words] == []
    assert ("Why this trace violates" in words, "In flight" in words) == (True, False)
    assert tab.run("document.getElementById('controls').offsetHeight") == 0
    assert tab.run("document.querySelectorAll('.later').length") == 0


def test_a_page_of_200_steps_opens_within_a_second(browser: Browser, tmp_path: Path) -> None:
    finding, text = long_finding(), long_page()
    tab = opened(browser, tmp_path / "long.html", text)
    interactive = tab.run("performance.getEntriesByType('navigation')[0].domInteractive")
    loaded = tab.run("performance.getEntriesByType('navigation')[0].loadEventEnd")
    assert (interactive < 1000, loaded < 1000) == (True, True), (interactive, loaded)
    for number in (200, 117, 1):
        tab.slide(number)
        assert tab.read() == expected(finding, text, number)
    each = tab.run("""(() => { const began = performance.now();
        for (let step = 0; step <= 200; step += 1) { slider.value = step;
            slider.dispatchEvent(new Event("input")); }
        return (performance.now() - began) / 201; })()""")
    assert each < 50, f"a step takes {each} ms"
    assert tab.complaints == []
