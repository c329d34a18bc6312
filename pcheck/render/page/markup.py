"""HTML as values of a type of its own; every other text is escaped when it becomes HTML."""

from __future__ import annotations

from html import escape


class Markup(str):
    """HTML that a browser may interpret."""

    __slots__ = ()


def element(name: str, *inside: str, **attributes: str | int | None) -> Markup:
    """Return an element such as `element("a", "step 2", href="#step-2")`.

    Attributes that are None are omitted.
    """
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{safe(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{name}{given}>{joined(*inside)}</{name}>")


def joined(*parts: str) -> Markup:
    """Return the parts as one piece of HTML, with texts escaped."""
    return Markup("".join(map(safe, parts)))


def safe(text: str) -> Markup:
    """Return a text as HTML, with markup and unprintable characters escaped.

    Unprintable characters include those that reverse the direction of a line.
    """
    if isinstance(text, Markup):
        return text
    visible = (c if c.isprintable() or c == "\n" else _escape_code(c) for c in text)
    return Markup(escape("".join(visible)))


def _escape_code(character: str) -> str:
    return character.encode("unicode_escape").decode()
