"""Results are the same bytes, whatever the hash seed and the version of Python."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEPENDENCIES = "networkx, numba, numpy, psutil, rich, typer"
OLDEST = (3, 11)


def printed(python: str, hash_seed: int) -> str:
    """Return what `printing` prints."""
    done = subprocess.run(
        [python, "-m", "tests.attack.printing"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": str(hash_seed)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    return done.stdout


@cache
def printed_here() -> str:
    return printed(sys.executable, hash_seed=1)


def other_pythons() -> dict[str, str]:
    """Return the other versions of Python on PATH that can import pcheck's dependencies."""
    found: dict[str, str] = {}
    for folder in map(Path, os.get_exec_path()):
        for path in sorted(folder.glob("python3.*")):
            version = path.name.removeprefix("python")
            if not re.fullmatch(r"3\.\d+", version) or version in found:
                continue
            numbers = tuple(map(int, version.split(".")))
            if OLDEST <= numbers != sys.version_info[:2] and can_import(path):
                found[version] = str(path)
    return found


def can_import(python: Path) -> bool:
    command = [str(python), "-c", f"import {DEPENDENCIES}"]
    return subprocess.run(command, capture_output=True, cwd=ROOT).returncode == 0


@pytest.mark.slow
def test_two_hash_seeds_give_the_same_bytes() -> None:
    here = printed_here()
    assert len(here.splitlines()) > 1_000
    assert printed(sys.executable, hash_seed=2) == here


@pytest.mark.slow
def test_two_versions_of_python_give_the_same_bytes() -> None:
    others = other_pythons()
    if not others:
        pytest.skip(f"no other version of Python on PATH can import {DEPENDENCIES}")
    assert {version: printed(path, 3) == printed_here() for version, path in others.items()} == (
        dict.fromkeys(others, True)
    )
