"""The reactions of the local states of one node to single letters, each asked for once.

A step that the reductions leave out, whatever the inbox holds, has no edge.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Hashable, Iterator
from operator import itemgetter
from typing import Any, NamedTuple

from pcheck.errors import Asymmetric, SpecError
from pcheck.search.compiled.inboxes import Inboxes
from pcheck.search.reductions.automaton import Automaton
from pcheck.search.reductions.fuse import Fused
from pcheck.search.reductions.local_tables import Local, crash_or_restart
from pcheck.search.reductions.met import Noting
from pcheck.search.reductions.minimise import Minimised
from pcheck.search.reductions.prune import Pruned
from pcheck.search.reductions.symmetry import Symmetric
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Bundle, Move

Changes = tuple[tuple[int, Hashable], ...]
KINDS = {Automaton, Noting, Symmetric, Minimised, Pruned, Fused}


class Edge(NamedTuple):
    """A step out of a local state, whatever the inbox holds besides."""

    next: int  # the number of the local state afterwards
    bundle: Bundle
    crashes: int
    changes: Changes  # what the properties see change
    silent: bool


class Reactions:
    """The edges of one local state that are known so far."""

    def __init__(self) -> None:
        self.is_begun = False  # whether the edges without a letter are known
        self.first: list[Edge] = []  # the actions
        self.last: list[Edge] = []  # the crash or the restart
        self.on: list[tuple[tuple[Any, ...], int, list[Edge]]] = []  # by the order of letters
        self.asked = 0  # the fields of the letters on which the reaction is known
        self.failing = 0  # the fields of those on which the handler fails
        self.actions_fail = False
        self.labels: set[str] = set()
        self.has_equal_labels = False
        self.dead = 0  # the fields of the letters that are dropped
        self.letters = 0  # how many letters were considered for that
        self.dropped = 0  # the fields of those that were dropped so far


class LocalReactions:
    """The reactions of one node, as far as they are known."""

    def __init__(self, model: ClusterModel, i: int, automaton: Automaton, inboxes: Inboxes) -> None:
        self._model, self._i, self._node, self.inboxes = model, i, automaton.node, inboxes
        layers = list(_layers(automaton))
        self._fused = next((each for each in layers if isinstance(each, Fused)), None)
        self._pruned = next((each for each in layers if isinstance(each, Pruned)), None)
        self._minimised = next((each for each in layers if isinstance(each, Minimised)), None)
        self._symmetric = next((each for each in layers if isinstance(each, Symmetric)), None)
        self._noting = next((each for each in layers if isinstance(each, Noting)), None)
        self._is_quotient = self._pruned is not None or self._minimised is not None
        self._reactions: dict[int, Reactions] = {}
        self._representatives: dict[int, int] = {}  # numbers of local states

    @staticmethod
    def are_enough(automaton: Automaton) -> bool:
        """Return whether the steps of an automaton follow from reactions to single letters."""
        network, layers = automaton.node.network, set(map(type, _layers(automaton)))
        is_quotient = not layers.isdisjoint({Pruned, Minimised})
        composes_network = not network.losing_is_a_step or is_quotient
        return layers <= KINDS and composes_network and not network.ignoring_is_a_step

    def forget(self) -> None:
        """Forget all reactions, because the representatives of local states have changed."""
        self._reactions.clear()
        self._representatives.clear()

    def _known(self, local: int) -> Reactions:
        found = self._reactions.get(local)
        if found is None:
            found = self._reactions[local] = Reactions()
        return found

    def _begin(self, local: int, reactions: Reactions) -> None:
        """Ask for the actions of a local state, and for its crash or restart."""
        known = self.inboxes.locals[local]
        if known.up:
            try:
                moves = self._moves(known, None)
            except Asymmetric:
                raise
            except SpecError:
                reactions.actions_fail, moves = True, ()
            reactions.first = self._edges(local, reactions, moves)
            self._add_labels(reactions, [f"{self._node.me} crashes"])
        edge = crash_or_restart(self._node, known)
        if edge is not None:
            nothing = self._model.empty_bundle(self._i)
            crashes = int(known.up)
            reactions.last = self._edge(local, edge.next, nothing, crashes)
        reactions.is_begun = True

    def _ask(self, local: int, reactions: Reactions, letter: Letter) -> None:
        """Ask for the reaction of a local state to a letter."""
        field = self.inboxes.field(letter)
        try:
            moves = self._moves(self.inboxes.locals[local], letter)
        except Asymmetric:
            raise
        except SpecError:
            reactions.failing |= field
        else:
            edges = self._edges(local, reactions, moves)
            if edges:
                insort(reactions.on, (letter.order, field, edges), key=itemgetter(0))
        reactions.asked |= field

    def _moves(self, local: Local, letter: Letter | None) -> tuple[Move, ...]:
        if self._symmetric is not None:
            self._symmetric.symmetry.check(self._i, local.actor, letter)
        return self._node.moves(local.actor, letter)

    def _edges(self, local: int, reactions: Reactions, moves: tuple[Move, ...]) -> list[Edge]:
        """Return the edges for the moves that change something."""
        edges: list[Edge] = []
        for move in moves:
            if move.actor is not None:
                after = self._node.config(move.actor, True, ())
                edges += self._edge(local, after, move.bundle, 0)
        self._add_labels(reactions, [move.label for move in moves])
        return edges

    def _edge(self, local: int, after: Local, bundle: Bundle, crashes: int) -> list[Edge]:
        """Return the edge of a step, or an empty list if the reductions leave the step out."""
        if self._noting is not None:
            self._noting.note(after, bundle)
        before, locals_ = self.inboxes.locals[local], self.inboxes.locals
        number = self._representative(self.inboxes.local(after))
        after = locals_[number]
        if self._is_quotient and number == local and not bundle.sends:
            return []
        if crashes and self._pruned is not None and not self._pruned.sees_up:
            restarted = self._node.config(after.actor, True, ())
            if locals_[self._representative(self.inboxes.local(restarted))] is before:
                return []
        changes = self._model.observer.changes(self._i, before, after)
        silent = (
            not bundle.sends
            and self._fused is not None
            and not self._fused.changes_view(before, after)
        )
        return [Edge(number, bundle, crashes, changes, silent)]

    def _representative(self, local: int) -> int:
        """Return the number of the local state that stands for a local state."""
        if self._minimised is None:
            return local
        found = self._representatives.get(local)
        if found is None:
            known = self.inboxes.locals[local]
            of = self._minimised.representatives.get(known, known)
            found = self._representatives[local] = self.inboxes.local(of)
        return found

    @staticmethod
    def _add_labels(reactions: Reactions, labels: list[str]) -> None:
        """Note the labels of steps; if two are equal, the automaton says what is wrong."""
        new = set(labels)
        if len(new) < len(labels) or not reactions.labels.isdisjoint(new):
            reactions.has_equal_labels = True
        reactions.labels |= new

    def _note_dead(self, local: int, reactions: Reactions) -> None:
        """Note which letters the node in a local state will ignore, of those that are new."""
        assert self._pruned is not None
        live = self._pruned.live.get(self.inboxes.locals[local])
        if live is not None:  # the table contains the local state
            for letter in self.inboxes.letters[reactions.letters :]:
                if letter not in live and letter in self._pruned.letters:
                    reactions.dead |= self.inboxes.field(letter)
        reactions.letters = len(self.inboxes.letters)


def _layers(automaton: Automaton | None) -> Iterator[Automaton]:
    """Yield an automaton and those inside it."""
    while automaton is not None:
        yield automaton
        automaton = getattr(automaton, "inner", None)
