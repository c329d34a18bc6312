"""Side conditions of properties about steps, dropped one by one."""

from __future__ import annotations

from typing import Any

from pcheck.language.seen import Seen
from pcheck.search.compiled import judging
from pcheck.search.compiled.judging import LevelJudge
from pcheck.search.compiled.noted_steps import NotedStep, NotedSteps
from pcheck.search.compiled.store import Store
from pcheck.search.reductions.contents import Vector
from pcheck.search.reductions.projection import Projection
from pcheck.search.reductions.property_symmetry import PropertySymmetry
from pcheck.search.reductions.unseen_steps import LEAVE_OUT_STEPS
from tests.attack.conditions import Patch, dropped


@dropped("properties are asked about unseen steps")
def _(patch: Patch) -> None:
    patch.setattr(judging, "allows_unseen_steps", lambda *_: True)


@dropped("properties are asked about unseen steps at every renaming")
def _(patch: Patch) -> None:
    patch.setattr(PropertySymmetry, "_distinguish", lambda *_: None)


@dropped("minimise leaves out unseen steps")
def _(patch: Patch) -> None:
    patch.setattr(judging, "LEAVE_OUT_STEPS", LEAVE_OUT_STEPS - {"minimise"})


@dropped("fuse leaves out unseen steps")
def _(patch: Patch) -> None:
    patch.setattr(judging, "LEAVE_OUT_STEPS", LEAVE_OUT_STEPS - {"fuse"})


@dropped("prune leaves out unseen steps")
def _(patch: Patch) -> None:
    patch.setattr(judging, "LEAVE_OUT_STEPS", LEAVE_OUT_STEPS - {"prune"})


@dropped("cover leaves out unseen steps")
def _(patch: Patch) -> None:
    patch.setattr(judging, "LEAVE_OUT_STEPS", LEAVE_OUT_STEPS - {"cover"})


@dropped("an unseen step that does not exist is not judged")
def _(patch: Patch) -> None:
    def judge_at_once(self: LevelJudge, seen: Seen) -> None:
        self.judge.judge_step(seen, seen, where=(0, 1))

    patch.setattr(LevelJudge, "_ask_about_unseen_steps", judge_at_once)


@dropped("the observation before a step is the one before its chain")
def _(patch: Patch) -> None:
    """Take the observation before the chain that led to the state before the step."""
    new_in = NotedSteps.new_in

    def too_early(self: NotedSteps, store: Store, *, whole: bool) -> list[NotedStep]:
        watchers = slice(self._watchers.start, self._watchers.stop)
        return [
            step._replace(before=store.numbers(store.parent(step.state))[watchers])
            for step in new_in(self, store, whole=whole)
        ]

    patch.setattr(NotedSteps, "new_in", too_early)


@dropped("the observation after a step is the one after its chain")
def _(patch: Patch) -> None:
    """Take the observation before the chain at both ends, as if its first step were judged."""
    new_in = NotedSteps.new_in

    def too_early(self: NotedSteps, store: Store, *, whole: bool) -> list[NotedStep]:
        return [step._replace(after=step.before) for step in new_in(self, store, whole=whole)]

    patch.setattr(NotedSteps, "new_in", too_early)


@dropped("a step to a known observation is judged")
def _(patch: Patch) -> None:
    new_in = NotedSteps.new_in
    known: list[list[int]] = []

    def to_new_ones(self: NotedSteps, store: Store, *, whole: bool) -> list[NotedStep]:
        steps = []
        for step in new_in(self, store, whole=whole):
            if step.after not in known:
                known.append(step.after)
                steps.append(step)
        return steps

    patch.setattr(NotedSteps, "new_in", to_new_ones)


@dropped("a step property is decided after all steps of a chain")
def _(patch: Patch) -> None:
    patch.setattr(judging, "bisect_right", lambda levels, _: len(levels) - 1)


COMPARE_ORBIT = PropertySymmetry._compare_orbit


@dropped("a property says the same of renamed pairs")
def _(patch: Patch) -> None:
    def only_of_states(
        self: PropertySymmetry, said: Any, projection: Projection, first: Vector, budget: int
    ) -> None:
        if len(first) == len(self._symmetry.model.nodes):
            COMPARE_ORBIT(self, said, projection, first, budget)

    patch.setattr(PropertySymmetry, "_compare_orbit", only_of_states)


@dropped("a renaming of a pair renames both observations")
def _(patch: Patch) -> None:
    """Compare a property on the renamings of each observation, and on no pair of two."""

    def one_by_one(
        self: PropertySymmetry, said: Any, projection: Projection, first: Vector, budget: int
    ) -> None:
        nodes = len(self._symmetry.model.nodes)
        halves = [first] if len(first) == nodes else [first[:nodes] * 2, first[nodes:] * 2]
        for each in halves:
            of_each = zip(
                (prop for prop, _ in said), projection.answers([p for p, _ in said], each)
            )
            COMPARE_ORBIT(self, list(of_each), projection, each, budget)

    patch.setattr(PropertySymmetry, "_compare_orbit", one_by_one)
