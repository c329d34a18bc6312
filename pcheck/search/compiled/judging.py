"""The judgement of the states and steps of one compiled search, level by level."""

from __future__ import annotations

from pcheck.search.compiled.first_seen import FirstSeen
from pcheck.search.compiled.kernel import TRANSITIONS
from pcheck.search.compiled.property_symmetry import WatcherSymmetry
from pcheck.search.compiled.store import Store
from pcheck.search.compiled.tables import Tables
from pcheck.search.judge import Judge
from pcheck.search.reductions.views import Views


class LevelJudge:
    """The judge of a search. States with a known observation are not judged again.

    A property is decided at a state, kept as (state,). A step property is decided at a step, kept
    as (state before the step, bundle).
    """

    def __init__(self, tables: Tables, judge: Judge[tuple[int, ...]], views: Views | None) -> None:
        self.tables, self.judge = tables, judge
        symmetry = views.symmetry if views is not None else None
        self.symmetry = WatcherSymmetry(tables, symmetry) if symmetry is not None else None
        self._first_seen = FirstSeen(tables.machines.watchers)
        self._judged_steps = 0  # transitions

    def judge_from(self, store: Store, new: int, *, whole: bool) -> None:
        """Judge the observations of the states from `new` on, and the steps that led to them.

        The level of these states is `whole`, or the search stopped in it.
        """
        machines = self.tables.machines
        states = self._first_seen.new_in(store, new)
        if self.symmetry is not None:
            states = self.symmetry.without_known_orbits(states)
        for index, observations in states:
            if self.symmetry is not None:
                transitions = int(store.cursor[TRANSITIONS])
                self.symmetry.compare_watched(observations, self.judge.open, transitions)
            self.judge.judge_new_state(machines.seen(observations), where=(index,))
        if self.judge.has_step_properties:
            self._judge_steps(store, whole=whole)

    def _judge_steps(self, store: Store, *, whole: bool) -> None:
        machines = self.tables.machines
        # In an incomplete level the state after the last transition may be missing.
        until = int(store.cursor[TRANSITIONS]) - (not whole)
        (watcher,) = machines.watchers
        steps = self.tables.receptions.first_used(watcher, self._judged_steps, until)
        self._judged_steps = until
        for before, observation, bundle, after in steps:
            self.judge.judge_step(
                machines.seen([observation]), machines.seen([after]), where=(before, bundle)
            )
