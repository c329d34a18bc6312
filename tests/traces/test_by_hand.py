"""Traces written by hand: only the spec and the steps are required, the rest is judged."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from pcheck.cli.main import run
from pcheck.loading.spec import find
from pcheck.render.formats import FORMATS
from pcheck.traces.finding import Finding
from pcheck.traces.replay import Replay, replay
from pcheck.traces.saved import read
from tests.render.findings import FOLDER
from tests.traces.files import REFUSED, replayed

BEGIN = ["p1 starts ballot 1", "p2 starts ballot 2"]
POSSIBLE = "Replayed: every step is possible.\n"
NONE_VIOLATED = f"No property is violated after the last step.\n\n{POSSIBLE}"
AGREEMENT = "agreement is false: v1 and v2 are both chosen"
BUG = {"bug": "votes-in-any-ballot", "options": {"acceptors": 1}}
pytestmark = pytest.mark.usefixtures("folder")


def written(steps: list[str], **more: Any) -> Path:
    """Return a file with a trace of paxos."""
    file = Path("mine.json")
    file.write_text(json.dumps({"spec": "paxos", "steps": steps, **more}))
    return file


def judged(file: Path) -> tuple[Replay, Finding]:
    trace = read(file)
    setup = trace.prepare(find(trace.spec))
    found = replay(trace, setup)
    return found, Finding.of(setup, found.saved, found.trace)


def test_everything_else_has_the_defaults_of_the_spec() -> None:
    found, finding = judged(written(BEGIN))
    assert (found.mismatch, found.why, found.refused_at, found.others) == (None, None, None, ())
    assert json.loads(found.saved.text()) == {
        "format": "pcheck trace",
        "version": 2,
        "spec": "paxos",
        "file": None,
        "bug": None,
        "options": find("paxos").options({}),
        "network": "set",
        "crashes": 1,
        "property": None,
        "why": None,
        "steps": BEGIN,
        "refused_at": None,
    }
    assert finding.title == "A trace that violates no property (2 steps)"
    assert finding.ending == "no property is violated after the last step"
    assert (finding.is_violation, finding.is_witness) == (False, False)


def test_a_judged_trace_can_be_saved_and_replayed_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("again.json").write_text(judged(written(BEGIN))[0].saved.text())
    assert replayed(capsys, "again.json", "--quiet") == (0, NONE_VIOLATED, "")


@pytest.mark.parametrize("steps", [[], BEGIN])
def test_a_trace_that_violates_nothing_is_said_to_be_possible(
    steps: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    written(steps)
    assert replayed(capsys, "mine.json", "--quiet") == (0, NONE_VIOLATED, "")
    status, out, err = replayed(capsys, "mine.json")
    assert (status, out.endswith(f"\n\n{NONE_VIOLATED}"), err) == (0, True, "")


def test_the_violated_property_is_found(
    saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    found, finding = judged(written(saved["steps"], **BUG))
    assert (found.saved.property, found.why) == ("agreement", "v1 and v2 are both chosen")
    assert (found.refused_at, saved["steps"][saved["refused_at"] - 1]) == (
        saved["refused_at"],
        REFUSED,
    )
    assert finding.title == "A trace that violates agreement (8 steps)"
    said = f"VIOLATED: {AGREEMENT}.\n"
    status, out, err = replayed(capsys, "mine.json", "--quiet")
    assert (status, out[: len(said)], out[-len(POSSIBLE) :], err) == (0, said, POSSIBLE, "")
    assert "Changed rule: Acceptor.may_vote" in out


def test_all_violated_properties_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    trace = read(FOLDER / "changes-its-mind.json")
    written([*trace.steps], bug=trace.bug)
    found, _ = judged(Path("mine.json"))
    others = "validity", "one_value_per_ballot"
    assert (found.saved.property, found.others) == ("agreement", others)
    _, out, _ = replayed(capsys, "mine.json", "--quiet")
    assert out.endswith(f"\nAlso violated: {', '.join(others)}.\n\n{POSSIBLE}")


def test_a_named_property_must_be_false_at_the_end(
    saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    recorded = "Replayed: the trace ends as recorded.\n"
    written(saved["steps"], **BUG, property="agreement")
    status, out, err = replayed(capsys, "mine.json", "--quiet")
    assert (status, out.startswith(f"VIOLATED: {AGREEMENT}."), err) == (0, True, "")
    assert out.endswith(recorded)
    written(BEGIN, property="agreement")
    said = "Replay failed: agreement is still true after the last step\n"
    assert replayed(capsys, "mine.json", "--quiet") == (1, said, "")
    written(saved["steps"], **BUG, property="some_value_chosen")
    said = f"FOUND: some_value_chosen is reached.\n\n{recorded}"
    assert replayed(capsys, "mine.json", "--quiet") == (0, said, "")


def test_a_step_that_is_ignored_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    steps = [*BEGIN, "a1 <- p2: Prepare(ballot=2)", "a1 <- p1: Prepare(ballot=1)"]
    written(steps, options={"acceptors": 1, "rounds": 1}, network="once", crashes=0)
    status, out, err = replayed(capsys, "mine.json", "--quiet")
    assert (status, " ".join(out.split()), err) == (
        1,
        "Replay failed: step 4 is not possible: a1 <- p1: Prepare(ballot=1) "
        "a1 ignores Prepare(1): `self.may_promise(ballot)` is false; promised = 2. "
        "Possible instead: p2 <- a1: Promise(ballot=2, last=None).",
        "",
    )


def test_an_ignored_message_that_unblocks_the_next_says_why(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """On `fifo` the delivery of an ignored message is a step."""
    steps = [*BEGIN, "a1 <- p2: Prepare(ballot=2)", "a1 <- p1: Prepare(ballot=1)"]
    written(steps, options={"acceptors": 1}, network="fifo")
    why = "ignores this message: `self.may_promise(ballot)` is false; promised = 2"
    finding = judged(Path("mine.json"))[1]
    assert [each.ignored for each in finding.timeline.events] == [None, None, None, why]
    for form in ("text", "svg", "html", "mermaid", "json"):
        drawn = FORMATS[form].draw(finding).replace("#59;", ";").replace("<br/>", " ")
        texts = re.sub(r"</text>\s*<text[^>]*>", " ", drawn)
        assert why in " ".join(texts.replace("\u2503", " ").split()), form


def test_a_trace_of_a_users_own_spec_needs_its_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["new", "mine.py"]) == 0
    capsys.readouterr()
    Path("trace.json").write_text('{"spec": "mine", "steps": ["candidate1 asks for votes"]}')
    line = (
        "pcheck: trace.json is a trace of a spec that does not ship with pcheck; add the file of "
        "the spec, as in `pcheck replay trace.json ./mine.py`\n"
    )
    assert replayed(capsys, "trace.json") == (2, "", line)
    status, out, err = replayed(capsys, "trace.json", "./mine.py", "--quiet")
    assert (status, err, out) == (0, "", NONE_VIOLATED)


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_draws_a_trace_that_violates_nothing(
    form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    written(BEGIN)
    status, out, err = replayed(capsys, "mine.json", "--format", form)
    assert (status, err) == (0, "")
    assert BEGIN[1] in out or BEGIN[1].replace(" ", "") in out.replace(" ", "")
    assert "shortest" not in out


def test_the_page_of_a_trace_that_violates_nothing_is_not_red() -> None:
    _, finding = judged(written(BEGIN))
    page = FORMATS["html"].draw(finding)
    assert ('class="wrong"' in page, "How this trace ends" in page) == (False, True)
