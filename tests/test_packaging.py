"""The wheel alone, in an empty environment and an empty folder, is all of pcheck."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from pcheck.loading.spec import shipped_names

ROOT = Path(__file__).resolve().parent.parent
OWN = """\
from pcheck import Cluster, group, spec
from pcheck.specs.consensus import agreement
from pcheck.specs.paxos import Acceptor

@spec
def own() -> Cluster:
    a = group("a", 2)
    return Cluster({a: lambda i: Acceptor(learners=a)}, properties=[agreement])
"""
GROW = """\
from pcheck import always

@always(sees=["promised"])
def nobody_promises(seen):
    return "a promise" if any(ballot for _, ballot in seen.field("promised")) else None
"""


def sh(*command: str | Path, cwd: Path) -> str:
    """Return the output of a command that runs without the environment of this checkout."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    done = subprocess.run(
        [str(each) for each in command],
        cwd=cwd,
        env={**clean, "COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def environment(folder: Path, *install: str | Path) -> Path:
    venv.create(folder, with_pip=True)
    scripts = folder / ("Scripts" if sys.platform == "win32" else "bin")
    sh(scripts / "pip", "install", "-q", *install, cwd=folder)
    return scripts


def newcomer(scripts: Path, folder: Path) -> None:
    """Run the first commands of a new user."""
    folder.mkdir()
    first = sh(scripts / "pcheck", "explore", "--acceptors", "3", "--proposers", "2", cwd=folder)
    assert "HOLDS: no reachable state violates a property." in first
    assert "15,271 states, 66,144 transitions, depth 32" in first
    listing = json.loads(sh(scripts / "pcheck", "specs", "--json", cwd=folder))
    assert [spec["name"] for spec in listing] == shipped_names()
    sh(scripts / "pcheck", "new", "mine.py", cwd=folder)
    mine = sh(scripts / "pcheck", "explore", "./mine.py", cwd=folder)
    assert "HOLDS: no reachable state violates a property." in mine
    (folder / "own.py").write_text(OWN, encoding="utf-8")
    (folder / "grow.py").write_text(GROW, encoding="utf-8")
    own = "explore", "./own.py", "--also", "grow.py", "--quiet"
    assert sh(scripts / "pcheck", *own, cwd=folder) == "holds\n"
    same = "import pcheck.specs.paxos as p; from pcheck.loading.spec import find; "
    same += "print(find('paxos').builder is p.paxos)"
    assert sh(scripts / "python", "-c", same, cwd=folder) == "True\n"
    sh(
        scripts / "pcheck",
        "explore",
        "--rounds",
        "1",
        "--find",
        "chosen",
        "-o",
        "a.html",
        cwd=folder,
    )
    assert (folder / "a.html").read_text(encoding="utf-8").endswith("</html>\n")
    assert sorted(path.name for path in folder.iterdir()) == [
        "a.html",
        "grow.py",
        "mine.py",
        "own.py",
    ]


@pytest.mark.slow
def test_the_wheel_works_in_an_empty_folder(tmp_path: Path) -> None:
    sh(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", tmp_path, ROOT, cwd=tmp_path)
    (wheel,) = tmp_path.glob("pcheck-*.whl")
    newcomer(environment(tmp_path / "env", wheel), tmp_path / "empty")


@pytest.mark.slow
def test_an_editable_install_works_in_an_empty_folder(tmp_path: Path) -> None:
    newcomer(environment(tmp_path / "env", "-e", ROOT), tmp_path / "empty")


@pytest.mark.slow
def test_a_checkout_works_without_installing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pcheck", "explore", "--quiet"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "holds\n", "")
