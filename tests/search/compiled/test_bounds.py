"""The kernel reads and writes only inside its arrays, as Numba verifies on demand."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent.parent
FILES = (
    *(f"compiled/test_{name}.py" for name in ("faults", "growth", "kernel_traps", "stopping")),
    *(f"reductions/test_{name}.py" for name in ("cover", "cover_proof", "symmetry")),
    "test_restart.py",
)


@pytest.mark.slow
def test_no_index_is_out_of_bounds(tmp_path: Path) -> None:
    """Run the fast tests of the kernel again, compiled with bounds checks into a new folder."""
    files = [str(ROOT / "tests" / "search" / name) for name in FILES]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-m", "not slow", "-p", "no:cacheprovider", *files],
        cwd=ROOT,
        env={**os.environ, "NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
