"""Arguments for small state graphs, and a spec that a test may change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx

Ends = Callable[..., tuple[int, str, str]]
TWO_BY_TWO = "graph", "--acceptors", "2", "--rounds", "1", "--crashes", "0"
SHORT = (
    "--bug",
    "votes-in-any-ballot",
    "--acceptors",
    "1",
)  # 40 states; the shortest counterexample has 8 steps
LAMPORT = "graph", "lamport", "--acceptors", "1", "--values", "1", "--ballots", "2"
MARKED = "the shortest trace that violates agreement (8 steps) is marked"
COUNTING = """\
from collections.abc import Iterator
from dataclasses import dataclass

from pcheck import Id, Model, Seen, always, spec


@dataclass(frozen=True)
class At:
    number: int


@always(sees=[At])
def grows(before: Seen, after: Seen) -> str | None:
    a, b = ([at.number for _, at in seen.sent(At)] for seen in (before, after))
    return "it shrinks" if b < a else None


class Counter(Model[int]):
    properties = (grows,)

    def __init__(self, end: int) -> None:
        self.end = end

    def initial(self) -> int:
        print("a spec may print")
        return 0

    def steps(self, state: int) -> Iterator[tuple[str, int]]:
        # a fault goes here
        if state < self.end:
            yield f"counts to {state + 1}", state + 1
        else:
            yield "starts again", 0

    def observe(self, state: int) -> Seen:
        return Seen([(Id("n"), At(state))], {})


@spec
def counting(end: int = 3) -> Counter:
    return Counter(end)
"""


def read(file: Path) -> Any:
    return nx.read_graphml(file, force_multigraph=True)


def violating(graph: Any) -> list[str]:
    return [state for state, about in graph.nodes(data=True) if "violates" in about]
