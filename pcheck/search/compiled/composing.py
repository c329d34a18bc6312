"""The steps of a configuration, composed from the reactions of its local state to single letters.

The automata of `pcheck.search.reductions` take steps out of whole configurations. Here the same
steps are put together from what a local state does without a letter, and on each letter. Each of
these reactions is asked for once; all else is arithmetic with integers (see `inboxes`). The steps,
their order and their costs are those of the automata, which remain the definition, and from which
traces are rebuilt.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from pcheck.search.compiled import kernel
from pcheck.search.compiled.inboxes import Configs, Packed
from pcheck.search.compiled.reactions import Changes, Edge, LocalReactions
from pcheck.search.reductions import fuse
from pcheck.search.reductions.automaton import Automaton
from pcheck.search.reductions.symmetry import Symmetry
from pcheck.search.reductions.views import Views
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Bundle

_ONE = np.uint64(1)


class Composed(NamedTuple):
    """A step out of a configuration: one or more steps of the node."""

    length: int
    next: Packed
    bundle: Bundle
    crashes: int
    changes: Changes


class NotComposed(Exception):
    """Raised if only the automaton can say what the steps of a configuration are."""


class Fails(NotComposed):
    """Raised if a handler fails on a letter that may be delivered."""


class Composer(LocalReactions):
    """The steps of one node and the receptions into its inbox, on pairs of integers."""

    def __init__(self, model: ClusterModel, i: int, automaton: Automaton, configs: Configs) -> None:
        super().__init__(model, i, automaton, configs.inboxes)
        self.configs = configs
        # for each swap, the images of local states, by their numbers, and of letters
        self._images: dict[int, tuple[dict[int, int], list[Letter]]] = {}
        self._views_of_locals: dict[int, Any] = {}
        self._views_of_letters: list[Any] = []
        self._arriving: dict[Bundle, tuple[Letter, ...]] = {}

    def forget(self) -> None:
        super().forget()
        self._views_of_locals.clear()

    def receive(self, packed: Packed, bundle: Bundle) -> Packed:
        """Return the configuration after a bundle reached the node."""
        arriving = self._arriving.get(bundle)
        if arriving is None:
            arriving = self._arriving[bundle] = bundle.to(self._node.me)
        local, inbox = packed
        for letter in arriving:
            inbox = self.inboxes.put(inbox, letter)
        local = self._representative(local)
        return local, self._pruned_inbox(local, inbox)

    def steps(self, packed: Packed) -> list[Composed]:
        """Return the steps out of a configuration, in the order of the automaton."""
        if self._fused is not None:
            return self._chains(packed)
        return [
            Composed(1, after, edge.bundle, edge.crashes, edge.changes)
            for after, edge in self._single_steps(packed)
        ]

    def _chains(self, packed: Packed) -> list[Composed]:
        """Return the chains of steps, as `Fused.steps` does."""
        fewest: dict[object, int] = {packed: 0}
        most, nothing = self._model.crashes + 1, self._model.empty_bundle(self._i)
        ended: list[Composed] = []
        chains = [Composed(0, packed, nothing, 0, ())]
        for chain in chains:  # grows during the loop
            try:
                steps = self._single_steps(chain.next)
            except Fails:
                if not chain.length:
                    raise
                ended.append(chain)
                continue
            too_long = chain.length >= fuse.MAX_CHAIN_STEPS
            if too_long or (chain.length and len(chains) > fuse.MAX_CHAINS):
                ended.append(chain)
                continue
            for after, edge in steps:
                crashes = chain.crashes + edge.crashes
                end: object = after if edge.silent else (after, edge.bundle)
                if crashes < fewest.get(end, most):
                    fewest[end] = crashes
                    longer = Composed(chain.length + 1, after, edge.bundle, crashes, edge.changes)
                    (chains if edge.silent else ended).append(longer)
        return ended

    def _single_steps(self, packed: Packed) -> list[tuple[Packed, Edge]]:
        """Return the single steps out of a configuration, or raise NotComposed."""
        local, inbox = packed
        reactions = self._known(local)
        if not reactions.is_begun:
            self._begin(local, reactions)
        missing = inbox & ~reactions.asked if self.inboxes.locals[local].up else 0
        for letter in self.inboxes.inside(missing) if missing else ():
            self._ask(local, reactions, letter)
            if inbox & reactions.failing:
                break
        if reactions.has_equal_labels:
            raise NotComposed
        if reactions.actions_fail or inbox & reactions.failing:
            raise Fails
        found = [(self._after(inbox, edge), edge) for edge in reactions.first]
        for _, field, edges in reactions.on:
            if inbox & field:
                left = self.inboxes.taken(inbox, field)
                found += [(self._after(left, edge), edge) for edge in edges]
        found += [(self._after(inbox, edge), edge) for edge in reactions.last]
        return found

    def _after(self, inbox: int, edge: Edge) -> Packed:
        return edge.next, self._pruned_inbox(edge.next, inbox)

    def _pruned_inbox(self, local: int, inbox: int) -> int:
        """Return an inbox without the letters that the node in this local state will ignore."""
        if self._pruned is None or not inbox:
            return inbox
        reactions = self._known(local)
        if reactions.letters < len(self.inboxes.letters):
            self._note_dead(local, reactions)
        dead = inbox & reactions.dead
        if not dead:
            return inbox
        if dead & ~reactions.dropped:
            known = self.inboxes.locals[local]
            for letter in self.inboxes.inside(dead & ~reactions.dropped):
                self._pruned.dropped.add((known, letter))
                reactions.dropped |= self.inboxes.field(letter)
        return inbox ^ dead

    # -- renaming ------------------------------------------------------------------------------

    def image(self, swap: int, packed: Packed, target: Composer, symmetry: Symmetry) -> Packed:
        """Return the image of a configuration under a swap, as one of the target node."""
        local, inbox = packed
        images = self._images.setdefault(swap, ({}, []))
        image = images[0].get(local)
        if image is None:
            config = symmetry.config(swap, self._i, self.inboxes.locals[local])
            image = images[0][local] = target.inboxes.local(config)
        letters = images[1]
        for letter in self.inboxes.letters[len(letters) :]:
            letters.append(symmetry.letter(swap, letter))
        renamed, put = 0, target.inboxes.put
        for number in self.inboxes.copies(inbox):
            renamed = put(renamed, letters[number])
        image = target._representative(image)
        return image, target._pruned_inbox(image, renamed)

    def views(self, packed: Packed, views: Views) -> tuple[Any, Any]:
        """Return the view of each name of the local state, and of the configuration, as arrays."""
        local, inbox = packed
        of_local = self._views_of_locals.get(local)
        if of_local is None:
            numbers = views.of_node(self._i, self.inboxes.locals[local])
            of_local = self._views_of_locals[local] = np.array(numbers, np.uint64) + _ONE
        for letter in self.inboxes.letters[len(self._views_of_letters) :]:
            of_letter = np.array(views.of_letter(letter), np.uint64) + _ONE
            self._views_of_letters.append(kernel.mix_each(of_letter))
        of_letters = [self._views_of_letters[number] for number in self.inboxes.copies(inbox)]
        return of_local, kernel.mix_each(of_local) + sum(of_letters, np.zeros_like(of_local))
