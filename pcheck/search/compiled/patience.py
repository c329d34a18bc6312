"""When a search without reductions is given up, because reductions will pay.

Work is counted as in `Walk.work`, so the decision is the same on every machine.
"""

from __future__ import annotations

from pcheck.search.compiled.walk import Walk
from pcheck.search.reductions.met import Met

MAX_PLAIN_WORK = 40_000  # in reactions; a search without reductions that is shorter ends soon
PAIRS_PER_REACTION = 3  # met local states and letters; most of the reactions to these are known


class Patience:
    """The patience with one search without reductions."""

    def __init__(self, plain: Walk, met: Met) -> None:
        self._plain, self._met = plain, met
        self._work = 0  # at the end of the last level

    def is_over(self) -> bool:
        """Return whether to give the search up; called once at the end of each level.

        The search is given up if it would be long after two more levels, each of which grows as
        the last one did. To close tables must not be more work than the search so far.
        """
        work, widths = self._plain.work, self._plain.progress.widths[-2:]
        last, self._work = work - self._work, work
        if work < self._met.pairs() // PAIRS_PER_REACTION:
            return False
        growth = widths[-1] / widths[0]
        return work + last * (growth + growth**2) >= MAX_PLAIN_WORK
