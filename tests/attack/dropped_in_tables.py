"""Side conditions of closed tables and of `prune`, dropped one by one."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from typing import Any

from pcheck.language.actor import Actor
from pcheck.language.kinds import state_fields
from pcheck.search.compiled.effects import Effects
from pcheck.search.compiled.tables import Tables
from pcheck.search.reductions import closure, prune, quotients
from pcheck.search.reductions.automaton import MacroStep, Quotient
from pcheck.search.reductions.closure import Closure, Unclosed
from pcheck.search.reductions.local_tables import Edge, Local
from pcheck.search.reductions.met import Noting
from pcheck.search.reductions.prune import Pruned
from pcheck.semantics import handlers
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Bundle, Config
from tests.attack.conditions import Patch, dropped

Live = dict[Local, frozenset[Letter]]


def is_action(edge: Edge) -> bool:
    return edge.on is None and edge.bundle is not None


def sends(edge: Edge) -> bool:
    return edge.bundle is not None and bool(edge.bundle.sends)


# -- steps that are left out -------------------------------------------------------------------


@dropped("a step that only takes a message is kept on fifo")
def _(patch: Patch) -> None:
    def is_needed(self: Quotient, config: Config, step: MacroStep) -> bool:
        same = step.next.actor is config.actor and step.next.up == config.up
        return not same or bool(step.bundle.sends)

    patch.setattr(Quotient, "is_needed", is_needed)


@dropped("a step that sends is kept")
def _(patch: Patch) -> None:
    def is_needed(self: Quotient, config: Config, step: MacroStep) -> bool:
        same = step.next.actor is config.actor and step.next.up == config.up
        return not same or self.node.network.ignoring_is_a_step

    patch.setattr(Quotient, "is_needed", is_needed)


@dropped("a crash and a restart are kept")
def _(patch: Patch) -> None:
    def is_needed(self: Quotient, config: Config, step: MacroStep) -> bool:
        same = step.next.actor is config.actor
        return not same or bool(step.bundle.sends) or self.node.network.ignoring_is_a_step

    patch.setattr(Quotient, "is_needed", is_needed)


# -- closed tables -----------------------------------------------------------------------------


def _tables_without(patch: Patch, left_out: Callable[[Edge], bool]) -> None:
    """Remove edges from the tables; the local states that they lead to stay."""
    begin = Closure.__init__

    def init(self: Closure, *arguments: Any) -> None:
        begin(self, *arguments)
        for table in self.edges:
            for local, edges in table.items():
                table[local] = [edge for edge in edges if not left_out(edge)]

    patch.setattr(Closure, "__init__", init)


@dropped("actors are equal only if the types of their fields are")
def _(patch: Patch) -> None:
    def equal(actor: Actor) -> Hashable:
        """Return a key that is as coarse as the equality of Python."""
        return type(actor), *(getattr(actor, name) for name in state_fields(type(actor)))

    patch.setattr(handlers, "exact_state", equal)
    patch.setattr(handlers, "exact_state_after", lambda actor, *_: equal(actor))


@dropped("a table holds the actions")
def _(patch: Patch) -> None:
    _tables_without(patch, is_action)


@dropped("a table holds the crashes")
def _(patch: Patch) -> None:
    _tables_without(patch, lambda edge: edge.label == "crash")


@dropped("a table holds the restarts")
def _(patch: Patch) -> None:
    _tables_without(patch, lambda edge: edge.label == "restart")


@dropped("a table holds the reactions of known local states to later messages")
def _(patch: Patch) -> None:
    def add_letter(self: Closure, i: int, letter: Letter) -> None:
        self.letters[i].setdefault(letter, None)

    patch.setattr(Closure, "_add_letter", add_letter)


@dropped("a table does not exist if a handler fails")
def _(patch: Patch) -> None:
    add = Closure._add_reaction

    def add_reaction(self: Closure, i: int, local: Local, letter: Letter | None) -> None:
        try:
            add(self, i, local, letter)
        except Unclosed as error:
            if not str(error).startswith(closure.IN_LOCAL_STATE):
                raise

    patch.setattr(Closure, "_add_reaction", add_reaction)


@dropped("what a node without a table sends must be in the tables")
def _(patch: Patch) -> None:
    patch.setattr(closure, "MAX_REACTIONS_OF_SILENT_ROLE", 2)
    patch.setattr(Noting, "steps", lambda self, config: self.inner.steps(config))


# -- prune -------------------------------------------------------------------------------------


def _live(
    patch: Patch,
    is_followed: Callable[[Edge], bool] = lambda edge: True,
    *,
    only_sends: bool = False,
) -> None:
    """Compute live letters along some edges only, or count only reactions that send."""
    reacting = prune._reacting

    def live_letters(tables: Closure, i: int, representatives: Mapping[Local, Local]) -> Live:
        live = {
            local: reacting(
                [e for e in edges if not only_sends or sends(e)], local, representatives
            )
            for local, edges in tables.edges[i].items()
        }
        for _ in live:
            live = {
                local: live[local].union(
                    *(
                        live[representatives[e.next]]
                        for e in tables.edges[i][local]
                        if is_followed(e)
                    )
                )
                for local in live
            }
        return live

    patch.setattr(quotients, "live_letters", live_letters)


@dropped("a message is live if the node reacts to it later")
def _(patch: Patch) -> None:
    _live(patch, lambda edge: False)


@dropped("a message is live if it only changes the local state")
def _(patch: Patch) -> None:
    _live(patch, only_sends=True)


@dropped("messages stay live through deliveries")
def _(patch: Patch) -> None:
    _live(patch, lambda edge: edge.on is None)


@dropped("messages stay live through actions")
def _(patch: Patch) -> None:
    _live(patch, lambda edge: not is_action(edge))


@dropped("messages stay live through crashes")
def _(patch: Patch) -> None:
    _live(patch, lambda edge: edge.label != "crash")


@dropped("messages stay live through restarts")
def _(patch: Patch) -> None:
    _live(patch, lambda edge: edge.label != "restart")


@dropped("a dead message stays in the inbox on fifo")
def _(patch: Patch) -> None:
    def representative(self: Pruned, config: Config) -> Config:
        live = self.live[self.node.local(config)]
        inbox = tuple(letter for letter in config.inbox if letter in live)
        return self.node.config(config.actor, config.up, inbox)

    patch.setattr(Pruned, "representative", representative)


@dropped("a crash is kept unless the node restarts as it was")
def _(patch: Patch) -> None:
    def is_needed(self: Pruned, config: Config, step: MacroStep) -> bool:
        return not step.crashes and super(Pruned, self).is_needed(config, step)

    patch.setattr(Pruned, "is_needed", is_needed)


@dropped("a crash is kept if a property sees which nodes are up")
def _(patch: Patch) -> None:
    begin = Pruned.__init__

    def init(self: Pruned, *arguments: Any) -> None:
        inner, live, letters, _ = arguments
        begin(self, inner, live, letters, False)

    patch.setattr(Pruned, "__init__", init)


@dropped("properties see what is sent, not what an inbox holds")
def _(patch: Patch) -> None:
    observe = Tables._observe

    def observe_arriving(self: Tables, machine: int, number: int, effects: Effects) -> int:
        """Observe only the messages that a receiver would keep in its first local state."""
        kept = []
        for letter, receivers in effects.bundle.sends:
            for i in map(self.model.index.__getitem__, receivers):
                node = self.machines.nodes[i]
                first = node.normal(self.model.nodes[i].first)
                if letter in node.receive(first, effects.bundle).inbox:
                    kept.append((letter, receivers))
        return observe(self, machine, number, replace(effects, bundle=Bundle(tuple(kept))))

    patch.setattr(Tables, "_observe", observe_arriving)
