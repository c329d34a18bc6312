"""The composition of rows, receptions, images and views from reactions to single letters.

The automata of `pcheck.search.reductions` take steps out of whole configurations. The kernel puts
the same steps together from what a local state does without a letter, and on each letter. Here are
the arrays that it needs for that, and the answers to its questions: each reaction, and each
renaming of a local state or letter, is asked for once. The steps, their order and their costs are
those of the automata, which remain the definition, and from which traces are rebuilt.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pcheck.search.compiled import kernel, numbers
from pcheck.search.compiled.configs import Pool, too_many_copies
from pcheck.search.compiled.kernel import MISSING
from pcheck.search.compiled.parts import Parts, larger
from pcheck.search.compiled.reactions import Edges, EffectsNumber, LocalReactions
from pcheck.search.reductions import fuse
from pcheck.search.reductions.automaton import Automaton
from pcheck.search.reductions.cover import Ranks
from pcheck.search.reductions.views import Views
from pcheck.semantics.cluster_model import ClusterModel

FIRST_CHAINS = 256
_ONE = np.uint64(1)


class Composition:
    """The arrays for the kernel, and the answers to its questions."""

    def __init__(
        self,
        model: ClusterModel,
        automata: Sequence[Automaton],
        views: Views | None,
        effects_number: EffectsNumber,
    ) -> None:
        """Compose the nodes whose steps follow from reactions to single letters."""
        self._views = views
        self._ranks: Ranks | None = None
        self._symmetry = symmetry = views.symmetry if views is not None else None
        names, swaps = (len(symmetry.names), len(symmetry.swaps)) if symmetry else (0, 0)
        self.parts = Parts([each.node.me for each in automata], names, swaps)
        self.pool = Pool([each.node for each in automata], self.parts)
        self._edges = Edges(model.crashes, effects_number)
        self.is_composed = self._can_be_composed(automata)
        self.reactions = [
            LocalReactions(model, i, each, self.parts, self._edges)
            for i, each in enumerate(automata)
        ]
        self.parts.describe, self.parts.describe_letter = self._describe, self._describe_letter
        self._facts = tuple(
            np.array(each, np.int8)
            for each in (
                [each.drops_letters for each in self.reactions],
                [each.fused is not None for each in self.reactions],
                self.is_composed,
                [each.loses_letters for each in self.reactions],
            )
        )
        # for chains that may be lengthened, and for those that ended: configuration, last edge,
        # length, crashes; for each end of a chain: key, number of the composition, crashes
        self._begun = np.zeros((FIRST_CHAINS, 4), np.int64)
        self._ended = np.zeros((FIRST_CHAINS, 4), np.int64)
        self._ends = np.zeros((4 * FIRST_CHAINS, 3), np.uint64)
        self._sizes = np.zeros(4, np.int64)
        inboxes, most = self.pool.inboxes, (fuse.MAX_CHAINS, fuse.MAX_CHAIN_STEPS)
        self._limits = [
            np.array([inboxes, model.crashes, ranked, *most]) for ranked in (False, True)
        ]

    def _can_be_composed(self, automata: Sequence[Automaton]) -> list[bool]:
        """Return for each node whether it and all its renamings can be composed."""
        found = [LocalReactions.are_enough(each) for each in automata]
        targets = self._symmetry.targets if self._symmetry is not None else []
        while any(found[i] != found[of[i]] for of in targets for i in range(len(found))):
            for of in targets:
                found = [found[i] and found[of[i]] for i in range(len(found))]
        return found

    def arrays(self, *, ranked: bool) -> tuple[Any, ...]:
        """Return the arrays for the kernel; in a search by ranks, rows cost by ranks."""
        parts = self.parts
        renamings = (
            parts.image_of_local, parts.image_of_letter, parts.view_of_local, parts.view_of_letter,
        )  # fmt: skip
        local_states = (
            parts.known, parts.spans, parts.on, parts.live, parts.representative, parts.rank,
        )  # fmt: skip
        return (
            renamings, self.pool.arrays, self.pool.counts,
            (parts.letter_counts, parts.order, *self._facts, parts.sender), local_states,
            self._edges.arrays,
            (self._begun, self._ended, self._ends, self._sizes), self._limits[ranked],
        )  # fmt: skip

    def _describe(self, i: int, number: int) -> None:
        """Note the representative and the rank of a new local state."""
        self.reactions[i].find_representative(number)
        self._note_rank(i, number)

    def rank(self, ranks: Ranks) -> None:
        """Use these ranks of local states from now on, in a search by ranks."""
        self._ranks = ranks
        for number, i in enumerate(self.parts.node_of):
            self._note_rank(i, number)

    def _note_rank(self, i: int, number: int) -> None:
        if self._ranks is not None:
            self.parts.rank[number] = self._ranks[i].get(self.parts.locals[number], MISSING)

    def _describe_letter(self, i: int, number: int) -> None:
        """Note the views of the names in a new letter, and whether its loss can be told apart."""
        if number >= kernel.MAX_COPIES and self.pool.inboxes == kernel.QUEUES:
            raise numbers.too_many(kernel.MAX_COPIES, "messages to one node")
        self.reactions[i].note_loss(number)
        if self._views is not None:
            views = np.array(self._views.of_letter(self.parts.letters[i][number]), np.uint64)
            self.parts.view_of_letter[i, number] = kernel.mix_each(views + _ONE)

    @property
    def ended(self) -> int:
        """The number of chains that the last composition of rows found."""
        return int(self._sizes[kernel.ENDED])

    def forget(self) -> None:
        """Forget what depends on the tables of the nodes: from now on, they are other ones."""
        self.parts.forget()
        for each in self.reactions:
            each.forget()
        for number in range(len(self.parts.locals)):
            self.reactions[self.parts.node_of[number]].find_representative(number)

    def note_dropped(self) -> None:
        """Tell `prune` which letters were dropped, and at which local states."""
        for local, letter in np.argwhere(self.parts.live == kernel.DROPPED).tolist():
            i = self.parts.node_of[local]
            pruned = self.reactions[i].pruned
            assert pruned is not None
            pruned.dropped.add((self.parts.locals[local], self.parts.letters[i][letter]))

    def answer(self, question: int, cursor: Any) -> None:
        """Answer a question of the kernel that concerns single local states and letters."""
        at, of = int(cursor[kernel.ASKED_AT]), int(cursor[kernel.ASKED_OF])
        parts = self.parts
        if question == kernel.REACTIONS:
            self.reactions[of].ask(self.pool.local_at(at), self.pool.deliverable_at(of, at))
        elif question == kernel.LIVE:
            self.reactions[of].find_dead(at)
        elif question == kernel.EFFECTS:
            self._edges.find_effects(at, of)
        elif question == kernel.IMAGE_OF_LOCAL:
            parts.image_of_local[at, of] = self._image_of_local(at, of)
        elif question == kernel.IMAGE_OF_LETTER:
            node = int(cursor[kernel.MISSED])
            parts.image_of_letter[at, node, of] = self._image_of_letter(at, node, of)
        elif question == kernel.VIEW_OF_LOCAL:
            parts.view_of_local[at] = self._view_of_local(at)
        elif question == kernel.COPIES:
            raise too_many_copies()
        elif question == kernel.LONGER:
            self.pool.lengthen()
        else:
            assert question == kernel.ROOM
            self._make_room()

    def _image_of_local(self, swap: int, local: int) -> int:
        assert self._symmetry is not None
        i, config = self.parts.node_of[local], self.parts.locals[local]
        image = self._symmetry.config(swap, i, config)
        return self.parts.local(self._symmetry.targets[swap][i], image)

    def _image_of_letter(self, swap: int, i: int, letter: int) -> int:
        assert self._symmetry is not None
        image = self._symmetry.letter(swap, self.parts.letters[i][letter])
        return self.parts.letter(self._symmetry.targets[swap][i], image)

    def _view_of_local(self, local: int) -> Any:
        assert self._views is not None
        numbers = self._views.of_node(self.parts.node_of[local], self.parts.locals[local])
        return np.array(numbers, np.uint64) + _ONE

    def _make_room(self) -> None:
        """Give each array that is nearly full twice the room."""
        begun, ended, ends, _ = self._sizes.tolist()
        self.pool.make_room(ended + 1)
        if 2 * begun >= len(self._begun):
            self._begun = larger(self._begun, (2 * len(self._begun), None))
        if 2 * ended >= len(self._ended):
            self._ended = larger(self._ended, (2 * len(self._ended), None))
        if 4 * ends + 4 > len(self._ends):
            self._ends = np.zeros((2 * len(self._ends), 3), np.uint64)
