"""The sequence diagram, parsed line by line: it contains every step and every lost message."""

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
from tests.render.findings import (
    FINDINGS,
    each_of,
    finding_named,
    hostile_finding,
    saved_finding,
    small_finding,
)

IN_FLIGHT = """\
sequenceDiagram
    title The shortest trace that reaches some_value_chosen (6 steps)
    participant n1 as p1
    participant n2 as a1
    participant n3 as a2
    Note over n1: 1. p1 starts ballot 1<br/>started = 1<br/>promises = {}
    Note over n1: 2. p1 starts ballot 2<br/>started = 2
    n1--)n2: still in flight: Prepare(ballot=2)
    n1--)n3: still in flight: Prepare(ballot=2)
    n1->>n2: 3. Prepare(ballot=1)<br/>(sent in step 1)
    Note over n2: promised = 1
    n2--)n1: still in flight: Promise(ballot=1, last=None)
    n1-xn3: 4. lost: Prepare(ballot=1)<br/>(sent in step 1)
    Note over n1: 5. p1 crashes<br/>promises = None
    Note over n1: 6. p1 restarts
    Note over n1,n3: some_value_chosen is reached
"""
WITH_A_BUG = """\
sequenceDiagram
    title The shortest trace that violates agreement (10 steps)
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
        Note over n3: 5. a1 crashes<br/>(correct paxos now has promised = 2)<br/>promised = 0
    end
    Note over n3: 6. a1 restarts
    n3->>n1: 7. Promise(ballot=1, last=None)<br/>(sent in step 3)
    Note over n1: promises = None
    n3->>n2: 8. Promise(ballot=2, last=None)
    Note over n2: promises = None
    rect rgba(255, 0, 0, 0.15)
        n1->>n3: 9. Accept(vote=Vote(ballot=1, value=v1))
        Note over n3: (correct paxos ignores this message:<br/>`self.may_vote(vote.ballot)` is \
false#59;<br/>promised = 2)<br/>promised = 1<br/>vote = Vote(\
ballot=1, value=v1)<br/>says Accepted(vote=Vote(ballot=1, value=v1))
    end
    Note over n1,n3: v1 is chosen: a1, a majority, voted in ballot 1
    n2->>n3: 10. Accept(vote=Vote(ballot=2, value=v2))
    Note over n3: promised = 2<br/>vote = Vote(ballot=2, value=v2)<br/>says Accepted(vote=Vote(\
ballot=2, value=v2))
    Note over n1,n3: v2 is chosen: a1, a majority, voted in ballot 2
    Note over n1,n3: agreement is false: v1 and v2 are both chosen
"""
every_finding = each_of(FINDINGS)


def solid(text: str) -> str:
    """Return a text without blanks, at which lines may be broken."""
    return "".join(printable(text).split())


def steps(found: Diagram) -> list[str]:
    """Return the label of each step in the diagram, with the rest of its text."""
    texts = []
    for number, each in enumerate(filter(is_step, found.events), start=1):
        text = re.sub(rf"^{number}\.(\s|<br/>)", "", each.text)
        src, dst = found.actors[each.src], found.actors[each.dst]
        if each.kind == "lost":
            text = f"lost: {src} -> {dst}: {text.removeprefix('lost: ')}"
        elif each.kind == "arrives":
            text = f"{dst} <- {src}: {text}"
        texts.append(solid(text))
    return texts


def is_step(each: object) -> bool:
    return re.match(r"\d+\.(\s|<br/>)", getattr(each, "text", "")) is not None


def test_messages_in_flight_at_the_end_differ_from_lost_messages() -> None:
    labels = (
        "p1 starts ballot 1",
        "p1 starts ballot 2",
        "a1 <- p1: Prepare(ballot=1)",
        "lost: p1 -> a2: Prepare(ballot=1)",
        "p1 crashes",
        "p1 restarts",
    )
    assert mermaid(small_finding("lossy", *labels)) == IN_FLIGHT


def test_divergences_are_on_red() -> None:
    assert mermaid(saved_finding("forgets-everything")) == WITH_A_BUG


def test_a_message_without_an_arrow_is_in_words() -> None:
    """On `set`, a repeated message changes nothing."""
    again = hostile_finding("set")
    first = next(m for m in again.timeline.events if len(m.sends) == 4)
    (note,) = (
        each.text
        for each in diagram(mermaid(again)).events
        if each.text.startswith(f"{first.number}. ")
    )
    assert note.splitlines()[-1] == 'sends Nothing() to q"<b>, end'


@every_finding
def test_a_diagram_contains_every_step_once_and_in_order(name: str) -> None:
    finding = finding_named(name)
    texts, labels = steps(diagram(mermaid(finding))), [*map(solid, finding.saved.steps)]
    assert [text[: len(label)] for text, label in zip(texts, labels, strict=True)] == labels


@every_finding
def test_a_diagram_contains_every_undelivered_message_once(name: str) -> None:
    finding = finding_named(name)
    found = diagram(mermaid(finding))
    drawn = Counter(
        (found.actors[each.src], found.actors[each.dst], solid(each.text))
        for each in found.events
        if each.kind in ("lost", "in flight") and not is_step(each)
    )
    assert drawn == Counter(undelivered(name))


def undelivered(name: str) -> list[tuple[str, str, str]]:
    """Return the messages in the inboxes at the end; on `set`, only those never delivered."""
    finding = finding_named(name)
    model, last = finding.setup.model, finding.trace.states[-1]
    if not isinstance(model, ClusterModel):
        return []
    what = "still in flight" if finding.setup.network in ("lossy", "fifo") else "never delivered"
    left = [
        (str(letter.src), str(node), f"{letter.src}: {show(letter.message)}")
        for node, config in zip(model.index, last.nodes, strict=True)
        for letter in config.inbox
    ]
    if finding.setup.network == "set":
        left = [
            (src, dst, text)
            for src, dst, text in left
            if not any(label.startswith(f"{dst} <- {text}") for label in finding.saved.steps)
        ]
    return [
        (src, dst, solid(f"{what}: {text.removeprefix(f'{src}: ')}")) for src, dst, text in left
    ]


@pytest.mark.parametrize("name", ["hostile on set", "bare", "without columns"])
def test_the_participants_are_the_columns(name: str) -> None:
    finding = finding_named(name)
    found = diagram(mermaid(finding))
    lanes = list(finding.timeline.after(len(finding.trace)))
    assert (found.title, list(found.actors.values())) == (
        finding.title,
        [str(lane) for lane in lanes],
    )


@pytest.mark.parametrize("network", NETWORKS)
def test_no_text_contains_syntax(network: str) -> None:
    """Character references are the only syntax that a text may contain."""
    for line in mermaid(hostile_finding(network)).splitlines():
        text = re.sub(r"#\d+;|<br/>|^ *n\d+(->>|-x|--\))n\d+: ", "", line)
        found = re.findall(r"[#;<>&\"%$\\]|style|classDef|wrap:|\s$", text)
        assert (line, found) == (line, [])
