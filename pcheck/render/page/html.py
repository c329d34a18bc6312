"""A run as one page that needs nothing else: the picture, every step, every node, and why.

It holds the first state and what each step changes; its script puts the rest together. Without a
script, the picture, the steps in words and the explanation are there all the same.
"""

from __future__ import annotations

import base64
import hashlib
import json
from importlib import resources
from string import Template
from typing import Any

from pcheck.language.printing import show
from pcheck.render.diagram.picture import figure
from pcheck.render.page.jumps import jumps, ticks
from pcheck.render.page.markup import Markup, element, joined
from pcheck.render.page.nodes import Nodes
from pcheck.render.page.steps import step_list
from pcheck.render.page.why import why, why_title
from pcheck.render.text.report import Header
from pcheck.traces.finding import Finding
from pcheck.traces.timeline import Flight

PARTS = resources.files("pcheck.render.page")
ONE_PAGE = 40  # steps, that are printed on one sheet of paper
NEVER = "Lost: never delivered in this run"


def html(shown: Finding) -> str:
    script = _part("page.js")
    return Template(_part("page.html")).substitute(
        title=element("title", f"{shown.setup.spec.name}: {shown.title}"),
        style=_part("page.css"),
        script=script,
        allowed=f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}",
        heading=joined(shown.title),
        about=_about(shown),
        mistake=_mistake(shown),
        last=len(shown.timeline.events),
        ticks=ticks(shown),
        jumps=jumps(shown),
        never="Still on their way at the end" if shown.timeline.losing_is_a_step else NEVER,
        figure=figure(shown),
        size="tall" if len(shown.timeline.events) > ONE_PAGE else "",
        nodes=Nodes(shown.timeline).drawn(),
        why=_why(shown),
        steps=step_list(shown),
        facts=_facts(shown),
        run=_embedded(run_of(shown)),
    )


def run_of(shown: Finding) -> dict[str, Any]:
    """Return all that the script is given."""
    timeline, nodes = shown.timeline, Nodes(shown.timeline)
    return {
        "cells": nodes.cells,
        "first": nodes.texts(timeline.first),
        "steps": list(nodes.steps()),
        "flights": list(map(_flight, timeline.flights)),
    }


def _flight(each: Flight) -> dict[str, Any]:
    return {
        "message": show(each.message),
        "src": each.src,
        "dst": each.dst,
        "sent": each.sent,
        "nth": each.nth,
        "delivered": each.delivered,
        "lost": each.lost,
    }


def _embedded(value: dict[str, Any]) -> str:
    """JSON that cannot end the element that it stands in, whatever strings are in it."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _about(shown: Finding) -> Markup:
    setup = shown.setup
    name = f"{setup.spec.name}: {setup.spec.summary}".rstrip(": ")
    lines = [element("p", name, class_="spec")]
    return joined(*lines, _mistake(shown))


def _mistake(shown: Finding) -> Markup:
    bug = shown.setup.bug
    if bug is None:
        return joined()
    return element(
        "p", element("strong", f"The mistake, {bug.name}:"), f" {bug.summary}", class_="mistake"
    )


def _why(shown: Finding) -> Markup:
    ends = element("p", f"{shown.ending}.", class_="good" if shown.is_witness else "wrong")
    told = why(shown.explanation, shown.saved.spec)
    return joined(element("h2", why_title(shown), id="why"), ends, told)


def _facts(shown: Finding) -> Markup:
    rows = (
        element("div", element("dt", name), element("dd", text))
        for name, text, _ in Header(shown.setup).facts()
    )
    among = [element("p", shown.among)] if shown.among else []
    return joined(element("dl", *rows, class_="facts"), "\n", *among)


def _part(name: str) -> str:
    return (PARTS / name).read_text(encoding="utf-8")
