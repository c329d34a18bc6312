"""The words of a diagram: of its steps, its milestones, its heading and its legend."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pcheck import show
from pcheck.traces.timeline import Sent
from tests.render.diagram.drawn import SVG, classes, every_run, packed, picture
from tests.render.every_run import FOLDER, the_run


@every_run
def test_every_step_stands_in_it_once_with_all_that_is_said_of_it(name: str) -> None:
    shown = the_run(name)
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
        (m.number, m.number in shown.notes, str(m.number), packed(m.label), packed(note))
        for m in shown.timeline.events
        for note in [shown.notes.get(m.number, "")]
    ]


@every_run
def test_a_step_says_what_it_changes_and_every_send_is_an_arrow_or_in_its_words(name: str) -> None:
    """Each message is, for each receiver, either an arrow to a step that delivers or loses it, or
    in the words, and nothing is both."""
    timeline, arrows = the_run(name).timeline, arrows_of(name)
    for event, step in zip(timeline.events, picture(name).steps, strict=True):
        words, changes = packed(step.words("pc-change")), packed(", ".join(event.changes))
        assert words.startswith(changes)
        said = spoken(words[len(changes) :], event.sends)
        drawn = [said_of for number, *said_of in arrows if number == event.number]
        sends = [[packed(show(s.message)), packed(to)] for s in event.sends for to in s.to]
        assert sorted(said + drawn) == sorted(sends)
        aloud = [packed(f"says {show(s.message)}") for s in event.sends if not s.to]
        assert [each for each in aloud if each not in words] == []


def arrows_of(name: str) -> list[tuple[int, str, str]]:
    """Return step, message and receiver of each arrow that has an end, as its title says."""
    found = []
    for drawn in picture(name).flights:
        title = drawn.element.find(f"{SVG}title")
        assert title is not None
        if drawn.about("end") is not None:
            message, ends = (title.text or "").rsplit(": ", 1)[0].rsplit(" from ", 1)
            found.append((drawn.about("sent") or 0, packed(message), packed(ends.split(" to ")[1])))
    return found


def spoken(words: str, sends: Sequence[Sent]) -> list[list[str]]:
    """Return the message and receiver of all that the words call sent again, or never arrived."""
    found = []
    for sent in sends:
        message = packed(show(sent.message))
        for begin, end in (("sends", "again"), ("lost:", ""), ("onitsway:", "")):
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


def test_what_is_sent_again_while_the_same_waits_there_is_said_beside_its_step() -> None:
    """After its restart p2 asks again what it asked in step 7, and of that no new copy begins."""
    name = "uses-a-ballot-again"
    assert "sends Prepare(ballot=2) to a1, a2, a3" in (FOLDER / f"{name}.txt").read_text()
    drawn = picture(name)
    assert drawn.steps[14].words("pc-label") == "p2 starts ballot 2"
    (*_, last) = drawn.steps[14].all("pc-change")
    assert last.text == "sends Prepare(ballot=2) to a1, a2, a3 again"
    assert [each for each in drawn.flights if each.about("sent") == 15] == []


@every_run
def test_every_milestone_stands_in_it_once(name: str) -> None:
    found = [(each.about("step"), each.words("pc-reached")) for each in picture(name).milestones]
    assert [(number, packed(text)) for number, text in found] == [
        (event.number, packed(text))
        for event in the_run(name).timeline.events
        for text in event.milestones
    ]


def test_its_heading_says_what_it_is_and_which_mistake_is_in_it() -> None:
    drawn = picture("vote-leaves-promise")
    assert drawn.lines("pc-heading") == ["The shortest run that violates agreement (20 steps)"]
    about = "paxos, with the mistake vote-leaves-promise: Voting does not raise the promise."
    assert drawn.lines("pc-about") == [about]
    drawn = picture("bare")
    assert drawn.lines("pc-heading") == [
        "The shortest run that reaches some_value_chosen (6 steps)"
    ]
    assert packed("".join(drawn.lines("pc-about"))).startswith("lamport:")


@every_run
def test_its_heading_stands_above_all_and_what_its_marks_mean_below(name: str) -> None:
    drawn, shown = picture(name), the_run(name)
    heading = drawn.lines("pc-heading") + drawn.lines("pc-about")
    texts = [each for each in drawn.root.iter(f"{SVG}text") if each.get("y") is not None]
    assert [each.text for each in texts[: len(heading)]] == heading
    assert packed("".join(drawn.lines("pc-heading"))) == packed(shown.title)
    above = [float(each.attrib["y"]) for each in texts[: len(heading)]]
    ends = [float(e.attrib["y"]) for end in drawn.groups("pc-end") for e in end.all("pc-ends")]
    first = min((float(each.attrib["y"]) for each in drawn.names()), default=drawn.height)
    legend = [float(t.attrib["y"]) for e in drawn.groups("pc-legend") for t in e.element if t.text]
    assert (above == sorted({*above}), max(above) + 20 < first) == (True, True)
    assert [y for y in legend if not max(ends) + 20 < y < drawn.height - 10] == []


MEANINGS = {
    "pc-dot": "a step of that node",
    "pc-also": "changes in the same step",
    "pc-crash": "it crashes",
    "pc-up": "it restarts",
    "pc-wrong": "where the correct paxos differs",
    "pc-true": "what has just become true",
    "pc-under-way": "still on its way at the end",
}


@pytest.mark.parametrize(
    ("name", "kinds", "cross"),
    [
        ("vote-leaves-promise", "pc-dot pc-cross pc-wrong pc-true", "lost: never delivered"),
        ("forgets-its-promise", "pc-dot pc-crash pc-up pc-cross pc-wrong pc-true", "lost: never"),
        ("lossy 1", "pc-dot pc-crash pc-up pc-cross pc-true", "lost"),
        ("hostile on lossy", "pc-dot pc-crash pc-cross pc-under-way", "lost"),
        ("bare", "pc-dot pc-true", ""),
        ("without columns", "pc-dot pc-also", ""),
    ],
)
def test_what_its_marks_mean_is_said_of_those_that_are_in_it(
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
