"""`minimise` and `prune` of all nodes, from the tables of the nodes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from pcheck.search.reductions.automaton import Automaton
from pcheck.search.reductions.local_tables import Local, LocalTables, Successors
from pcheck.search.reductions.minimise import Minimised, class_representatives
from pcheck.search.reductions.prune import Pruned, live_letters
from pcheck.search.reductions.symmetry import Classes, Symmetry
from pcheck.semantics.network import Letter

Lives = Sequence[Mapping[Local, frozenset[Letter]]]


class Quotients:
    """The reduced automata of the nodes that have a table, and the tables that they use."""

    def __init__(
        self,
        automata: Sequence[Automaton],
        tables: LocalTables,
        reductions: Collection[str],
        symmetry: Symmetry | None,
    ) -> None:
        """Apply `minimise` and `prune`, those of them that are among `reductions`.

        A reduction is not applied if its tables are not symmetric; it is added to `asymmetric`.
        """
        self.automata, self.tables, self.symmetry = list(automata), tables, symmetry
        self.asymmetric: list[str] = []
        self.classes: Classes = [{local: local for local in edges} for edges in tables.edges]
        self._minimised: dict[int, Minimised] = {}
        self._pruned: dict[int, Pruned] = {}
        if "minimise" in reductions:
            self._minimise()
        if "prune" in reductions:
            self._prune()

    def _minimise(self) -> None:
        classes = self._classes_in(self.tables)
        if self.symmetry is not None and not self.symmetry.maps_classes(classes):
            self.asymmetric.append("minimise")
            return
        self.classes = classes
        for i, representatives in enumerate(classes):
            if i not in self.tables.open:
                self._minimised[i] = Minimised(self.automata[i], representatives)
        self.automata = [self._minimised.get(i, each) for i, each in enumerate(self.automata)]

    def _prune(self) -> None:
        lives = self._lives_in(self.tables, self.classes)
        if self.symmetry is not None and not self.symmetry.maps_live_letters(lives):
            self.asymmetric.append("prune")
            return
        sees_up = self.tables.model.observer.sees_up
        for i, live in enumerate(lives):
            if i not in self.tables.open:
                letters = self.tables.letters[i]
                self._pruned[i] = Pruned(self.automata[i], live, letters, sees_up)
        self.automata = [self._pruned.get(i, each) for i, each in enumerate(self.automata)]

    def grow(self, tables: LocalTables) -> bool:
        """Return whether larger tables confirm all that was done with the smaller ones.

        If they do, they are used from now on. If not, what a search did with the smaller ones is
        void.
        """
        classes = self._grown_classes(tables)
        if classes is None:
            return False
        lives = self._lives_in(tables, classes) if self._pruned else []
        if self._pruned and not self._are_confirmed(lives):
            return False
        for i, minimised in self._minimised.items():
            minimised.representatives = classes[i]
            minimised.forget()
        for i, pruned in self._pruned.items():
            pruned.live, pruned.letters = lives[i], tables.letters[i]
            pruned.forget()
        self.tables, self.classes = tables, classes
        return True

    def _grown_classes(self, tables: LocalTables) -> Classes | None:
        """Return the classes in larger tables, or None if they do not confirm each merge so far."""
        if not self._minimised:
            return [{local: local for local in edges} for edges in tables.edges]
        classes = self._classes_in(tables)
        keeps_merges = all(
            of[local] is of[representative]
            for before, of in zip(self.classes, classes)
            for local, representative in before.items()
        )
        if keeps_merges and (self.symmetry is None or self.symmetry.maps_classes(classes)):
            return classes
        return None

    def _are_confirmed(self, lives: Lives) -> bool:
        """Return whether every letter dropped so far is dead at the local state where it was."""
        keeps_drops = not any(
            letter in lives[i][local]
            for i, pruned in self._pruned.items()
            for local, letter in pruned.dropped
        )
        return keeps_drops and (self.symmetry is None or self.symmetry.maps_live_letters(lives))

    def _classes_in(self, tables: LocalTables) -> Classes:
        return [class_representatives(tables, i) for i in range(len(tables.edges))]

    def _lives_in(self, tables: LocalTables, classes: Classes) -> Lives:
        return [live_letters(tables, i, each) for i, each in enumerate(classes)]

    def successors(self) -> Successors:
        """Return the successors of each local state, or of each representative of a class."""
        found: list[dict[Local, list[Local]]] = []
        for of, edges in zip(self.classes, self.tables.edges):
            after: dict[Local, list[Local]] = {each: [] for each in of.values()}
            for local, out in edges.items():
                after[of[local]] += [of.get(edge.next, edge.next) for edge in out]
            found.append(after)
        return found
