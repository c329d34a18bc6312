"""The page of a run in a real browser: walked through, and read back at every step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pcheck.traces.finding import Finding
from tests.render.every_run import KEPT
from tests.render.page.browser import IN_A_BROWSER, Browser, opened, sized, soon
from tests.render.page.test_html import embedded, long_page, long_run, mail, page

pytestmark = IN_A_BROWSER


def expected(shown: Finding, text: str, number: int) -> dict[str, Any]:
    """Return the same from the story.

    All that never get the same message are in one line, and a field without a name is called
    `state`.
    """
    run, columns = embedded(text), shown.timeline.after(number)
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
        "later": len(shown.timeline.events) - number,
    }


@pytest.mark.parametrize("name", KEPT)
def test_every_step_shows_what_the_run_says(browser: Browser, name: str, tmp_path: Path) -> None:
    shown, text = page(name)
    tab = opened(browser, tmp_path / "run.html", text)
    for number in range(len(shown.timeline.events) + 1):
        assert tab.read() == expected(shown, text, number)
        if number:
            event = shown.timeline.events[number - 1]
            told = [event.label, *event.changes, *event.milestones, f"Step {number} of"]
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
    assert tab.step == shown.saved.refused_at == 14
    tab.run("document.querySelector('button[data-by=\"1\"]').click()")
    assert tab.step == 15
    place = tab.run("""(() => { const box = document.querySelector('.pc-step[data-step="16"]')
        .getBoundingClientRect(); return [box.left + 5, box.top + 8]; })()""")
    for kind in ("mousePressed", "mouseReleased"):
        where = {"x": place[0], "y": place[1], "button": "left", "clickCount": 1}
        tab.ask("Input.dispatchMouseEvent", type=kind, **where)
    assert tab.step == 16
    assert tab.complaints == []


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
    assert [m.label for m in shown.timeline.events if m.label not in words] == []
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
