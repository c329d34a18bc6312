"""Decision diagrams: a function of several small numbers as a graph without repeated parts.

A node of a diagram asks for one number and has a child for each number that occurs; the last
children are answers. Equal nodes are one, also of different diagrams. A child that is missing was
not computed.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

Numbers = tuple[int, ...]
Rows = Sequence[tuple[Numbers, int]]


class Diagrams:
    """The nodes and the answers of all diagrams of a page.

    `nodes` holds for each node its children, each with the numbers that lead to it. A child below 0
    is the complement of the number of an answer.
    """

    def __init__(self) -> None:
        self.nodes: list[list[list[int]]] = []
        self.answers: list[Any] = []
        self._nodes: dict[tuple[tuple[int, int], ...], int] = {}
        self._answers: dict[Hashable, int] = {}

    def add(self, answers: Mapping[Numbers, Hashable]) -> int | None:
        """Add the diagram of a function and return its first node, or None if nothing is known."""
        rows = [(numbers, self._answer(answer)) for numbers, answer in sorted(answers.items())]
        return self._node(rows, 0) if rows else None

    def add_maps(self, answers: Mapping[Numbers, Mapping[Hashable, Hashable]]) -> list[int]:
        """Add a diagram for each key of the maps, and return the first nodes.

        The answer of a diagram is the value of its key, or None in a map without the key.
        """
        whole = Diagrams()
        root = whole.add({numbers: tuple(each.items()) for numbers, each in answers.items()})
        maps = [dict(each) for each in whole.answers]
        if root is None:
            return []
        return [
            self._part(whole, root, [self._answer(each.get(key)) for each in maps], {})
            for key in dict.fromkeys(key for each in maps for key in each)
        ]

    def _part(
        self, whole: Diagrams, node: int, answers: Sequence[int], known: dict[int, int]
    ) -> int:
        """Return the node that corresponds to one of another diagram, with these answers."""
        if node < 0:
            return answers[~node]
        if node not in known:
            children = [
                (number, self._part(whole, child, answers, known))
                for child, *numbers in whole.nodes[node]
                for number in numbers
            ]
            known[node] = self._shared(sorted(children))
        return known[node]

    def _answer(self, answer: Hashable) -> int:
        key = type(answer), answer
        if key not in self._answers:
            self._answers[key] = len(self.answers)
            self.answers.append(answer)
        return ~self._answers[key]

    def _node(self, rows: Rows, place: int) -> int:
        """Return the node for sorted rows that agree in the numbers before a place."""
        if place == len(rows[0][0]):
            return rows[0][1]
        parts = groupby(rows, key=lambda row: row[0][place])
        children = [(number, self._node(list(part), place + 1)) for number, part in parts]
        return self._shared(children)

    def _shared(self, children: Iterable[tuple[int, int]]) -> int:
        """Return the node with these numbers and children."""
        key = tuple(children)
        if key not in self._nodes:
            self._nodes[key] = len(self.nodes)
            numbers: dict[int, list[int]] = {}
            for number, child in key:
                numbers.setdefault(child, []).append(number)
            self.nodes.append([[child, *each] for child, each in numbers.items()])
        return self._nodes[key]
