"""The explanation of a trace on its page, with the same content as in the text report."""

from __future__ import annotations

from collections.abc import Iterator

from pcheck.loading.rules import Rule
from pcheck.render.page.markup import Markup, element, joined
from pcheck.render.page.steps import step_link
from pcheck.render.text.explanation import rule_title
from pcheck.traces.explanation import Explanation, NodeEvents
from pcheck.traces.finding import Finding


def why_title(finding: Finding) -> str:
    """Return the heading of the explanation."""
    if finding.is_witness:
        return "What this trace reaches"
    if not finding.is_violation:
        return "How this trace ends"
    return f"Why this trace violates {finding.saved.property}"


def why(explanation: Explanation, spec: str) -> Markup:
    """Return an explanation as HTML; `spec` is the name of the spec without the bug."""
    return joined(*_parts(explanation, spec))


def _parts(explanation: Explanation, spec: str) -> Iterator[Markup]:
    for line in explanation.lines:
        yield element("p", line)
    for rule in explanation.rules:
        yield _rule(rule)
    if explanation.divergences:
        rows = (
            _row(each.number, f"{each.label}:", f"{each.sentence}.")
            for each in explanation.divergences
        )
        yield element("h3", f"Where correct {spec} differs")
        yield element("dl", *rows, class_="numbered")
    for node_events in explanation.node_events:
        yield _node_events(node_events)


def _node_events(node_events: NodeEvents) -> Markup:
    rows = []
    for event in node_events.events:
        effects = "; ".join([*event.effects, *(str(sent) for sent in event.sends if sent.to)])
        rows.append(_row(event.number, f"{event.label}{':' if effects else ''}", effects))
    title = element("h3", f"What {node_events.node} did")
    return joined(title, element("dl", *rows, class_="numbered"))


def _row(number: int, label: str, text: str) -> Markup:
    """Return a row with a link to a step, its label and a text."""
    description = element("dd", element("strong", label), f" {text}")
    return element("div", element("dt", step_link(number)), description)


def _rule(rule: Rule) -> Markup:
    """Return a changed rule: its name, its docstring, and the source of both versions."""
    words = [element("p", rule.words)] if rule.words else []
    sides = [
        element("div", element("h4", name), element("pre", _source(lines, other), tabindex=0))
        for name, lines, other in (
            ("correct", rule.right, rule.wrong),
            ("this bug", rule.wrong, rule.right),
        )
        if lines
    ]
    title = element("h3", f"{rule_title(rule)}: ", element("code", rule.name))
    return joined(title, *words, element("div", *sides, class_="beside"))


def _source(lines: tuple[str, ...], other: tuple[str, ...]) -> Markup:
    """Return the source of one version; lines that the other version lacks are marked."""
    return joined(
        *(
            joined(element("mark", line) if other and line not in other else line, "\n")
            for line in lines
        )
    )
