"""The count of executed lines: by hand for a small protocol, and with one engine as another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pcheck import Result, check
from pcheck.coverage.executed import CALLING_AGAIN
from pcheck.errors import OutputError
from pcheck.render.text.printed import as_text
from pcheck.search.clock import Clock, Progress
from tests.coverage.lock import changed, checked

# Of two clients, each is in two states: without the lock and with it. Each meets Grant() in both
# states. The server is in three states and meets Ask() of two clients, and it grants from one.
ACTIONS = {23: 4, 24: 2}
RECEIVE = {27: 4, 28: 4, 29: 4, 30: 0}
SERVER = {38: 6, 39: 6, 40: 2, 41: 4}

SMALL: dict[str, dict[str, Any]] = {
    "paxos": {"acceptors": 2, "rounds": 1, "crashes": 0},
    "cas_paxos": {"acceptors": 2, "rounds": 1, "crashes": 0},
    "two_phase_commit": {},
}


def counts(result: Result) -> dict[int, int]:
    (found,) = result.coverage.to_dict().values()
    return {int(line): count for line, count in found.items()}


def test_the_lines_of_a_small_protocol_are_counted_as_by_hand(empty_folder: Path) -> None:
    assert counts(checked(reduce="none")) == {**ACTIONS, **RECEIVE, **SERVER}


@pytest.mark.parametrize("spec", SMALL)
def test_both_engines_execute_the_same_lines(spec: str) -> None:
    both = [
        check(spec, engine=name, reduce="none", **SMALL[spec]) for name in ("reference", "compiled")
    ]
    assert both[0].coverage.to_dict() == both[1].coverage.to_dict()


@pytest.mark.parametrize("spec", SMALL)
def test_a_reduced_search_executes_every_line_of_the_full_search(spec: str) -> None:
    full, reduced = (check(spec, reduce=reduce, **SMALL[spec]) for reduce in ("none", "all"))
    for file, lines in full.coverage.to_dict().items():
        ran = {line for line, count in reduced.coverage.to_dict()[file].items() if count}
        assert {line for line, count in lines.items() if count} <= ran


def test_a_model_is_walked_once_more() -> None:
    result = check("lamport", acceptors=2, values=1, ballots=2)
    (lines,) = result.coverage.to_dict().values()
    assert max(lines.values()) >= result.states


def test_the_table_shows_the_source_with_the_counts(empty_folder: Path) -> None:
    assert as_text(checked().coverage_table()) == TABLE


def test_ctrl_c_stops_the_count(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(progress: Progress) -> None:
        if progress.activity == CALLING_AGAIN:
            raise KeyboardInterrupt

    monkeypatch.setattr(Clock, "PERIOD", -1.0)
    result = check(
        changed(("return self.but(has_lock=True)", "return self")), on_progress=interrupt
    )
    assert result.never_happens == []
    with pytest.raises(OutputError, match=r"^the count of executed lines stopped by Ctrl-C$"):
        _ = result.coverage


TABLE = """\
Coverage: 9 of 10 lines of the nodes' code ran.
Each number counts the different situations in which a line ran: a state of a node, or a state and a
message.

Client.actions, lock.py:22
           22      def actions(self):
      4    23          if not self.has_lock:
      2    24              yield action("asks", self, broadcast(self.server, Ask()))

Client.receive, lock.py:26
           26      def receive(self, msg, src):
      4    27          match msg:
      4    28              case Grant():
      4    29                  return self.but(has_lock=True)
  never    30          return None

Server.receive, lock.py:37
           37      def receive(self, msg, src):
      6    38          match msg:
      6    39              case Ask() if self.holder is None:
      2    40                  return self.but(holder=src), send(src, Grant())
      4    41          return None
"""
