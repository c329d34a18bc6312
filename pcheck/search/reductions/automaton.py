"""One node as an automaton whose steps may each stand for several steps of the node.

A reduction takes an automaton and returns an automaton. `normal` returns the representative of a
configuration. Steps lead from representatives to representatives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from pcheck.semantics.node import Bundle, Config, Node, StepKind


class MacroStep(NamedTuple):
    """One or more steps of one node, as one; only the last sends messages or is visible."""

    labels: tuple[str, ...]
    next: Config
    bundle: Bundle
    crashes: int = 0
    is_loss: bool = False  # of a message, by the last step


Chain = tuple[MacroStep, ...]  # the single steps of a macro step, from representative to next


class Automaton:
    """A node without any reduction."""

    def __init__(self, node: Node) -> None:
        self.node = node

    def normal(self, config: Config) -> Config:
        """Return the representative of a configuration."""
        return config

    def steps(self, config: Config) -> tuple[MacroStep, ...]:
        """Return every step out of a representative."""
        return tuple(
            MacroStep(
                (row.label,),
                row.next,
                row.bundle,
                int(row.kind is StepKind.CRASH),
                row.kind is StepKind.LOSE,
            )
            for row in self.node.rows(config)
        )

    def receive(self, config: Config, bundle: Bundle) -> Config:
        """Return the representative that follows when a bundle reaches the node."""
        return self.node.receive(config, bundle)

    def chains(self, config: Config, length: int, tick: Callable[[], None]) -> Iterator[Chain]:
        """Yield chains of `length` steps, among them one for each macro step of this length.

        The chain has the end and the number of crashes of the macro step, but may lead there
        through other representatives. `tick` is called often and may raise to stop.
        """
        tick()
        return ((step,) for step in self.steps(config) if length == 1)


class Quotient(Automaton):
    """A node whose configurations are replaced by representatives.

    A step that changes nothing but the inbox, and sends nothing, is left out, except on `fifo`. On
    every other network, a configuration with more undelivered copies can do all that the same one
    with fewer copies can do. So no shortest trace takes a step that only removes copies.
    """

    def __init__(self, inner: Automaton) -> None:
        super().__init__(inner.node)
        self.inner = inner
        self._normal: dict[Config, Config] = {}

    def normal(self, config: Config) -> Config:
        if config not in self._normal:
            self._normal[config] = self.representative(self.inner.normal(config))
        return self._normal[config]

    def forget(self) -> None:
        """Forget the representatives so far, because other ones are to be used from now on."""
        self._normal.clear()

    def representative(self, config: Config) -> Config:
        """Return the representative of a configuration that is normal in the inner automaton."""
        raise NotImplementedError

    def steps(self, config: Config) -> tuple[MacroStep, ...]:
        steps = (step._replace(next=self.normal(step.next)) for step in self.inner.steps(config))
        return tuple(step for step in steps if self.is_needed(config, step))

    def receive(self, config: Config, bundle: Bundle) -> Config:
        return self.normal(self.inner.receive(config, bundle))

    def is_needed(self, config: Config, step: MacroStep) -> bool:
        """Return whether a step must be kept; it leads to a representative."""
        same = step.next.actor is config.actor and step.next.up == config.up
        return not same or bool(step.bundle.sends) or self.node.network.ignoring_is_a_step
