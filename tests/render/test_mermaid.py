"""The sequence diagram, read back line by line: it tells of each step, and of each lost message."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from pcheck.language.printing import show
from pcheck.render.mermaid import mermaid
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS
from pcheck.text import printable
from tests.render.diagram_text import Diagram, diagram
from tests.render.every_run import RUNS, each_of, hostile, kept, small, the_run

ON_THE_WAY = """\
sequenceDiagram
    title The shortest run that reaches some_value_chosen (6 steps)
    participant n1 as p1
    participant n2 as a1
    participant n3 as a2
    Note over n1: 1. p1 starts ballot 1<br/>started = 1<br/>promises = {}
    Note over n1: 2. p1 starts ballot 2<br/>started = 2
    n1--)n2: on its way: Prepare(ballot=2)
    n1--)n3: on its way: Prepare(ballot=2)
    n1->>n2: 3. Prepare(ballot=1)<br/>(sent in step 1)
    Note over n2: promised = 1
    n2--)n1: on its way: Promise(ballot=1, last=None)
    n1-xn3: 4. lost: Prepare(ballot=1)<br/>(sent in step 1)
    Note over n1: 5. p1 crashes<br/>promises = None
    Note over n1: 6. p1 restarts
    Note over n1,n3: some_value_chosen is reached
"""
WITH_A_MISTAKE = """\
sequenceDiagram
    title The shortest run that violates agreement (10 steps)
    participant n1 as p1
    participant n2 as p2
    participant n3 as a1
    Note over n1: 1. p1 starts ballot 1<br/>started = 1<br/>promises = {}
    Note over n2: 2. p2 starts ballot 2<br/>started = 1<br/>promises = {}
    n1->>n3: 3. Prepare(ballot=1)
    Note over n3: promised = 1
    Note over n1,n3: a1, a majority, promised ballot 1
    n2->>n3: 4. Prepare(ballot=2)
    Note over n3: promised = 2
    Note over n1,n3: a1, a majority, promised ballot 2
    rect rgba(255, 0, 0, 0.15)
        Note over n3: 5. a1 crashes<br/>(the correct paxos comes to: promised = 2)<br/>promised = 0
    end
    Note over n3: 6. a1 restarts
    n3->>n1: 7. Promise(ballot=1, last=None)<br/>(sent in step 3)
    Note over n1: promises = None
    n3->>n2: 8. Promise(ballot=2, last=None)
    Note over n2: promises = None
    rect rgba(255, 0, 0, 0.15)
        n1->>n3: 9. Accept(vote=Vote(ballot=1, value=v1))
        Note over n3: (the correct paxos refuses this)<br/>promised = 1<br/>vote = Vote(ballot=1, \
value=v1)<br/>says Accepted(vote=Vote(ballot=1, value=v1))
    end
    Note over n1,n3: v1 is chosen: a1, a majority, voted in ballot 1
    n2->>n3: 10. Accept(vote=Vote(ballot=2, value=v2))
    Note over n3: promised = 2<br/>vote = Vote(ballot=2, value=v2)<br/>says Accepted(vote=Vote(\
ballot=2, value=v2))
    Note over n1,n3: v2 is chosen: a1, a majority, voted in ballot 2
    Note over n1,n3: agreement is false now: v1 and v2 are both chosen
"""
every = each_of(RUNS)


def solid(text: str) -> str:
    """Without blanks: lines are broken at them, and anywhere if there are none."""
    return "".join(printable(text).split())


def steps(found: Diagram) -> list[str]:
    """The labels of the steps that it tells of, and whatever follows on a label's heels."""
    told = []
    for number, each in enumerate(filter(is_step, found.events), start=1):
        text = each.text.removeprefix(f"{number}. ")
        src, dst = found.actors[each.src], found.actors[each.dst]
        if each.kind == "lost":
            text = f"lost: {src} -> {dst}: {text.removeprefix('lost: ')}"
        elif each.kind == "arrives":
            text = f"{dst} <- {src}: {text}"
        told.append(solid(text))
    return told


def is_step(each: object) -> bool:
    return re.match(r"\d+\. ", getattr(each, "text", "")) is not None


def test_what_is_on_its_way_at_the_end_is_told_from_what_was_lost() -> None:
    labels = (
        "p1 starts ballot 1",
        "p1 starts ballot 2",
        "a1 <- p1: Prepare(ballot=1)",
        "lost: p1 -> a2: Prepare(ballot=1)",
        "p1 crashes",
        "p1 restarts",
    )
    assert mermaid(small("lossy", *labels)) == ON_THE_WAY


def test_where_the_correct_protocol_differs_it_says_so_on_red() -> None:
    assert mermaid(kept("forgets-everything")) == WITH_A_MISTAKE


def test_what_no_arrow_will_show_is_told_in_words() -> None:
    """In `set`, what is sent again changes nothing."""
    again = hostile("set")
    first = next(m for m in again.timeline.events if len(m.sends) == 4)
    (note,) = (
        each.text
        for each in diagram(mermaid(again)).events
        if each.text.startswith(f"{first.number}. ")
    )
    assert note.splitlines()[-1] == 'sends Nothing() to q"<b>, end'


@every
def test_each_step_is_told_once_and_in_order(name: str) -> None:
    shown = the_run(name)
    told, labels = steps(diagram(mermaid(shown))), [solid(label) for label in shown.saved.steps]
    assert [text[: len(label)] for text, label in zip(told, labels, strict=True)] == labels


@every
def test_each_message_that_never_arrives_is_drawn_once(name: str) -> None:
    shown = the_run(name)
    found = diagram(mermaid(shown))
    drawn = Counter(
        (found.actors[each.src], found.actors[each.dst], solid(each.text))
        for each in found.events
        if each.kind in ("lost", "on its way") and not is_step(each)
    )
    assert drawn == Counter(waiting(name))


def waiting(name: str) -> list[tuple[str, str, str]]:
    """What is in the inboxes in the end; in `set`, if no step delivered it."""
    shown = the_run(name)
    model, last = shown.setup.model, shown.trace.states[-1]
    if not isinstance(model, ClusterModel):
        return []
    what = "on its way" if shown.setup.network in ("lossy", "fifo") else "lost"
    left = [
        (str(letter.src), str(node), f"{letter.src}: {show(letter.message)}")
        for node, config in zip(model.index, last.nodes, strict=True)
        for letter in config.inbox
    ]
    if shown.setup.network == "set":
        left = [
            (src, dst, text)
            for src, dst, text in left
            if not any(label.startswith(f"{dst} <- {text}") for label in shown.saved.steps)
        ]
    return [
        (src, dst, solid(f"{what}: {text.removeprefix(f'{src}: ')}")) for src, dst, text in left
    ]


@pytest.mark.parametrize("name", ["hostile on set", "bare", "without columns"])
def test_the_participants_are_the_columns(name: str) -> None:
    shown = the_run(name)
    found = diagram(mermaid(shown))
    lanes = list(shown.timeline.after(len(shown.trace)))
    assert (found.title, list(found.actors.values())) == (
        shown.title,
        [str(lane) for lane in lanes],
    )


@pytest.mark.parametrize("network", NETWORKS)
def test_no_text_is_taken_for_syntax(network: str) -> None:
    """Besides the numbers of characters, none of these stands in any line."""
    for line in mermaid(hostile(network)).splitlines():
        text = re.sub(r"#\d+;|<br/>|^ *n\d+(->>|-x|--\))n\d+: ", "", line)
        found = re.findall(r"[#;<>&\"%$\\]|style|classDef|wrap:|\s$", text)
        assert (line, found) == (line, [])
