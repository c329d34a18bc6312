"""Steps of a node that nobody else can notice stand directly before its next one that somebody can.

Theorem. A step is *silent* if it sends nothing, not even to nobody, and leaves what the properties
see of its node as it was: deliveries, acts, losses, crashes and restarts alike. Every copy has one
receiver, sending never blocks, a crash leaves the network alone, and the number of crashes in a run
does not depend on their order. So a silent step of a node can be put off past any step of another,
and every observation has a shortest run in which the silent steps of each node stand directly
before its next step that is not silent (Lipton). Such a chain is one step here, and costs as much
as there are steps in it; silent steps that nothing follows are left out.

Among chains with one end, one that takes no longer and crashes no more often can do for another.
Not for questions about more than what can be reached.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from pcheck.compile.automaton import Automaton, Step
from pcheck.errors import SpecError
from pcheck.node import Bundle, Config

Shows = Callable[[Config, Config], bool]  # whether what is seen of a node changes


class Fused(Automaton):
    """A node all of whose steps send or show something."""

    def __init__(self, inner: Automaton, shows: Shows) -> None:
        super().__init__(inner.node)
        self.inner, self._shows = inner, shows

    def normal(self, config: Config) -> Config:
        return self.inner.normal(config)

    def receive(self, config: Config, bundle: Bundle) -> Config:
        return self.inner.receive(config, bundle)

    def steps(self, config: Config) -> tuple[Step, ...]:
        """Breadth-first through the silent steps, so the first chain to an end is a shortest."""
        crashes: dict[Hashable, int] = {config: 0}  # least, by end
        loud: list[Step] = []
        chains: list[tuple[Config, tuple[str, ...], int]] = [(config, (), 0)]
        for at, labels, before in chains:  # which grows
            for step in self._steps(at, labels):
                end = (step.next, step.bundle) if self._is_loud(at, step) else step.next
                chain = step._replace(labels=(*labels, *step.labels), crashes=before + step.crashes)
                if crashes.get(end, chain.crashes + 1) <= chain.crashes:
                    continue
                crashes[end] = chain.crashes
                if end is step.next:
                    chains.append((step.next, chain.labels, chain.crashes))
                else:
                    loud.append(chain)
        return tuple(loud)

    def _is_loud(self, config: Config, step: Step) -> bool:
        return bool(step.bundle.sends) or self._shows(config, step.next)

    def _steps(self, config: Config, labels: tuple[str, ...]) -> tuple[Step, ...]:
        try:
            return self.inner.steps(config)
        except SpecError as error:
            error.chain = labels
            raise
