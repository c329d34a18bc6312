"""Installed packages that a spec hosts: their globals are tested, and their functions sealed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pcheck.hosted import watching

Ends = Callable[..., tuple[int, str, str]]
PACKAGE = """
from time import time

CALLS = []

class Agent:
    def __init__(self):
        self.now = time()

    def act(self):
        CALLS.append(self)
"""
ADAPTER = """
from dataclasses import dataclass
import installed_agent
from pcheck import Cluster, group, spec
from pcheck.hosted import Hosted

@dataclass(frozen=True)
class Node(Hosted):
    {more}
    def boot(self, disk, net): return installed_agent.Agent()
    def can(self, it, net): yield "acts", it.act

@spec
def adapter() -> Cluster:
    return Cluster({{group("n", 1): lambda i: Node()}})
"""


@pytest.fixture
def installed(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install a package into a folder that counts as the folder of installed packages."""
    folder = empty_folder / "site"
    folder.mkdir()
    (folder / "installed_agent.py").write_text(PACKAGE, encoding="utf-8")
    monkeypatch.setattr(watching, "PACKAGES", [folder.resolve()])
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(sys.modules, "installed_agent", raising=False)
    return empty_folder


def test_a_global_that_an_installed_package_changes_is_named(installed: Path, pcheck: Ends) -> None:
    (installed / "adapter.py").write_text(ADAPTER.format(more=""), encoding="utf-8")
    status, out, err = pcheck("explore", "./adapter.py")
    assert (status, out) == (2, "")
    assert "Agent.act() can reach the global `CALLS`, which changed, and which all nodes" in err


def test_a_global_that_does_not_matter_may_change(installed: Path, pcheck: Ends) -> None:
    more = "outside = {'calls': installed_agent.CALLS}"
    (installed / "adapter.py").write_text(ADAPTER.format(more=more), encoding="utf-8")
    status, out, _ = pcheck("explore", "./adapter.py")
    assert status == 0
    assert "left out      Node: outside the state: calls" in out
    assert sys.modules["installed_agent"].Agent().now > 0  # outside a handler, clocks go on
