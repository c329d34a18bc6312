"""The words of a report about questions about the future."""

from __future__ import annotations

from pcheck.loading.setup import Setup
from pcheck.search.limits import stop_phrase
from pcheck.search.outcome import SearchResult


def what_holds(setup: Setup) -> str:
    """Return what it means that all questions have a good answer."""
    if setup.stops is None:
        return "no execution goes on for ever without making the condition true"
    if not setup.stops:
        can = "in every state where it is asked, the condition can still become true"
        return f"{can} if no node stops (see --stops)"
    nodes = "any node stops" if setup.stops == 1 else f"any {setup.stops} nodes stop"
    always = f"if {nodes}, in whatever state the question is asked"
    return f"{always}, the other nodes can still make the condition true"


def incomplete(search: SearchResult) -> str:
    """Return what a search that was cut short says: nothing about its open questions."""
    stopped = stop_phrase(search.stopped or "")
    return f"INCOMPLETE: stopped {stopped}. What is undecided below has no answer."


def cut_short(search: SearchResult) -> str:
    """Return what a violation in a search that was cut short leaves open."""
    stopped = stop_phrase(search.stopped or "")
    return f"The search stopped {stopped}, so there may be a nearer trap."
