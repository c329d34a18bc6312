"""The reactions of the local states of one node to single letters, each asked for once.

The answers are edges, in arrays that the kernel reads. A step that the reductions leave out,
whatever the inbox holds, has no edge.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from pcheck.errors import Asymmetric, SpecError
from pcheck.search.compiled.kernel import (
    ACTIONS_FAIL,
    ALIVE,
    DEAD,
    FAILS,
    HAS_EQUAL_LABELS,
    IS_BEGUN,
    MISSING,
    UNKNOWN,
)
from pcheck.search.compiled.parts import Parts, larger
from pcheck.search.reductions.automaton import Automaton
from pcheck.search.reductions.fuse import Fused
from pcheck.search.reductions.local_tables import Local, crash_or_restart
from pcheck.search.reductions.met import Noting
from pcheck.search.reductions.minimise import Minimised
from pcheck.search.reductions.prune import Pruned
from pcheck.search.reductions.symmetric import Symmetric
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Bundle, Move, lost

Changes = tuple[tuple[int, Hashable], ...]
EffectsNumber = Callable[[int, Bundle, int, Changes, bool], int]
KINDS = {Automaton, Noting, Symmetric, Minimised, Pruned, Fused}
FIRST_ROOM = 256  # edges


class Edge(NamedTuple):
    """A step out of a local state, whatever the inbox holds besides."""

    i: int  # the node
    next: int  # the number of the local state afterwards
    bundle: Bundle
    crashes: int
    changes: Changes  # what the properties see change
    silent: bool
    is_loss: bool = False  # of a message


class Edges:
    """The edges of all nodes, as arrays that the kernel reads."""

    def __init__(self, max_crashes: int, effects_number: EffectsNumber) -> None:
        self._effects_number = effects_number
        self.all: list[Edge] = []
        self._bundles: dict[Bundle, int] = {}
        # for each edge: the next local state, the bundle, the crashes, and whether it is silent
        self._parts = np.zeros((FIRST_ROOM, 4), np.int64)
        # for each edge, and the crashes of a chain that it ends, the number of the effects
        self._effects = np.full((FIRST_ROOM, max_crashes + 2), MISSING, np.int32)

    @property
    def arrays(self) -> tuple[Any, Any]:
        """The arrays for the kernel."""
        return self._parts, self._effects

    def add(self, edges: Iterable[Edge]) -> tuple[int, int]:
        """Add edges one after the other; return where they begin and end."""
        begin = len(self.all)
        for edge in edges:
            number = len(self.all)
            if number == len(self._parts):
                self._parts = larger(self._parts, (2 * number, None))
                self._effects = larger(self._effects, (2 * number, None), MISSING)
            bundle = self._bundles.setdefault(edge.bundle, len(self._bundles))
            self._parts[number] = edge.next, bundle, edge.crashes, edge.silent
            self.all.append(edge)
            if not edge.silent:
                self.find_effects(number, edge.crashes)
        return begin, len(self.all)

    def find_effects(self, number: int, crashes: int) -> None:
        """Note the number of the effects of a chain that an edge ends."""
        edge = self.all[number]
        effects = self._effects_number(edge.i, edge.bundle, crashes, edge.changes, edge.is_loss)
        self._effects[number, crashes] = effects


class LocalReactions:
    """The reactions of one node, as far as they are known."""

    def __init__(
        self, model: ClusterModel, i: int, automaton: Automaton, parts: Parts, edges: Edges
    ) -> None:
        self._model, self._i, self._node = model, i, automaton.node
        self._parts, self._edges = parts, edges
        layers = list(_layers(automaton))
        self.fused = next((each for each in layers if isinstance(each, Fused)), None)
        self.pruned = next((each for each in layers if isinstance(each, Pruned)), None)
        self._minimised = next((each for each in layers if isinstance(each, Minimised)), None)
        self._symmetric = next((each for each in layers if isinstance(each, Symmetric)), None)
        self._noting = next((each for each in layers if isinstance(each, Noting)), None)
        network, quotients = self._node.network, (self.pruned, self._minimised)
        # whether a step that changes nothing but the inbox, and sends nothing, is left out
        self._skips_idle = quotients != (None, None) and not network.ignoring_is_a_step
        self.drops_letters = self.pruned is not None and not network.ignoring_is_a_step
        self.loses_letters = network.losing_is_a_step and not self._skips_idle
        self._losses = set[str]()  # the labels, on a network other than `fifo`
        self._has_equal_losses = False
        self._labels: dict[int, set[str]] = {}  # of the steps out of each local state
        self.asked = 0  # how often the handlers of the node were asked

    @staticmethod
    def are_enough(automaton: Automaton) -> bool:
        """Return whether the steps of an automaton follow from reactions to single letters."""
        return KINDS.issuperset(map(type, _layers(automaton)))

    def forget(self) -> None:
        """Forget all labels, because the reactions will be asked for again."""
        self._labels.clear()

    def find_representative(self, number: int) -> None:
        """Note which local state stands for a local state."""
        if self._minimised is not None:
            local = self._parts.locals[number]
            of = self._minimised.representatives.get(local, local)
            self._parts.representative[number] = self._parts.local(self._i, of)

    def note_loss(self, letter: int) -> None:
        """Note if the loss of a new letter has the label of the loss of another one.

        On `fifo` these two cannot be lost from the same configuration.
        """
        if not self.loses_letters or self._node.network.ignoring_is_a_step:
            return
        known = self._parts.letters[self._i][letter]
        label = lost(known.src, self._node.me, known.message)
        if label in self._losses and not self._has_equal_losses:
            self._has_equal_losses = True
            of_node = np.array(self._parts.node_of) == self._i
            self._parts.known[: len(of_node)][of_node] |= HAS_EQUAL_LABELS
        self._losses.add(label)

    def ask(self, local: int, letters: Iterable[Letter]) -> None:
        """Ask what a local state does without a letter and on some letters, in this order."""
        parts = self._parts
        if not parts.known[local] & IS_BEGUN:
            self._begin(local)
        if not parts.locals[local].up:
            return
        for number in [parts.letter(self._i, letter) for letter in letters]:
            if parts.on[local, number, 0] == MISSING:
                self._ask(local, number)
            if parts.on[local, number, 0] == FAILS:
                return

    def _begin(self, local: int) -> None:
        """Ask for the actions of a local state, and for its crash or restart."""
        self.asked += 1
        known, actions, last = self._parts.locals[local], list[Edge](), list[Edge]()
        facts, labels = IS_BEGUN | HAS_EQUAL_LABELS * self._has_equal_losses, list[str]()
        nothing = self._model.empty_bundle(self._i)
        if known.up:
            try:
                moves = self._moves(known, None)
            except Asymmetric:
                raise
            except SpecError:
                facts, moves = facts | ACTIONS_FAIL, ()
            actions = self._edges_of(local, moves, idle=False)
            labels = [f"{self._node.me} crashes", *(move.label for move in moves)]
        edge = crash_or_restart(self._node, known)
        if edge is not None:
            last = self._edge(local, edge.next, nothing, int(known.up))
        loss = self._edge(local, known, nothing, 0) if self.loses_letters else []
        loss = [edge._replace(is_loss=True) for edge in loss]
        self._add_labels(local, labels)
        spans = [self._edges.add(each) for each in (actions, last, loss)]
        self._parts.spans[local] = [place for span in spans for place in span]
        self._parts.known[local] |= facts

    def _ask(self, local: int, letter: int) -> None:
        """Ask for the reaction of a local state to a letter."""
        self.asked += 1
        known = self._parts.locals[local], self._parts.letters[self._i][letter]
        try:
            moves = self._moves(*known)
        except Asymmetric:
            raise
        except SpecError:
            self._parts.on[local, letter] = FAILS
        else:
            edges = self._edges_of(local, moves, self._node.network.ignoring_is_a_step)
            self._add_labels(local, [move.label for move in moves])
            self._parts.on[local, letter] = self._edges.add(edges)

    def _moves(self, local: Local, letter: Letter | None) -> tuple[Move, ...]:
        if self._symmetric is not None:
            self._symmetric.symmetry.check(self._i, local.actor, letter)
        return self._node.moves(local.actor, letter)

    def _edges_of(self, local: int, moves: tuple[Move, ...], idle: bool) -> list[Edge]:
        """Return the edges for moves; if `idle`, also for those that change nothing."""
        edges, before = list[Edge](), self._parts.locals[local]
        for move in moves:
            if move.actor is not None or idle:
                actor = move.actor if move.actor is not None else before.actor
                after = self._node.config(actor, True, ())
                edges += self._edge(local, after, move.bundle, 0)
        return edges

    def _edge(self, local: int, after: Local, bundle: Bundle, crashes: int) -> list[Edge]:
        """Return the edge of a step, or an empty list if the reductions leave the step out."""
        if self._noting is not None:
            self._noting.note(after, bundle)
        before, number = self._parts.locals[local], self._representative(after)
        after = self._parts.locals[number]
        if self._skips_idle and number == local and not bundle.sends:
            return []
        if crashes and self.pruned is not None and not self.pruned.sees_up:
            restarted = self._node.config(after.actor, True, ())
            if self._representative(restarted) == local:
                return []
        changes = self._model.observer.changes(self._i, before, after)
        silent = (
            not bundle.sends
            and self.fused is not None
            and not self.fused.changes_view(before, after)
        )
        return [Edge(self._i, number, bundle, crashes, changes, silent)]

    def _representative(self, local: Local) -> int:
        """Return the number of the local state that stands for a local state."""
        number = self._parts.local(self._i, local)  # may replace the arrays
        return int(self._parts.representative[number])

    def _add_labels(self, local: int, labels: list[str]) -> None:
        """Note the labels of steps; if two are equal, the automaton says what is wrong."""
        new, known = set(labels), self._labels.setdefault(local, set())
        if len(new) < len(labels) or not known.isdisjoint(new):
            self._parts.known[local] |= HAS_EQUAL_LABELS
        known |= new

    def find_dead(self, local: int) -> None:
        """Note which letters the node in a local state will ignore, of those that are new."""
        assert self.pruned is not None
        states, letters = self._parts.live[local], self._parts.letters[self._i]
        live = self.pruned.live.get(self._parts.locals[local])
        for number in np.flatnonzero(states[: len(letters)] == UNKNOWN).tolist():
            letter = letters[number]
            # a local state that is not in the table may react to every letter
            is_dead = live is not None and letter not in live and letter in self.pruned.letters
            states[number] = DEAD if is_dead else ALIVE


def _layers(automaton: Automaton | None) -> Iterator[Automaton]:
    """Yield an automaton and those inside it."""
    while automaton is not None:
        yield automaton
        automaton = getattr(automaton, "inner", None)
