"""The coverage of one search: computed when first needed, under what is left of its limits."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

from pcheck.coverage.lines import Coverage, cover
from pcheck.coverage.never import Never, never_happens
from pcheck.errors import OutputError
from pcheck.language.model import Model
from pcheck.search.clock import Clock, Progress, Tick
from pcheck.search.limits import STOPPING_EXCEPTIONS, stop_phrase, stop_reason
from pcheck.search.outcome import SearchResult

T = TypeVar("T")
CALLING_AGAIN = "calling the handlers once more for the coverage"


class ExecutedCode:
    """The code of the user that a search executed, and what never happens."""

    def __init__(self, model: Model[Any], search: SearchResult, clock: Clock) -> None:
        self.model, self.search, self.clock = model, search, clock

    @cached_property
    def never(self) -> list[Never]:
        """The behaviour that no execution shows; nothing unless the search is complete."""
        if not (self.search.complete and self.search.saw_all):
            return []
        try:
            return self._limited(lambda tick: never_happens(self.model, self.search.states, tick))
        except STOPPING_EXCEPTIONS:
            return []

    @cached_property
    def coverage(self) -> Coverage:
        """The executed lines; OutputError if a limit or Ctrl-C stopped the work."""
        try:
            return self._limited(lambda tick: cover(self.model, self.search.states, tick))
        except STOPPING_EXCEPTIONS as end:
            stopped = stop_phrase(stop_reason(end))
            raise OutputError(f"the count of executed lines stopped {stopped}") from None

    def _limited(self, work: Callable[[Tick], T]) -> T:
        search = self.search
        progress = Progress(search.depth, search.states, search.transitions)
        with self.clock.running(), self.clock.extending():
            return work(self.clock.ticking(progress, CALLING_AGAIN))
