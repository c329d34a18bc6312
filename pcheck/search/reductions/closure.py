"""Closed tables: all local states that a node could ever be in, whatever the other nodes do.

The table of a node holds the reaction of every local state to every letter that any node could send
to it. Many of these local states never meet these letters in an execution, so the table holds more
than can happen, never less. But the table may be infinite, or a handler may fail on a letter that
the handler never receives in an execution. Then a closed table does not exist, and a search uses
tables of what it meets itself (see `met_tables`).

A role that only listens may have very many local states. Before the table grows too large, the
nodes of such a role are left *open*: they have no table, but the other nodes have one. If an open
node later sends a letter that the tables do not contain, the tables are wrong.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence

from pcheck.blame import described
from pcheck.errors import PcheckError, Unreliable
from pcheck.language.actor import Actor
from pcheck.search.reductions.growing import growing
from pcheck.search.reductions.local_tables import (
    Edge,
    Local,
    LocalTables,
    crash_or_restart,
    edges_of,
)
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import Letter
from pcheck.text import counted

MAX_LOCAL_REACTIONS = 15_000
MAX_REACTIONS_OF_SILENT_ROLE = 5_000  # a silent role sends nothing to any node
IN_LOCAL_STATE = "in a local state that may be unreachable"


class Unclosed(PcheckError):
    """Raised when a closed table does not exist, or is too large."""


class Closure(LocalTables):
    """The tables of all local states that a node could ever be in: none of them is opaque."""

    def __init__(
        self,
        model: ClusterModel,
        tick: Callable[[], None],
        max_reactions: int = MAX_LOCAL_REACTIONS,
    ) -> None:
        """Compute the tables, or raise Unclosed. `tick` is called often and may raise to stop."""
        super().__init__(model)
        self._tick = tick
        self.max_reactions, self.reactions = max_reactions, 0
        self._silent_reactions: Counter[type[Actor]] = Counter()
        self._sending_roles: set[type[Actor]] = set()
        self._todo: deque[tuple[int, Local, Letter | None]] = deque()
        self._queued: Counter[type[Actor]] = Counter()  # the reactions of each role in this queue
        known = set(model.letters())
        try:
            for i, node in enumerate(model.nodes):
                self._add_local(i, node.first)
            while self._todo:
                i, local, letter = self._todo.popleft()
                self._queued[type(local.actor)] -= 1
                self._add_reaction(i, local, letter)
        finally:
            model.add_hypothetical(set(model.letters()) - known)
        self.grows_if_open = self._grows(sorted(self.open))
        for i in self.open:
            self.edges[i] = {}

    def _grows(self, nodes: Iterable[int]) -> str:
        return growing(self.model, self.edges, self.letters, nodes) if nodes else ""

    def _add_local(self, i: int, local: Local) -> None:
        """Add a local state, if it is new, with its crash or restart; queue its reactions."""
        if local in self.edges[i] or i in self.open:
            return
        self.edges[i][local] = []
        node = self.model.nodes[i]
        if local.up:
            self._queue(i, [(local, letter) for letter in (None, *self.letters[i])])
        edge = crash_or_restart(node, local)
        if edge is not None:
            self._add_edge(i, local, edge)

    def _queue(self, i: int, reactions: Sequence[tuple[Local, Letter | None]]) -> None:
        """Queue reactions of node i."""
        self._todo += [(i, *each) for each in reactions]
        self._queued[type(self.model.nodes[i].first.actor)] += len(reactions)

    def _add_reaction(self, i: int, local: Local, letter: Letter | None) -> None:
        """Add the edges of a local state on a letter, or those of its actions."""
        if i in self.open:
            return
        self.reactions += 1
        self._leave_open(type(local.actor))
        if i in self.open:  # the tables do not contain what an open node sends
            return
        if self.reactions % 64 == 0:
            self._tick()
        ahead = sum(self._queued[each] for each in self._sending_roles)  # never left out
        if self.reactions + ahead > self.max_reactions:
            limit = counted(self.max_reactions, "local reaction")
            grows = self._grows(range(len(self.edges)))
            raise Unclosed(f"the nodes have more than {limit}{grows}")
        node = self.model.nodes[i]
        try:
            moves = node.moves(local.actor, letter)
        except Unreliable:
            raise
        except Exception as error:
            what = str(error) if isinstance(error, PcheckError) else described(error)
            raise Unclosed(f"{IN_LOCAL_STATE}, {what}; ignore the message there") from None
        if len({move.label for move in moves}) < len(moves):
            raise Unclosed(f"{IN_LOCAL_STATE}, {node.me} has two steps with the same label")
        for edge in edges_of(node, letter, moves):
            self._add_edge(i, local, edge)

    def _leave_open(self, role: type[Actor]) -> None:
        """Count a reaction of a role, and leave its nodes open if it is silent and has too many.

        Nodes declared interchangeable with an open node are left open as well.
        """
        self._silent_reactions[role] += 1
        silent = role not in self._sending_roles
        if not silent or self._silent_reactions[role] <= MAX_REACTIONS_OF_SILENT_ROLE:
            return
        names = {node.me for node in self.model.nodes if type(node.first.actor) is role}
        for block in self.model.interchangeable:
            names |= {node.me for node in self.model.nodes if node.me in block and names & {*block}}
        self.open |= {self.model.index[name] for name in names}

    def _add_edge(self, i: int, local: Local, edge: Edge) -> None:
        """Add an edge, the letters that it sends, and the local state that it leads to."""
        self.edges[i][local].append(edge)
        for letter, receivers in edge.bundle.sends if edge.bundle is not None else ():
            if receivers:
                self._sending_roles.add(type(local.actor))
            for receiver in receivers:
                self._add_letter(self.model.index[receiver], letter)
        self._add_local(i, edge.next)

    def _add_letter(self, i: int, letter: Letter) -> None:
        """Add a letter to a node, if it is new, and queue the reactions to the letter."""
        if letter not in self.letters[i] and i not in self.open:
            self.letters[i][letter] = None
            self._queue(i, [(local, letter) for local in self.edges[i] if local.up])
