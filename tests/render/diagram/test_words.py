"""The texts of a diagram: its steps, milestones, heading and legend."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pcheck import show
from pcheck.traces.timeline import Sent
from tests.render.diagram.drawn import SVG, classes, every_finding, packed, picture
from tests.render.findings import FOLDER, finding_named


@every_finding
def test_a_diagram_contains_every_step_once_with_label_and_note(name: str) -> None:
    finding = finding_named(name)
    found = [
        (
            each.about("step"),
            "pc-refused" in each.kinds,
            each.words("pc-number"),
            each.words("pc-label"),
            each.words("pc-note"),
        )
        for each in picture(name).steps
    ]
    assert [(*rest, packed(label), packed(note)) for *rest, label, note in found] == [
        (
            event.number,
            event.number in finding.notes,
            str(event.number),
            packed(event.label),
            packed(finding.notes.get(event.number, "")),
        )
        for event in finding.timeline.events
    ]


@every_finding
def test_a_step_has_its_changes_and_each_message_is_an_arrow_or_in_words(name: str) -> None:
    """No message to a receiver is both an arrow with an end and in words."""
    timeline, arrows = finding_named(name).timeline, arrows_of(name)
    for event, step in zip(timeline.events, picture(name).steps, strict=True):
        words, changes = packed(step.words("pc-change")), packed(", ".join(event.effects))
        assert words.startswith(changes)
        said = spoken(words[len(changes) :], event.sends)
        drawn = [said_of for number, *said_of in arrows if number == event.number]
        sends = [[packed(show(s.message)), packed(to)] for s in event.sends for to in s.to]
        assert sorted(said + drawn) == sorted(sends)
        aloud = [packed(f"says {show(s.message)}") for s in event.sends if not s.to]
        assert [each for each in aloud if each not in words] == []


def arrows_of(name: str) -> list[tuple[int, str, str]]:
    """Return step, message and receiver of each arrow with an end, read from its tooltip."""
    found = []
    for drawn in picture(name).flights:
        title = drawn.element.find(f"{SVG}title")
        assert title is not None
        if drawn.about("end") is not None:
            message, ends = (title.text or "").rsplit(": ", 1)[0].rsplit(" from ", 1)
            found.append((drawn.about("sent") or 0, packed(message), packed(ends.split(" to ")[1])))
    return found


def spoken(words: str, sends: Sequence[Sent]) -> list[list[str]]:
    """Return message and receiver of each message that the texts call sent again or undelivered."""
    found = []
    for sent in sends:
        message = packed(show(sent.message))
        for begin, end in (("sends", "again"), ("neverdelivered:", ""), ("stillinflight:", "")):
            if sent.to and words.startswith(f"{begin}{message}to"):
                words = words.removeprefix(f"{begin}{message}to")
                while names := [to for to in sent.to if words.startswith(packed(to))]:
                    longest = max(map(packed, names), key=len)
                    found.append([message, longest])
                    words = words.removeprefix(longest).removeprefix(",")
                assert words.startswith(end)
                words = words.removeprefix(end)
        words = words if sent.to else words.removeprefix(f"says{message}")
    assert words == ""
    return found


def test_a_message_merged_with_an_undelivered_one_is_in_words() -> None:
    """After its restart p2 sends the messages of step 7 again, and no new arrow begins."""
    name = "uses-a-ballot-again"
    assert "sends Prepare(ballot=2) to a1, a2, a3" in (FOLDER / f"{name}.txt").read_text()
    drawn = picture(name)
    assert drawn.steps[14].words("pc-label") == "p2 starts ballot 2"
    (*_, last) = drawn.steps[14].all("pc-change")
    assert last.text == "sends Prepare(ballot=2) to a1, a2, a3 again"
    assert [each for each in drawn.flights if each.about("sent") == 15] == []


@every_finding
def test_a_diagram_contains_every_milestone_once(name: str) -> None:
    found = [(each.about("step"), each.words("pc-reached")) for each in picture(name).milestones]
    assert [(number, packed(text)) for number, text in found] == [
        (event.number, packed(text))
        for event in finding_named(name).timeline.events
        for text in event.milestones
    ]


def test_the_heading_names_property_spec_and_bug() -> None:
    drawn = picture("vote-leaves-promise")
    assert drawn.lines("pc-heading") == ["The shortest trace that violates agreement (20 steps)"]
    about = "paxos, with the bug vote-leaves-promise: An acceptor does not raise its promise when "
    about += "it votes."
    assert drawn.lines("pc-about") == [about]
    drawn = picture("bare")
    assert drawn.lines("pc-heading") == [
        "The shortest trace that reaches some_value_chosen (6 steps)"
    ]
    assert packed("".join(drawn.lines("pc-about"))).startswith("lamport:")


@every_finding
def test_the_heading_is_on_top_and_the_legend_is_at_the_bottom(name: str) -> None:
    drawn, finding = picture(name), finding_named(name)
    heading = drawn.lines("pc-heading") + drawn.lines("pc-about")
    texts = [each for each in drawn.root.iter(f"{SVG}text") if each.get("y") is not None]
    assert [each.text for each in texts[: len(heading)]] == heading
    assert packed("".join(drawn.lines("pc-heading"))) == packed(finding.title)
    above = [float(each.attrib["y"]) for each in texts[: len(heading)]]
    ends = [float(e.attrib["y"]) for end in drawn.groups("pc-end") for e in end.all("pc-ends")]
    first = min((float(each.attrib["y"]) for each in drawn.names()), default=drawn.height)
    legend = [float(t.attrib["y"]) for e in drawn.groups("pc-legend") for t in e.element if t.text]
    assert (above == sorted({*above}), max(above) + 20 < first) == (True, True)
    assert [y for y in legend if not max(ends) + 20 < y < drawn.height - 10] == []


MEANINGS = {
    "pc-dot": "a step of the node",
    "pc-also": "also changed by the step",
    "pc-crash": "the node crashes",
    "pc-up": "the node restarts",
    "pc-wrong": "where correct paxos differs",
    "pc-true": "a milestone",
    "pc-in-flight": "in flight at the end",
}


@pytest.mark.parametrize(
    ("name", "kinds", "cross"),
    [
        ("vote-leaves-promise", "pc-dot pc-cross pc-wrong pc-true", "never delivered"),
        (
            "forgets-its-promise",
            "pc-dot pc-crash pc-up pc-cross pc-wrong pc-true",
            "never delivered",
        ),
        ("lossy 1", "pc-dot pc-crash pc-up pc-cross pc-true", "lost"),
        ("hostile on lossy", "pc-dot pc-crash pc-cross pc-in-flight", "lost"),
        ("bare", "pc-dot pc-true", ""),
        ("without columns", "pc-dot pc-also", ""),
    ],
)
def test_the_legend_explains_exactly_the_marks_of_the_diagram(
    name: str, kinds: str, cross: str
) -> None:
    found = {}
    for each in picture(name).groups("pc-legend"):
        text = each.element.find(f"{SVG}text")
        (kind,) = (c for e in each.element for c in classes(e) if c != "pc-band")
        found[kind] = "" if text is None else text.text or ""
    assert [*found] == kinds.split()
    assert found.get("pc-cross", "").startswith(cross)
    assert [found[kind] for kind in found if kind != "pc-cross"] == [
        MEANINGS[kind] for kind in found if kind != "pc-cross"
    ]
