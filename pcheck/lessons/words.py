"""Markdown as text for a terminal: headings, paragraphs, lists and code, wrapped to the width."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markdown_it.token import Token
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.text import Text

from pcheck.render.text.paragraphs import Paragraph, Rows


class Words:
    """Some tokens of Markdown, with a blank line between their parts."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for nth, part in enumerate(self._parts()):
            if nth:
                yield ""
            yield part

    def _parts(self) -> Iterator[RenderableType]:
        items: list[str] | None = None  # those of the list that is open
        style = ""
        for token in self.tokens:
            match token.type:
                case "heading_open":
                    style = "bold"
                case "heading_close":
                    style = ""
                case "bullet_list_open" | "ordered_list_open":
                    items = []
                case "bullet_list_close":
                    yield Rows((("-", ""), (item, "")) for item in items or ())
                    items = None
                case "ordered_list_close":
                    numbered = enumerate(items or (), start=1)
                    yield Rows(((f"{n}.", ""), (item, "")) for n, item in numbered)
                    items = None
                case "inline" if items is not None:
                    items.append(plain(token))
                case "inline":
                    yield Paragraph(plain(token), style)
                case "fence" | "code_block":
                    yield Text("\n".join(f"    {line}" for line in token.content.splitlines()))


def plain(token: Token) -> str:
    """Return the text of an inline token without its marks."""
    return "".join(
        " " if each.type in ("softbreak", "hardbreak") else each.content
        for each in token.children or ()
    )
