"""The explorer of the attack: it shares only the language, and it gives the known counts."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from pcheck import Cluster
from pcheck.loading.spec import find
from tests.attack.explorer import Explorer
from tests.sampling import fast_first

FOLDER = Path(__file__).parent
OWN = ("explorer", "messages", "machines", "properties", "protocols")


@pytest.mark.parametrize("name", OWN)
def test_the_attack_shares_only_the_language(name: str) -> None:
    tree = ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    imported = {
        node.module or "?" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
    } | {
        each.name for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names
    }
    ours = {module for module in imported if module.split(".")[0] in ("pcheck", "specs", "tests")}
    assert ours
    assert {
        each for each in ours if not each.startswith(("pcheck.language.", "tests.attack."))
    } == (set())


def paxos(acceptors: int, proposers: int, rounds: int) -> Cluster:
    spec = find("paxos")
    cluster = spec.build(
        spec.options({"acceptors": acceptors, "proposers": proposers, "rounds": rounds})
    )
    assert isinstance(cluster, Cluster)
    return cluster


@pytest.mark.parametrize(
    ("scope", "network", "crashes", "counts"),
    fast_first(
        8,
        [
            ((3, 1, 1), "set", 0, (53, 109, 9)),
            ((2, 2, 1), "set", 0, (169, 352, 14)),
            ((3, 1, 1), "set", 1, (314, 957, 11)),
            ((2, 2, 1), "set", 1, (1_014, 3_052, 16)),
            ((2, 2, 1), "once", 0, (169, 352, 14)),
            ((2, 2, 1), "lossy", 0, (943, 2_770, 14)),
            ((2, 2, 1), "fifo", 0, (943, 3_104, 14)),
            ((3, 2, 1), "set", 0, (2_905, 8_338, 18)),
            ((2, 2, 2), "set", 0, (11_881, 27_884, 28)),
            ((3, 2, 1), "set", 1, (19_911, 77_270, 20)),
        ],
    ),
)
def test_the_explorer_finds_the_counts_of_other_model_checkers(
    scope: tuple[int, int, int], network: str, crashes: int, counts: tuple[int, int, int]
) -> None:
    answer = Explorer(paxos(*scope), network, crashes).explore(20_000)
    found = sum(answer.widths), sum(answer.transitions), len(answer.widths) - 1
    assert found == counts
