"""Prune: remove a letter from an inbox if its receiver can never react to the letter again.

Theorem. Let live(x) be the letters that change a node's local state, or make the node send, in some
local state that can be reached from x in the node's closed table by deliveries, actions, crashes
and restarts. A node in x will ignore every letter outside live(x), now and in every future local
state. So removing a copy of such a letter is a bisimulation, except that the copy can no longer be
lost. Properties see what steps send, never what an inbox holds. On `fifo`, a dead letter still
blocks the letters behind it, so nothing is removed there.

A crash is not a step either if the node restarts in the local state that it had before. The trace
without the crash and the restart has the same observations, is shorter, and saves a crash. But if a
property sees UP, the trace without the crash has other observations, and every crash is a step.

Changes. All steps that are left out keep the observation: a dead letter changes nothing that is
seen when it is delivered or lost, and neither do a crash and a restart that are left out. They are
unseen (see `unseen_steps`). Every other step remains, with the same observations before and after
it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pcheck.search.reductions.automaton import Automaton, MacroStep, Quotient
from pcheck.search.reductions.local_tables import Edge, Local, LocalTables
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Config


class Pruned(Quotient):
    """A node whose inbox keeps only live letters."""

    def __init__(
        self,
        inner: Automaton,
        live: Mapping[Local, frozenset[Letter]],
        letters: Collection[Letter],
        sees_up: bool,
    ) -> None:
        """Prune the inboxes of `inner`, but drop only `letters`: those in the node's table.

        `sees_up` is whether the properties see which nodes are up. Only if they do not, a crash may
        be left out.
        """
        super().__init__(inner)
        self.live, self.letters, self.sees_up = live, letters, sees_up
        self.dropped: set[tuple[Local, Letter]] = set()  # so far, each at a local state

    def representative(self, config: Config) -> Config:
        if self.node.network.ignoring_is_a_step:
            return config
        local = self.node.local(config)
        live = self.live.get(local)
        if live is None:  # the table does not contain the local state
            return config
        dead = {each for each in config.inbox if each not in live and each in self.letters}
        if not dead:
            return config
        self.dropped.update((local, letter) for letter in dead)
        inbox = tuple(letter for letter in config.inbox if letter not in dead)
        return self.node.config(config.actor, config.up, inbox)

    def is_needed(self, config: Config, step: MacroStep) -> bool:
        if step.crashes and not self.sees_up:
            restarted = self.node.config(step.next.actor, True, step.next.inbox)
            return self.normal(restarted).actor is not config.actor
        return super().is_needed(config, step)


def live_letters(
    tables: LocalTables, i: int, representatives: Mapping[Local, Local]
) -> dict[Local, frozenset[Letter]]:
    """Return the live letters of each local state of a node.

    `representatives` are those of the classes of `minimise`. Without `minimise`, each local state
    represents itself. A step within a class counts as a step that does not change the local state.
    """
    edges = tables.edges[i]
    of = {**{local: local for local in tables.opaque(i)}, **representatives}
    found = {local: _reacting(edges[local], local, of) for local in edges}
    nothing: frozenset[Letter] = frozenset()
    after = {local: {of[edge.next] for edge in edges[local]} for local in edges}
    backwards = list(reversed(edges))
    changed = True
    while changed:
        changed = False
        for local in backwards:
            more = found[local].union(*(found.get(each, nothing) for each in after[local]))
            changed |= len(more) > len(found[local])
            found[local] = more
    return found


def _reacting(
    edges: list[Edge], local: Local, representatives: Mapping[Local, Local]
) -> frozenset[Letter]:
    """Return the letters on which a local state leaves its class or sends something."""
    return frozenset(
        edge.on
        for edge in edges
        if edge.on is not None
        and (
            representatives[edge.next] != representatives[local]
            or (edge.bundle is not None and edge.bundle.sends)
        )
    )
