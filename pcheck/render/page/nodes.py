"""The fields of every node, as tables; and the few of them that each step changes.

A page keeps the first state and the differences, and its script puts the others together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from pcheck.render.page.markup import Markup, element, joined
from pcheck.traces.timeline import Columns, Timeline

LONG = 14  # letters
Cell: TypeAlias = tuple[str, str]  # a column of the run, and one of its fields
Change: TypeAlias = tuple[int, str | None]  # which cell, and what it holds from then on


@dataclass(frozen=True)
class Table:
    """Nodes that have the same fields, at one time or another."""

    lanes: tuple[str, ...]
    fields: tuple[str, ...]

    @property
    def cells(self) -> list[Cell]:
        return [(lane, field) for lane in self.lanes for field in self.fields]


@dataclass(frozen=True)
class Nodes:
    """All that the nodes of a run hold, cell by cell."""

    timeline: Timeline

    @cached_property
    def tables(self) -> list[Table]:
        """Tables of alike nodes; a field without a name (that a node is down, say) is first."""
        every = [self.timeline.first, *(event.columns for event in self.timeline.events)]
        alike: dict[tuple[str, ...], dict[str, bool]] = {}
        for lane in self.timeline.lanes:
            fields = dict.fromkeys(field for columns in every for field in columns.get(lane, {}))
            unnamed = "" in fields
            fields.pop("", None)
            alike.setdefault(tuple(fields), {})[lane] = unnamed
        return [
            Table(tuple(lanes), (*([""] if any(lanes.values()) else []), *fields))
            for fields, lanes in alike.items()
        ]

    @cached_property
    def cells(self) -> list[Cell]:
        return [cell for table in self.tables for cell in table.cells]

    def texts(self, columns: Columns) -> list[str | None]:
        return [columns.get(lane, {}).get(field) for lane, field in self.cells]

    def steps(self) -> Iterator[list[Change]]:
        before = self.texts(self.timeline.first)
        for event in self.timeline.events:
            after = self.texts(event.columns)
            yield [(at, text) for at, text in enumerate(after) if text != before[at]]
            before = after

    def drawn(self) -> Markup:
        """The tables, filled with the first state; a script finds each cell by its place."""
        return joined(*map(self._table, self.tables))

    def _table(self, table: Table) -> Markup:
        names = (_head(field or "state", "col") for field in table.fields)
        head = element("tr", element("th", "node", scope="col"), *names)
        rows = (self._row(lane, table.fields) for lane in table.lanes)
        caption = element("caption", f"What {', '.join(table.lanes)} hold", class_="unseen")
        return element("table", caption, element("thead", head), element("tbody", *rows))

    def _row(self, lane: str, fields: tuple[str, ...]) -> Markup:
        held = self.timeline.first.get(lane, {})
        cells = (element("td", held.get(field, "")) for field in fields)
        return element("tr", _head(lane, "row"), *cells, data_node=lane)


def _head(name: str, scope: str) -> Markup:
    """One that is long may be broken, so that something is left for what is held."""
    return element("th", name, scope=scope, class_="long" if len(name) > LONG else None)
