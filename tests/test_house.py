"""The house itself: who may import whom, which words stand where, and a README that is true."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import pcheck
from pcheck.cli.main import run
from pcheck.loading.spec import shipped_names

ROOT = Path(__file__).resolve().parent.parent
FLOORS = {
    0: "errors files language",
    1: "semantics",
    2: "loading",
    3: "search traces",
    4: "render",
    5: "play checking bugs",
    6: "cli __main__",
}
ENGINE = ("language/model", "language/cluster", "semantics", "search")
TOP = {"pcheck", "specs", "counterexamples", "tests", "pyproject.toml", "README.md", "LICENSE"}
TOP |= {".gitignore", ".ci"}
PUBLIC = """Act Actor Bug Cluster Group History Id Map Milestone Model Option Property Result Seen
    Send Set Step Value act always broadcast bug check either fixed group milestone send show
    sometimes spec volatile"""


def floor_of(module: str) -> int:
    room = module.split(".")[1]
    return next(floor for floor, rooms in FLOORS.items() if room in rooms.split())


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted((ROOT / "pcheck").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if parts[1] not in ("__init__", "templates", "specs"):
            yield ".".join(parts), path


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pcheck."):
            yield node.module or ""


def test_a_module_imports_from_its_own_floor_or_a_lower_one() -> None:
    upward = [
        f"{module} (floor {floor_of(module)}) imports {imported} (floor {floor_of(imported)})"
        for module, path in modules()
        for imported in imports(path)
        if floor_of(imported) > floor_of(module)
    ]
    assert upward == []


def test_only_one_module_imports_networkx() -> None:
    importers = [
        module
        for module, path in modules()
        if re.search(r"^(import|from) networkx", path.read_text(encoding="utf-8"), re.M)
    ]
    assert importers == ["pcheck.search.state_graph"]


@pytest.mark.parametrize("place", ENGINE)
def test_the_engine_holds_no_word_of_any_protocol(place: str) -> None:
    room = ROOT / "pcheck" / place
    paths = sorted(room.rglob("*.py")) if room.is_dir() else [room.with_suffix(".py")]
    words = r"\b(paxos|ballots?|promised?|votes?|quorum|acceptors?|proposers?|learners?|chosen)\b"
    assert {
        path.name: found
        for path in paths
        if (found := re.findall(words, path.read_text(encoding="utf-8"), re.I))
    } == {}


def test_the_public_names_are_these() -> None:
    assert pcheck.__all__ == sorted(PUBLIC.split())
    assert [name for name in pcheck.__all__ if not hasattr(pcheck, name)] == []


def test_the_top_level_holds_what_the_design_lists() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").replace("/", "").split()
    found = {path.name for path in ROOT.iterdir()} - {".git", *ignored}
    assert found == TOP


@pytest.mark.parametrize("name", shipped_names())
def test_a_protocol_fits_on_three_pages(name: str) -> None:
    text = (ROOT / "specs" / f"{name}.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 150


@pytest.mark.parametrize("path", sorted((ROOT / "specs").glob("*.py")), ids=lambda path: path.stem)
def test_a_spec_needs_pcheck_and_files_beside_it(path: Path) -> None:
    """And what Python itself has."""
    found = {
        node.module or ""
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level == 0
    }
    assert found - {"pcheck", *sys.stdlib_module_names} <= {"collections.abc"}


def test_what_the_readme_shows_is_what_is_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r"^\$ pcheck ([^\n]*)\n\.\.\.\n(.*?)^(?:\.\.\.\n)?```", readme, re.M | re.S)
    assert [command for command, _ in shown] == [
        "explore --bug votes-in-any-ballot --acceptors 1",
        "bugs vote-leaves-promise",
        "explore --rounds 1 --crashes 0 --reduce none --levels",
    ]
    for command, text in shown:
        run(command.split())
        assert text in capsys.readouterr().out


def test_the_acceptor_in_the_readme_is_the_one_in_the_spec() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    spec = (ROOT / "specs" / "paxos.py").read_text(encoding="utf-8")
    found = re.search(r"```python\n.*?(    def receive.*?)```", readme, re.S)
    assert found is not None
    assert found[1] in spec
