"""`pcheck play SPEC -o page.html`: what is written and printed, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest

from pcheck.loading.spec import SHIPPED

Ends = Callable[..., tuple[int, str, str]]
SAVED = SHIPPED.parent / "counterexamples"
MAX_SIZE = 1_000_000  # bytes


def check_page(text: str) -> None:
    """Check that a page is small, and refers to nothing outside itself."""
    assert len(text.encode()) < MAX_SIZE
    assert re.findall(r"(?:src|href)=\"(?!#|data:)[^\"]*", text) == []
    assert re.findall(r"https?://(?!www\.w3\.org/2000/svg)[^\"']*", text) == []
    assert "default-src 'none'" in text


@pytest.mark.parametrize("name", ["retrying_paxos", "two_phase_commit"])
def test_the_page_of_a_shipped_spec_is_one_small_file(
    pcheck: Ends, empty_folder: Path, name: str
) -> None:
    status, out, err = pcheck("play", name, "-o", "page.html")
    file = empty_folder / "page.html"
    size = f"{len(file.read_bytes()) / 1000:,.0f} kB"
    assert (status, re.sub(r"^pcheck: .*\n", "", err, flags=re.M)) == (0, "")
    found = re.fullmatch(
        rf"Wrote page\.html: {name}, \d nodes, \d+ local states, {size}\. Open it in a browser\.\n",
        out,
    )
    assert found, out
    check_page(file.read_text(encoding="utf-8"))


def test_a_saved_trace_and_a_spec_of_ones_own_are_pages_too(
    pcheck: Ends, empty_folder: Path
) -> None:
    file = empty_folder / "page.html"
    assert pcheck("play", str(SAVED / "ignores-votes.json"), "-o", "page.html")[0] == 0
    text = file.read_text(encoding="utf-8")
    check_page(text)
    assert "Why the saved trace violates agreement" in text
    pcheck("new", "mine.py")
    assert pcheck("play", "./mine.py", "--network", "fifo", "-o", "page.html")[0] == 0
    check_page(file.read_text(encoding="utf-8"))


REFUSED = [
    (
        ("simplified_paxos", "-o", "page.html"),
        "pcheck: simplified_paxos is a Model without nodes, which a page cannot hold; play it in a "
        "terminal, without -o\n",
    ),
    (
        ("paxos", "-o", "page.svg"),
        "pcheck: page.svg: a page is an HTML file, so its name must end in .html\n",
    ),
    (
        ("paxos", "-o", "page.html", "--save", "trace.json"),
        "pcheck: --save is for playing in a terminal; a page saves traces with a button\n",
    ),
]


@pytest.mark.parametrize(("arguments", "error"), REFUSED)
def test_what_cannot_be_a_page_is_refused(
    pcheck: Ends, empty_folder: Path, arguments: tuple[str, ...], error: str
) -> None:
    assert pcheck("play", *arguments) == (2, "", error)
    assert list(empty_folder.iterdir()) == []


def test_a_page_says_what_it_leaves_out(
    pcheck: Ends, empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pcheck.play.page.recorder.MAX_OBSERVATIONS", 30)
    assert pcheck("play", "retrying_paxos", "-o", "page.html")[0] == 0
    text = unescape((empty_folder / "page.html").read_text(encoding="utf-8"))
    lines = re.findall(r"<p>([^<]*30 observations[^<]*)</p>", text)
    end = "the search for milestones stopped at 30 observations."
    assert f"Some milestones are not shown: {end}" in lines
    assert (
        "The property agreement was not evaluated in all states: the search stopped at 30 "
        'observations. In other states the page says "not computed".'
    ) in lines
