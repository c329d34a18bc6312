"""One node as an automaton whose steps may stand for several: what the passes make of each other.

A pass takes an automaton and is one. `normal` gives the configuration that stands for another one;
steps lead from normal configurations to normal ones.
"""

from __future__ import annotations

from typing import NamedTuple

from pcheck.semantics.node import Bundle, Config, Node, StepKind


class Step(NamedTuple):
    """One or more steps of one node, of which only the last sends or shows anything."""

    labels: tuple[str, ...]
    next: Config
    bundle: Bundle
    crashes: int = 0


class Automaton:
    """A node as it is."""

    def __init__(self, node: Node) -> None:
        self.node = node

    def normal(self, config: Config) -> Config:
        return config

    def steps(self, config: Config) -> tuple[Step, ...]:
        return tuple(
            Step((row.label,), row.next, row.bundle, int(row.kind is StepKind.CRASH))
            for row in self.node.rows(config)
        )

    def receive(self, config: Config, bundle: Bundle) -> Config:
        return self.node.receive(config, bundle)


class Quotient(Automaton):
    """Some configurations stand for others; what changes nothing else than the inbox is no step.

    Whoever has more copies waiting can do all that one with fewer can, on every network but `fifo`:
    so no shortest run takes a step that only uses copies up.
    """

    def __init__(self, inner: Automaton) -> None:
        super().__init__(inner.node)
        self.inner = inner
        self._normal: dict[Config, Config] = {}

    def normal(self, config: Config) -> Config:
        if config not in self._normal:
            self._normal[config] = self.stands_for(self.inner.normal(config))
        return self._normal[config]

    def stands_for(self, config: Config) -> Config:
        raise NotImplementedError

    def steps(self, config: Config) -> tuple[Step, ...]:
        steps = (step._replace(next=self.normal(step.next)) for step in self.inner.steps(config))
        return tuple(step for step in steps if self.matters(config, step))

    def receive(self, config: Config, bundle: Bundle) -> Config:
        return self.normal(self.inner.receive(config, bundle))

    def matters(self, config: Config, step: Step) -> bool:
        same = step.next.actor is config.actor and step.next.up == config.up
        return not same or bool(step.bundle.sends) or self.node.network.ignoring_is_a_step
