"""One saved trace, files that differ from it, and the output of `pcheck replay` for them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pcheck.cli.main import run

# With one acceptor, each of two ballots takes a start, a prepare, a promise and a vote.
STEPS = [
    "a1 <- p1: Accept(vote=Vote(ballot=1, value=v1))",
    "a1 <- p1: Prepare(ballot=1)",
    "a1 <- p2: Accept(vote=Vote(ballot=2, value=v2))",
    "a1 <- p2: Prepare(ballot=2)",
    "p1 <- a1: Promise(ballot=1, last=None)",
    "p1 starts ballot 1",
    "p2 <- a1: Promise(ballot=2, last=None)",
    "p2 starts ballot 2",
]
REFUSED = "a1 <- p1: Accept(vote=Vote(ballot=1, value=v1))"  # after the promise of ballot 2


def replayed(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Return the exit status, the output and the errors of `pcheck replay`."""
    status = run(["replay", *arguments])
    out, err = capsys.readouterr()
    return status, out, err


Changes = dict[str, Any]


def bad(saved: dict[str, Any], changes: Changes) -> None:
    """Write bad.json: the saved trace with some fields changed; `...` leaves a field out."""
    wanted = {name: value for name, value in {**saved, **changes}.items() if value is not ...}
    Path("bad.json").write_text(json.dumps(wanted))
