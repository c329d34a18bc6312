"""The page of a trace, read back: its parts agree with the timeline at every step."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from typing import Any

import pytest

from pcheck import (
    Action,
    Actor,
    Cluster,
    Group,
    Id,
    Model,
    Seen,
    Step,
    action,
    always,
    broadcast,
    check,
    fixed,
    group,
    milestone,
)
from pcheck.language.printing import show
from pcheck.loading.setup import prepare
from pcheck.loading.spec import find
from pcheck.render.formats import trace_report
from pcheck.render.page.html import html
from pcheck.render.page.markup import element, safe
from pcheck.render.page.parts import PARTS
from pcheck.semantics.trace import Trace
from pcheck.traces.explanation import Explanation
from pcheck.traces.finding import Finding
from pcheck.traces.saved import saved_from
from pcheck.traces.timeline import Columns, timeline_of
from tests.render.findings import SAVED, each_of, saved_finding

NO_EXPLANATION = Explanation((), (), (), ())
VOID, INLINE = {"meta", "link", "input"}, {"a", "code", "strong", "span", "mark"}
named = each_of(SAVED)


@cache
def page(name: str) -> tuple[Finding, str]:
    finding = saved_finding(name)
    return finding, html(finding)


@cache
def long_finding(steps: int = 200, network: str = "lossy", acceptors: int = 3) -> Finding:
    """Return a random trace of a cluster that can always take another step."""
    options = {"acceptors": acceptors, "proposers": 2, "rounds": 30, "learners": 1}
    setup = prepare(find("paxos"), options, network=network, crashes=2)
    state, rng = setup.model.initial(), random.Random(7)
    states, labels = [state], list[str]()
    while len(labels) < steps:
        label, state = rng.choice(list(setup.model.steps(state)))
        states.append(state)
        labels.append(label)
    trace = Trace(tuple(states), tuple(labels))
    saved = saved_from(setup, "agreement", "a reason", trace, None)
    return Finding(setup, saved, trace, timeline_of(setup.model, trace), NO_EXPLANATION)


@cache
def long_page() -> str:
    return html(long_finding())


class Read(HTMLParser):
    """A parsed page: every element with its attributes, and every text with its element."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert (self.open or ["nothing"]).pop() == tag
        if tag not in INLINE:
            self.texts.append(("", " "))

    def handle_data(self, data: str) -> None:
        self.texts.append(((self.open or ["nothing"])[-1], data))

    @property
    def words(self) -> str:
        """The visible text of the page, with single blanks."""
        visible = (text for tag, text in self.texts if tag not in ("style", "script"))
        return " ".join("".join(visible).split())


def embedded(page: str) -> dict[str, Any]:
    (found,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page)
    data = json.loads(found)
    assert isinstance(data, dict)
    return data


def rebuilt(data: dict[str, Any], number: int, lanes: Iterable[str]) -> Columns:
    """Return all columns after a step, computed as in the script."""
    texts = list(data["first"])
    for changes in data["steps"][:number]:
        for cell, text in changes:
            texts[cell] = text
    columns: dict[str, dict[str, str]] = {lane: {} for lane in lanes}
    for (lane, field), text in zip(data["cells"], texts, strict=True):
        if text is not None:
            columns[lane][field] = text
    return columns


Copy = tuple[str, str, str]  # sender, receiver, message


def undelivered(data: dict[str, Any], number: int) -> tuple[list[Copy], list[Copy]]:
    """Return the messages that a step after `number` takes, and those that no step ever takes."""
    sent = [each for each in data["flights"] if each["sent"] <= number]
    ends = [max([*each["delivered"], each["lost"] or 0]) for each in sent]
    copies = [(each["src"], each["dst"], each["message"]) for each in sent]
    both = list(zip(copies, ends, strict=True))
    return [each for each, end in both if end > number], [each for each, end in both if end == 0]


@named
def test_the_state_of_every_node_can_be_computed_at_every_step(name: str) -> None:
    finding, text = page(name)
    data, timeline = embedded(text), finding.timeline
    numbers = range(len(timeline.events) + 1)
    assert [rebuilt(data, n, timeline.lanes) for n in numbers] == [
        timeline.after(n) for n in numbers
    ]


@pytest.mark.slow
def test_the_state_of_every_node_can_be_computed_in_a_long_trace_with_crashes() -> None:
    data, timeline = embedded(long_page()), long_finding().timeline
    assert any(event.down for event in timeline.events)
    assert [rebuilt(data, n, timeline.lanes) for n in range(201)] == [
        timeline.after(n) for n in range(201)
    ]


