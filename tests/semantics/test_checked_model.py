"""Models whose methods raise or return invalid results."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from pcheck.blame import place_of
from pcheck.errors import SpecError
from pcheck.search.reference import explore
from pcheck.semantics import checked_model
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


@pytest.mark.parametrize(("edges", "printed"), [(DIAMOND, []), ({"A": "B", "B": "C C.1 C"}, ["B"])])
def test_a_state_is_printed_only_for_an_error(
    edges: dict[str, str], printed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Printing every state took most of the time of a search."""
    shown: list[str] = []

    def show(state: str) -> str:
        shown.append(state)
        return repr(state)

    class Faulty(Graph):
        def steps(self, state: str) -> Iterator[tuple[str, str]]:
            yield from ((label.removesuffix(".1"), after) for label, after in super().steps(state))

    monkeypatch.setattr(checked_model, "show", show)
    with nullcontext() if not printed else pytest.raises(SpecError, match=r"\[in state 'B'\]"):
        explore(Faulty(edges, never("X")))
    assert shown == printed
