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
- `cover` ranks the local states in the tables, so that its search may not meet any other.

*Growth.* A search may go on after it met something that the tables lacked, if the grown tables
confirm all that the search did: each merge, each letter dropped at a local state, and each renaming
of classes and of live letters. Then every state of the search represents, by the grown tables, what
it represented by the smaller ones. Until the tables grow, an unknown local state represents only
itself, and an unknown letter is not dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator

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

    def __init__(self, met: Met, tick: Callable[[], None]) -> None:
        """Make the tables. `tick` is called often and may raise to stop."""
        super().__init__(met.model)
        self._tick, self._met = tick, met
        known = set(self.model.letters())
        try:
            for i, letters in enumerate(met.letters):
                self.letters[i] = dict(letters)
                self.edges[i] = {local: list(self._edges(i, local)) for local in met.locals[i]}
        finally:
            self.model.add_hypothetical(set(self.model.letters()) - known)

    def _edges(self, i: int, local: Local) -> Iterator[Edge]:
        """Yield every edge of a local state."""
        node = self.model.nodes[i]
        edge = crash_or_restart(node, local)
        if edge is not None:
            yield edge
        for letter in (None, *self.letters[i]) if local.up else ():
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