def expected_undelivered(finding: Finding, number: int) -> tuple[set[Copy], set[Copy]]:
    """Return the same two sets of messages, computed from the labels of the steps.

    On `set` a message stays in the network, so that it is in flight until its last delivery.
    """
    sent = {
        (event.node, receiver, show(each.message))
        for event in finding.timeline.events[:number]
        for each in event.sends
        for receiver in each.to
    }
    arrivals: dict[Copy, int] = {}
    for at, label in enumerate(finding.trace.labels, start=1):
        if found := re.match(r"(\w+) <- (\w+): (.*[)}])", label):
            arrivals[found[2], found[1], found[3]] = at
    in_flight = {each for each in sent if arrivals.get(each, 0) > number}
    return in_flight, {each for each in sent if each not in arrivals}


@named
def test_the_messages_in_flight_are_those_that_a_later_step_delivers(name: str) -> None:
    finding, text = page(name)
    data = embedded(text)
    for number in range(len(finding.timeline.events) + 1):
        in_flight, never = undelivered(data, number)
        assert (set(in_flight), set(never)) == expected_undelivered(finding, number), number
        assert (len(in_flight), len(never)) == (len(set(in_flight)), len(set(never)))


@pytest.mark.slow
def test_a_copy_is_in_flight_until_it_is_delivered_or_lost() -> None:
    """On `lossy` the undelivered messages are all copies sent, minus those delivered or lost."""
    finding = long_finding()
    data = embedded(html(finding))
    copies: list[Copy] = []
    for event in finding.timeline.events:
        if event.src is not None:
            copies.remove((event.src, event.node, show(event.message)))
        for each in event.sends:
            copies += [(event.node, name, show(each.message)) for name in each.to]
        in_flight, never = undelivered(data, event.number)
        assert sorted(in_flight + never) == sorted(copies)
    assert undelivered(data, 200)[0] == []


