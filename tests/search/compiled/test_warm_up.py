"""The kernel is compiled once, with a note, before a search, and kept in a writable folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.signals import restore_signals

ROOT = Path(__file__).resolve().parent.parent.parent.parent
NOTE = "pcheck: compiling the search to machine code: this takes up to half a minute, once\n"


def explore(package: Path, *arguments: str) -> tuple[int, str, str]:
    """Run `pcheck explore` from a copy of the package, without a home directory."""
    done = subprocess.run(
        [sys.executable, "-B", "-m", "pcheck", "explore", *arguments],
        cwd=package,
        env={
            **{k: v for k, v in os.environ.items() if not k.startswith("NUMBA")},
            "PYTHONPATH": str(package),
            "HOME": os.devnull,
            "XDG_CACHE_HOME": os.devnull,
            "TMPDIR": str(package / "scratch"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.slow
def test_machine_code_is_kept_if_neither_package_nor_home_can_be_written(tmp_path: Path) -> None:
    for folder in ("pcheck", "specs"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    (tmp_path / "scratch").mkdir()
    (tmp_path / "pcheck" / "search" / "compiled" / "__pycache__").write_text(
        "no folder", encoding="utf-8"
    )
    options = "--rounds", "1", "--reduce", "none", "--engine", "compiled"
    status, out, err = explore(tmp_path, *options, "--json")
    found = json.loads(out)
    answer = found["run"]["engine"], found["states"], found["transitions"], found["depth"]
    assert (status, answer, err) == (0, ("compiled", 19_911, 77_270, 20), NOTE)
    assert list((tmp_path / "scratch").rglob("kernel.search-*.nbc"))
    assert explore(tmp_path, *options, "--quiet") == (0, "holds\n", "")


@pytest.mark.slow
def test_a_small_search_never_loads_the_kernel(tmp_path: Path) -> None:
    for folder in ("pcheck", "specs"):
        ignored = shutil.ignore_patterns("__pycache__", "kernel.py")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    assert explore(tmp_path, "--rounds", "1", "--crashes", "0", "--quiet") == (0, "holds\n", "")


INTERRUPTED = """
import os, signal, threading
from pcheck import check

threading.Timer(4.0, os.kill, (os.getpid(), signal.SIGINT)).start()
print(check("paxos", rounds=1, reduce="none").search.stopped)
print(repr(check("paxos", rounds=1, reduce="none")))
"""


@pytest.mark.slow
def test_a_search_succeeds_after_an_interrupt_while_the_kernel_was_compiled(
    tmp_path: Path,
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED],
        env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)},
        preexec_fn=restore_signals,
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    found = "<paxos: holds, 19,911 states, 77,270 transitions, depth 20>"
    assert (done.stdout, done.stderr) == (f"an interrupt\n{found}\n", "")


UNCOMPILED = """
from pcheck import check
from pcheck.search.compiled import explorer, kernel, slices, turn

slices.MIN_STATES = 100
turn.MIN_STATES_TO_TRY_COVER = 100
functions = {name: each for name, each in vars(kernel).items() if hasattr(each, "signatures")}
print(*sorted(name for name, each in functions.items() if each.overloads), sep=",")
explorer.compile_kernel()
ready = {name for name, each in functions.items() if each.overloads}
for network in ("set", "once", "lossy", "fifo"):
    for reductions in ("none", "all"):
        check("paxos", engine="compiled", reduce=reductions, network=network, rounds=1, acceptors=2)
print(*check("paxos", engine="compiled", crashes=0).search.reduced, sep=",")
print(*sorted(ready), sep=",")
print(*sorted(name for name, each in functions.items() if each.overloads and name not in ready))
"""


@pytest.mark.slow
def test_no_function_of_the_kernel_is_first_compiled_during_a_search() -> None:
    done = subprocess.run(
        [sys.executable, "-c", UNCOMPILED], capture_output=True, text=True, check=True, cwd=ROOT
    )
    functions = (
        "add_reception,canonise,drop_below,expand_part,farthest,flush,forget_part,keep_config,kinds_of,"
        "mix_each,most_states,move_receptions,note_first_seen,number_config,rebuild,"
        "rebuild_configs,rebuild_notes,repack,search,store_part,views_of"
    )
    assert done.stdout == f"\nminimise,fuse,prune,symmetry,cover\n{functions}\n\n"
