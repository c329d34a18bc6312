"""Settings for small protocols: proofs with cover, small tables, and no warnings."""

from __future__ import annotations

import pytest

from pcheck.search import vacuity
from pcheck.search.compiled import explorer, turn

MAX_LOCAL_REACTIONS = 1_000  # in the closed tables; some small protocols have large ones

pytest.register_assert_rewrite("tests.attack.attack")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try a proof with `cover` in every search, and skip the warnings about unsent messages.

    To find what an actor can send, pcheck reads the code of its class, which takes longer than the
    search for a small protocol.
    """
    monkeypatch.setattr(turn, "MIN_STATES_TO_TRY_COVER", 0)
    monkeypatch.setattr(vacuity, "check_sent", lambda *_: ())
    monkeypatch.setattr(explorer, "MAX_LOCAL_REACTIONS", MAX_LOCAL_REACTIONS)
