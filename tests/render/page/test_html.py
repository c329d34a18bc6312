"""The page of a run, read back: its parts say of every step what the run itself says."""

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
from pcheck.render.page.html import PARTS, html
from pcheck.render.page.markup import element, safe
from pcheck.semantics.trace import Trace
from pcheck.traces.explanation import Explanation
from pcheck.traces.finding import Finding
from pcheck.traces.saved import saved_from
from pcheck.traces.timeline import Columns, timeline_of
from tests.render.every_run import FOLDER, KEPT, each_of, kept

NOTHING_TO_SAY = Explanation((), (), (), None)
ALONE, INLINE = {"meta", "link", "input"}, {"a", "code", "strong", "span", "mark"}
named = each_of(KEPT)


@cache
def page(name: str) -> tuple[Finding, str]:
    shown = kept(name)
    return shown, html(shown)


@cache
def long_run(steps: int = 200, network: str = "lossy") -> Finding:
    """Where chance leads, in a cluster that never comes to an end."""
    options = {"acceptors": 3, "proposers": 2, "rounds": 30, "learners": 1}
    setup = prepare(find("paxos"), options, network=network, crashes=2)
    state, chance = setup.model.initial(), random.Random(7)
    states, labels = [state], list[str]()
    while len(labels) < steps:
        label, state = chance.choice(list(setup.model.steps(state)))
        states.append(state)
        labels.append(label)
    path = Trace(tuple(states), tuple(labels))
    run = saved_from(setup, "agreement", "it does not", path, None)
    return Finding(setup, run, path, timeline_of(setup.model, path), NOTHING_TO_SAY)


@cache
def long_page() -> str:
    return html(long_run())


