"""Side conditions of `fuse`, dropped one by one."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from pcheck.errors import Asymmetric, SpecError
from pcheck.search.compiled.tables import Tables
from pcheck.search.reductions import fuse
from pcheck.search.reductions.automaton import MacroStep
from pcheck.search.reductions.fuse import Fused
from pcheck.semantics.node import Config, Row, StepKind
from tests.attack.conditions import Patch, dropped


@dropped("a silent step changes nothing that the properties see")
def _(patch: Patch) -> None:
    patch.setattr(Fused, "_is_silent", lambda self, config, step: not step.bundle.sends)


@dropped("a silent step does not send, also not to nobody")
def _(patch: Patch) -> None:
    def is_silent(self: Fused, config: Config, step: MacroStep) -> bool:
        return not step.bundle.receivers and not self.changes_view(config, step.next)

    patch.setattr(Fused, "_is_silent", is_silent)


@dropped("a crash is not silent if a property sees which nodes are up")
def _(patch: Patch) -> None:
    is_silent = Fused._is_silent

    def is_silent_or_crash(self: Fused, config: Config, step: MacroStep) -> bool:
        return bool(step.crashes) or is_silent(self, config, step)

    patch.setattr(Fused, "_is_silent", is_silent_or_crash)


def row_of(self: Fused, config: Config, step: MacroStep) -> Row:
    """Return the row of the node that a step of the inner automaton is."""
    return next(row for row in self.node.rows(config) if row.label == step.labels[0])


def _extended(patch: Patch, may_extend: Callable[[Config, Row], bool]) -> None:
    """Extend a chain only with some steps; every step may begin a chain."""

    def steps(self: Fused, config: Config, labels: tuple[str, ...]) -> tuple[MacroStep, ...]:
        found = self.inner.steps(config)
        if not labels:
            return found
        return tuple(each for each in found if may_extend(config, row_of(self, config, each)))

    patch.setattr(Fused, "_steps", steps)


@dropped("a chain may go on with a crash")
def _(patch: Patch) -> None:
    _extended(patch, lambda config, row: row.kind is not StepKind.CRASH)


@dropped("a chain may go on with a restart")
def _(patch: Patch) -> None:
    _extended(patch, lambda config, row: row.kind is not StepKind.RESTART)


@dropped("a chain may go on with an action")
def _(patch: Patch) -> None:
    _extended(patch, lambda config, row: row.kind is not StepKind.ACT)


@dropped("a chain may go on when a message is lost or ignored")
def _(patch: Patch) -> None:
    _extended(
        patch,
        lambda config, row: (
            row.kind in (StepKind.ACT, StepKind.CRASH, StepKind.RESTART)
            or row.next.actor is not config.actor
            or bool(row.bundle.sends)
        ),
    )


@dropped("a chain takes the messages that its steps take")
def _(patch: Patch) -> None:
    def steps(self: Fused, config: Config, labels: tuple[str, ...]) -> tuple[MacroStep, ...]:
        return tuple(
            each._replace(next=self.node.config(each.next.actor, each.next.up, config.inbox))
            for each in self.inner.steps(config)
        )

    patch.setattr(Fused, "_steps", steps)


@dropped("a chain costs as many steps as it has")
def _(patch: Patch) -> None:
    patch.setattr(Tables, "_cost", lambda *_: 1)


@dataclass(frozen=True)
class Careless:
    """The search for the chains out of a configuration, with some conditions dropped."""

    depth_first: bool = False
    drops_long_chains: bool = False
    drops_failing_chains: bool = False
    keeps_first_only: bool = False

    def steps(self, fused: Fused, config: Config) -> tuple[MacroStep, ...]:
        """Return the chains out of a configuration."""
        fewest: dict[Hashable, int] = {config: 0}
        ended: list[MacroStep] = []
        todo = [MacroStep((), config, fused._nothing)]
        limit = fused._max_crashes + 1
        while todo:
            chain = todo.pop() if self.depth_first else todo.pop(0)
            try:
                steps = fused._steps(chain.next, chain.labels)
            except SpecError as error:
                if not chain.labels or isinstance(error, Asymmetric):
                    raise
                ended += [] if self.drops_failing_chains else [chain]
                continue
            if len(chain.labels) >= fuse.MAX_CHAIN_STEPS:
                ended += [] if self.drops_long_chains else [chain]
                continue
            for step in steps:
                silent = fused._is_silent(chain.next, step)
                end = step.next if silent else (step.next, step.bundle)
                longer = step._replace(
                    labels=(*chain.labels, *step.labels), crashes=chain.crashes + step.crashes
                )
                is_new = end not in fewest
                if longer.crashes < fewest.get(end, limit) and (
                    is_new or not self.keeps_first_only
                ):
                    fewest[end] = longer.crashes
                    (todo if silent else ended).append(longer)
        return tuple(ended)


def _careless(patch: Patch, how: Careless) -> None:
    patch.setattr(Fused, "steps", lambda self, config: how.steps(self, config))


@dropped("chains are found breadth-first")
def _(patch: Patch) -> None:
    _careless(patch, Careless(depth_first=True))


@dropped("a chain at the limit of its length ends")
def _(patch: Patch) -> None:
    patch.setattr(fuse, "MAX_CHAIN_STEPS", 2)
    _careless(patch, Careless(drops_long_chains=True))


@dropped("a chain ends where a handler fails")
def _(patch: Patch) -> None:
    _careless(patch, Careless(drops_failing_chains=True))


@dropped("a longer chain that crashes less often is kept")
def _(patch: Patch) -> None:
    _careless(patch, Careless(keeps_first_only=True))
