"""The printed explanation of a violation: the property's words, changed rules and divergences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import zip_longest

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.text import Text

from pcheck.loading.rules import Rule
from pcheck.render.text.paragraphs import Paragraph, Rows
from pcheck.traces.explanation import Explanation, NodeEvents


class Explained:
    """An explanation, printed. `spec` is the name of the spec without the bug."""

    def __init__(self, explanation: Explanation, spec: str) -> None:
        self.explanation, self.spec = explanation, spec

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for number, part in enumerate(self._parts()):
            if number:
                yield ""
            yield from part

    def _parts(self) -> Iterator[Iterable[RenderableType]]:
        """Yield the parts that have something to say, which a blank line separates."""
        explanation = self.explanation
        if explanation.lines:
            yield map(Paragraph, explanation.lines)
        if explanation.rules:
            yield [Rules(explanation.rules)]
        if explanation.divergences:
            rows = (
                ((str(each.number), "dim"), (f"{each.label}: {each.sentence}", ""))
                for each in explanation.divergences
            )
            yield Paragraph(f"Where correct {self.spec} differs:"), Rows(rows)
        yield from map(_node_events, explanation.node_events)


class Rules:
    """The rules that a bug changes, each beside the correct rule."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for rule in self.rules:
            yield Paragraph(f"{rule_title(rule)}: {rule.name}", "bold")
            if rule.words:
                yield Paragraph(rule.words)
            yield SideBySide(("correct", *rule.right), ("this bug", *rule.wrong))


def rule_title(rule: Rule) -> str:
    """Return `Changed rule`, or `Added rule` if the correct protocol has no such rule."""
    return "Changed rule" if rule.right else "Added rule"


class SideBySide:
    """Two pieces of source side by side, or one below the other on a narrow screen."""

    def __init__(self, left: tuple[str, ...], right: tuple[str, ...]) -> None:
        self.left, self.right = left, right

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = max(map(len, self.left))
        if len(self.left) > 1 and 2 + width + 3 + max(map(len, self.right)) <= options.max_width:
            for at, (left, right) in enumerate(zip_longest(self.left, self.right, fillvalue="")):
                line = Text("  ", no_wrap=True).append(left, _style("green", at))
                line.append(" " * (width - len(left)) + " | ", "dim").append(
                    right, _style("red", at)
                )
                line.rstrip()
                yield line
            return
        for style, lines in (("green", self.left), ("red", self.right)):
            for at, text in enumerate(lines if len(lines) > 1 else ()):
                for part in _folded(("  " if at == 0 else "    ") + text, options.max_width):
                    yield Text(part, _style(style, at), no_wrap=True)


def _folded(text: str, width: int) -> Iterator[str]:
    """Yield a line of source in pieces that fit; later pieces have a deeper indentation."""
    indent = " " * min(len(text) - len(text.lstrip()) + 4, width // 2)
    while len(text) > width:
        at = max(text.rfind(" ", len(indent), width + 1), 0) or width
        yield text[:at].rstrip()
        text = indent + text[at:].lstrip()
    yield text


def _style(style: str, at: int) -> str:
    return f"{style} bold" if at == 0 else style


def _node_events(node_events: NodeEvents) -> Iterator[RenderableType]:
    rows = []
    for event in node_events.events:
        sends = [str(each) for each in event.sends if each.to]
        effects = "; ".join([*event.effects, *sends])
        rows.append(((str(event.number), "dim"), (f"{event.label}: {effects}".rstrip(": "), "")))
    yield Paragraph(f"What {node_events.node} did:")
    yield Rows(rows)
