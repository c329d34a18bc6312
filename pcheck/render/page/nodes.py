"""Tables of the fields of all nodes, and the cells that each step changes.

A page contains the initial state and the changes. The script of the page computes the other states.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from pcheck.render.page.markup import Markup, element, joined
from pcheck.traces.timeline import Columns, Timeline

MAX_UNBROKEN_LETTERS = 14  # longer names may be broken
FieldCell: TypeAlias = tuple[str, str]  # a lane and the name of a field
CellChange: TypeAlias = tuple[int, str | None]  # the index of a cell and its new text


@dataclass(frozen=True)
class NodeTable:
    """The lanes that have the same fields during the trace, and these fields."""

    lanes: tuple[str, ...]
    fields: tuple[str, ...]

    @property
    def cells(self) -> list[FieldCell]:
        """The cells of the table, row by row."""
        return [(lane, field) for lane in self.lanes for field in self.fields]


@dataclass(frozen=True)
class NodeTables:
    """The tables of a trace; a cell is identified by its index among all cells."""

    timeline: Timeline

    @cached_property
    def tables(self) -> list[NodeTable]:
        """A table for each set of fields; the field without a name is the first field.

        Such a field says for example that the node is down.
        """
        all_columns = [self.timeline.first, *(event.columns for event in self.timeline.events)]
        lanes_of: dict[tuple[str, ...], dict[str, bool]] = {}  # by the fields with names
        for lane in self.timeline.lanes:
            fields = dict.fromkeys(
                field for columns in all_columns for field in columns.get(lane, {})
            )
            has_unnamed = "" in fields
            fields.pop("", None)
            lanes_of.setdefault(tuple(fields), {})[lane] = has_unnamed
        return [
            NodeTable(tuple(lanes), (*([""] if any(lanes.values()) else []), *fields))
            for fields, lanes in lanes_of.items()
        ]

    @cached_property
    def cells(self) -> list[FieldCell]:
        """The cells of all tables."""
        return [cell for table in self.tables for cell in table.cells]

    def texts(self, columns: Columns) -> list[str | None]:
        """Return the text of every cell, or None for a field that the columns lack."""
        return [columns.get(lane, {}).get(field) for lane, field in self.cells]

    def steps(self) -> Iterator[list[CellChange]]:
        """Yield the changed cells of each step."""
        before = self.texts(self.timeline.first)
        for event in self.timeline.events:
            self.timeline.tick()
            after = self.texts(event.columns)
            yield [(index, text) for index, text in enumerate(after) if text != before[index]]
            before = after

    def markup(self) -> Markup:
        """Return the tables with the initial state; the cells are in the order of `cells`."""
        return joined(*map(self._table, self.tables))

    def _table(self, table: NodeTable) -> Markup:
        names = (_head(field or "state", "col") for field in table.fields)
        head = element("tr", element("th", "node", scope="col"), *names)
        rows = (self._row(lane, table.fields) for lane in table.lanes)
        caption = element("caption", f"State of {', '.join(table.lanes)}", class_="unseen")
        return element("table", caption, element("thead", head), element("tbody", *rows))

    def _row(self, lane: str, fields: tuple[str, ...]) -> Markup:
        values = self.timeline.first.get(lane, {})
        cells = (element("td", values.get(field, "")) for field in fields)
        return element("tr", _head(lane, "row"), *cells, data_node=lane)


def _head(name: str, scope: str) -> Markup:
    """Return a heading; a long name may be broken, so that the values have room."""
    is_long = len(name) > MAX_UNBROKEN_LETTERS
    return element("th", name, scope=scope, class_="long" if is_long else None)
