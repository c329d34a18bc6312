"""Side conditions of tables that grow with the search, dropped one by one, each with its trap.

A trap begins with tables of what it `knows`: nothing, what the first two states lead to, all
messages, or everything that can be met. With little known, a search meets what its tables lack;
with more, it uses its reductions at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from pcheck.search.compiled.turn import Turn
from pcheck.search.compiled.walk import Walk
from pcheck.search.outcome import SearchResult
from pcheck.search.reductions import minimise, quotients
from pcheck.search.reductions.automaton import MacroStep
from pcheck.search.reductions.local_tables import Edge, Local, LocalTables
from pcheck.search.reductions.met import Noting
from pcheck.search.reductions.met_tables import FAILS as FAILING
from pcheck.search.reductions.met_tables import MetTables
from pcheck.search.reductions.prune import Pruned
from pcheck.search.reductions.quotients import Quotients
from pcheck.semantics.node import Config
from tests.attack.attack import Case
from tests.attack.conditions import Condition, Patch
from tests.attack.scripts import never_at, trap
from tests.attack.traps import FAILS, ONCE, RIGHT, SET, WRONG

NOTHING, SOME, MESSAGES, EVERYTHING = "nothing", "some", "messages", "everything"
A_THEN_B = "00 p 10 A>n1; 10 q 20 B>n1"  # scripts of the sender m1
TAKES_B_THEN_A = trap(SET, {"n": "00 B 10; 10 A 20 X>", "m": A_THEN_B})
SLOWLY_A_THEN_B = "00 p 10 A>n1; 10 q 20; 20 r 30; 30 s 40 B>n1"


class TurnTrap(NamedTuple):
    """A protocol, the reductions, what is known, and the answers with and without a condition."""

    case: Case
    reduce: str
    knows: str
    answer: str
    without: str
    drop: Condition
    grows: bool  # after each level, or at the end alone


TRAPS: dict[str, TurnTrap] = {}


def dropped(
    condition: str,
    case: Case,
    reduce: str,
    knows: str = NOTHING,
    answer: str = RIGHT,
    without: str = WRONG,
    *,
    grows: bool = True,
) -> Callable[[Condition], Condition]:
    """Return a decorator that adds a patch, under the condition that it drops, with its trap."""

    def add(drop: Condition) -> Condition:
        assert condition not in TRAPS
        TRAPS[condition] = TurnTrap(case, reduce, knows, answer, without, drop, grows)
        return drop

    return add


@dropped(
    "a message is noted when it is sent, and dropped only if the tables hold it",
    TAKES_B_THEN_A,
    "prune",
)
def _(patch: Patch) -> None:
    def note(self: Noting, config: Config) -> tuple[MacroStep, ...]:
        steps = self.inner.steps(config)
        for step in steps:
            self._met.add_local(self._i, self.node.local(step.next))
        return steps

    def representative(self: Pruned, config: Config) -> Config:
        live = self.live.get(self.node.local(config))
        if live is None:
            return config
        for letter in config.inbox:
            if letter in live:
                self.inner.inner._met.add_letter(self.inner.inner._i, letter)  # type: ignore
        inbox = tuple(letter for letter in config.inbox if letter in live)
        return self.node.config(config.actor, config.up, inbox)

    patch.setattr(Noting, "steps", note)
    patch.setattr(Pruned, "representative", representative)


@dropped(
    "an opaque local state is equal only to itself",
    trap(
        SET,
        {
            "n": "00 B 10; 00 Y 30; 10 C 20; 30 C 40; 40 A 50 X>",
            "m": "00 p 10 B>n1; 00 q 10 Y>n1; 10 r 20 C>n1; 20 s 30 A>n1",
        },
    ),
    "minimise",
    MESSAGES,
)
def _(patch: Patch) -> None:
    def representatives(tables: LocalTables, i: int) -> dict[Local, Local]:
        known = tables.edges[i]
        tables.edges[i] = {**known, **{local: [] for local in tables.opaque(i)}}
        found = minimise.class_representatives(tables, i)
        tables.edges[i] = known
        return {local: of for local, of in found.items() if local in known}

    patch.setattr(quotients, "class_representatives", representatives)


def _without_edges(patch: Patch, is_left_out: Callable[[MetTables, int, Edge], bool]) -> None:
    """Leave edges out of the tables."""
    fill = MetTables._fill

    def fill_in(self: MetTables, i: int, before: LocalTables) -> None:
        fill(self, i, before)
        for local, edges in self.edges[i].items():
            self.edges[i][local] = [each for each in edges if not is_left_out(self, i, each)]

    patch.setattr(MetTables, "_fill", fill_in)


@dropped(
    "the tables hold crashes",
    trap(SET, {"n": "00 A 11; 10 B 20 X>", "m": "00 p 10 A>n1 B>n1"}, crashes=1),
    "prune",
    EVERYTHING,
)
def _(patch: Patch) -> None:
    _without_edges(patch, lambda tables, i, edge: edge.label == "crash")


@dropped(
    "a reaction that fails is a reaction",
    trap(SET, {"n": "00 A !", "m": "00 p 10 A>n1"}),
    "prune",
    MESSAGES,
    FAILS,
)
def _(patch: Patch) -> None:
    _without_edges(patch, lambda tables, i, edge: edge.label == FAILING)


@dropped(
    "the tables hold reactions that lead to an opaque local state",
    trap(SET, {"n": "00 A 50", "m": "00 p 10 A>n1"}, properties=[never_at(5)]),
    "prune",
    MESSAGES,
)
def _(patch: Patch) -> None:
    _without_edges(patch, lambda tables, i, edge: edge.next not in tables._met.locals[i])


@dropped(
    "grown tables must confirm every letter that was dropped",
    trap(SET, {"n": "00 B 10; 10 A 20 X>", "m": SLOWLY_A_THEN_B}),
    "prune",
)
def _(patch: Patch) -> None:
    patch.setattr(Quotients, "_are_confirmed", lambda self, lives: True)


@dropped(
    "grown tables must confirm every merge",
    trap(
        ONCE,
        {
            "n": "00 B 10 C>m1; 10 B 10 C>m1; 10 A 20 X>",
            "m": "00 a 90 B>n1; 00 b 20; 20 c 30 Y>n1; 30 d 40; 40 e 50 B>n1; 50 C 60 A>n1",
        },
    ),
    "minimise",
)
def _(patch: Patch) -> None:
    patch.setattr(Quotients, "_grown_classes", lambda self, tables: self._classes_in(tables))


@dropped(
    "a search answers only if the tables of all that it met confirm it",
    TAKES_B_THEN_A,
    "prune",
    MESSAGES,
)
def _(patch: Patch) -> None:
    patch.setattr(Turn, "_confirm", lambda self: None)


@dropped(
    "a fault counts only if the tables of all that was met confirm it",
    trap(
        SET,
        {
            "n": "00 B 10 C>m1; 10 B 10 C>m1; 00 A !; 10 A 20",
            "m": "00 p 10 B>n1; 10 C 20 A>n1",
        },
    ),
    "minimise",
    SOME,
    without=FAILS,
    grows=False,
)
def _(patch: Patch) -> None:
    def run(self: Turn) -> SearchResult:
        assert self.walk.advance(self._after_level)
        return self._report()

    patch.setattr(Turn, "run", run)


@dropped(
    "a proof counts only if the tables of all that it met confirm it",
    TAKES_B_THEN_A,
    "prune,cover",
    MESSAGES,
)
def _(patch: Patch) -> None:
    prove = Turn._prove

    def unconfirmed(self: Turn) -> Walk | None:
        with Patch.context() as inner:
            inner.setattr(Turn, "_confirm", lambda self: None)
            return prove(self)

    patch.setattr(Turn, "_prove", unconfirmed)
