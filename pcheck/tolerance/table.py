"""The printed table of how many nodes may stop, and what it shows about the sizes of clusters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console, ConsoleOptions, RenderResult

from pcheck.render.text.paragraphs import Cell, Paragraph, Rows
from pcheck.search.limits import stop_phrase
from pcheck.semantics.network import NETWORKS
from pcheck.text import counted
from pcheck.tolerance.rows import Question, Row

WORDS = {True: ("yes", "green"), False: ("no", "red"), None: ("?", "yellow")}


class Table:
    """The rows of one question, with a title, and the conclusions from the rows."""

    def __init__(self, question: Question, rows: Sequence[Row]) -> None:
        self.question, self.rows = question, rows

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        prop = self.question.prop
        yield Paragraph(f"{prop.name}: {prop.summary}", "bold")
        yield Paragraph(self.scope())
        yield ""
        yield Paragraph(self.asked)
        yield Rows(self.lines())
        for nth, each in enumerate(self.conclusions()):
            yield from ("", each) if nth == 0 else (each,)

    @property
    def asked(self) -> str:
        """The question above the rows."""
        return f"May any of the nodes {self.question.tolerance.stop} stop, and how many?"

    def scope(self) -> str:
        """Return what is the same in all rows."""
        setup, option = self.rows[0].setup, self.question.tolerance.option
        sizes = [
            f"{name} {value}"
            for name, value in setup.options.items()
            if name != option and (value or name in self.question.tolerance.scope)
        ]
        network = NETWORKS[setup.network or ""]
        crashes = counted(setup.crashes, "crash") if setup.crashes else "no crash"
        return f"With {', '.join([*sizes, f'network {network.name}', crashes])}."

    def lines(self) -> Iterator[tuple[Cell, ...]]:
        """Yield the heads of the columns, then the cells of each row."""
        option = self.question.tolerance.option
        most = max(row.columns for row in self.rows)
        heads = ["none stops", *(f"{n} stop{'s' if n == 1 else ''}" for n in range(1, most))]
        head = [(option, "dim"), *((each, "dim") for each in heads), ("asked in", "dim")]
        yield tuple(head)
        for row in self.rows:
            cells = [self._cell(row, count) for count in range(most)]
            yield (str(row.size), ""), *cells, (counted(row.found.asked, "state"), "")

    def _cell(self, row: Row, count: int) -> Cell:
        is_past_no = count > row.nodes or (
            row.may_stop(count) is False and count >= len(row.found.answers)
        )
        if is_past_no:
            return "", ""
        return WORDS[row.may_stop(count)]

    def conclusions(self) -> Iterator[Paragraph]:
        """Yield which size is needed for how many stops, and what the table leaves open."""
        option = self.question.tolerance.option
        needed: dict[int, int] = {}
        for row in sorted(self.rows, key=lambda row: row.size):
            if row.most is None:  # nobody knows whether this size is enough
                break
            for count in range(1, row.most + 1):
                needed.setdefault(count, row.size)
        if needed and len(self.rows) > 1:
            parts = [
                f"{counted(count, 'stop')} need{'s' * (count == 1)} {size} {option}"
                for count, size in needed.items()
            ]
            yield Paragraph(f"{'; '.join(parts)}.")
        for warning in dict.fromkeys(each for row in self.rows for each in row.search.warnings):
            yield Paragraph(f"Note: {warning}.")
        for row in self.rows:
            if not row.found.asked and row.found.stopped is None:
                text = f"{option} {row.size}: the question is asked in no state, so nobody knows."
                yield Paragraph(text, "yellow")
            if row.found.stopped is not None:
                yield Paragraph(
                    f"INCOMPLETE: {option} {row.size} stopped {stop_phrase(row.found.stopped)} "
                    f"after {counted(row.search.states, 'state')}; ? is not known.",
                    "bold yellow",
                )

    @property
    def example(self) -> Row | None:
        """The row whose trap is to be shown first: the first one that tolerates a stop."""
        found = [row for row in self.rows if row.trap_steps is not None]
        return next((row for row in found if row.most), found[0] if found else None)
