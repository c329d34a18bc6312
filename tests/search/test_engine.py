"""The choice of an engine: a search that goes on with the compiled one says the same."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcheck.search import engine
from pcheck.search.options import SearchOptions
from pcheck.search.outcome import SearchResult
from tests.search.alike import Asked, by_reference, check_runs, told
from tests.search.protocols import questions
from tests.search.settings import COMMON


@settings(max_examples=60, **COMMON)
@given(questions(400), st.sampled_from([1, 2, 10, 50]))
def test_an_engine_that_is_changed_on_the_way_says_the_same(asked: Asked, small: int) -> None:
    expected = by_reference(asked)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "SMALL", small)
        options = SearchOptions("auto", "none", asked.limits, asked.all_properties)
        found = engine.explore(asked.runs(), options)
    assert told(found) == told(expected)
    assert found.engine == ("compiled" if meets(expected, asked, small) else "reference")
    check_runs(asked, found)


def meets(search: SearchResult, asked: Asked, small: int) -> bool:
    """Return whether there are more states than the reference explorer is tried with."""
    most = asked.limits.states
    return search.states > small and (most is None or most > small)
