"""The part of a page that says why a run goes wrong: all that the text report says of it."""

from __future__ import annotations

from collections.abc import Iterator

from pcheck.loading.rules import Rule
from pcheck.render.page.markup import Markup, element, joined
from pcheck.render.page.steps import step_link
from pcheck.traces.divergence import Difference
from pcheck.traces.explanation import Deeds, Explanation
from pcheck.traces.finding import Shown


def why_title(shown: Shown) -> str:
    return "What was found" if shown.good else "Why it goes wrong"


def why(explanation: Explanation, correct: str) -> Markup:
    """`correct` is what the protocol without the mistake is called."""
    return joined(*_parts(explanation, correct))


def _parts(found: Explanation, correct: str) -> Iterator[Markup]:
    for told in found.told:
        yield element("p", told) if isinstance(told, str) else _did(told)
    for rule in found.rules:
        yield _rule(rule)
    if found.differences:
        yield element("h3", f"Beside the correct {correct}, step by step")
        yield element("dl", *map(_difference, found.differences), class_="numbered")
    if found.deeds is not None:
        yield _did(found.deeds)


def _did(deeds: Deeds) -> Markup:
    rows = []
    for moment in deeds.moments:
        then = "; ".join([*moment.changes, *(str(sent) for sent in moment.sends if sent.to)])
        rows.append(_row(moment.number, f"{moment.label}{':' if then else ''}", then))
    title = element("h3", f"What {deeds.node} did")
    return joined(title, element("dl", *rows, class_="numbered"))


def _difference(each: Difference) -> Markup:
    here = f" Here: {each.here}." if each.here is not None else ""
    return _row(each.number, f"{each.label}:", f"{each.there}.{here}")


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
