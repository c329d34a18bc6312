"""Why a run goes wrong, for a reader: the story, where the correct protocol parts, and the rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import zip_longest

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.text import Text

from pcheck.loading.rules import Rule
from pcheck.render.text.paragraphs import Cell, Paragraph, Rows
from pcheck.traces.divergence import Divergence
from pcheck.traces.explanation import Explanation, NodeEvents


class Explained:
    """`correct` is what the protocol without the mistake is called."""

    def __init__(self, explanation: Explanation, correct: str) -> None:
        self.explanation, self.correct = explanation, correct

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        found = self.explanation
        for told in found.lines:
            if isinstance(told, str):
                yield Paragraph(told)
            else:
                yield from _did(told)
        if found.rules:
            yield ""
            yield Rules(found.rules)
        if found.divergences:
            yield ""
            yield Paragraph(f"Beside the correct {self.correct}, step by step:")
            yield Rows(map(_difference, found.divergences))
        if found.node_events is not None:
            yield from _did(found.node_events)


def _difference(each: Divergence) -> tuple[Cell, ...]:
    here = f" Here: {each.buggy}." if each.buggy is not None else ""
    return (str(each.number), "dim"), (f"{each.label}: {each.correct}.{here}", "")


class Rules:
    """The clauses that a mistake changes, each beside the correct one."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for rule in self.rules:
            words = f": {rule.words}" if rule.words else ""
            title = "The rule" if rule.right else "And new here"
            yield Paragraph(f"{title}, {rule.name}{words}", "bold")
            yield Beside(("correct", *rule.right), ("here", *rule.wrong))


class Beside:
    """Two pieces of source side by side; one below the other where there is no room."""

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
    """Source as it is, in pieces that fit; what is cut off hangs below."""
    indent = " " * min(len(text) - len(text.lstrip()) + 4, width // 2)
    while len(text) > width:
        at = max(text.rfind(" ", len(indent), width + 1), 0) or width
        yield text[:at].rstrip()
        text = indent + text[at:].lstrip()
    yield text


def _style(style: str, at: int) -> str:
    return f"{style} bold" if at == 0 else style


def _did(node_events: NodeEvents) -> Iterator[RenderableType]:
    rows = []
    for event in node_events.events:
        sends = [str(each) for each in event.sends if each.to]
        then = "; ".join([*event.changes, *sends])
        rows.append(((str(event.number), "dim"), (f"{event.label}: {then}".rstrip(": "), "")))
    yield Paragraph(f"What {node_events.node} did:")
    yield Rows(rows)