@named
def test_a_page_is_well_formed_and_refers_to_no_other_file(name: str) -> None:
    text = page(name)[1]
    read = Read(text)
    assert read.open == []
    ids = [attrs["id"] for _, attrs in read.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    for tag, attrs in read.elements:
        assert tag not in ("iframe", "object", "embed", "img", "base", "form"), tag
        assert not [name for name in attrs if name.startswith("on")], (tag, attrs)
        for name in {"src", "href", "xlink:href", "action", "data"} & attrs.keys():
            assert attrs[name] == "data:," or attrs[name][1:] in ids, (tag, attrs)
    assert set(re.findall(r"\w+://[^\s\"'<]*", text)) <= {"http://www.w3.org/2000/svg"}
    assert re.findall(r"@import|url\((?!#)", text) == []


@named
def test_a_page_contains_all_words_of_the_text_report(name: str) -> None:
    """The drawing of the trace and punctuation are not compared."""
    finding, text = page(name)
    words, explanation = Read(text).words, finding.explanation
    texts = [finding.title, finding.ending, finding.setup.spec.summary, *finding.notes.values()]
    for part in explanation.lines:
        texts += [part] if isinstance(part, str) else [f"What {part.node} did"]
    for rule in explanation.rules:
        texts += [rule.name, rule.words, *(line.strip() for line in (*rule.right, *rule.wrong))]
    for each in explanation.divergences:
        texts += [each.label, each.sentence]
    for event in finding.timeline.events:
        texts += [event.label, *event.effects, *map(str, event.sends), *event.milestones]
    assert [each for each in texts if " ".join(each.split()) not in words] == []
    report = trace_report(finding).split("\n\n")[0]
    labels = "bug|size|network|crashes|losses|also covered"
    facts = re.findall(rf"^  ({labels}) +(\w+)", report, re.M)
    assert facts != []
    assert [(name, first) for name, first in facts if f"{name} {first}" not in words] == []


@named
def test_the_divergences_are_marked(name: str) -> None:
    finding, text = page(name)
    items = [attrs for tag, attrs in Read(text).elements if tag == "li" and "value" in attrs]
    marked = [int(attrs["value"]) for attrs in items if attrs.get("class") == "refused"]
    assert marked == list(finding.notes)
    assert [int(attrs["value"]) for attrs in items] == [
        event.number for event in finding.timeline.events
    ]


def test_the_parts_of_a_page_are_ascii() -> None:
    """Otherwise a server that declares a wrong encoding would break the hash of the script."""
    parts = {part.name: part.read_bytes().isascii() for part in PARTS.iterdir() if part.is_file()}
    assert {name for name in parts if not name.endswith(".py")} == {
        "page.css",
        "page.html",
        "page.js",
    }
    assert [name for name, ascii_only in parts.items() if not ascii_only] == []


@named
def test_one_link_leads_to_the_explanation(name: str) -> None:
    (found,) = re.findall(r'<nav id="jumps".*?</nav>', page(name)[1], re.S)
    numbered, why = re.findall(r'href="#step-(\d+)"', found), re.findall(r'href="#(\D+)"', found)
    assert {*map(int, numbered)} >= page(name)[0].notes.keys()
    assert (why, "Why this trace violates" in found) == (["why"], True)


def test_the_links_to_steps_are_numbers_after_the_word_step() -> None:
    text = page("vote-leaves-promise")[1]
    lines = re.findall(r'<p class="jumps (refused|milestone)">(.*?)</p>', text, re.S)
    shown = {kind: " ".join(re.sub("<[^>]*>", " ", line).split()) for kind, line in lines}
    assert shown == {
        "refused": "Correct paxos differs in steps 13 14, refused 16",
        "milestone": "Milestones in steps 3 9 13 16 20",
    }


def test_equal_findings_have_equal_pages() -> None:
    assert [html(saved_finding(name)) for name in SAVED[:3]] == [
        page(name)[1] for name in SAVED[:3]
    ]


@pytest.mark.slow
def test_a_page_of_200_steps_has_at_most_500_kb() -> None:
    assert len(long_page().encode()) <= 500_000


EVIL = "</script><b onclick=x()>\"'&amp;<!--<script>]]>\u2028\u202e${title}"
LABEL = EVIL.replace("\u2028\u202e", "")  # a label must be one printable line


@dataclass(frozen=True)
class Evil:
    text: str = EVIL


@dataclass(frozen=True)
class Sender(Actor):
    others: Group = fixed()
    said: str = ""

    def actions(self) -> Iterator[Action]:
        if not self.said:
            yield action(LABEL, self.but(said=EVIL), broadcast(self.others, Evil()))


@dataclass(frozen=True)
class Hearer(Actor):
    heard: Id | None = None

    def receive(self, msg: object, src: Id) -> Step:
        return self.but(heard=src) if self.heard is None else None


@milestone(sees=[Evil])
def was_said(seen: Seen) -> Mapping[str, str]:
    return {text.text: EVIL for _, text in seen.sent(Evil)}


@always(sees=["heard"])
def nobody_hears(seen: Seen) -> str | None:
    heard = [name for name, who in seen.field("heard") if who is not None]
    return f"{heard[0]} heard {EVIL}" if heard else None


def evil() -> Cluster:
    s, h = group("s", 1), group("h", 2)
    nodes = {s: lambda i: Sender(others=h), h: lambda i: Hearer()}
    return Cluster(nodes, properties=[nobody_hears], milestones=[was_said])


class EvilModel(Model[int]):
    """A bare model, whose columns and fields may have any names."""

    properties = (nobody_hears,)

    def initial(self) -> int:
        return 0

    def steps(self, state: int) -> list[tuple[str, int]]:
        return [(f"{LABEL} {state}", state + 1)] if state < 3 else []

    def observe(self, state: int) -> Seen:
        return Seen([], {}, {"heard": ((Id("it"), True if state == 3 else None),)})

    def columns(self, state: int) -> Columns:
        fields = {f"{EVIL}{at}": EVIL * state for at in range(state)}
        return {EVIL: fields, "": {"": EVIL} if state else {}}


def evil_model() -> EvilModel:
    return EvilModel()


evil.__doc__ = evil_model.__doc__ = EVIL


@pytest.mark.parametrize("builder", [evil, evil_model])
def test_no_text_of_a_spec_is_interpreted_as_markup(builder: Callable[[], Any]) -> None:
    finding = check(builder).finding
    assert finding is not None
    text = html(finding)
    read, data, timeline = Read(text), embedded(text), finding.timeline
    numbers = range(len(timeline.events) + 1)
    assert [rebuilt(data, n, timeline.lanes) for n in numbers] == [
        timeline.after(n) for n in numbers
    ]
    assert [tag for tag, _ in read.elements if tag == "b"] == []
    assert [tag for tag, _ in read.elements].count("script") == text.count("<script") == 2
    assert [attrs for _, attrs in read.elements if "onclick" in attrs] == []
    assert (read.open, "\u2028" in text, "\u202e" in text) == ([], False, False)
    assert safe(EVIL) in text


def test_an_element_escapes_texts() -> None:
    link = element("a", "1 < 2 & ", element("i", title='"'), href="#'", class_=None)
    assert link == """<a href="#&#x27;">1 &lt; 2 &amp; <i title="&quot;"></i></a>"""
