"""The decision that a search without reductions would take long, so that reductions will pay.

It depends on counts of work (see `Walk.work`), so it is the same on every machine.
"""

from __future__ import annotations

from pcheck.search.compiled.walk import Walk
from pcheck.search.reductions.met import Met

# in reactions: a search of less work ends soon; one of less than the minimum tells too little
MAX_PLAIN_WORK, MIN_PLAIN_WORK = 40_000, 5_000
MET_PAIRS_PER_REACTION = 3  # of a local state and a letter; most of their reactions are known


class Patience:
    """The patience with one search without reductions."""

    def __init__(self, plain: Walk, met: Met) -> None:
        self._plain, self._met = plain, met
        self._work = 0  # at the end of the last level

    def is_over(self) -> bool:
        """Return whether to stop the search; called once at the end of each level.

        The next two levels are assumed to grow as the last one did. The search would take long if
        they brought its work to MAX_PLAIN_WORK. But it goes on while it was little work, or less
        than the first tables would be.
        """
        work, widths = self._plain.work, self._plain.progress.widths[-2:]
        last, self._work = work - self._work, work
        growth = widths[-1] / widths[0]
        is_long = work + last * (growth + growth**2) >= MAX_PLAIN_WORK
        return is_long and work >= max(MIN_PLAIN_WORK, self._met.pairs() // MET_PAIRS_PER_REACTION)
