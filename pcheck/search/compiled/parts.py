"""The local states and letters of the composed nodes, numbered, and what is known of each.

The kernel reads these arrays. A local state has a number among those of all nodes, and a letter one
among those to its receiver. `MISSING` and 0 stand for what nobody asked for yet.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pcheck.language.names import Id
from pcheck.language.values import order
from pcheck.search.compiled.kernel import IS_UP, MISSING
from pcheck.search.reductions.local_tables import Local
from pcheck.semantics.network import Letter

FIRST_LOCALS, FIRST_LETTERS = 64, 16  # rooms of the arrays


class Parts:
    """The numbers of local states and letters, and arrays with an entry for each."""

    def __init__(self, of: Sequence[Id], names: int, swaps: int) -> None:
        """Number the parts of nodes; `names` and `swaps` are how many the symmetry has."""
        nodes, by_order = len(of), sorted(of, key=order)
        # called with the node and the number of a new local state, or letter
        self.describe: Callable[[int, int], None] = lambda i, number: None
        self.describe_letter: Callable[[int, int], None] = lambda i, number: None
        self.locals: list[Local] = []
        self.letters: list[list[Letter]] = [[] for _ in range(nodes)]
        self.node_of: list[int] = []  # for each local state
        self._locals: list[dict[Local, int]] = [{} for _ in range(nodes)]
        self._letters: list[dict[Letter, int]] = [{} for _ in range(nodes)]
        self._sender_number = {name: nth for nth, name in enumerate(by_order)}
        self._ordered: list[list[tuple[tuple[Any, ...], int]]] = [[] for _ in range(nodes)]
        # for each node, the number of its letters, these by their order, and their senders
        self.letter_counts = np.zeros(nodes, np.int64)
        self.order = np.zeros((nodes, FIRST_LETTERS), np.int32)
        self.sender = np.zeros((nodes, FIRST_LETTERS), np.int32)
        # for each local state, facts, and where the edges without a reaction to a letter begin and
        # end: the actions, the crash or restart, and the loss of a letter
        self.known = np.zeros(FIRST_LOCALS, np.int8)
        self.spans = np.zeros((FIRST_LOCALS, 6), np.int32)
        # for each local state and letter, where the edges begin and end, and whether it is live
        self.on = np.full((FIRST_LOCALS, FIRST_LETTERS, 2), MISSING, np.int32)
        self.live = np.zeros((FIRST_LOCALS, FIRST_LETTERS), np.int8)
        self.representative = np.zeros(FIRST_LOCALS, np.int32)
        self.rank = np.full(FIRST_LOCALS, MISSING, np.int32)
        # for each name the view plus one; for each swap the number of the image
        self.view_of_local = np.zeros((FIRST_LOCALS, names), np.uint64)
        self.image_of_local = np.full((swaps, FIRST_LOCALS), MISSING, np.int32)
        self.view_of_letter = np.zeros((nodes, FIRST_LETTERS, names), np.uint64)
        self.image_of_letter = np.full((swaps, nodes, FIRST_LETTERS), MISSING, np.int32)

    @property
    def room(self) -> int:
        """The number of letters of a node that the arrays have room for."""
        return self.order.shape[1]

    def local(self, i: int, local: Local) -> int:
        """Return the number of a local state of node i."""
        number = self._locals[i].get(local)
        if number is None:
            number = len(self.locals)
            if number == len(self.known):
                self._make_room(locals_=2 * number)
            self._locals[i][local] = number
            self.locals.append(local)
            self.node_of.append(i)
            self.known[number] = IS_UP if local.up else 0
            self.representative[number] = number
            self.describe(i, number)
        return number

    def letter(self, i: int, letter: Letter) -> int:
        """Return the number of a letter to node i."""
        number = self._letters[i].get(letter)
        if number is None:
            number = len(self.letters[i])
            if number == self.room:
                self._make_room(letters=2 * number)
            self._letters[i][letter] = number
            self.letters[i].append(letter)
            insort(self._ordered[i], (letter.order, number))
            self.order[i, : number + 1] = [each for _, each in self._ordered[i]]
            self.sender[i, number] = self._sender_number[letter.src]
            self.letter_counts[i] += 1
            self.describe_letter(i, number)
        return number

    def forget(self) -> None:
        """Forget what depends on the tables of the nodes."""
        self.known &= IS_UP
        self.on[:], self.live[:], self.view_of_local[:] = MISSING, 0, 0

    def _make_room(self, locals_: int = 0, letters: int = 0) -> None:
        """Replace the arrays by larger ones."""
        locals_, letters = locals_ or len(self.known), letters or self.room
        self.order = larger(self.order, (None, letters))
        self.sender = larger(self.sender, (None, letters))
        self.known = larger(self.known, (locals_,))
        self.spans = larger(self.spans, (locals_, None))
        self.on = larger(self.on, (locals_, letters, None), MISSING)
        self.live = larger(self.live, (locals_, letters))
        self.representative = larger(self.representative, (locals_,))
        self.rank = larger(self.rank, (locals_,), MISSING)
        self.view_of_local = larger(self.view_of_local, (locals_, None))
        self.image_of_local = larger(self.image_of_local, (None, locals_), MISSING)
        self.view_of_letter = larger(self.view_of_letter, (None, letters, None))
        self.image_of_letter = larger(self.image_of_letter, (None, None, letters), MISSING)


def larger(array: Any, shape: Sequence[int | None], fill: int = 0) -> Any:
    """Return a copy with another shape and the same begin; None keeps the size of an axis."""
    sizes = [size if size is not None else old for size, old in zip(shape, array.shape)]
    new = np.full(sizes, fill, array.dtype)
    new[tuple(slice(0, size) for size in array.shape)] = array
    return new
