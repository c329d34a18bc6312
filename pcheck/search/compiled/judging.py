"""The judgement of the states and steps of one compiled search, level by level."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

import numpy as np

from pcheck.language.property import Property
from pcheck.language.seen import Seen
from pcheck.search.compiled.first_seen import FirstSeen
from pcheck.search.compiled.kernel import TRANSITIONS
from pcheck.search.compiled.noted_steps import NotedSteps
from pcheck.search.compiled.property_symmetry import WatcherSymmetry
from pcheck.search.compiled.store import Store
from pcheck.search.compiled.tables import Tables
from pcheck.search.judge import Judge
from pcheck.search.reductions.reduce import ReducedCluster
from pcheck.search.reductions.symmetry import Symmetry
from pcheck.search.reductions.unseen_steps import (
    LEAVE_OUT_STEPS,
    ForbidsUnseenSteps,
    allows_unseen_steps,
)


class LevelJudge:
    """The judge of a search. States with a known observation are not judged again.

    A property is decided at a state, kept as (state,). A step property is decided at the end of a
    macro step, kept as (state before it, number of its steps).
    """

    def __init__(
        self, tables: Tables, judge: Judge[tuple[int, ...]], reduced: ReducedCluster
    ) -> None:
        self.tables, self.judge = tables, judge
        symmetry = reduced.views.symmetry if reduced.views is not None else None
        ask, model = judge.samples.judge, tables.model
        # without interchangeable names, it judges what properties see and compares nothing
        self._judged = WatcherSymmetry(tables, symmetry or Symmetry(model, blocks=()), ask)
        self.symmetry = self._judged if symmetry is not None else None
        watchers = tables.machines.watchers
        self._first_seen = FirstSeen(watchers)
        self.judged = 0  # observations, and steps between two of them
        self.noted = NotedSteps(watchers, notes=judge.has_step_properties)
        # step properties that are false of steps which the reductions may leave out
        self._forbidding = self._judged.forbid_unseen_steps
        self._leaves_out_steps = not LEAVE_OUT_STEPS.isdisjoint(reduced.on)

    def begin_with(self, other: LevelJudge, transitions: int) -> None:
        """Take over what the judge of another search compared, for properties that it left open."""
        self._judged.begin_with(other._judged, transitions)

    def judge_from(self, store: Store, levels: Sequence[int], *, whole: bool) -> None:
        """Judge the observations of the states of the last level, and the steps that led to them.

        `levels` are the indices at which the levels begin. The last level is `whole`, or the search
        stopped in it. Raise ForbidsUnseenSteps if a reduced search cannot decide a step property.
        """
        found, observations = self._first_seen.new_in(store, levels[-1] if len(levels) > 2 else 0)
        transitions = int(store.cursor[TRANSITIONS])
        if self._asks_of_unseen_steps:
            self._judge_states(found, observations, transitions)
        else:
            first, later = self._judged.unsettled(observations, self._asked())
            self._judge_states(found[first], observations[first], transitions)
            found, observations = found[later], observations[later]
            still = np.logical_or(*self._judged.unsettled(observations, self._asked()))
            self._judge_states(found[still], observations[still], transitions)
        if self.judge.has_step_properties:
            self._judge_steps(store, levels, whole=whole)
        if whole and not self.judge.decided:
            for prop in self.judge.open:
                if prop.name in self._forbidding:
                    raise ForbidsUnseenSteps(prop)

    @property
    def _asks_of_unseen_steps(self) -> bool:
        return self._leaves_out_steps and self.judge.has_step_properties

    def _asked(self) -> list[Property]:
        """Return the open properties that are asked of single observations."""
        asked = [False, True] if self._asks_of_unseen_steps else [False]
        return [prop for prop in self.judge.open if prop.is_step_property in asked]

    def _judge_states(self, found: Any, observations: Any, transitions: int) -> None:
        """Judge states that have new observations, one of each orbit."""
        states = list(zip(found.tolist(), observations.tolist()))
        if self.symmetry is not None:
            states = self.symmetry.without_known_orbits(states)
        self.judged += len(states)
        for index, numbers in states:
            for prop, answer in self._judged.decided_at(numbers, self._asked(), transitions):
                self.judge.decide(prop, answer, where=(index,))
            if self._asks_of_unseen_steps:
                self._ask_about_unseen_steps(self.tables.machines.seen(numbers))

    def _judge_steps(self, store: Store, levels: Sequence[int], *, whole: bool) -> None:
        steps = self.noted.new_in(store, whole=whole)
        if self.symmetry is not None:
            steps = self.symmetry.without_known_pairs(steps)
        transitions = int(store.cursor[TRANSITIONS])
        self.judged += len(steps)
        for state, before, after in steps:
            properties = [prop for prop in self.judge.open if prop.is_step_property]
            cost = len(levels) - bisect_right(levels, state)
            pair = *before, *after
            for prop, answer in self._judged.decided_at(pair, properties, transitions):
                self.judge.decide(prop, answer, where=(state, cost))

    def _ask_about_unseen_steps(self, seen: Seen) -> None:
        """Ask the open step properties about steps that keep an observation."""
        ask = self.judge.samples.judge
        for prop in self.judge.open:
            if prop.is_step_property and not allows_unseen_steps(prop, seen, ask):
                self._forbidding.add(prop.name)
