"""The elements of SVG: names, attributes, and what is inside, written down as text.

No text is escaped here: each picture escapes its own, since one of them is written in ASCII.
"""

from __future__ import annotations

from collections.abc import Iterable


def tag(name: str, *inside: str, **attributes: str | float | None) -> str:
    """Return an element, its attributes in the order given: an underscore stands for a hyphen, and
    an attribute that is None is left out."""
    begin = f"<{name}{_written(attributes)}"
    return f"{begin}>{''.join(inside)}</{name}>" if inside else f"{begin}/>"


def group(kinds: str, inside: Iterable[str], **about: int | None) -> str:
    """Return a group of these classes; a page finds by its `data-` attributes what it shows."""
    data = {f"data_{name}": value for name, value in about.items()}
    return tag("g", "".join(inside), class_=kinds, **data)


def opening(
    wide: float, high: float, kind: str | None = None, labelled_by: str | None = None
) -> str:
    """Return the tag that begins a picture of this size; the picture ends with CLOSING."""
    attributes: dict[str, str | float | None] = {
        "xmlns": "http://www.w3.org/2000/svg",
        "class_": kind,
        "width": wide,
        "height": high,
        "viewBox": f"0 0 {short(wide)} {short(high)}",
        "role": "img",
        "aria_labelledby": labelled_by,
    }
    return f"<svg{_written(attributes)}>"


CLOSING = "</svg>"


def short(value: float) -> str:
    """Return a number with at most one digit after the point, the same on every machine."""
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")


def _written(attributes: dict[str, str | float | None]) -> str:
    given = {
        name.rstrip("_").replace("_", "-"): value if isinstance(value, str) else short(value)
        for name, value in attributes.items()
        if value is not None
    }
    return "".join(f' {name}="{value}"' for name, value in given.items())
