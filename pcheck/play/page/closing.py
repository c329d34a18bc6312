"""The reactions of the local states of every node, as far as they are computed for a page.

A local state is an actor, up or down. If the nodes can do only finitely many things, whatever the
others do, the tables hold all of them. Otherwise, if a search of the cluster ends, the tables hold
what the search asked for. Otherwise they hold what executions of up to `depth` steps need.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count

from pcheck.errors import SpecError, Unreliable
from pcheck.search.clock import Tick
from pcheck.search.engine import explore
from pcheck.search.limits import INTERRUPT, Limits
from pcheck.search.options import SearchOptions
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Config, Move, Node

MAX_REACTIONS = 60_000
MAX_STATES = 10_000  # of the search that is tried if the reactions do not end
MAX_REACTIONS_WITHOUT_END = 5_000  # that a page holds if neither ends
Reaction = Sequence[Move] | SpecError  # the moves, or the error of a handler that failed
Asked = tuple[int, Config, Letter | None]  # a node, a local state, and a letter; None: its actions


@dataclass
class Reactions:
    """The local states and letters of all nodes of a cluster, and the reactions.

    `serves_all_networks` is false if they come from a search on one network. If `depth` is a
    number, they serve only for executions of up to this many steps.
    """

    model: ClusterModel
    locals: list[dict[Config, None]]
    letters: list[dict[Letter, None]]  # those to each node
    answers: dict[Asked, Reaction] = field(default_factory=dict)
    serves_all_networks: bool = True
    depth: int | None = None

    @classmethod
    def none_of(cls, model: ClusterModel) -> Reactions:
        """Return no reactions."""
        return cls(model, [{} for _ in model.nodes], [{} for _ in model.nodes])

    def crash(self, i: int, local: Config) -> Config | None:
        """Return the local state after a crash, or None if the node cannot crash."""
        node = self.model.nodes[i]
        if not (local.up and node.may_crash):
            return None
        return node.config(node.handlers.after_crash(local.actor), False, ())

    def after_fault(self, i: int, local: Config) -> Config | None:
        """Return the local state after a restart, or after a crash if there can be one."""
        if not local.up:
            return self.model.nodes[i].config(local.actor, True, ())
        return self.crash(i, local)

    def ask(self, question: Asked) -> list[tuple[Config, list[tuple[int, Letter]]]]:
        """Ask for a reaction; return where each move leads, and what it sends to which node."""
        i, local, letter = question
        answer = self.answers[question] = _answer(self.model.nodes[i], local, letter)
        moves = [] if isinstance(answer, SpecError) else answer
        return [
            (
                self.model.nodes[i].config(move.actor, True, ()),
                [(self.model.index[to], sent) for sent, tos in move.bundle.sends for to in tos],
            )
            for move in moves
            if move.actor is not None
        ]

    def add_faults(self) -> None:
        """Add the local states after crashes and restarts."""
        for i, known in enumerate(self.locals):
            for local in tuple(known):
                after = self.after_fault(i, local)
                while after is not None and after not in known:
                    known[after] = None
                    after = self.after_fault(i, after)


def reactions_of(model: ClusterModel, tick: Tick, max_reactions: int = MAX_REACTIONS) -> Reactions:
    """Return the reactions that executions of a model need. `tick` is called often."""
    closed = _Closing(model, tick, max_reactions).found
    if closed.depth is None:
        return closed
    few = min(MAX_REACTIONS_WITHOUT_END, max_reactions)
    return _of_search(model) or _Closing(model, tick, few).found


def _of_search(model: ClusterModel) -> Reactions | None:
    """Return the reactions that a search asks for, or None if the search does not end.

    The search uses no reduction, so it asks for every reaction that an execution needs.
    """
    searched = model.anew()
    searched.properties = ()
    search = explore(searched, SearchOptions("reference", limits=Limits(states=MAX_STATES)))
    if search.stopped == INTERRUPT:
        raise KeyboardInterrupt
    if search.stopped is not None:
        return None
    found = Reactions.none_of(searched)
    found.serves_all_networks = False
    for i, config in enumerate(searched.initial().nodes):
        found.locals[i][searched.nodes[i].local(config)] = None
        found.letters[i].update(dict.fromkeys(config.inbox))
    for node, actor, letter in tuple(searched.asked):
        i = searched.index[node.me]
        local = node.config(actor, True, ())
        found.locals[i][local] = None
        if letter is not None:
            found.letters[i][letter] = None
        for after, sends in found.ask((i, local, letter)):
            found.locals[i][after] = None
            for receiver, sent in sends:
                found.letters[receiver][sent] = None
    found.add_faults()
    return found


class _Closing:
    """The search for all reactions, in the order of their depths.

    No execution meets a local state or a letter after fewer steps than its depth.
    """

    def __init__(self, model: ClusterModel, tick: Tick, max_reactions: int) -> None:
        self.found = found = Reactions.none_of(model)
        # each with its depth, and with a number, so that equal depths keep their order
        self._todo: list[tuple[int, int, int, Config, Letter | None]] = []
        self._numbers = count()
        self._depths: list[dict[Config | Letter, int]] = [{} for _ in model.nodes]
        for i, config in enumerate(model.initial().nodes):
            self._add_local(i, model.nodes[i].local(config), 0)
            for letter in config.inbox:
                self._add_letter(i, letter, 0)
        while self._todo and len(found.answers) < max_reactions:
            tick()
            depth, _, i, local, asked = heappop(self._todo)
            after = found.after_fault(i, local) if asked is None else None
            if after is not None:
                self._add_local(i, after, depth + 1)
            if local.up:
                self._ask(depth, (i, local, asked))
        if self._todo:
            found.depth = self._todo[0][0]
            found.add_faults()

    def _ask(self, depth: int, question: Asked) -> None:
        for after, sends in self.found.ask(question):
            for receiver, letter in sends:
                self._add_letter(receiver, letter, depth + 1)
            self._add_local(question[0], after, depth + 1)

    def _add_local(self, i: int, local: Config, depth: int) -> None:
        """Add a local state, if it is new."""
        known = self.found.locals[i]
        if local not in known:
            known[local], self._depths[i][local] = None, depth
            self._queue(depth, i, local, None)
            for letter in self.found.letters[i] if local.up else ():
                self._queue(max(depth, self._depths[i][letter]), i, local, letter)

    def _add_letter(self, i: int, letter: Letter, depth: int) -> None:
        """Add a letter to a node, if it is new."""
        known = self.found.letters[i]
        if letter not in known:
            known[letter], self._depths[i][letter] = None, depth
            for local in self.found.locals[i]:
                if local.up:
                    self._queue(max(depth, self._depths[i][local]), i, local, letter)

    def _queue(self, depth: int, i: int, local: Config, letter: Letter | None) -> None:
        heappush(self._todo, (depth, next(self._numbers), i, local, letter))


def _answer(node: Node, local: Config, letter: Letter | None) -> Reaction:
    """Return the reaction of a local state, or the error if its handler fails."""
    try:
        moves = node.moves(local.actor, letter)
        if len({move.label for move in moves}) < len(moves):
            return SpecError(f"{node.me} has two steps with the same label")
        return moves
    except Unreliable:
        raise
    except SpecError as error:
        if isinstance(error.__cause__, MemoryError):
            raise error.__cause__ from None
        return error
