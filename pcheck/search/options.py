"""The options of a search, validated here for the command line and the library alike."""

from __future__ import annotations

from dataclasses import dataclass

from pcheck.errors import ParameterName, UsageError
from pcheck.search.limits import Limits
from pcheck.search.reductions.reduce import REDUCTIONS, named
from pcheck.text import nearest

ENGINES = ("auto", "reference", "compiled")


@dataclass(frozen=True)
class SearchOptions:
    """An engine, the reductions that it applies, the limits of the search, and how far it goes.

    `reductions` are some names with commas between them, `all` or `none`; None leaves the choice to
    the engine. A search ends with the first violation, unless `all_properties` are to be decided.
    """

    engine: str = "auto"
    reductions: str | None = None
    limits: Limits = Limits()
    all_properties: bool = False

    def __post_init__(self) -> None:
        if self.engine not in ENGINES:
            hint = nearest(self.engine, ENGINES) or f"; there is {', '.join(ENGINES)}"
            raise UsageError(f"there is no engine {self.engine!r}{hint}")
        if self.demands_reductions and self.engine == "reference":  # the former checks their names
            text = "the reference engine does not apply reductions: leave out"
            raise UsageError(text, ParameterName("reduce"))

    @property
    def reduction_names(self) -> tuple[str, ...]:
        """The names of the reductions that the compiled engine tries."""
        return REDUCTIONS if self.reductions is None else named(self.reductions)

    @property
    def demands_reductions(self) -> bool:
        """True if reductions are asked for by name, so that no other engine will do."""
        return self.reductions is not None and bool(self.reduction_names)
