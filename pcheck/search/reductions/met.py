"""All local states and letters that the searches of a cluster met.

A local state is *met* when a real step leads to it, also inside a chain of `fuse`, and before it is
replaced by its representative. A letter is met when a step sends it, before `prune` drops it.
"""

from __future__ import annotations

from pcheck.errors import PcheckError
from pcheck.search.reductions.automaton import Automaton, MacroStep
from pcheck.search.reductions.local_tables import Local, LocalTables, crash_or_restart
from pcheck.search.reductions.symmetry import Symmetry
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Bundle, Config


class MetUnknown(PcheckError):
    """Raised when a search that may meet nothing unknown meets something unknown.

    It is not a SpecError: the spec need not have a fault, and `fuse`, which ends a chain at a
    SpecError, must not end one here.
    """


class Met:
    """The local states of each node, and the letters to it, that a search met.

    `unknown` counts those that the tables in force do not contain. Nothing of an open node counts.
    """

    def __init__(self, model: ClusterModel) -> None:
        self.model = model
        self.locals: list[dict[Local, None]] = [{node.first: None} for node in model.nodes]
        self.letters: list[dict[Letter, None]] = [{} for _ in model.nodes]
        self.open: set[int] = set()
        self.failing: set[tuple[int, Local, Letter | None]] = set()  # reactions of each node
        self.unknown = 0
        self.strict = False  # whether to raise MetUnknown

    @classmethod
    def all_of(cls, tables: LocalTables) -> Met:
        """Return all that closed tables contain; a search may meet nothing else."""
        met = cls(tables.model)
        met.locals = [dict.fromkeys(edges) for edges in tables.edges]
        met.letters = [dict(letters) for letters in tables.letters]
        met.open, met.strict = tables.open, True
        return met

    def add_local(self, i: int, local: Local) -> None:
        """Add a local state of node i."""
        if local not in self.locals[i] and i not in self.open:
            self.locals[i][local] = None
            self._count()

    def add_letter(self, i: int, letter: Letter) -> None:
        """Add a letter to node i."""
        if letter not in self.letters[i] and i not in self.open:
            self.letters[i][letter] = None
            self._count()

    def add_step(self, i: int, after: Config, bundle: Bundle) -> None:
        """Add what a step of node i leads to, and what it sends."""
        self.add_local(i, self.model.nodes[i].local(after))
        for letter, receivers in bundle.sends:
            for receiver in receivers:
                self.add_letter(self.model.index[receiver], letter)

    def add_all(self, other: Met) -> None:
        """Add all that another one contains."""
        for i in range(len(self.locals)):
            for local in other.locals[i]:
                self.add_local(i, local)
            for letter in other.letters[i]:
                self.add_letter(i, letter)

    def _count(self) -> None:
        self.unknown += 1
        if self.strict:
            raise MetUnknown("a search met what its tables do not contain")

    def close(self, symmetry: Symmetry | None) -> None:
        """Add what follows by crashes and restarts, and by renamings."""
        while True:
            before = self.sizes()
            for node, known in zip(self.model.nodes, self.locals):
                edges = (crash_or_restart(node, local) for local in tuple(known))
                known.update((edge.next, None) for edge in edges if edge is not None)
            if symmetry is not None:
                self._add_images(symmetry)
            if self.sizes() == before:
                return

    def _add_images(self, symmetry: Symmetry) -> None:
        """Add the image of all under each swap."""
        for swap, targets in enumerate(symmetry.targets):
            for i in range(len(self.locals)):
                for local in tuple(self.locals[i]):
                    self.locals[targets[i]][symmetry.config(swap, i, local)] = None
                for letter in tuple(self.letters[i]):
                    self.letters[targets[i]][symmetry.letter(swap, letter)] = None

    def sizes(self) -> list[int]:
        """Return the number of local states of each node, and of letters to it."""
        return [*map(len, self.locals), *map(len, self.letters)]

    def pairs(self) -> int:
        """Return the number of pairs of a local state that is up and a letter to its node."""
        return sum(
            len(letters) * sum(local.up for local in locals_)
            for locals_, letters in zip(self.locals, self.letters)
        )


class Noting(Automaton):
    """A node without any reduction that notes what its steps lead to and what they send."""

    def __init__(self, inner: Automaton, met: Met, i: int) -> None:
        super().__init__(inner.node)
        self.inner, self._met, self._i = inner, met, i

    def steps(self, config: Config) -> tuple[MacroStep, ...]:
        steps = self.inner.steps(config)
        for step in steps:
            self.note(step.next, step.bundle)
        return steps

    def note(self, after: Config, bundle: Bundle) -> None:
        """Note what a step leads to, and what it sends."""
        self._met.add_step(self._i, after, bundle)
