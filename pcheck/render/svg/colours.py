"""Style sheets with named colours, each with a value for light and a value for dark pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

COLOUR_NAME = re.compile(r"@(\w+)")


class Colour(NamedTuple):
    """A colour: its value on a light page and its value on a dark page."""

    light: str
    dark: str


Palette = Mapping[str, Colour]


def light(rules: str, palette: Palette) -> str:
    """Return the rules with each `@name` replaced by its colour on a light page."""
    return replaced(rules, lambda name: palette[name].light)


def dark(rules: str, palette: Palette) -> str:
    """Return the rules with each `@name` replaced by its colour on a dark page."""
    return replaced(rules, lambda name: palette[name].dark)


def replaced(rules: str, value_of: Callable[[str], str]) -> str:
    """Return the rules with each `@name` replaced by `value_of(name)`."""
    return COLOUR_NAME.sub(lambda found: value_of(found[1]), rules)
