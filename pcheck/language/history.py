"""What an outsider sees of one run, step after step: what an explanation is made from."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pcheck.language.property import Seen


class History:
    """The sights of a run, from before its first step to after its last; nothing is left out."""

    def __init__(self, sights: Sequence[Seen]) -> None:
        self._sights = sights

    @property
    def seen(self) -> Seen:
        """What is seen at the end."""
        return self._sights[-1]

    def since(self, test: Callable[[Seen], bool]) -> int:
        """The step by which something had become true; 0 is before the first."""
        for number, seen in enumerate(self._sights):
            if test(seen):
                return number
        raise LookupError("what is asked for is not so after any step of this run")
