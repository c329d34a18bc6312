"""Names as another program takes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable


def apart(names: Iterable[str], spelt: Callable[[str], str]) -> list[str]:
    """Each name as it may be spelt. No two come out alike: a later one gets underscores."""
    found: dict[str, None] = {}
    for name in map(spelt, names):
        while name in found:
            name += "_"
        found[name] = None
    return list(found)
