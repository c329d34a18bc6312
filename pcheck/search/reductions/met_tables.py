"""Tables that are closed under what the searches of a cluster met.

The tables hold the reaction of every local state that was met to every letter that was met. A
reaction to a local state that was not met leads to that state without any edges: it is opaque, as
nothing is known about it. So is the end of a reaction that fails, one for each such reaction.

Theorem. Let a search use the reductions of such tables, and let it meet nothing that the tables do
not contain. Let what the tables contain be closed under crashes, restarts and the renamings in use.
Then the search is exact.

- All that any execution meets is in the tables, although the search visits only representatives.
  For `minimise` represents a local state by one with the same reactions to the letters in the
  tables, so the first step of an execution to something outside the tables would be a step of the
  representative, too, to the same thing: an opaque local state is equal only to itself.
- `prune`. If an execution delivers a letter that was dropped at a local state, both are in the
  tables, and so is the reaction. A reaction makes the letter live in this local state and in every
  one from which a path through the tables leads to it. So the letter was not dropped.
- `minimise`. The partition of the tables is stable under each letter that an execution delivers.
  The tables may tell apart what a full closure would merge, never the reverse.
- `cover` drops states whatever the ranks of local states are; a search by ranks that meets a local
  state without a rank drops fewer.

*Growth.* A search, also one by ranks, may go on after it met something that the tables lacked, if
the grown tables confirm all that the search did: each merge, each letter dropped at a local state,
and each renaming of classes and of live letters. Then every state of the search represents, by the
grown tables, what it represented by the smaller ones. Until the tables grow, an unknown local state
represents only itself, and an unknown letter is not dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator

from pcheck.errors import SpecError, Unreliable
from pcheck.search.reductions.local_tables import (
    Edge,
    Local,
    LocalTables,
    crash_or_restart,
    edges_of,
)
from pcheck.search.reductions.met import Met
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Config, Move

FAILS = "fails"  # the label of a reaction that fails


class MetTables(LocalTables):
    """The tables of all that was met so far."""

    def __init__(
        self, met: Met, tick: Callable[[], None], before: LocalTables | None = None
    ) -> None:
        """Make the tables. `tick` is called often and may raise to stop.

        The tables `before` are of the same cluster and contain no more than what was met.
        """
        super().__init__(met.model)
        self._tick, self._met = tick, met
        known = set(self.model.letters())
        try:
            for i, letters in enumerate(met.letters):
                self.letters[i] = dict(letters)
                self._fill(i, before or LocalTables(met.model))
        finally:
            self.model.add_hypothetical(set(self.model.letters()) - known)

    def _fill(self, i: int, before: LocalTables) -> None:
        """Add the edges of all local states of a node; `before` has the first letters of these."""
        letters = list(self.letters[i])
        new, old = letters[len(before.letters[i]) :], before.edges[i]
        for local in self._met.locals[i]:
            if local in old:
                self.edges[i][local] = [*old[local], *self._edges(i, local, new)]
            else:
                edge = crash_or_restart(self.model.nodes[i], local)
                first = [edge] if edge is not None else []
                self.edges[i][local] = [*first, *self._edges(i, local, [None, *letters])]

    def _edges(self, i: int, local: Local, letters: Iterable[Letter | None]) -> Iterator[Edge]:
        """Yield the edges of a local state on some letters; None stands for its actions."""
        node = self.model.nodes[i]
        for letter in letters if local.up else ():
            self._tick()
            moves = self._moves(i, local, letter)
            if moves is None:
                yield Edge(letter, FAILS, Config(local.actor, True, ()), None)
            else:
                yield from edges_of(node, letter, moves)

    def _moves(self, i: int, local: Local, letter: Letter | None) -> tuple[Move, ...] | None:
        """Return the reaction of a local state to a letter, or None if the reaction fails."""
        if (i, local, letter) in self._met.failing:
            return None
        try:
            moves = self.model.nodes[i].moves(local.actor, letter)
            if len({move.label for move in moves}) == len(moves):
                return moves
        except Unreliable:
            raise
        except SpecError as error:
            if isinstance(error.__cause__, MemoryError):
                raise error.__cause__ from None
        self._met.failing.add((i, local, letter))
        return None

    def _labels(self, i: int, local: Local, letter: Letter) -> Iterator[Hashable]:
        moves = self._moves(i, local, letter)
        return iter([FAILS]) if moves is None else (move.label for move in moves)
