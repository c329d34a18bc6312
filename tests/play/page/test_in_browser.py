"""The page of a protocol in a real browser, played by mouse and by keyboard."""

from __future__ import annotations

import importlib.resources
import json
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pcheck.loading.setup import Setup, prepare
from pcheck.loading.spec import SHIPPED, find
from pcheck.play.page.html import page_of, tables_of
from pcheck.traces.replay import replay
from pcheck.traces.saved import read
from pcheck.traces.stepping import Stepping
from tests.render.page.browser import IN_A_BROWSER, Browser, Tab, opened, sized, soon
from tests.render.page.conftest import browser

__all__ = ["browser"]
pytestmark = IN_A_BROWSER
SAVED = SHIPPED.parent / "counterexamples"
AXE = importlib.resources.files("axe_core_python") / "axe.min.js"
DUEL = """p1 starts ballot 1
a1 <- p1: Prepare(ballot=1)
a2 <- p1: Prepare(ballot=1)
p1 <- a1: Promise(ballot=1, last=None)
p1 <- a2: Promise(ballot=1, last=None)
p2 starts ballot 2
a1 <- p2: Prepare(ballot=2)
a2 <- p2: Prepare(ballot=2)
p2 <- a1: Promise(ballot=2, last=None)
p2 <- a2: Promise(ballot=2, last=None)
p1 starts ballot 3
a1 <- p1: Prepare(ballot=3)
a2 <- p1: Prepare(ballot=3)
p2 starts ballot 4
a2 <- p2: Prepare(ballot=4)
a1 <- p2: Prepare(ballot=4)""".splitlines()
BUG = "ignores-votes"
FIRST_BUG = "vote-leaves-promise"
Take = Callable[[Tab, str], None]
SHOWN = """(() => {
    const all = (kind, part = document) => [...part.querySelectorAll(kind)];
    const text = (part) => part.textContent;
    return {
        taken: all("#events strong").map(text),
        possible: all("#paper button[data-label]").map((each) => each.dataset.label),
        fields: Object.fromEntries(all(".card").map((card) => [card.getAttribute("aria-label"),
            Object.fromEntries(all("dl > div", card).map((row) => [...row.children].map(text)))])),
        violated: all("#events .wrong").map(text),
    };
})()"""


def setup_of(name: str, bug: str | None = None, **given: Any) -> Setup:
    spec = find(name)
    network = given.pop("network", None)
    crashes = given.pop("crashes", None)
    known = spec.bug(bug) if bug is not None else None
    return prepare(spec, given, bug=known, network=network, crashes=crashes)


@cache
def duel() -> tuple[Setup, str]:
    setup = setup_of("paxos", acceptors=2)
    return setup, page_of(Stepping(setup), tables_of(setup)).text


@cache
def buggy(bug: str = BUG) -> tuple[Setup, str]:
    setup = setup_of("paxos", bug)
    return setup, page_of(Stepping(setup), tables_of(setup)).text


def bug_labels(bug: str = BUG) -> Sequence[str]:
    return read(SAVED / f"{bug}.json").steps


def check_shown(tab: Tab, stepping: Stepping) -> None:
    """Compare what the page shows with the reference."""
    shown = tab.run(SHOWN)
    violated = [f"{each.name} is false: {each.why}." for each in stepping.violations]
    fields = {
        name: {field: text for field, text in row.items() if field}
        for name, row in stepping.state.items()
    }
    assert shown["taken"] == list(stepping.labels)
    assert sorted(shown["possible"]) == sorted(step.label for step in stepping.steps)
    assert (shown["fields"], shown["violated"]) == (fields, violated)


def button(label: str) -> str:
    return f"document.querySelector('#paper button[data-label={json.dumps(label)}]')"


def click_at(tab: Tab, element: str) -> None:
    """Click in the middle of an element with the mouse."""
    x, y = tab.run(f"""(() => {{ const part = {element};
        part.scrollIntoView({{ block: "center" }});
        const box = part.getBoundingClientRect();
        return [box.left + box.width / 2, box.top + box.height / 2]; }})()""")
    for kind in ("mousePressed", "mouseReleased"):
        where = {"x": x, "y": y, "button": "left", "clickCount": 1}
        tab.ask("Input.dispatchMouseEvent", type=kind, **where)


def press(tab: Tab, key: str, code: int, text: str = "") -> None:
    more = {"text": text} if text else {}
    for kind in ("keyDown", "keyUp"):
        tab.ask(
            *("Input.dispatchKeyEvent",), type=kind, key=key, windowsVirtualKeyCode=code, **more
        )


def take_by_mouse(tab: Tab, label: str) -> None:
    click_at(tab, button(label))


