"""A parser for the sequence diagrams that pcheck writes."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

LINE = re.compile(
    r"Note over (?P<first>n\d+)(?:,(?P<last>n\d+))?: (?P<note>.*)"
    r"|(?P<src>n\d+)(?P<arrow>->>|-x|--\))(?P<dst>n\d+): (?P<text>.*)"
    r"|(?P<rect>rect .*|end)"
)
KINDS = {"->>": "arrives", "-x": "lost", "--)": "in flight"}


@dataclass(frozen=True)
class Event:
    kind: str
    src: str = ""
    dst: str = ""
    text: str = ""


@dataclass(frozen=True)
class Diagram:
    title: str
    actors: dict[str, str]
    events: list[Event]


def diagram(text: str) -> Diagram:
    first, title, *lines = text.splitlines()
    assert first == "sequenceDiagram"
    found = [re.fullmatch(r"    participant (n\d+) as (.*)", line) for line in lines]
    actors = {each[1]: decoded(each[2]) for each in found if each is not None}
    rest = [event(line.strip()) for line, each in zip(lines, found) if each is None]
    return Diagram(decoded(title.removeprefix("    title ")), actors, rest)


def event(line: str) -> Event:
    found = LINE.fullmatch(line)
    assert found is not None, line
    if found["rect"]:
        return Event("end") if line == "end" else Event("rect", text=line.removeprefix("rect "))
    if found["note"]:
        return Event(
            "note", found["first"], found["last"] or found["first"], decoded(found["note"])
        )
    return Event(KINDS[found["arrow"]], found["src"], found["dst"], decoded(found["text"]))


def decoded(text: str) -> str:
    """Return a text of the diagram with line breaks and character references decoded."""
    return html.unescape(re.sub(r"#(\d+);", r"&#\1;", text.replace("<br/>", "\n")))
