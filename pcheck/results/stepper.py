"""The stepper of the library: a trace that a script or a notebook builds step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pcheck.files import write_whole
from pcheck.loading.added import Also
from pcheck.loading.named_nodes import NodeNames
from pcheck.loading.setup import prepare
from pcheck.render.text.printed import as_html, as_text
from pcheck.render.text.stepping import SteppingText
from pcheck.text import counted
from pcheck.traces.stepping import Stepping


class Stepper(Stepping):
    """A trace of a spec, built step by step.

    `steps` holds the possible steps. `take`, `undo` and `redo` change the trace, `ahead` searches
    from its end, and `print` draws it.
    """

    def __init__(
        self,
        spec: str | Path | Callable[..., Any],
        *,
        bug: str | int | None = None,
        network: str | None = None,
        crashes: int | None = None,
        crash_nodes: NodeNames | None = None,
        properties: Iterable[str] = (),
        find: str | None = None,
        also: Also = (),
        **options: Any,
    ) -> None:
        """Begin in the initial state; the arguments mean what they mean for `check`."""
        super().__init__(
            prepare(
                spec,
                options,
                bug=bug,
                network=network,
                crashes=crashes,
                crash_nodes=crash_nodes,
                properties=properties,
                find=find,
                also=also,
            )
        )

    def save(self, path: str | Path) -> None:
        """Write the trace to a file for `pcheck replay` and `pcheck play`."""
        write_whole(Path(path), self.saved().text())

    def __str__(self) -> str:
        return as_text(SteppingText(self))

    def __repr__(self) -> str:
        return f"<{self.setup.spec.name}: {counted(len(self.labels), 'step')} taken>"

    def _repr_html_(self) -> str:
        return as_html(SteppingText(self))
