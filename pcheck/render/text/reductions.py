"""The notes about the reductions of a search, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple

from pcheck.search.outcome import SearchResult
from pcheck.text import counted


def reduction_notes(search: SearchResult) -> Iterator[str]:
    """Yield which reductions were applied, and for each that was skipped the reason."""
    if search.reduced:
        yield (
            f"Reductions: {', '.join(search.reduced)}. They keep every verdict and the length of "
            "the shortest traces. The counts and the depth are those of the reduced state space; "
            "use --reduce none for the full one."
        )
    if search.tables is not None:
        local_states, messages, turns = astuple(search.tables)
        yield (
            f"Closed tables: {counted(local_states, 'local state')}, "
            f"{counted(messages, 'message')}, {counted(turns, 'turn')}."
        )
    if search.note is not None:
        yield search.note
    reasons: dict[str, list[str]] = {}
    for name, why in search.skipped.items():
        reasons.setdefault(why, []).append(name)
    for why, names in reasons.items():
        yield f"Skipped {', '.join(names)}: {why}."
