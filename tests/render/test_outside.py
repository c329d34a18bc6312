"""What the programs that the formats are meant for make of them: none of them is ours.

Mermaid comes from npm and is parsed with node; a browser draws it. ShiViz has no package: node, in
whose language it is written, stands for it.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pcheck.render.mermaid import mermaid
from pcheck.render.shiviz import shiviz
from pcheck.text import printable
from tests.render.diagram_text import KINDS, Diagram, Event, decoded, diagram
from tests.render.every_run import RUNS, the_run

pytestmark = pytest.mark.slow
PACKAGES = ("mermaid@12.3.0", "jsdom@26.1.0")
PARSE = Path(__file__).with_name("parse.mjs")
EVENTS = """
const logs = JSON.parse(require("node:fs").readFileSync(0, "utf-8"));
const read = ([name, log]) => {
  const [form, , ...lines] = log.split("\\n");
  const found = lines.join("\\n").trim().matchAll(new RegExp(form, "gm"));
  return [name, [...found].map(({ groups: g }) => [+g.step, g.event, JSON.parse(g.clock)[g.host]])];
};
console.log(JSON.stringify(Object.fromEntries(Object.entries(logs).map(read))));
"""
PAGE = """<!doctype html><meta charset="utf-8"><pre class="mermaid">{text}</pre>
<script src="{script}"></script><script>
mermaid.initialize({{ startOnLoad: false }});
mermaid.run().then(() => {{
  const tag = (kind) => [...document.querySelectorAll(kind)].map((each) => each.textContent);
  const shown = {{ title: tag("svg > text:not([class])").join(),
    actors: tag("text.actor-box, text.actor"), texts: tag("text.messageText, text.noteText") }};
  const out = document.createElement("output");
  out.textContent = JSON.stringify(shown);
  document.body.replaceChildren(out);
}});
</script>"""


def program(*names: str) -> str:
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.skip(f"there is no {names[0]} here")
    return found


def asked(command: list[str], what: object, where: Path | None = None) -> Any:
    """One process for everything that is asked."""
    done = subprocess.run(
        command,
        cwd=where,
        input=json.dumps(what),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which node finds Mermaid."""
    program("node")
    folder = tmp_path_factory.mktemp("mermaid")
    (folder / "package.json").write_text("{}")
    install = [program("npm"), "install", "--no-audit", "--no-fund", *PACKAGES]
    try:
        subprocess.run(install, cwd=folder, capture_output=True, check=True, timeout=120)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"npm does not install {' and '.join(PACKAGES)}: {error}")
    shutil.copy(PARSE, folder)
    return folder


def of_mermaid(found: dict[str, Any]) -> Diagram:
    """In the words in which we read it."""
    kinds = {0: "arrives", 2: "note", 3: "lost", 22: "rect", 23: "end", 25: "on its way"}
    assert {*KINDS.values(), "note", "rect", "end"} == {*kinds.values()}
    return Diagram(
        marked(found["title"]),
        {name: marked(text) for name, text in found["actors"]},
        [
            Event(kinds[kind], src or "", dst or "", marked(text))
            for kind, src, dst, text in found["events"]
        ],
    )


def marked(text: str) -> str:
    """Its own form of an entity, until it draws."""
    return decoded(re.sub("\ufb02\u00b0\u00b0(\\d+)\u00b6\u00df", r"#\1;", text))


def test_mermaid_reads_what_the_text_says(packages: Path) -> None:
    texts = {name: mermaid(the_run(name)) for name in RUNS}
    found = asked([program("node"), PARSE.name], texts, packages)
    read = {name: of_mermaid(each) for name, each in found.items()}
    assert read == {name: diagram(text) for name, text in texts.items()}


@pytest.mark.parametrize("name", ["hostile on set", "hostile on fifo", "forgets-everything"])
def test_a_browser_shows_every_text_as_it_is(packages: Path, tmp_path: Path, name: str) -> None:
    text, page = mermaid(the_run(name)), tmp_path / "page.html"
    script = (packages / "node_modules/mermaid/dist/mermaid.min.js").as_uri()
    page.write_text(PAGE.format(text=html.escape(text), script=script), encoding="utf-8")
    browser = program("chromium", "chromium-browser", "google-chrome")
    options = "--headless --no-sandbox --disable-gpu --dump-dom --virtual-time-budget=20000".split()
    done = subprocess.run(
        [browser, *options, f"--user-data-dir={tmp_path / 'profile'}", page.as_uri()],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    output = re.search(r"<output>(.*)</output>", done.stdout, re.S)
    assert output is not None, done.stderr
    shown, said = json.loads(html.unescape(output[1])), diagram(text)
    lines = [line for each in said.events for line in each.text.splitlines() if each.dst]
    assert sorted(map(printable, shown["texts"])) == sorted(map(printable, lines))
    assert set(shown["actors"]) == set(said.actors.values())
    assert shown["title"] == said.title


def test_javascript_finds_every_event_of_a_log() -> None:
    logs = {name: shiviz(the_run(name)) for name in RUNS}
    found = asked([program("node"), "-e", EVENTS], logs)
    told = {name: [(step, text) for step, text, _ in each] for name, each in found.items()}
    labels = {name: [printable(label) for label in the_run(name).saved.steps] for name in RUNS}
    assert told == {name: [*enumerate(each, start=1)] for name, each in labels.items()}
