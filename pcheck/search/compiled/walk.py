"""One breadth-first search of the product of all machines, with the kernel."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from pcheck.search.clock import Clock, Progress, Tick
from pcheck.search.compiled.covering import Cover
from pcheck.search.compiled.discovering import discovery
from pcheck.search.compiled.expansion import Expansion
from pcheck.search.compiled.judging import LevelJudge
from pcheck.search.compiled.kernel import TERMINAL, TRANSITIONS
from pcheck.search.compiled.reconstruct import steps_to
from pcheck.search.compiled.resources import Resources
from pcheck.search.compiled.store import Store
from pcheck.search.compiled.tables import Tables
from pcheck.search.compiled.threads import Threads
from pcheck.search.growth import growing_nodes
from pcheck.search.judge import Found, Judge
from pcheck.search.limits import (
    STOPPING_EXCEPTIONS,
    Limits,
    stop_reason,
)
from pcheck.search.outcome import Discovery, SearchResult, TooManyNumbers
from pcheck.search.reductions.cover import Ranks
from pcheck.search.reductions.reduce import ReducedCluster
from pcheck.search.tracing import trace_decisions
from pcheck.semantics.cluster_model import ClusterModel

PROVING = "proving by a second search, with cover"
ENTRIES_PER_REACTION, STATES_PER_REACTION = 25, 120  # that take as long as one reaction


class Walk(Expansion):
    """A search, level by level: fills the tables that the kernel needs, and judges each level."""

    def __init__(
        self,
        model: ClusterModel,
        limits: Limits,
        reduced: ReducedCluster,
        all_properties: bool,
        clock: Clock,
        tables: Tables | None = None,
        records: bool = False,
        resources: Resources | None = None,
    ) -> None:
        """Prepare a search by steps; with ranked tables, one by ranks that drops covered states."""
        self.model, self.limits, self.reduced, self.clock = model, limits, reduced, clock
        self.progress = Progress(states=1, is_reduced=bool(reduced.on))
        self.judge: Judge[tuple[int, ...]] = Judge(model.properties, all_properties=all_properties)
        self.tables = tables or Tables(model, reduced.automata, reduced.views)
        self.cover = Cover(self.tables) if self.tables.ranks is not None else None
        self.traces_later, self.reserve = False, 0  # whether the caller traces faults; see `Clock`
        self.complete = False
        self.stopped: str | None = None
        first = self.tables.vectors.initial()
        self.level_judge = LevelJudge(self.tables, self.judge, reduced)
        self.resources, self.records = resources or Resources(Threads(1)), records
        threads, disk = self.resources
        sizes = self.tables.machines.sizes
        self.store = Store(sizes, first, threads, disk=disk, records=records)
        self.levels = [0, 1]  # where each complete level begins, and where the last one ends
        self.depth = 0  # of the last level that has a state
        self.sizes = [[1] * len(model.nodes)]  # at each level, the configurations of each node

    def run(self) -> SearchResult:
        """Search to the end, and return the result."""
        self.advance()
        return self.report()

    def advance(self, pause: Callable[[], bool] = lambda: False) -> bool:
        """Search on; return True at the end, or False when `pause()` is true after a level."""
        try:
            return self._search(pause)
        except STOPPING_EXCEPTIONS as end:
            self.stopped = stop_reason(end)
            try:
                self.settle()
            except STOPPING_EXCEPTIONS:  # no memory for the successors, or another Ctrl-C
                self.store.discard_buffer()
            if not self.is_beyond():
                with suppress(*STOPPING_EXCEPTIONS):
                    self.level_judge.judge_from(self.store, self.levels, whole=False)
            return True
        except TooManyNumbers as error:
            if self.judge.found and self.cover is None:
                error.found = self.report()
            raise

    @property
    def work(self) -> int:
        """The work so far, in about the time of one reaction of a handler.

        It counts what is done, and no time, so it is the same on every machine.
        """
        return (
            self.tables.asked
            + self.tables.entries // ENTRIES_PER_REACTION
            + len(self.store) // STATES_PER_REACTION
            + self.level_judge.judged
        )

    def proof(self, ranks: Ranks) -> Walk:
        """Return a search by ranks for the properties that are still open."""
        search = self.beside(self.tables.ranked(ranks))
        search.judge.open, search.judge.samples = list(self.judge.open), self.judge.samples
        search.level_judge.begin_with(self.level_judge, int(self.store.cursor[TRANSITIONS]))
        search.progress.level, search.progress.activity = self.progress.level, PROVING
        return search

    def beside(self, tables: Tables) -> Walk:
        """Return another search, with other tables."""
        parts = self.model, self.limits, self.reduced, False, self.clock, tables, False
        return Walk(*parts, self.resources)

    def close(self) -> None:
        """Note that a search without a result is over."""

    def _search(self, pause: Callable[[], bool]) -> bool:
        """Search level by level. A level is a number of steps of the cluster (or a sum of ranks).

        The next level holds what rows of cost 1 lead to from the last level, rows of cost 2 from
        the level before, and so on. No state is left when as many empty levels follow each other
        as the highest cost.
        """
        levels, progress = self.levels, self.progress
        if not progress.widths:
            self.level_judge.judge_from(self.store, levels, whole=True)
            progress.widths.append(1)
        while levels[-1] > levels[-1 - min(self.tables.max_cost, len(levels) - 1)]:
            if self.judge.decided:
                return True
            if pause():
                return False
            self.find_level()
            self.level_judge.judge_from(self.store, levels, whole=True)
            levels.append(len(self.store))
            progress.widths.append(levels[-1] - levels[-2])
            if levels[-1] > levels[-2]:
                self.depth = len(levels) - 2
            self.sizes.append([*map(len, self.tables.machines.configs)])
            if self.cover is None:
                progress.level = self.depth
            self.end_level()
            self.check_limits()
        self.complete = True
        return True

    def find_level(self, cost: int = 1, head: int = 0, is_sliced: bool | None = None) -> None:
        """Find the states of the next level.

        A search that goes on in a level begins with the rows of a cost, out of the state `head`.
        """
        levels = self.levels
        while cost <= min(self.tables.max_cost, len(levels) - 1):  # max_cost may grow
            start, end = levels[-1 - cost], levels[-cost]
            if start < end:
                sliced = self.slices_pay if is_sliced is None else is_sliced
                self.expand_level(max(start, head), end, cost, is_sliced=sliced)
            cost, head, is_sliced = cost + 1, 0, None

    def end_level(self) -> None:
        """Drop the covered states of the last level, which is judged."""
        if self.cover is not None:
            self.cover.drop(self.store, *self.levels[-2:])

    # -- reporting -----------------------------------------------------------------------------

    def report(self, proof: Walk | None = None) -> SearchResult:
        """Return the result of this search; the counts are those of the proof, if one is given."""
        last = proof or self
        on = [name for name in self.reduced.on if name != "cover" or proof is not None]
        seconds, symmetry = self.clock.seconds(), last.level_judge.symmetry
        configs = self.tables.machines.configs_by_level
        by_name = {prop.name: prop for prop in self.model.properties}
        last.tables.mark_sent()

        def discover(name: str, found: Found[tuple[int, ...]], tick: Tick) -> Discovery:
            trace, names = self.trace_at(found.where[0], tick), self.level_judge.symmetry
            return discovery(by_name[name], found, trace, self.tables, names, tick)

        discoveries, untraced = trace_decisions(
            *(self.judge, self.clock, self.progress, discover),
            lambda where: steps_to(where, self.levels),
        )
        return SearchResult(
            properties=self.model.properties,
            states=len(last.store) - (last.cover.dropped if last.cover is not None else 0),
            transitions=int(last.store.cursor[TRANSITIONS]),
            depth=last.depth,
            widths=tuple(last.progress.widths[: last.depth + 1]),
            complete=last.complete,
            stopped=last.stopped,
            discoveries=discoveries,
            untraced=untraced,
            seconds=seconds,
            memory=last.store.bytes,
            engine="compiled",
            terminal=int(last.store.cursor[TERMINAL]) if last.complete and not on else None,
            growing=growing_nodes(configs(self.sizes)) if self.stopped is not None else (),
            samples=self.judge.samples,
            reduced=tuple(on),
            skipped=self.reduced.skipped,
            assumptions=symmetry.assumptions if symmetry is not None else (),
            peak=max(self.clock.peak, self.clock.memory()),
        )