def take_by_message(tab: Tab, label: str) -> None:
    """Click the end of the arrow of a message, or the button of a step without one."""
    place = tab.run(f"""[...document.querySelectorAll("#flights li")].findIndex(
        (row) => row.contains({button(label)}))""")
    if place < 0:
        click_at(tab, button(label))
    else:
        click_at(tab, f'document.querySelectorAll("#paper .target")[{place}]')


def take_by_keyboard(tab: Tab, label: str) -> None:
    press(tab, "n", 78, "n")
    for _ in range(40):
        if tab.run("document.activeElement.dataset.label") == label:
            return press(tab, "Enter", 13, "\r")
        press(tab, "ArrowDown", 40)
    raise AssertionError(f"no button has the label {label}")


@pytest.mark.parametrize("wide", [1280, 400])
@pytest.mark.parametrize("take", [take_by_mouse, take_by_message, take_by_keyboard])
@pytest.mark.parametrize("bug", [None, FIRST_BUG])
def test_a_trace_is_played(
    browser: Browser, tmp_path: Path, bug: str | None, take: Take, wide: int
) -> None:
    setup, text = buggy(bug) if bug is not None else duel()
    tab, stepping = opened(browser, tmp_path / "play.html", text), Stepping(setup)
    sized(tab, wide, 900)
    check_shown(tab, stepping)
    for label in bug_labels(bug) if bug is not None else DUEL:
        take(tab, label)
        stepping.take(label)
        check_shown(tab, stepping)
    assert tab.run("document.documentElement.scrollWidth") <= wide
    assert tab.complaints == []


def test_undo_redo_and_links_lead_to_every_point(browser: Browser, tmp_path: Path) -> None:
    setup, text = buggy()
    tab, stepping = opened(browser, tmp_path / "play.html", text), Stepping(setup, bug_labels())
    for label in bug_labels():
        take_by_mouse(tab, label)
    for key, undoes in (("u", True), ("u", True), ("r", False)):
        press(tab, key, ord(key.upper()), key)
        _ = stepping.undo() if undoes else stepping.redo()
        check_shown(tab, stepping)
    tab.run("window.isOld = true; location.reload()")  # the old page may still be there for a while
    loaded = "!window.isOld && document.readyState === 'complete'"
    assert soon(tab, f"{loaded} && !!document.querySelector('#events li')")
    check_shown(tab, stepping)
    click_at(tab, "document.querySelector('#events li:nth-child(3) button')")
    check_shown(tab, Stepping(setup, bug_labels()[:3]))
    tab.run("document.getElementById('restart').click()")
    check_shown(tab, Stepping(setup))
    assert tab.run("location.hash").count(".") == 0


SAVE = """(() => { URL.createObjectURL = (blob) => { window.kept = blob; return "data:,"; };
    document.getElementById("save").click(); return true; })()"""


def test_a_trace_is_saved_for_replay_and_loaded(browser: Browser, tmp_path: Path) -> None:
    setup, text = buggy()
    tab = opened(browser, tmp_path / "play.html", text)
    for label in bug_labels():
        take_by_mouse(tab, label)
    tab.run(SAVE)
    found = tab.ask("Runtime.evaluate", expression="kept.text()", awaitPromise=True)
    file = tmp_path / "trace.json"
    file.write_text(found["result"]["value"], encoding="utf-8")
    saved = read(file)
    assert (saved.property, saved.steps) == ("agreement", bug_labels())
    assert replay(saved, saved.prepare(find("paxos"))).mismatch is None
    tab.run("document.getElementById('restart').click()")
    load(tab, file)
    assert soon(tab, "document.querySelectorAll('#events li').length") == len(bug_labels())
    check_shown(tab, Stepping(setup, bug_labels()))
    wrong = tmp_path / "wrong.json"
    for content, words in (
        ("no", "wrong.json is not a saved trace: it is not JSON."),
        ("{}", "wrong.json is not a saved trace: it has no steps."),
        (
            json.dumps({"spec": "raft", "steps": []}),
            'wrong.json is a trace of another setup: spec must be "paxos", got "raft".',
        ),
        (
            json.dumps({"spec": "paxos", "bug": BUG, "steps": ["p1 starts ballot 1", "p9 sleeps"]}),
            "wrong.json cannot be opened: step 2 is not possible: p9 sleeps.",
        ),
        (
            json.dumps({"spec": "paxos", "steps": []}),
            f'wrong.json is a trace of another setup: bug must be "{BUG}", got null.',
        ),
        (
            json.dumps({"spec": "paxos", "bug": BUG, "options": {"rounds": 7}, "steps": []}),
            "wrong.json is a trace of another setup: rounds must be 1, got 7.",
        ),
        (
            json.dumps({"spec": "paxos", "bug": BUG, "steps": [{}]}),
            "wrong.json is not a saved trace: a step is not a label.",
        ),
    ):
        wrong.write_text(content, encoding="utf-8")
        load(tab, wrong)
        said = "document.getElementById('said').textContent"
        assert soon(tab, f"{said} === {json.dumps(words)}"), tab.run(said)


