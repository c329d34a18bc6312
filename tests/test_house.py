"""The structure of the project: rooms, imports, public names, and a README that is true."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import networkx as nx
import pytest

import pcheck
from pcheck.cli.main import run
from pcheck.loading.spec import shipped_names

ROOT = Path(__file__).resolve().parent.parent
ROOMS = {  # what each room may import; a room inside another is named with it
    "base": "",
    "language": "base",
    "semantics": "language base",
    "loading": "semantics language base",
    "search.reductions": "semantics language base",
    "search.compiled": "search.reductions search semantics language base",
    "search": "search.reductions search.compiled semantics language base",
    "traces": "search search.reductions search.compiled loading semantics language base",
    "coverage": "search semantics language base",
    "audit": "coverage traces search loading semantics language base",
    "render": "audit coverage traces search loading semantics language base",
    "play": "render traces search loading semantics language base",
    "results": "coverage render traces search loading semantics language base",
    "front": "results render traces search loading semantics language base",
    "tolerance": "results render traces search loading semantics language base",
    "scenarios": "render traces search loading semantics language base",
    "lessons": "front tolerance scenarios results play render traces search loading semantics "
    "language base",
    "cli": "front lessons audit tolerance scenarios results play render traces search "
    "search.reductions loading semantics language base",
    "testing": "front loading base",
    "hosted": "semantics language base",
    "specs": "loading",  # the package whose modules are the shipped specs
    "__main__": "cli",
}
BASE = "text errors blame files"  # each may import those before it
FRONT = "bugs checking __init__"
NUMERIC = {"numpy", "numba"}
MAX_LINES, MAX_AT_THE_ROOT = 300, 8
ENGINE = ("language/model", "language/cluster", "semantics", "search")
TOP = {"pcheck", "specs", "counterexamples", "tests", "pyproject.toml", "README.md", "LICENSE"}
TOP |= {".gitignore", ".ci"}
PUBLIC = """Action Actor Bug Cluster Group History Id Map Milestone Model Option Property Result
    Seen Send Set Step Stepper Tolerance UP Value action always broadcast bug can_avoid check either
    fixed group milestone send show sometimes spec still_possible volatile"""


def room_of(module: str) -> str:
    _, *parts = module.split(".")
    if not parts or parts[0] in FRONT.split():
        return "front"
    if parts[0] in BASE.split():
        return "base"
    if parts[0] == "search" and parts[1:2] in (["reductions"], ["compiled"]):
        return ".".join(parts[:2])
    return parts[0]


@cache
def modules() -> dict[str, Path]:
    found = {}
    for path in sorted((ROOT / "pcheck").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if parts[1] != "templates":
            found[".".join(parts).removesuffix(".__init__")] = path
    return found


def imported(path: Path) -> set[str]:
    """The modules of pcheck that a module names in its imports, for type checking too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            whole = {f"{node.module}.{each.name}" for each in node.names}
            found |= (whole & modules().keys()) or {node.module}
    return {name for name in found if name.split(".")[0] == "pcheck"}


@cache
def arrows() -> dict[str, set[str]]:
    return {module: imported(path) for module, path in modules().items()}


def test_a_module_imports_what_its_room_may_import() -> None:
    wrong = [
        f"{module} ({room_of(module)}) imports {other} ({room_of(other)})"
        for module, others in arrows().items()
        for other in sorted(others)
        if room_of(other) not in (room_of(module), *ROOMS[room_of(module)].split())
    ]
    assert wrong == []


def test_the_base_modules_import_only_those_before_them() -> None:
    order = BASE.split()
    wrong = [
        (name, other)
        for nth, name in enumerate(order)
        for other in arrows()[f"pcheck.{name}"]
        if other.removeprefix("pcheck.") not in order[:nth]
    ]
    assert wrong == []


def test_within_search_only_the_engine_chooses_between_the_searches() -> None:
    chosen = {
        module: sorted(others)
        for module, others in arrows().items()
        if room_of(module) == "search"
        for others in [{each for each in others if room_of(each) == "search.compiled"}]
        if others or "pcheck.search.reference" in arrows()[module]
    }
    assert chosen == {"pcheck.search.engine": ["pcheck.search.compiled.warm_up"]}


def test_no_modules_import_each_other_also_not_through_others() -> None:
    graph = nx.DiGraph([(one, other) for one, others in arrows().items() for other in others])
    circles = [sorted(each) for each in nx.strongly_connected_components(graph) if len(each) > 1]
    assert circles == []


def test_the_reductions_need_no_numpy_and_no_numba() -> None:
    room = ROOT / "pcheck" / "search" / "reductions"
    importers = {
        path.name
        for path in room.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in [getattr(node, "module", None) or node.names[0].name]
        if name.split(".")[0] in NUMERIC
    }
    assert importers == set()


def test_a_spec_loads_the_language_and_the_base_and_nothing_else() -> None:
    command = (
        "import sys; from pcheck import Actor, Cluster, Property, always, bug, send, spec;"
        "print(*sorted(m for m in sys.modules if m.split('.')[0] in "
        "('pcheck', 'numpy', 'numba', 'typer', 'rich', 'networkx', 'psutil')))"
    )
    run = subprocess.run(
        [sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = run.stdout.split()
    assert {room_of(each) for each in loaded if each != "pcheck"} == {"base", "language"}
    assert {each.split(".")[0] for each in loaded} == {"pcheck"}


def test_few_modules_stand_at_the_root() -> None:
    root = {path.stem for path in (ROOT / "pcheck").glob("*.py")} - {"__init__", "__main__"}
    assert len(root) <= MAX_AT_THE_ROOT


def test_no_module_is_long_but_the_kernel() -> None:
    long = {
        module: lines
        for module, path in modules().items()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MAX_LINES
    }
    assert long.keys() == {"pcheck.search.compiled.kernel"}


def test_these_modules_import_networkx_and_are_loaded_only_when_needed() -> None:
    importers = [
        module
        for module, path in modules().items()
        if re.search(r"^(import|from) networkx", path.read_text(encoding="utf-8"), re.M)
    ]
    assert importers == ["pcheck.search.classes", "pcheck.search.state_graph"]


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
    assert sorted(pcheck.__all__) == sorted(PUBLIC.split())
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
    """The modules of Python itself are allowed, too."""
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
    assert [command for command, _ in shown] == ["explore --bug votes-in-any-ballot --acceptors 1"]
    for command, text in shown:
        run(command.split())
        assert text in capsys.readouterr().out


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 200


@pytest.mark.parametrize("page", ["README.md", "specs/README.md"])
def test_the_links_of_a_page_lead_to_files(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert links
    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []


def test_the_acceptor_in_the_readme_is_the_one_in_the_spec() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    spec = (ROOT / "specs" / "paxos.py").read_text(encoding="utf-8")
    found = re.search(r"```python\n.*?(    def receive.*?)```", readme, re.S)
    assert found is not None
    assert found[1] in spec
