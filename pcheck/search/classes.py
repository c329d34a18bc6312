"""The states of a search up to a shift, and the cycles among them; see `livelock`."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

import networkx as nx

from pcheck.search.avoiding import Avoiding, Step
from pcheck.search.limits import Limits, depth_limit, state_limit
from pcheck.search.rounds import Lasso, lasso_of
from pcheck.semantics.cluster_model import State
from pcheck.semantics.trace import Trace

MAX_STATES = 20_000  # of the search of all states
CANDIDATES = 20  # states of a strongly connected part through which a cycle is tested
MAX_STEPS_OF_ONE_CYCLE = 300  # of a part, to be all taken in one cycle
MAX_STEPS = 1_000  # of a cycle, and before it where messages arrive together
SHIFTED = "states that differ in how high values are: that they behave alike is not proved"


def most_states(limits: Limits) -> int:
    """Return the limit of the search of all states."""
    return min(limits.states or MAX_STATES, MAX_STATES)


class Classes:
    """A graph of states up to a shift, in which the condition is false.

    A class is a key of `Shifts`, and has the first state that was found with this key. All
    executions are searched, and classes differ in all but a shift; or only executions in which
    messages arrive together are searched, and messages that are ignored make no difference.
    """

    def __init__(self, avoiding: Avoiding, max_depth: int | None, *, whole: bool) -> None:
        """Begin with the initial state; leave out what takes more than `max_depth` steps."""
        self.avoiding, self.whole = avoiding, whole
        most = [] if whole else [MAX_STEPS]
        self.max_depth = min([*most, *([max_depth] if max_depth is not None else [])], default=None)
        self.moves = avoiding.steps if whole else avoiding.batches
        self.is_cut = False  # True if something was left out
        self.states: list[State] = []
        self.numbers: dict[Hashable, int] = {}
        self.came: list[tuple[int, tuple[str, ...]]] = []  # from which class, by which labels
        self.depths: list[int] = []
        self.shifts: list[int] = []  # of the states, above the lowest one of their class
        self.graph: nx.DiGraph[int] = nx.DiGraph()
        self.merges = not whole  # True if a class stands for states that are not the same
        self.transitions = self.expanded = 0
        self.cycles = 0  # strongly connected parts that may be fair
        first = avoiding.model.initial()
        if not avoiding.is_true(first):
            self._number(first, 0, (), 0)

    @property
    def is_exhausted(self) -> bool:
        """True if every class was expanded."""
        return self.expanded == len(self.states)

    @property
    def is_exact(self) -> bool:
        """True if these are all states up to the condition, and no class stands for several.

        Only then can the absence of a fair cycle be known: that shifts change nothing is assumed.
        """
        return self.is_exhausted and not self.is_cut and not self.merges

    def why_unknown(self, limits: Limits) -> str:
        """Return what stopped the search before it could rule out every fair cycle."""
        if not self.is_exhausted:
            return state_limit(most_states(limits))
        if self.is_cut:
            return depth_limit(limits.depth or 0)
        return SHIFTED if self.merges else "cycles that may not be fair"

    def explore(self, most: int) -> None:
        """Find classes level by level, until these are all or more than `most`."""
        progress = self.avoiding.progress
        while self.expanded < len(self.states) <= most:
            number = self.expanded
            progress.states, progress.queue = len(self.states), len(self.states) - number
            progress.level = self.depths[number]
            self.avoiding.clock.check(progress)
            for labels, after in self.moves(self.states[number]):
                self.transitions += 1
                if not self.avoiding.is_true(after):
                    to = self._number(after, number, labels, self.depths[number] + len(labels))
                    if to is not None:
                        self.graph.add_edge(number, to)
            self.expanded += 1

    def _number(self, state: State, parent: int, labels: tuple[str, ...], depth: int) -> int | None:
        """Return the number of the class of a state, or None beyond the limit of steps.

        A new class gets the next number.
        """
        key, by = self._key(state)
        if key not in self.numbers:
            if self.max_depth is not None and depth > self.max_depth:
                self.is_cut = True
                return None
            self.numbers[key] = len(self.states)
            self.states.append(state)
            self.came.append((parent, labels))
            self.depths.append(depth)
            self.shifts.append(by)
        self.merges |= self.shifts[self.numbers[key]] != by
        return self.numbers[key]

    def _number_of(self, state: State) -> int | None:
        """Return the number of the class of a state, or None if the class was not found."""
        return self.numbers.get(self._key(state)[0])

    def _key(self, state: State) -> tuple[Hashable, int]:
        shown = state if self.whole else self.avoiding.without_ignored(state)
        return self.avoiding.shifts.key(shown)

    def ends(self) -> int:
        """Return the number of states after which nothing but crashes and losses can happen."""
        return sum(map(self.avoiding.is_end, self.states))

    def lasso(self) -> Lasso | None:
        """Return a lasso, if one is found: a cycle that is fair, and the steps that lead to it."""
        parts = [
            part
            for part in nx.strongly_connected_components(self.graph)
            if len(part) > 1 or self.graph.has_edge(*[next(iter(part))] * 2)
        ]
        parts = [part for part in parts if not self._is_unfair(part)]
        self.cycles = len(parts)
        for part in sorted(parts, key=min):
            for trace, begins in self._candidates(part):
                lasso = lasso_of(self.avoiding, trace, begins)
                if lasso is not None:
                    return lasso
        return None

    def _candidates(self, part: set[int]) -> Iterator[tuple[Trace[State], int]]:
        """Yield traces that end with a cycle, and where it begins: first the shortest traces."""
        inside, found = self.graph.subgraph(part), []
        for number in sorted(part)[:CANDIDATES]:
            ways = nx.single_source_shortest_path(inside, number)
            backs = [ways[each] for each in inside.predecessors(number)]
            found.append(self._with_cycle(number, [*min(backs, key=len)[1:], number]))
        yield from sorted(found, key=lambda each: len(each[0]))
        if inside.number_of_edges() <= MAX_STEPS_OF_ONE_CYCLE:
            yield self._with_cycle(min(part), self._everywhere(inside, min(part)))

    def _is_unfair(self, part: set[int]) -> bool:
        """Return whether no cycle of a strongly connected part is fair, as far as that is known.

        It is known if no class stands for several states: if a cycle of the part is fair, then the
        cycle through the whole part is fair, too.
        """
        if self.merges:
            return False
        avoiding, taken = self.avoiding, set[Step]()
        owed = set.intersection(*(avoiding.owed(self.states[number]) for number in part))
        for number in part:
            avoiding.clock.check(avoiding.progress)
            state = self.states[number]
            for i, row in avoiding.model.rows(state):
                after = avoiding.model.after(state, i, row)
                if self._number_of(after) in part and after != state:
                    taken.update(avoiding.names_of(state, i, row))
        return not owed <= taken

    def _everywhere(self, inside: nx.DiGraph[int], start: int) -> list[int]:
        """Return a closed walk from a class that takes every step of a part."""
        walk = [start]
        for before, after in inside.edges:
            self.avoiding.clock.check(self.avoiding.progress)
            walk += [*nx.shortest_path(inside, walk[-1], before)[1:], after]
        return [*walk[1:], *nx.shortest_path(inside, walk[-1], start)[1:]]

    def _with_cycle(self, number: int, way: list[int]) -> tuple[Trace[State], int]:
        """Return the trace to a class and then along others, and the length of its first part."""
        stem, cycle = self._trace(number), self._follow(self.states[number], way)
        self.avoiding.clock.check(self.avoiding.progress)
        whole = Trace((*stem.states, *cycle.states[1:]), (*stem.labels, *cycle.labels))
        return whole, len(stem)

    def _follow(self, state: State, way: list[int]) -> Trace[State]:
        """Return the steps from a state through classes, as far as the state can take them."""
        labels: list[str] = []
        start = state
        for number in way:
            moves = (move for move in self.moves(state) if self._number_of(move.after) == number)
            move = next(moves, None)
            if move is None:  # not all states of a class are alike
                break
            if len(labels) > MAX_STEPS:  # to replay them would take too long
                break
            labels += move.labels
            state = move.after
        return self._steps(start, labels)

    def _trace(self, number: int) -> Trace[State]:
        """Return the trace to the state of a class."""
        labels: list[str] = []
        while number != 0:
            number, some = self.came[number]
            labels[:0] = some
        return self._steps(self.avoiding.model.initial(), labels)

    def _steps(self, state: State, labels: list[str]) -> Trace[State]:
        """Return the trace with these labels from a state."""
        states = [state]
        for label in labels:
            states.append(dict(self.avoiding.model.steps(states[-1]))[label])
        return Trace(tuple(states), tuple(labels))
