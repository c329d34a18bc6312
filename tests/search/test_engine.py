"""The choice of an engine: switching to the compiled engine does not change the answers."""

from __future__ import annotations

import pytest

from pcheck.search import engine
from pcheck.search.options import SearchOptions
from pcheck.search.outcome import SearchResult
from tests import draws as st
from tests.search.alike import Case, answers, by_reference, check_traces
from tests.search.protocols import cases


@pytest.mark.slow
def test_switching_engines_during_a_search_does_not_change_the_answers() -> None:
    both = st.tuples(cases(400), st.sampled_from([1, 2, 10, 50]))
    st.for_each(both, 60, lambda drawn: check_switch(*drawn))


def check_switch(case: Case, small: int) -> None:
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