class Read(HTMLParser):
    """What a browser finds: every element with its attributes, and all text by what it is in."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in ALONE:
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
        """All that is to be read, with one blank where there are several."""
        seen = (text for where, text in self.texts if where not in ("style", "script"))
        return " ".join("".join(seen).split())


def embedded(page: str) -> dict[str, Any]:
    (found,) = re.findall(r'<script type="application/json" id="run">(.*?)</script>', page)
    run = json.loads(found)
    assert isinstance(run, dict)
    return run


def rebuilt(run: dict[str, Any], number: int, lanes: Iterable[str]) -> Columns:
    """Every node after a step, as the script puts it together."""
    texts = list(run["first"])
    for changes in run["steps"][:number]:
        for cell, text in changes:
            texts[cell] = text
    columns: dict[str, dict[str, str]] = {lane: {} for lane in lanes}
    for (lane, field), text in zip(run["cells"], texts, strict=True):
        if text is not None:
            columns[lane][field] = text
    return columns


Letter = tuple[str, str, str]  # from, to, message


def mail(run: dict[str, Any], number: int) -> tuple[list[Letter], list[Letter]]:
    """What is on its way after a step and arrives or is lost later, and what never is."""
    sent = [each for each in run["flights"] if each["sent"] <= number]
    ends = [max([*each["delivered"], each["lost"] or 0]) for each in sent]
    letters = [(each["src"], each["dst"], each["message"]) for each in sent]
    both = list(zip(letters, ends, strict=True))
    return [each for each, end in both if end > number], [each for each, end in both if end == 0]


@named
def test_every_node_can_be_rebuilt_at_every_step(name: str) -> None:
    shown, text = page(name)
    run, timeline = embedded(text), shown.timeline
    numbers = range(len(timeline.events) + 1)
    assert [rebuilt(run, n, timeline.lanes) for n in numbers] == [
        timeline.after(n) for n in numbers
    ]


def test_every_node_can_be_rebuilt_in_a_long_run_with_crashes() -> None:
    run, timeline = embedded(long_page()), long_run().timeline
    assert any(event.down for event in timeline.events)
    assert [rebuilt(run, n, timeline.lanes) for n in range(201)] == [
        timeline.after(n) for n in range(201)
    ]


def told(shown: Finding, number: int) -> tuple[set[Letter], set[Letter]]:
    """The same two kinds of messages, from what the steps are called alone: on the network `set`
    one that was sent is there for good, so it is on its way as long as it is delivered later."""
    sent = {
        (event.node, receiver, show(each.message))
        for event in shown.timeline.events[:number]
        for each in event.sends
        for receiver in each.to
    }
    arrivals: dict[Letter, int] = {}
    for at, label in enumerate(shown.trace.labels, start=1):
        if found := re.match(r"(\w+) <- (\w+): (.*\))", label):
            arrivals[found[2], found[1], found[3]] = at
    way = {each for each in sent if arrivals.get(each, 0) > number}
    return way, {each for each in sent if each not in arrivals}


@named
def test_the_messages_on_their_way_are_those_that_a_later_step_delivers(name: str) -> None:
    shown, text = page(name)
    run = embedded(text)
    for number in range(len(shown.timeline.events) + 1):
        way, never = mail(run, number)
        assert (set(way), set(never)) == told(shown, number), number
        assert (len(way), len(never)) == (len(set(way)), len(set(never)))


def test_a_copy_is_on_its_way_until_it_is_delivered_or_lost() -> None:
    """In `lossy` each copy counts: all that was sent, less what was delivered and what was lost."""
    shown = long_run()
    run = embedded(html(shown))
    on_the_way: list[Letter] = []
    for event in shown.timeline.events:
        if event.src is not None:
            on_the_way.remove((event.src, event.node, show(event.message)))
        for each in event.sends:
            on_the_way += [(event.node, name, show(each.message)) for name in each.to]
        way, never = mail(run, event.number)
        assert sorted(way + never) == sorted(on_the_way)
    assert mail(run, 200)[0] == []


@named
def test_it_is_whole_and_refers_to_nothing_outside(name: str) -> None:
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
def test_it_says_all_that_the_text_report_says(name: str) -> None:
    """But for the drawing itself, and the marks between its pieces."""
    shown, text = page(name)
    words, explanation = Read(text).words, shown.explanation
    said = [shown.title, shown.ending, shown.setup.spec.summary, *shown.notes.values()]
    for part in explanation.lines:
        said += [part] if isinstance(part, str) else [f"What {part.node} did"]
    for rule in explanation.rules:
        said += [rule.name, rule.words, *(line.strip() for line in (*rule.right, *rule.wrong))]
    for each in explanation.divergences:
        said += [each.label, each.correct, each.buggy or ""]
    for event in shown.timeline.events:
        said += [event.label, *event.changes, *map(str, event.sends), *event.milestones]
    assert [each for each in said if " ".join(each.split()) not in words] == []
    report = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").split("\n\n")[0]
    facts = re.findall(r"^  (mistake|size|network|crashes|losses|implied) +(\w+)", report, re.M)
    assert [(name, first) for name, first in facts if f"{name} {first}" not in words] == []


@named
def test_the_steps_that_the_correct_protocol_refuses_are_marked(name: str) -> None:
    shown, text = page(name)
    items = [attrs for tag, attrs in Read(text).elements if tag == "li" and "value" in attrs]
    marked = [int(attrs["value"]) for attrs in items if attrs.get("class") == "refused"]
    assert marked == list(shown.notes)
    assert [int(attrs["value"]) for attrs in items] == [m.number for m in shown.timeline.events]


def test_its_own_parts_are_read_the_same_whatever_the_encoding() -> None:
    """Else a server that names a wrong one would break the hash that lets the script run."""
    parts = {part.name: part.read_bytes().isascii() for part in PARTS.iterdir() if part.is_file()}
    assert {name for name in parts if not name.endswith(".py")} == {
        "page.css",
        "page.html",
        "page.js",
    }
    assert [name for name, ascii_only in parts.items() if not ascii_only] == []


@named
def test_one_link_beside_those_to_the_steps_leads_to_why(name: str) -> None:
    (found,) = re.findall(r'<nav id="jumps".*?</nav>', page(name)[1], re.S)
    numbered, why = re.findall(r'href="#step-(\d+)"', found), re.findall(r'href="#(\D+)"', found)
    assert {*map(int, numbered)} >= page(name)[0].notes.keys()
    assert (why, "Why it goes wrong" in found) == (["why"], True)


def test_it_is_the_same_bytes_every_time() -> None:
    assert [html(kept(name)) for name in KEPT[:3]] == [page(name)[1] for name in KEPT[:3]]


def test_two_hundred_steps_are_at_most_500_kb() -> None:
    assert len(long_page().encode()) <= 500_000


EVIL = "</script><b onclick=x()>\"'&amp;<!--<script>]]>\u2028\u202e${title}"
LABEL = EVIL.replace("\u2028\u202e", "")  # which is one printable line


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
    """Written straight on Model, where even columns and fields may be called anything."""

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
def test_no_text_of_a_spec_can_break_out_of_its_place(builder: Callable[[], Any]) -> None:
    shown = check(builder).finding
    assert shown is not None
    text = html(shown)
    read, run, timeline = Read(text), embedded(text), shown.timeline
    numbers = range(len(timeline.events) + 1)
    assert [rebuilt(run, n, timeline.lanes) for n in numbers] == [
        timeline.after(n) for n in numbers
    ]
    assert [tag for tag, _ in read.elements if tag == "b"] == []
    assert [tag for tag, _ in read.elements].count("script") == text.count("<script") == 2
    assert [attrs for _, attrs in read.elements if "onclick" in attrs] == []
    assert (read.open, "\u2028" in text, "\u202e" in text) == ([], False, False)
    assert safe(EVIL) in text


def test_markup_escapes_what_is_not_markup() -> None:
    link = element("a", "1 < 2 & ", element("i", title='"'), href="#'", class_=None)
    assert link == """<a href="#&#x27;">1 &lt; 2 &amp; <i title="&quot;"></i></a>"""
