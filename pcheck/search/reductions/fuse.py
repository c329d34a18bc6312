"""Steps of a node that nobody else can notice stand directly before its next one that somebody can.

Theorem. A step is *silent* if it sends nothing, not even to nobody, and leaves what the properties
see of its node as it was: deliveries, acts, losses, crashes and restarts alike. Every copy has one
receiver, sending never blocks, a crash leaves the network alone, and the number of crashes in a run
does not depend on their order. So a silent step of a node can be put off past any step of another,
and every observation has a shortest run in which the silent steps of each node stand directly
before its next step that is not silent (Lipton). Such a chain is one step here, and costs as much
as there are steps in it; silent steps that nothing follows are left out.

Among chains with one end, one that takes no longer and crashes no more often can do for another. A
chain may also end after any silent step: so it ends where it gets long, and where a handler fails,
which is then told if and when the search comes there. No chain has more crashes than a run.

Not for questions about more than what can be reached.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from pcheck.errors import Asymmetric, SpecError
from pcheck.search.reductions.automaton import Automaton, Step
from pcheck.semantics.node import Bundle, Config

LONGEST, MOST = 32, 1_000  # steps in a chain, and chains, of which none is made longer
Shows = Callable[[Config, Config], bool]  # whether what is seen of a node changes


class Fused(Automaton):
    """A node whose steps send or show something, or end a chain that was long enough."""

    def __init__(self, inner: Automaton, shows: Shows, crashes: int, nothing: Bundle) -> None:
        super().__init__(inner.node)
        self.inner, self._shows = inner, shows
        self._crashes, self._nothing = crashes, nothing

    def normal(self, config: Config) -> Config:
        return self.inner.normal(config)

    def receive(self, config: Config, bundle: Bundle) -> Config:
        return self.inner.receive(config, bundle)

    def steps(self, config: Config) -> tuple[Step, ...]:
        """Breadth-first through the silent steps, so the first chain to an end is a shortest."""
        crashes: dict[Hashable, int] = {config: 0}  # least, by end
        ends: list[Step] = []
        chains = [Step((), config, self._nothing)]
        for chain in chains:  # which grows
            try:
                steps = self._steps(chain.next, chain.labels)
            except SpecError as error:
                if not chain.labels or isinstance(error, Asymmetric):
                    raise
                ends.append(chain)
                continue
            if len(chain.labels) >= LONGEST or (chain.labels and len(chains) > MOST):
                ends.append(chain)
                continue
            for step in steps:
                loud = self._is_loud(chain.next, step)
                end = (step.next, step.bundle) if loud else step.next
                longer = step._replace(
                    labels=(*chain.labels, *step.labels), crashes=chain.crashes + step.crashes
                )
                if longer.crashes < crashes.get(end, self._crashes + 1):
                    crashes[end] = longer.crashes
                    (ends if loud else chains).append(longer)
        return tuple(ends)

    def _is_loud(self, config: Config, step: Step) -> bool:
        return bool(step.bundle.sends) or self._shows(config, step.next)

    def _steps(self, config: Config, labels: tuple[str, ...]) -> tuple[Step, ...]:
        """What may follow a chain that is somewhere."""
        return self.inner.steps(config)
