"""A trace as one HTML page: the diagram, every step, the state of every node, and the explanation.

The page contains no references to other files. The page contains the initial state and the changes
of each step, from which its script computes the other states. Without the script, the page still
shows the diagram, the list of steps and the explanation.
"""

from __future__ import annotations

from string import Template
from typing import Any

from pcheck.loading.setup import Setup
from pcheck.render.diagram.picture import figure
from pcheck.render.objects import flight_object
from pcheck.render.page.jumps import jumps, ticks
from pcheck.render.page.markup import Markup, element, joined
from pcheck.render.page.nodes import NodeTables
from pcheck.render.page.parts import allowed, embedded, part
from pcheck.render.page.steps import step_list
from pcheck.render.page.why import why, why_title
from pcheck.render.svg.elements import short_number
from pcheck.render.text.header import Header
from pcheck.traces.finding import Finding

MAX_STEPS_ON_ONE_SHEET = 40  # diagrams with more steps are printed on several sheets of paper


def html(finding: Finding) -> str:
    """Return the page of a finding."""
    script, timeline, drawn = part("page.js"), finding.timeline, figure(finding)
    return Template(part("page.html")).substitute(
        title=element("title", f"{finding.setup.spec.name}: {finding.title}"),
        style=part("page.css"),
        script=script,
        allowed=allowed(script),
        heading=joined(finding.title),
        about=about(finding.setup),
        bug=about_bug(finding.setup),
        last=len(timeline.events),
        ticks=ticks(finding),
        jumps=jumps(finding),
        never=(
            "In flight at the end" if timeline.losing_is_a_step else "Never delivered in this trace"
        ),
        wide=short_number(drawn.width),
        names=drawn.names,
        figure=drawn.diagram,
        size="tall" if len(timeline.events) > MAX_STEPS_ON_ONE_SHEET else "",
        nodes=NodeTables(timeline).markup(),
        why=_why(finding),
        steps=step_list(finding),
        facts=_facts(finding),
        data=embedded(_page_data(finding)),
    )


def _page_data(finding: Finding) -> dict[str, Any]:
    """Return the data that the script of the page reads."""
    timeline, tables = finding.timeline, NodeTables(finding.timeline)
    return {
        "cells": tables.cells,
        "first": tables.texts(timeline.first),
        "steps": list(tables.steps()),
        "flights": list(map(flight_object, timeline.flights)),
    }


def about(setup: Setup) -> Markup:
    """Return what the spec is, and the bug if there is one."""
    name = f"{setup.spec.name}: {setup.spec.summary}".rstrip(": ")
    return joined(element("p", name, class_="spec"), about_bug(setup))


def about_bug(setup: Setup) -> Markup:
    """Return name and summary of the bug, or nothing without a bug."""
    bug = setup.bug
    if bug is None:
        return joined()
    return element("p", element("strong", f"Bug {bug.name}:"), f" {bug.summary}", class_="bug")


def _why(finding: Finding) -> Markup:
    ending = element("p", f"{finding.ending}.", class_="wrong" if finding.is_violation else "good")
    reasons = why(finding.explanation, finding.saved.spec)
    return joined(element("h2", why_title(finding), id="why"), ending, reasons)


def _facts(finding: Finding) -> Markup:
    """Return the setup, and the number of other shortest traces."""
    selection = [element("p", finding.selection)] if finding.selection else []
    return joined(facts(finding.setup), "\n", *selection)


def facts(setup: Setup) -> Markup:
    """Return the lines of the setup."""
    rows = (
        element("div", element("dt", name), element("dd", text))
        for name, text, _ in Header(setup).facts()
    )
    return element("dl", *rows, class_="facts")
