"""The facts that tell whether two searches are of the same spec with the same arguments."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from pcheck.loading.origin import origin_of
from pcheck.loading.setup import prepare
from pcheck.loading.spec import SHIPPED, find

HELPER = "LIMIT = 3\n"
SPEC = """
from pcheck import Actor, Cluster, group, spec

{imported}

@spec
def mine():
    "A spec."
    return Cluster({{group("n", 1): lambda i: Actor()}}, properties=[])
"""


def names_of(facts: Mapping[str, str]) -> set[str]:
    return {Path(name).name for name in facts if name.endswith(".py")}


def test_a_shipped_spec_has_the_files_that_it_imports() -> None:
    facts = origin_of(prepare("paxos", {"acceptors": 2}, bug="ignores-votes"))
    assert (facts["--acceptors"], facts["--bug"], facts["--network"]) == (
        "2",
        "ignores-votes",
        "set",
    )
    assert {"paxos.py", "paxos_bugs.py"} <= names_of(facts)
    assert names_of(facts) < {path.name for path in SHIPPED.glob("*.py")}


def test_specs_that_were_loaded_before_do_not_belong_to_it() -> None:
    before = origin_of(prepare("two_phase_commit", {}))
    find("raft")
    assert origin_of(prepare("two_phase_commit", {})) == before
    assert "raft.py" not in names_of(before)


@pytest.mark.parametrize("where", ["here", "elsewhere"])
def test_the_files_are_the_same_from_any_folder(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = origin_of(prepare("paxos", {}))
    folder = SHIPPED if where == "here" else tmp_path
    monkeypatch.chdir(folder)
    assert origin_of(prepare("paxos", {})) == expected


def test_a_file_beside_the_spec_counts_even_if_only_a_function_imports_it(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text(HELPER)
    imported = "def limit():\n    from .helper import LIMIT\n    return LIMIT\n\nlimit()"
    (tmp_path / "mine.py").write_text(SPEC.format(imported=imported))
    facts = origin_of(prepare(tmp_path / "mine.py", {}))
    assert names_of(facts) == {"mine.py", "helper.py"}


def test_a_package_that_the_spec_uses_counts_and_the_standard_library_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "lib" / "implementation_of_mine"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("from implementation_of_mine.inner import vote\n")
    (package / "inner.py").write_text("import json\n\ndef vote():\n    return json.dumps(1)\n")
    monkeypatch.syspath_prepend(str(tmp_path / "lib"))
    (tmp_path / "mine.py").write_text(
        SPEC.format(imported="from implementation_of_mine import vote")
    )
    facts = origin_of(prepare(tmp_path / "mine.py", {}))
    assert names_of(facts) == {"mine.py", "__init__.py", "inner.py"}
