"""A log recorded from the package composable-paxos, against its adapter."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("composable_paxos")

from tests.audit.recorded import Cluster  # needs the package

Ends = Callable[..., tuple[int, str, str]]
AUDIT = "audit", "composable_paxos_pypi", "log.ndjson", "--json"


def recorded(saves: bool) -> None:
    """Write the log of a proposer that crashes after its first round and begins another one."""
    cluster = Cluster(Path("log.ndjson"))
    cluster.prepare("p1")
    for receivers in (("a1", "a2"), ("p1",), ("a1", "a2")):
        cluster.deliver(*receivers)
    saved = cluster.nodes["p1"].highest_proposal_id
    cluster.restart("p1", saved if saves else None)
    cluster.prepare("p1")
    for receivers in (("a2", "a3"), ("p1",), ("a2", "a3")):
        cluster.deliver(*receivers)
    cluster.close()


def test_a_proposer_that_saves_its_proposal_id_is_sound(pcheck: Ends) -> None:
    recorded(saves=True)
    status, out, _ = pcheck(*AUDIT)
    (run,) = json.loads(out)["runs"]
    assert (status, run["answer"], run["events"]) == (0, "sound", 16)
    assert run["violations"] == []


def test_a_restarted_proposer_that_uses_its_proposal_id_again_is_refused(pcheck: Ends) -> None:
    recorded(saves=False)
    status, out, _ = pcheck(*AUDIT)
    (run,) = json.loads(out)["runs"]
    refusal = run["refusal"]
    assert (status, run["answer"]) == (1, "refused")
    lines = Path("log.ndjson").read_text().splitlines()
    second = [nth for nth, line in enumerate(lines, 1) if '"prepares"' in line][1]
    assert (refusal["line"], refusal["event"]) == (second, "p1 prepares")
    assert refusal["reason"].startswith(
        "in this step, p1 sends Prepare(from_uid=p1, proposal_id=ProposalID(number=2, uid=p1)) to "
    )


def test_the_bug_explains_the_log_that_the_mended_package_refuses(pcheck: Ends) -> None:
    recorded(saves=False)
    status, out, _ = pcheck(*AUDIT, "--bug", "saves-no-proposal-id", "--acceptors", "3")
    (run,) = json.loads(out)["runs"]
    assert (status, run["answer"]) == (0, "sound")
