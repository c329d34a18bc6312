"""The choice of an engine: switching to the compiled engine does not change the answers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcheck.search import engine
from pcheck.search.options import SearchOptions
from pcheck.search.outcome import SearchResult
from tests.search.alike import Case, answers, by_reference, check_traces
from tests.search.protocols import cases
from tests.search.settings import COMMON


@pytest.mark.slow
@settings(max_examples=60, **COMMON)
@given(cases(400), st.sampled_from([1, 2, 10, 50]))
def test_switching_engines_during_a_search_does_not_change_the_answers(
    case: Case, small: int
) -> None:
    expected = by_reference(case)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "MAX_REFERENCE_STATES", small)
        options = SearchOptions("auto", "none", case.limits, case.all_properties)
        found = engine.explore(case.model(), options)
    assert answers(found) == answers(expected)
    assert found.engine == ("compiled" if exceeds(expected, case, small) else "reference")
    check_traces(case, found)


def exceeds(search: SearchResult, case: Case, small: int) -> bool:
    """Return whether the case has more states than the reference explorer may explore."""
    limit = case.limits.states
    return search.states > small and (limit is None or limit > small)
