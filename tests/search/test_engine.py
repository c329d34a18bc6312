"""The choice of an engine: switching to the compiled engine does not change the answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from pcheck import Action, Actor, Cluster, Id, Seen, action, always, check, group
from pcheck.errors import Asymmetric
from pcheck.search import engine
from pcheck.search.options import SearchOptions
from pcheck.search.outcome import SearchResult, Verdict
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


@dataclass(frozen=True)
class Worker(Actor):
    begun: bool = False

    def actions(self) -> Iterator[Action]:
        if not self.begun and self.me == Id("w1"):
            yield action("begins", self.but(begun=True))


@always(sees=["begun"])
def fine(seen: Seen) -> None:
    return None


def unlike() -> Cluster:
    """Two workers of which only the first begins."""
    w = group("w", 2)
    return Cluster({w: lambda _: Worker()}, [fine], interchangeable=[w])


def test_a_small_search_compares_interchangeable_names_as_a_large_one_does() -> None:
    errors = []
    for name in ("auto", "compiled"):
        with pytest.raises(Asymmetric) as found:
            check(unlike, engine=name)
        errors.append(str(found.value))
    assert errors[0] == errors[1]
    assert "w1 and w2 are declared interchangeable, but actions() of Worker" in errors[0]
    assert check(unlike, engine="reference").verdict is Verdict.HOLDS
