"""Fuse: postpone the silent steps of a node until directly before its next step that is not silent.

Theorem. A step is *silent* if it sends nothing, not even to nobody, and does not change what the
properties see of its node. Deliveries, actions, losses, crashes and restarts can all be silent. (If
a property sees UP, no crash and no restart is silent: each changes what that property sees.)
Every copy of a message has one receiver, sending never blocks, a crash does not change the network,
and the number of crashes in an execution does not depend on their order. So a silent step of a node
can be postponed past any step of another node. Hence every observation has a shortest trace in
which the silent steps of each node come directly before the next step of that node that is not
silent (Lipton). Such a chain of steps becomes one macro step, whose cost is the number of steps in
the chain. Silent steps that are not followed by a step of their node that is not silent are left
out.

Of two chains with the same end, a chain that is not longer and does not crash more often can
replace the other one. A chain may also end after any silent step. So a chain ends at a limit of its
length, and where a handler fails; the failure is reported if and when the search reaches that
state. No chain contains more crashes than an execution may contain.

Changes. A silent step keeps the observation, wherever in a trace it stands. So every other step has
the same observations before and after it as before the silent steps were postponed, and a step that
changes the observation is the last one of a chain. The observation before this step is also the one
before the whole chain, and the step ends as many steps later as the chain has. A shortest trace to
a change of some observation into another one therefore ends with such a chain. Silent steps, and
steps that only send what no property sees, are unseen: see `unseen_steps`.

The theorem is about what can be reached. Fuse is not exact for any other kind of property.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from typing import NamedTuple

from pcheck.errors import Asymmetric, SpecError
from pcheck.search.reductions.automaton import Automaton, Chain, MacroStep
from pcheck.search.reductions.met import MetUnknown
from pcheck.semantics.node import Bundle, Config

MAX_CHAIN_STEPS = 32  # a chain ends when it has this many steps
MAX_CHAINS = 1_000  # out of one configuration; beyond, every chain ends
ChangesView = Callable[[Config, Config], bool]


class Fused(Automaton):
    """A node whose macro steps are chains: silent steps, and one step that is not silent."""

    def __init__(
        self, inner: Automaton, changes_view: ChangesView, max_crashes: int, nothing: Bundle
    ) -> None:
        """Fuse the steps of `inner`.

        `changes_view` returns whether a step between two configurations changes what the properties
        see of the node. `nothing` is the bundle of a step that sends nothing.
        """
        super().__init__(inner.node)
        self.inner, self.changes_view = inner, changes_view
        self._max_crashes, self._nothing = max_crashes, nothing

    def normal(self, config: Config) -> Config:
        return self.inner.normal(config)

    def receive(self, config: Config, bundle: Bundle) -> Config:
        return self.inner.receive(config, bundle)

    def steps(self, config: Config) -> tuple[MacroStep, ...]:
        """Return the chains out of a configuration; the first chain to an end is a shortest one.

        The search through the silent steps is breadth-first. A later chain to the same end is kept
        only if it crashes less often than every earlier one.
        """
        fewest_crashes: dict[Hashable, int] = {config: 0}  # by the end of a chain
        ended: list[MacroStep] = []
        chains = [MacroStep((), config, self._nothing)]
        for chain in chains:  # grows during the loop
            try:
                steps = self._steps(chain.next, chain.labels)
            except SpecError as error:
                if not chain.labels or isinstance(error, Asymmetric):
                    raise
                ended.append(chain)
                continue
            too_long = len(chain.labels) >= MAX_CHAIN_STEPS
            if too_long or (chain.labels and len(chains) > MAX_CHAINS):
                ended.append(chain)
                continue
            for step in steps:
                silent = self._is_silent(chain.next, step)
                end = step.next if silent else (step.next, step.bundle)
                longer = step._replace(
                    labels=(*chain.labels, *step.labels), crashes=chain.crashes + step.crashes
                )
                if longer.crashes < fewest_crashes.get(end, self._max_crashes + 1):
                    fewest_crashes[end] = longer.crashes
                    (chains if silent else ended).append(longer)
        return tuple(ended)

    def chains(self, config: Config, length: int, tick: Callable[[], None]) -> Iterator[Chain]:
        """Yield the chains of `length` steps, one for each end and number of crashes.

        Which chains `steps` ends at the limit of their number depends on the order of the steps,
        and a renaming changes this order. So here whole levels of chains are extended, and a level
        is extended unless `steps` would end each of its chains there, whatever the order.
        """
        known: set[Hashable] = {(config, None, 0)}  # an end, its bundle unless silent, crashes
        level, ends = [_Beginning((), config, 0)], {config}
        for _ in range(1, length):
            level = list(self._longer(level, known, tick, only_silent=True))
            ends.update(each.end for each in level)
            if len(ends) > MAX_CHAINS:
                return
        for each in self._longer(level, known, tick, only_silent=False):
            yield each.chain

    def _longer(
        self,
        level: list[_Beginning],
        known: set[Hashable],
        tick: Callable[[], None],
        *,
        only_silent: bool,
    ) -> Iterator[_Beginning]:
        """Yield the chains of a level with one more step, unless an equal one is known."""
        for each in level:
            tick()
            try:
                steps = self.inner.steps(each.end)
            except (SpecError, MetUnknown):  # no chain of the search has this beginning
                continue
            for step in steps:
                silent = self._is_silent(each.end, step)
                crashes = each.crashes + step.crashes
                end = step.next, None if silent else step.bundle, crashes
                if end in known or crashes > self._max_crashes or (only_silent and not silent):
                    continue
                known.add(end)
                yield _Beginning((*each.chain, step), step.next, crashes)

    def _is_silent(self, config: Config, step: MacroStep) -> bool:
        return not step.bundle.sends and not self.changes_view(config, step.next)

    def _steps(self, config: Config, labels: tuple[str, ...]) -> tuple[MacroStep, ...]:
        """Return the steps that may extend a chain with these labels, at its end `config`."""
        return self.inner.steps(config)


class _Beginning(NamedTuple):
    """The first steps of a chain, the configuration that they lead to, and their crashes."""

    chain: Chain
    end: Config
    crashes: int
