"""Style sheets with named colours, of which each has a light and a dark page's version."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

NAME = re.compile(r"@(\w+)")


class Colour(NamedTuple):
    """One colour as it is on a light page, and as it is on a dark one."""

    light: str
    dark: str


Palette = Mapping[str, Colour]


def light(rules: str, palette: Palette) -> str:
    """Return the rules for a light page: each `@name` is replaced by its colour."""
    return replaced(rules, lambda name: palette[name].light)


def dark(rules: str, palette: Palette) -> str:
    """Return the rules for a dark page."""
    return replaced(rules, lambda name: palette[name].dark)


def replaced(rules: str, how: Callable[[str], str]) -> str:
    """Return the rules with something else for each `@name`."""
    return NAME.sub(lambda found: how(found[1]), rules)
