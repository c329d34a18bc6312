"""A letter that its receiver can never react to again leaves the inbox.

Theorem. Let live(x) be the letters that change a node's local state or make it send in some local
state that can be reached from x in its closed table, by deliveries, acts, crashes and restarts. A
copy outside live(x) will be ignored for ever, so that dropping it is a bisimulation up to losing
it. Properties are fed by what steps send, never by what an inbox holds. On `fifo` a dead letter
still stands before others: there nothing is dropped.

And a crash that leaves the local state as it was is no step: the run without it and without the
restart does the same, sooner, and has a crash to spare.
"""

from __future__ import annotations

from collections.abc import Mapping

from pcheck.search.reductions.automaton import Automaton, Quotient, Step
from pcheck.search.reductions.closure import Closure, Edge, Local
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Config


class Pruned(Quotient):
    """A node that keeps only what may still matter to it."""

    def __init__(self, inner: Automaton, live: dict[Local, frozenset[Letter]]) -> None:
        super().__init__(inner)
        self._live = live

    def stands_for(self, config: Config) -> Config:
        if self.node.network.ignoring_is_a_step:
            return config
        live = self._live[self.node.local(config)]
        inbox = tuple(letter for letter in config.inbox if letter in live)
        return self.node.config(config.actor, config.up, inbox)

    def matters(self, config: Config, step: Step) -> bool:
        if step.crashes:
            restarted = self.node.config(step.next.actor, True, step.next.inbox)
            return self.normal(restarted).actor is not config.actor
        return super().matters(config, step)


def live(closure: Closure, i: int, first: Mapping[Local, Local]) -> dict[Local, frozenset[Letter]]:
    """For each local state (or class, by its first) the letters that may matter from there on."""
    edges = closure.edges[i]
    found = {local: _matters(edges[local], local, first) for local in edges}
    after = {local: {first[edge.next] for edge in edges[local]} for local in edges}
    backwards = list(reversed(edges))
    changed = True
    while changed:
        changed = False
        for local in backwards:
            more = found[local].union(*(found[each] for each in after[local]))
            changed |= len(more) > len(found[local])
            found[local] = more
    return found


def _matters(edges: list[Edge], local: Local, first: Mapping[Local, Local]) -> frozenset[Letter]:
    return frozenset(
        edge.on
        for edge in edges
        if edge.on is not None
        and (first[edge.next] != first[local] or (edge.bundle is not None and edge.bundle.sends))
    )
