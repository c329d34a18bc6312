"""A model that is broken: a state, a step or an observation that is a fault of the spec."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pcheck.blame import place_of
from pcheck.errors import SpecError
from pcheck.search.reference import explore
from tests.search.drawn import DIAMOND, Graph, never


def test_two_steps_of_one_label_are_an_error() -> None:
    class Torn(Graph):
        def steps(self, state: str) -> Iterator[tuple[str, str]]:
            yield from super().steps(state)
            if state == "B":
                yield "B D", "A"

    with pytest.raises(SpecError) as caught:
        explore(Torn(DIAMOND))
    assert (
        str(caught.value)
        == f"{place_of(Torn.steps)}steps: two steps are both labelled 'B D' [in state 'B']"
    )


@pytest.mark.parametrize("where", ["initial", "steps", "observe"])
def test_a_model_that_raises_is_a_broken_spec(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def raises(*_: object) -> None:
        raise KeyError("boom")

    monkeypatch.setattr(Graph, where, raises)
    with pytest.raises(SpecError, match="KeyError: 'boom'"):
        explore(Graph(DIAMOND, never("X")))
