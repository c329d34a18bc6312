"""Models whose methods raise or return invalid results."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pcheck.blame import place_of
from pcheck.errors import SpecError
from pcheck.search.reference import explore
from tests.search.drawn import DIAMOND, Graph, never


def test_two_steps_with_one_label_are_refused() -> None:
    class Torn(Graph):
        def steps(self, state: str) -> Iterator[tuple[str, str]]:
            yield from super().steps(state)
            if state == "B":
                yield "B D", "A"

    with pytest.raises(SpecError) as caught:
        explore(Torn(DIAMOND))
    text = "steps() labelled two steps 'B D'; give each step its own label [in state 'B']"
    assert str(caught.value) == f"{place_of(Torn.steps)}{text}"


@pytest.mark.parametrize("method", ["initial", "steps", "observe"])
def test_a_model_that_raises_is_a_spec_error(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def raises(*_: object) -> None:
        raise KeyError("boom")

    monkeypatch.setattr(Graph, method, raises)
    with pytest.raises(SpecError, match="KeyError: 'boom'"):
        explore(Graph(DIAMOND, never("X")))
