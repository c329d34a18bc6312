"""The part of a page that says why a run goes wrong: all that the text report says of it."""

from __future__ import annotations

from collections.abc import Iterator

from pcheck.loading.rules import Rule
from pcheck.render.page.markup import Markup, element, joined
from pcheck.render.page.steps import step_link
from pcheck.traces.divergence import Divergence
from pcheck.traces.explanation import Explanation, NodeEvents
from pcheck.traces.finding import Finding


def why_title(shown: Finding) -> str:
    return "What was found" if shown.is_witness else "Why it goes wrong"


def why(explanation: Explanation, correct: str) -> Markup:
    """`correct` is what the protocol without the mistake is called."""
    return joined(*_parts(explanation, correct))


def _parts(found: Explanation, correct: str) -> Iterator[Markup]:
    for told in found.lines:
        yield element("p", told) if isinstance(told, str) else _did(told)
    for rule in found.rules:
        yield _rule(rule)
    if found.divergences:
        yield element("h3", f"Beside the correct {correct}, step by step")
        yield element("dl", *map(_difference, found.divergences), class_="numbered")
    if found.node_events is not None:
        yield _did(found.node_events)


def _did(node_events: NodeEvents) -> Markup:
    rows = []
    for event in node_events.events:
        then = "; ".join([*event.changes, *(str(sent) for sent in event.sends if sent.to)])
        rows.append(_row(event.number, f"{event.label}{':' if then else ''}", then))
    title = element("h3", f"What {node_events.node} did")
    return joined(title, element("dl", *rows, class_="numbered"))


def _difference(each: Divergence) -> Markup:
    here = f" Here: {each.buggy}." if each.buggy is not None else ""
    return _row(each.number, f"{each.label}:", f"{each.correct}.{here}")


def _row(number: int, what: str, more: str) -> Markup:
    words = element("dd", element("strong", what), f" {more}")
    return element("div", element("dt", step_link(number)), words)


def _rule(rule: Rule) -> Markup:
    title = "The rule" if rule.right else "And new here"
    words = [element("p", rule.words)] if rule.words else []
    sides = [
        element("div", element("h4", name), element("pre", _source(mine, other), tabindex=0))
        for name, mine, other in (
            ("correct", rule.right, rule.wrong),
            ("here", rule.wrong, rule.right),
        )
        if mine
    ]
    beside = element("div", *sides, class_="beside")
    return joined(element("h3", f"{title}, ", element("code", rule.name)), *words, beside)


def _source(lines: tuple[str, ...], other: tuple[str, ...]) -> Markup:
    """Source as it is; what the other side lacks is marked."""
    return joined(
        *(
            joined(element("mark", line) if other and line not in other else line, "\n")
            for line in lines
        )
    )
