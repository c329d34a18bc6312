"""The formats, read by the programs for which they are written.

Mermaid is installed from npm, parsed with Node.js and drawn by a browser. ShiViz has no package, so
that a script for Node.js reads the log as ShiViz does.
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
from tests.render.findings import FINDINGS, finding_named

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
        pytest.skip(f"{names[0]} is not installed")
    return found


def output_of(command: list[str], value: object, folder: Path | None = None) -> Any:
    """Return the output of one process that reads a value, both as JSON."""
    done = subprocess.run(
        command,
        cwd=folder,
        input=json.dumps(value),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which Node.js finds Mermaid."""
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
    """Return a diagram that Mermaid has parsed, in the form of our own parser."""
    kinds = {0: "arrives", 2: "note", 3: "lost", 22: "rect", 23: "end", 25: "in flight"}
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
    """Return a text with the entities decoded that Mermaid writes in a form of its own."""
    return decoded(re.sub("\ufb02\u00b0\u00b0(\\d+)\u00b6\u00df", r"#\1;", text))


def test_mermaid_reads_the_diagram_as_written(packages: Path) -> None:
    texts = {name: mermaid(finding_named(name)) for name in FINDINGS}
    found = output_of([program("node"), PARSE.name], texts, packages)
    read = {name: of_mermaid(each) for name, each in found.items()}
    assert read == {name: diagram(text) for name, text in texts.items()}


@pytest.mark.parametrize("name", ["hostile on set", "hostile on fifo", "forgets-everything"])
def test_a_browser_shows_every_text_unchanged(packages: Path, tmp_path: Path, name: str) -> None:
    text, page = mermaid(finding_named(name)), tmp_path / "page.html"
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
    shown, written = json.loads(html.unescape(output[1])), diagram(text)
    lines = [line for each in written.events for line in each.text.splitlines() if each.dst]
    assert sorted(map(printable, shown["texts"])) == sorted(map(printable, lines))
    assert set(shown["actors"]) == set(written.actors.values())
    assert shown["title"] == written.title


def test_javascript_finds_every_event_of_a_log() -> None:
    logs = {name: shiviz(finding_named(name)) for name in FINDINGS}
    found = output_of([program("node"), "-e", EVENTS], logs)
    events = {name: [(step, text) for step, text, _ in each] for name, each in found.items()}
    labels = {
        name: [printable(label) for label in finding_named(name).saved.steps] for name in FINDINGS
    }
    assert events == {name: [*enumerate(each, start=1)] for name, each in labels.items()}
