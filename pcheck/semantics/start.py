"""A given start: a state that the user writes down, in place of the initial state.

Nothing is in flight or sent unless the user says so. Nobody checks that an execution can reach the
state. So what follows is perhaps not an execution of the protocol, and every verdict says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from pcheck.language.kinds import state_fields
from pcheck.language.names import Id
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Bundle

GIVEN_START = "not a run of the protocol: given start"


class GivenMessage(NamedTuple):
    """A message that was sent before the start, and the node to which it is still in flight."""

    src: Id
    message: object
    to: Id | None = None  # None: nobody receives the message any more


@dataclass(frozen=True)
class Start:
    """A given start: the fields that differ from the initial state, the nodes that are down, and
    the messages that were sent."""

    fields: tuple[tuple[Id, str, Any], ...] = ()
    down: frozenset[Id] = frozenset()
    sent: tuple[GivenMessage, ...] = ()

    def begin(self, model: ClusterModel) -> ClusterModel:
        """Return the cluster of a model with this start as its initial state.

        The model must be new: no handler was asked yet. It may be that of another variant of the
        protocol. Then the start leaves out nodes and fields that the model does not have. Raise
        InvalidResult if the state of a node holds an unsupported value.
        """
        begun = model.beginning_at(self._state(model))
        if not self.down and not self.sent:
            # The start is an ordinary initial state: every node is up, and nothing was sent. So all
            # that is true of initial states is true of it, and reductions may rely on that.
            for node, config in zip(model.nodes, begun.initial().nodes):
                node.first = config
            begun.begins_elsewhere = False
        begun.begin_again = self.begin
        begun.sent_before = tuple(dict.fromkeys(letter for letter, _ in self._letters(model)))
        return begun

    def _state(self, model: ClusterModel) -> State:
        letters, configs = list(self._letters(model)), []
        for node in model.nodes:
            actor = node.first.actor
            given = {name: value for me, name, value in self.fields if me == node.me}
            known = state_fields(type(actor))
            changes = {name: value for name, value in given.items() if name in known}
            actor = node.handlers.interned(actor.but(**changes), actor) if changes else actor
            inbox = node.network.put((), (letter for letter, to in letters if to == node.me))
            configs.append(node.config(actor, node.me not in self.down, inbox))
        observed: frozenset[Letter] = frozenset()
        for letter, _ in letters:
            observed = model.observer.watch(observed, Bundle(((letter, ()),)))
        return State(tuple(configs), 0, observed)

    def _letters(self, model: ClusterModel) -> Iterator[tuple[Letter, Id | None]]:
        return (
            (model.letter(src, message), to) for src, message, to in self.sent if src in model.index
        )
