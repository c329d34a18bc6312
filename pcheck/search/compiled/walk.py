"""One walk through all states of the product, level by level, with the kernel.

Fills the tables that the kernel asks for, and judges what it meets.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from itertools import pairwise

from pcheck.errors import SpecError
from pcheck.language.property import Kind
from pcheck.search.compiled import kernel
from pcheck.search.compiled.covering import Cover
from pcheck.search.compiled.first_seen import FirstSeen
from pcheck.search.compiled.kernel import HEAD, MISSED, MISSED_AT, MISSED_BUNDLE, TRANSITIONS
from pcheck.search.compiled.property_symmetry import PropertySymmetry
from pcheck.search.compiled.reconstruct import last_step, replay
from pcheck.search.compiled.store import Store
from pcheck.search.compiled.tables import Tables
from pcheck.search.judge import Found, Judge
from pcheck.search.limits import ENDS, Clock, Limits, Progress, Stop, ended_by, state_limit
from pcheck.search.outcome import Discovery, SearchResult
from pcheck.search.reductions.cover import Ranks
from pcheck.search.reductions.reduce import Reduction
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.trace import Trace

SLICE = 50_000  # states that are expanded before the clock is looked at
LONG = 50_000  # states: a search that is shorter is over before another one would be
VERY_LONG = 2_000_000  # states: worth so much time as some more questions take
NO_LIMIT = (1 << 32) - 2  # the index of a state must fit in half a hash slot


class Walk:
    """Properties are judged at the end of each level: where they were decided is a state, or the
    state before a step and the bundle that it sent."""

    def __init__(
        self,
        model: ClusterModel,
        limits: Limits,
        reduction: Reduction,
        all_properties: bool,
        clock: Clock,
        ranks: Ranks | None = None,
        records: bool = False,
    ) -> None:
        """With ranks this goes by them, and drops what is covered."""
        self.model, self.limits, self.reduction = model, limits, reduction
        self.clock = clock
        self.progress = Progress(states=1)
        self.judge: Judge[tuple[int, ...]] = Judge(model.properties, all_properties=all_properties)
        self.tables = Tables(model, reduction.automata, reduction.symmetry, ranks)
        self.cover = Cover(self.tables) if ranks is not None else None
        self.complete = False
        self.stopped: str | None = None
        first = self.tables.initial()
        symmetry = reduction.symmetry
        self.renamings = PropertySymmetry(self.tables, symmetry) if symmetry is not None else None
        self.store = Store(self.tables.machines.sizes(), first, records=records)
        self.shown = FirstSeen(self.tables.machines.watchers)
        self._lay_out()
        self.levels = [0, 1]  # where each level that is known whole begins, and the next one
        self.depth = 0  # of the last level that had any state
        self.judged_steps = 0  # transitions

    def run(self) -> SearchResult:
        self.advance()
        return self.report()

    def advance(self, enough: Callable[[], bool] = lambda: False) -> bool:
        """Goes on until it is over, or until there is enough after a level: then not."""
        try:
            return self._search(enough)
        except ENDS as end:
            self.stopped = ended_by(end)
            self._end()
            self._judge(self.levels[-1], whole=False)
            return True

    def is_long(self) -> bool:
        return len(self.store) >= VERY_LONG

    def should_try_cover(self) -> bool:
        """Whether nothing good is left to be found, and the search is long and gets longer."""
        good = any(prop.kind is Kind.SOMETIMES for prop in self.judge.open)
        grows = self.progress.widths[-1] > max(self.progress.widths[-2:-1], default=0)
        return not good and len(self.store) >= LONG and grows

    def proof(self, ranks: Ranks) -> Walk:
        """A search for what is still open that goes by ranks."""
        other = Walk(self.model, self.limits, self.reduction, False, self.clock, ranks)
        other.judge.open = list(self.judge.open)
        other.progress.level = self.progress.level
        return other

    def _search(self, enough: Callable[[], bool]) -> bool:
        """Level by level, in steps of the cluster: a row that costs more leads further down."""
        levels, progress = self.levels, self.progress
        if not progress.widths:
            self._judge(0, whole=True)
            progress.widths.append(1)
        while levels[-1] > levels[-1 - min(self.tables.costs, len(levels) - 1)]:
            if self.judge.decided:
                return True
            if enough():
                return False
            cost = 1
            while cost <= min(self.tables.costs, len(levels) - 1):  # which may grow
                if levels[-1 - cost] < levels[-cost]:
                    self._expand_level(levels[-1 - cost], levels[-cost], cost)
                cost += 1
            self._judge(levels[-1], whole=True)
            levels.append(len(self.store))
            progress.widths.append(levels[-1] - levels[-2])
            if levels[-1] > levels[-2]:
                self.depth = len(levels) - 2
            if self.cover is None:
                progress.level = self.depth
            else:
                self.cover.drop(self.store, levels[-2], levels[-1])
            self._look_at_the_clock()
        self.complete = True
        return True

    def _lay_out(self) -> None:
        self.tables.machines.fitting, self.tables.machines.outgrown = self.store.layout.most, False
        self.shown.lay_out(self.store)

    def _expand_level(self, start: int, end: int, cost: int) -> None:
        """The rows of one cost, out of the states of one level."""
        self.store.cursor[HEAD] = start
        while (why := self._expand(end, cost)) != kernel.LEVEL:
            if why == kernel.FULL:
                self.store.grow()
            elif why == kernel.LIMIT:
                raise Stop(state_limit(self._most()))
            elif why != kernel.SLICE:
                self._fill_or_blame(why)
            if why == kernel.SLICE or self.tables.fills % 256 == 0:
                self._look_at_the_clock()

    def _expand(self, end: int, cost: int) -> int:
        store, tables, layout = self.store, self.tables, self.store.layout
        return kernel.expand(
            store.states, store.parents, store.slots, store.vectors, store.hashes, store.origins,
            store.edges, layout.fields, tables.orbits.arrays,
            tables.row_span, tables.row_next.array, tables.row_bundle.array,
            tables.dest_at.array, tables.dest_count.array, tables.dest.array,
            tables.receptions.table, tables.receptions.used_by,
            store.cursor, end, cost, self._most(), SLICE,
        )  # fmt: skip

    def _most(self) -> int:
        return NO_LIMIT if self.limits.states is None else self.limits.states

    def _fill_or_blame(self, why: int) -> None:
        """A fault of the spec is told with the run that leads there."""
        try:
            self._fill(why)
        except SpecError as error:
            if self._settle() == kernel.LIMIT:  # it lies beyond what was to be looked at
                raise Stop(state_limit(self._most())) from None
            if self.cover is None:
                error.trace = self._path((int(self.store.cursor[HEAD]),))
            raise

    def _fill(self, why: int) -> None:
        """What the kernel missed; and wider fields, if it brought a number that is too large."""
        machine, number = (int(self.store.cursor[at]) for at in (MISSED, MISSED_AT))
        tables = self.tables
        if why == kernel.ROWS:
            tables.fill_rows(machine, number)
        elif why == kernel.RECEPTION:
            tables.fill_reception(machine, number, int(self.store.cursor[MISSED_BUNDLE]))
        else:
            tables.orbits.fill(why, self.store.cursor)
        if tables.machines.outgrown:
            self.store.widen(tables.machines.sizes())
            self._lay_out()

    def _settle(self) -> int:
        """Inserts what waits in the buffer, so that the states are those that were counted."""
        while True:
            why = self.store.flush(self.tables.orbits.arrays, self._most())
            if why == kernel.FULL:
                self.store.grow()
            elif why in (kernel.VIEWS, kernel.IMAGE):
                self._fill(why)
            else:
                return why

    def _end(self) -> None:
        """What waits is kept if there is room for it, and else as if it had not been met."""
        try:
            self._settle()
        except MemoryError:
            self.store.forget()

    def _look_at_the_clock(self) -> None:
        progress, cursor = self.progress, self.store.cursor
        progress.states, progress.transitions = len(self.store), int(cursor[TRANSITIONS])
        progress.queue = len(self.store) - int(cursor[HEAD])
        self.clock.check(progress)

    # -- judging -------------------------------------------------------------------------------

    def _judge(self, new: int, *, whole: bool) -> None:
        """Judges what the states from `new` on show, and the steps that led to them."""
        tables = self.tables
        shown = self.shown.news(self.store, new)
        if self.renamings is not None:
            shown = self.renamings.excluding(shown)
        for index, observations in shown:
            if self.renamings is not None:
                self.renamings.compare(observations, self.judge.open)
            self.judge.observation(tables.machines.seen(observations), where=(index,))
        if self.judge.has_step_properties:
            most = int(self.store.cursor[TRANSITIONS]) - (not whole)  # the last may lead nowhere
            (watcher,) = tables.machines.watchers
            news = tables.receptions.used(watcher, self.judged_steps, most)
            self.judged_steps = most
            for before, observation, bundle, after in news:
                self.judge.step(
                    tables.machines.seen([observation]),
                    tables.machines.seen([after]),
                    where=(before, bundle),
                )

    # -- reporting -----------------------------------------------------------------------------

    def _path(self, end: tuple[int, ...]) -> Trace[State]:
        """The run to a state through its parents; a step property adds its own last step."""
        indices = [end[0]]
        while indices[-1] != 0:
            indices.append(int(self.store.parents[indices[-1]]))
        indices.reverse()
        vectors = [self.store.numbers(index) for index in indices]
        levels = [bisect_right(self.levels, index) for index in indices]
        path = replay(self.tables, vectors, [b - a for a, b in pairwise(levels)])
        return path if len(end) == 1 else last_step(self.tables, path, end[1])

    def _discovery(self, name: str, found: Found[tuple[int, ...]]) -> Discovery:
        """The run, and what is wrong at its end: with the names as they came."""
        path, why = self._path(found.where), found.why
        if self.renamings is not None:
            prop = next(each for each in self.model.properties if each.name == name)
            why = self.renamings.confirmed(prop, why, self.model.observe(path.states[-1]))
        return Discovery(path, why)

    def report(self, proof: Walk | None = None) -> SearchResult:
        """What was found; and if the rest was proved, by what."""
        last = proof or self
        on = [name for name in self.reduction.on if name != "cover" or proof is not None]
        return SearchResult(
            properties=self.model.properties,
            states=len(last.store) - (last.cover.dropped if last.cover is not None else 0),
            transitions=int(last.store.cursor[TRANSITIONS]),
            depth=last.depth,
            widths=tuple(last.progress.widths[: last.depth + 1]),
            complete=last.complete,
            stopped=last.stopped,
            discoveries={
                name: self._discovery(name, found) for name, found in self.judge.found.items()
            },
            seconds=self.clock.seconds(),
            memory=last.store.bytes,
            engine="compiled",
            reduced=tuple(on),
            skipped=self.reduction.skipped,
            note=last.renamings.note if last.renamings is not None else None,
            peak=max(self.clock.peak, self.clock.memory()),
        )
