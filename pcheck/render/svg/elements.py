"""SVG elements as text.

The functions escape nothing. Each renderer escapes its texts, because state graph pictures are
written in ASCII and diagrams are not.
"""

from __future__ import annotations

from collections.abc import Iterable


def tag(name: str, *inside: str, **attributes: str | float | None) -> str:
    """Return an element with its attributes in the given order.

    Underscores in the names of attributes become hyphens, except at the end of a name. Attributes
    that are None are omitted.
    """
    begin = f"<{name}{_written(attributes)}"
    return f"{begin}>{''.join(inside)}</{name}>" if inside else f"{begin}/>"


def svg_group(kinds: str, inside: Iterable[str], **about: int | None) -> str:
    """Return a group with these classes.

    Each keyword becomes a `data-` attribute, by which the script of a page finds the group.
    """
    data = {f"data_{name}": value for name, value in about.items()}
    return tag("g", "".join(inside), class_=kinds, **data)


def opening_tag(
    wide: float,
    high: float,
    kind: str | None = None,
    labelled_by: str | None = None,
    *,
    is_hidden: bool = False,
) -> str:
    """Return the start tag of a picture of this size; the picture must end with CLOSING.

    Screen readers skip a hidden picture.
    """
    attributes: dict[str, str | float | None] = {
        "xmlns": "http://www.w3.org/2000/svg",
        "class_": kind,
        "width": wide,
        "height": high,
        "viewBox": f"0 0 {short_number(wide)} {short_number(high)}",
        "role": None if is_hidden else "img",
        "aria_labelledby": labelled_by,
        "aria_hidden": "true" if is_hidden else None,
    }
    return f"<svg{_written(attributes)}>"


CLOSING = "</svg>"


def short_number(value: float) -> str:
    """Return a number with at most one decimal, the same on every machine."""
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")


def _written(attributes: dict[str, str | float | None]) -> str:
    given = {
        name.rstrip("_").replace("_", "-"): value if isinstance(value, str) else short_number(value)
        for name, value in attributes.items()
        if value is not None
    }
    return "".join(f' {name}="{value}"' for name, value in given.items())
