"""Names spelled for another program, so that no two names become equal."""

from __future__ import annotations

from collections.abc import Callable, Iterable


def distinct_spellings(names: Iterable[str], spell: Callable[[str], str]) -> list[str]:
    """Return a spelling of each name, in the order of the names.

    `spell` returns the spelling of one name. If two names have the same spelling, underscores are
    appended to the spelling of the later name.
    """
    spellings: dict[str, None] = {}
    for spelling in map(spell, names):
        while spelling in spellings:
            spelling += "_"
        spellings[spelling] = None
    return list(spellings)
