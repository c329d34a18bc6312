"""All local states that a node could ever be in, whatever the others do: a closed table.

A local state is an actor, up or down: a configuration with an empty inbox, since these are
made only once. (Actors are not compared: Python takes 1, True and 1.0 for one.)

Every local state meets every letter that anybody could send to it, also where no run brings the two
together. So it holds more than can happen, never less; and it may have no end, or meet a handler
that was not made for that. Then there is no table, and the passes that need one say so.

Who only listens, and remembers much, is left *open* before that: it has no table, but the others
have one. Should such a node ever send what they were not asked about, their tables are wrong, and
the search begins again without them.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from pcheck.blame import described
from pcheck.errors import PcheckError, Unreliable
from pcheck.language.actor import Actor
from pcheck.search.reductions.automaton import Automaton, Step
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Bundle, Config
from pcheck.text import counted

MOST, MORE = 50_000, 500_000  # questions to handlers, at first and where a search is very long
MOST_SILENT = 5_000  # to those of a role that sends nothing to anybody
Local: TypeAlias = Config


class Unclosed(PcheckError):
    """There is no closed table, for this reason; or it turns out to be wrong.

    No SpecError: nobody has made a mistake, and `fuse` must not end a chain there.
    """


class TooMany(Unclosed):
    """It was given up: with more questions there might be one."""


class Edge(NamedTuple):
    """One way from a local state: on a letter, or of itself."""

    on: Letter | None
    label: Hashable
    next: Local
    bundle: Bundle | None  # None: a crash or a restart


class Closure:
    """For each node its local states, each with the ways out of it; silent loops are left out."""

    def __init__(self, model: ClusterModel, tick: Callable[[], None], most: int = MOST) -> None:
        """`tick` is called now and then, and may stop this."""
        self.model, self._tick, self.most, self.asked = model, tick, most, 0
        self.edges: list[dict[Local, list[Edge]]] = [{} for _ in model.nodes]
        self.letters: list[dict[Letter, None]] = [{} for _ in model.nodes]
        self.open: set[int] = set()
        self._silent: Counter[type[Actor]] = Counter()  # questions to roles that sent nothing yet
        self._send: set[type[Actor]] = set()
        self._todo: deque[tuple[int, Local, Letter | None]] = deque()
        known = set(model.letters())
        try:
            for i, node in enumerate(model.nodes):
                self._meet(i, node.first)
            while self._todo:
                self._ask(*self._todo.popleft())
        finally:
            model.add_hypothetical(set(model.letters()) - known)
        for i in self.open:
            self.edges[i] = {}

    def used_up(self, i: int, local: Local) -> frozenset[Hashable]:
        """The steps that a local state takes on each letter, where ignoring one is a step too."""
        node = self.model.nodes[i]
        if not (local.up and node.network.ignoring_is_a_step):
            return frozenset()
        letters = self.letters[i]
        return frozenset((a, move.label) for a in letters for move in node.moves(local.actor, a))

    def _meet(self, i: int, local: Local) -> None:
        """A local state that may be new: it is asked for its acts, and about every letter."""
        if local in self.edges[i] or i in self.open:
            return
        self.edges[i][local] = []
        node = self.model.nodes[i]
        if local.up:
            self._todo += [(i, local, letter) for letter in (None, *self.letters[i])]
        if local.up and node.may_crash:
            down = node.config(node.handlers.after_crash(local.actor), False, ())
            self._add(i, local, Edge(None, "crash", down, None))
        if not local.up:
            up = node.config(local.actor, True, ())
            self._add(i, local, Edge(None, "restart", up, None))

    def _ask(self, i: int, local: Local, letter: Letter | None) -> None:
        if i in self.open:
            return
        self.asked += 1
        self._leave_open(type(local.actor))
        if i in self.open:  # what it would send now is in no table
            return
        if self.asked % 64 == 0:
            self._tick()
        if self.asked > self.most:
            raise TooMany(f"the nodes have more than {counted(self.most, 'local reaction')}")
        node = self.model.nodes[i]
        try:
            moves = node.moves(local.actor, letter)
        except Unreliable:
            raise
        except Exception as error:
            what = str(error) if isinstance(error, PcheckError) else described(error)
            raise Unclosed(f"where no run may lead, {what}") from None
        if len({move.label for move in moves}) < len(moves):
            raise Unclosed(f"where no run may lead, {node.me} has two steps with one label")
        for move in moves:
            if move.actor is not None:
                after = node.config(move.actor, True, ())
                self._add(i, local, Edge(letter, move.label, after, move.bundle))

    def _leave_open(self, role: type[Actor]) -> None:
        """A role that only listens, if it is asked too much; and whoever changes places with it."""
        self._silent[role] += 1
        if role in self._send or self._silent[role] <= MOST_SILENT:
            return
        names = {node.me for node in self.model.nodes if type(node.first.actor) is role}
        for block in self.model.cluster.interchangeable:
            names |= {node.me for node in self.model.nodes if node.me in block and names & {*block}}
        self.open |= {self.model.index[name] for name in names}

    def _add(self, i: int, local: Local, edge: Edge) -> None:
        self.edges[i][local].append(edge)
        for letter, receivers in edge.bundle.sends if edge.bundle is not None else ():
            if receivers:
                self._send.add(type(local.actor))
            for receiver in receivers:
                self._post(self.model.index[receiver], letter)
        self._meet(i, edge.next)

    def _post(self, i: int, letter: Letter) -> None:
        if letter not in self.letters[i] and i not in self.open:
            self.letters[i][letter] = None
            self._todo += [(i, local, letter) for local in self.edges[i] if local.up]


class Open(Automaton):
    """A node without a closed table, which sends nothing that the tables of others do not know."""

    def __init__(self, inner: Automaton, closure: Closure) -> None:
        super().__init__(inner.node)
        self._inner, self._closure = inner, closure

    def normal(self, config: Config) -> Config:
        return self._inner.normal(config)

    def receive(self, config: Config, bundle: Bundle) -> Config:
        return self._inner.receive(config, bundle)

    def steps(self, config: Config) -> tuple[Step, ...]:
        steps, closure = self._inner.steps(config), self._closure
        for step in steps:
            for letter, receivers in step.bundle.sends:
                for j in map(closure.model.index.__getitem__, receivers):
                    if j not in closure.open and letter not in closure.letters[j]:
                        raise Unclosed(f"{self.node.me} sends what it did not seem to send")
        return steps


Ways = Sequence[Mapping[Config, Sequence[Config]]]