def load(tab: Tab, file: Path) -> None:
    root = tab.ask("DOM.getDocument")["root"]["nodeId"]
    found = tab.ask("DOM.querySelector", nodeId=root, selector="#file")["nodeId"]
    tab.ask("DOM.setFileInputFiles", nodeId=found, files=[str(file)])


def test_a_saved_trace_opens_at_its_end_with_its_explanation(
    browser: Browser, tmp_path: Path
) -> None:
    setup, _ = buggy()
    text = page_of(Stepping(setup, bug_labels()), tables_of(setup)).text
    tab = opened(browser, tmp_path / "play.html", text)
    check_shown(tab, Stepping(setup, bug_labels()))
    assert tab.run("document.getElementById('why').textContent") == (
        "Why the saved trace violates agreement"
    )
    assert tab.run("document.querySelector('#verdicts .is-false').textContent") == (
        "agreement is false since step 14: v1 and v2 are both chosen. The correct protocol differs "
        "in step 12. See: Why the saved trace violates agreement."
        "v1 is chosen by step 7: a1 and a2, a majority, voted for it in ballot 1."
        "v2 is chosen by step 14: a1 and a2, a majority, voted for it in ballot 2."
        "Any two majorities have an acceptor in common: here a1 and a2, voting for both."
        "What p2 did: steps 8 11 12.What a1 did: steps 2 6 9 13."
        "What a2 did: steps 3 7 10 14."
    )


def ask_for(tab: Tab, goal: str, limit: int = 500_000) -> str:
    """Ask how many steps lead to a goal, and return the answer."""
    tab.run(f"""document.getElementById('wanted').value = [...document.querySelectorAll(
        '#wanted option')].find((each) => each.textContent === {json.dumps(goal)}).value;
        document.getElementById('limit').value = {limit};
        document.getElementById('goal').requestSubmit()""")
    hint = "document.getElementById('hint').textContent"
    assert soon(tab, f"{hint} && !{hint}.startsWith('Searching')")
    return str(tab.run(hint))


def test_a_goal_says_how_many_steps_lead_to_it(browser: Browser, tmp_path: Path) -> None:
    tab = opened(browser, tmp_path / "play.html", buggy()[1])
    assert ask_for(tab, "violate agreement") == (
        "The goal can be met in 14 more steps. Next: p1 starts ballot 1 Take it Take all 14"
    )
    assert tab.run("document.querySelector('.is-hint').dataset.label") == "p1 starts ballot 1"
    click_at(tab, "document.querySelectorAll('#hint button')[1]")
    assert tab.run("document.querySelectorAll('#events .wrong').length") == 1
    assert tab.run("document.getElementById('hint').textContent") == "The goal is met here."
    assert ask_for(tab, "violate validity").startswith("The goal is not met in any state that ")
    tab.run("document.getElementById('restart').click()")
    assert ask_for(tab, "violate validity", 1000).endswith("the search stopped at 1,000 states.")
    requests = [each for each in tab.complaints if not str(each).startswith("blob:")]
    assert requests == []


def violations(tab: Tab) -> list[str]:
    """Return what axe-core finds wrong with the page."""
    tab.run(AXE.read_text(encoding="utf-8") + "; 1")
    found = tab.ask(
        "Runtime.evaluate",
        expression="axe.run().then(({ violations }) => violations.map((each) =>"
        " `${each.id}: ${each.nodes.map(({ html }) => html).slice(0, 3)}`))",
        awaitPromise=True,
        returnByValue=True,
    )
    return list(found["result"]["value"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("wide", [1280, 400])
def test_the_page_is_accessible(browser: Browser, tmp_path: Path, wide: int, scheme: str) -> None:
    text = page_of(Stepping(buggy()[0], bug_labels()), tables_of(buggy()[0])).text
    tab = opened(browser, tmp_path / "play.html", text)
    sized(tab, wide, 900)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    tab.ask("Emulation.setEmulatedMedia", features=features)
    tab.run("document.getElementById('ignored').open = true")
    assert violations(tab) == []
    tab.run("document.getElementById('undo').click()")
    assert violations(tab) == []


def pages() -> Iterator[str]:
    yield from (duel()[1], buggy()[1])


def test_the_page_is_soon_usable(browser: Browser, tmp_path: Path) -> None:
    for text in pages():
        seconds = []
        for _ in range(3):
            tab = opened(browser, tmp_path / "play.html", text)
            seconds.append(
                tab.run("performance.getEntriesByType('navigation')[0].loadEventEnd") / 1000
            )
            tab.close()
        assert min(seconds) < 1.0
