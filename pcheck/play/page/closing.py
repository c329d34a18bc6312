"""The reactions of every local state of every node, as far as they are computed for a page.

A local state is an actor, up or down. Each local state and each letter has a depth: no execution
meets it after fewer steps. The reactions are asked in the order of these depths. If this does
not end, only those are known that executions of up to `depth` steps need.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush
from itertools import count

from pcheck.errors import SpecError, Unreliable
from pcheck.search.clock import Tick
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Config, Move, Node

MAX_REACTIONS = 60_000
Answer = Sequence[Move] | SpecError  # a reaction, or the error of a handler that failed
Question = tuple[int, Config, Letter | None]  # a node, a local state, a letter or its actions


class Reactions:
    """The local states and letters of all nodes of a cluster, and the reactions."""

    def __init__(self, model: ClusterModel, tick: Tick, max_reactions: int = MAX_REACTIONS) -> None:
        """Ask for the reactions. `tick` is called often and may raise to stop."""
        self.model = model
        self.locals: list[dict[Config, int]] = [{} for _ in model.nodes]  # with their depths
        self.letters: list[dict[Letter, int]] = [{} for _ in model.nodes]  # those to each node
        self.answers: dict[Question, Answer] = {}
        self.depth: int | None = None  # None: the reactions of executions of any length
        # each with its depth, and with a number, so that equal depths keep their order
        self._todo: list[tuple[int, int, int, Config, Letter | None]] = []
        self._numbers = count()
        for i, node in enumerate(model.nodes):
            self._add_local(i, node.first, 0)
        while self._todo:
            depth, _, i, local, letter = heappop(self._todo)
            if len(self.answers) >= max_reactions:
                self.depth = depth
                return
            tick()
            if letter is None:
                self._add_fault(depth, i, local)
            if local.up:
                self._ask(depth, (i, local, letter))

    def crash(self, i: int, local: Config) -> Config | None:
        """Return the local state after a crash, or None if the node cannot crash."""
        node = self.model.nodes[i]
        if not (local.up and node.may_crash):
            return None
        return node.config(node.handlers.after_crash(local.actor), False, ())

    def _ask(self, depth: int, question: Question) -> None:
        i, local, letter = question
        answer = self.answers[question] = _answer(self.model.nodes[i], local, letter)
        for move in answer if not isinstance(answer, SpecError) else ():
            if move.actor is None:
                continue
            for sent, receivers in move.bundle.sends:
                for receiver in receivers:
                    self._add_letter(self.model.index[receiver], sent, depth + 1)
            self._add_local(i, self.model.nodes[i].config(move.actor, True, ()), depth + 1)

    def _add_fault(self, depth: int, i: int, local: Config) -> None:
        """Add the local state after the crash or the restart of a local state."""
        after = self.crash(i, local)
        if not local.up:
            after = self.model.nodes[i].config(local.actor, True, ())
        if after is not None:
            self._add_local(i, after, depth + 1)

    def _add_local(self, i: int, local: Config, depth: int) -> None:
        """Add a local state, if it is new."""
        if local not in self.locals[i]:
            self.locals[i][local] = depth
            self._queue(depth, i, local, None)
            for letter, sent in self.letters[i].items() if local.up else ():
                self._queue(max(depth, sent), i, local, letter)

    def _add_letter(self, i: int, letter: Letter, depth: int) -> None:
        """Add a letter to a node, if it is new."""
        if letter not in self.letters[i]:
            self.letters[i][letter] = depth
            for local, reached in self.locals[i].items():
                if local.up:
                    self._queue(max(depth, reached), i, local, letter)

    def _queue(self, depth: int, i: int, local: Config, letter: Letter | None) -> None:
        heappush(self._todo, (depth, next(self._numbers), i, local, letter))


def _answer(node: Node, local: Config, letter: Letter | None) -> Answer:
    """Return the reaction of a local state, or the error if its handler fails."""
    try:
        return node.moves(local.actor, letter)
    except Unreliable:
        raise
    except SpecError as error:
        if isinstance(error.__cause__, MemoryError):
            raise error.__cause__ from None
        return error
