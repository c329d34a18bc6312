"""HTML as a value: whatever is not markup already is escaped, so that nothing can be forgotten."""

from __future__ import annotations

from html import escape


class Markup(str):
    """Text that a browser may read as HTML."""

    __slots__ = ()


def element(name: str, *inside: str, **attributes: str | int | None) -> Markup:
    """`element("a", "step 2", href="#step-2")`; an attribute that is None is left out."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{safe(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{name}{given}>{joined(*inside)}</{name}>")


def joined(*parts: str) -> Markup:
    return Markup("".join(map(safe, parts)))


def safe(text: str) -> Markup:
    """Text as text: no tag in it counts, and nothing that turns a line around or ends it."""
    if isinstance(text, Markup):
        return text
    seen = (c if c.isprintable() or c == "\n" else _named(c) for c in text)
    return Markup(escape("".join(seen)))


def _named(character: str) -> str:
    return character.encode("unicode_escape").decode()
