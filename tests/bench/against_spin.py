"""A benchmark of pcheck against Spin on the same model: `python tests/bench/against_spin.py`.

Both programs search in turn, five times, and the medians of their search times are compared.
Alternating keeps the comparison fair on a machine whose speed drifts. The benchmark needs `spin`
and `gcc`. pytest does not collect this file.
"""

from __future__ import annotations

import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

SIZES = ((3, 3), (4, 3))
ROUNDS = 5
# Spin uses one thread, and so does pcheck but in the last search
OPTIONS = "--threads 1", "--engine compiled --threads 1", "--engine compiled"


def promela(acceptors: int, proposers: int) -> str:
    """Return single-decree Paxos, one ballot per proposer, as one process of atomic steps.

    Votes are stored without their value, which follows from the ballot. Messages are never removed.
    """
    a, b = range(acceptors), range(1, proposers + 1)
    steps = [step for ballot in b for step in _steps(a, ballot)]
    width = proposers + 1
    return f"""
bit prepared[{width}];  byte proposed[{width}];  byte counted[{width}];  byte voters[{width}];
byte promise[{acceptors * width}];  byte promised[{acceptors}];  byte voted[{acceptors}];
byte best, value;

init {{
end:
  do
{"".join(f"  :: d_step {{ {step} }}{chr(10)}" for step in steps)}  od
}}
"""


def _steps(acceptors: range, b: int) -> Iterator[str]:
    """Yield the guarded steps of ballot b: prepare, and for each acceptor promise, count, vote."""
    enough = len(acceptors) // 2 + 1
    yield f"!prepared[{b}] -> prepared[{b}] = 1"
    for a in acceptors:
        promise = f"promise[{a} + {len(acceptors)} * {b}]"
        yield (
            f"prepared[{b}] && promised[{a}] < {b} -> "
            f"promised[{a}] = {b}; {promise} = 1 + voted[{a}]"
        )
        reports = "".join(_report(other, b, len(acceptors)) for other in acceptors)
        count = " + ".join(f"((counted[{b}] >> {other}) & 1)" for other in acceptors)
        yield (
            f"{promise} && !proposed[{b}] && !((counted[{b}] >> {a}) & 1) -> "
            f"counted[{b}] = counted[{b}] | {1 << a}; if :: {count} >= {enough} -> best = 0; "
            f"value = {b}; {reports}proposed[{b}] = value; counted[{b}] = 0; best = 0; value = 0 "
            ":: else fi"
        )
        votes = " + ".join(f"((voters[{b}] >> {other}) & 1)" for other in acceptors)
        rivals = " && ".join(
            _agrees(other, b, len(acceptors)) for other in range(1, 4) if other != b
        )
        yield (
            f"proposed[{b}] && promised[{a}] <= {b} && voted[{a}] != {b} -> promised[{a}] = {b}; "
            f"voted[{a}] = {b}; voters[{b}] = voters[{b}] | {1 << a}; "
            f"assert({votes} < {enough} || ({rivals}))"
        )


def _report(a: int, b: int, acceptors: int) -> str:
    """Return the statement that adopts the vote of acceptor a if it is the highest so far."""
    promise = f"promise[{a} + {acceptors} * {b}]"
    higher = f"((counted[{b}] >> {a}) & 1) && {promise} - 1 > best"
    return f"if :: {higher} -> best = {promise} - 1; value = proposed[{promise} - 1] :: else fi; "


def _agrees(other: int, b: int, acceptors: int) -> str:
    """Return the condition that the other ballot has no majority, or the same value."""
    votes = " + ".join(f"((voters[{other}] >> {a}) & 1)" for a in range(acceptors))
    return f"({votes} < {acceptors // 2 + 1} || proposed[{other}] == proposed[{b}])"


def build_spin(folder: Path, acceptors: int, proposers: int) -> Path:
    """Compile the model with Spin and gcc, and return the path of the verifier."""
    if proposers != 3:
        raise SystemExit(f"the Spin model has 3 proposers, got {proposers}")
    (folder / "paxos.pml").write_text(promela(acceptors, proposers), encoding="utf-8")
    for command in ("spin -a paxos.pml", "gcc -O2 -DSAFETY -o pan pan.c"):
        subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
    return folder / "pan"


def run_spin(pan: Path) -> tuple[float, int]:
    """Return the search time of Spin in seconds, and the number of states."""
    out = subprocess.run(
        [pan, "-m1000000", "-w26"], cwd=pan.parent, check=True, capture_output=True, text=True
    ).stdout
    if "errors: 0" not in out:
        raise SystemExit(out)
    states = re.search(r"(\d+) states, stored", out)
    seconds = re.search(r"elapsed time ([\d.]+)", out)
    assert states is not None
    return (float(seconds[1]) if seconds else 0.01), int(states[1])


def run_pcheck(acceptors: int, proposers: int, options: str) -> tuple[float, int]:
    """Return the search time of pcheck in seconds, and the number of states."""
    sizes = f"--acceptors {acceptors} --proposers {proposers} --rounds 1 --crashes 0"
    options = f"{sizes} --reduce none {options}"
    command = [sys.executable, "-m", "pcheck", "explore", *options.split()]
    out = subprocess.run([*command, "--json"], check=True, capture_output=True, text=True).stdout
    found = json.loads(out)
    return found["run"]["seconds"], found["states"]


def main() -> None:
    if shutil.which("spin") is None or shutil.which("gcc") is None:
        raise SystemExit("the benchmark needs spin and gcc; install both")
    heads = "states", "Spin", "pcheck", "speedup", "compiled: speedup", "all cores"
    table = Table("acceptors x proposers", *heads)
    for acceptors, proposers in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            pan = build_spin(Path(folder), acceptors, proposers)
            run_pcheck(acceptors, proposers, "--engine compiled")  # compiles the kernel
            rounds = [
                (
                    run_spin(pan),
                    *(run_pcheck(acceptors, proposers, options) for options in OPTIONS),
                )
                for _ in range(ROUNDS)
            ]
        assert len({states for each in rounds for _, states in each}) == 1, (
            "the state counts of Spin and pcheck differ"
        )
        spin, auto, compiled, cores = (
            statistics.median(each[i][0] for each in rounds) for i in range(4)
        )
        table.add_row(
            f"{acceptors} x {proposers}",
            f"{rounds[0][0][1]:,}",
            f"{spin:.2f} s",
            f"{auto:.2f} s",
            f"{statistics.median(r[0][0] / r[1][0] for r in rounds):.1f}",
            f"{compiled:.2f} s: {statistics.median(r[0][0] / r[2][0] for r in rounds):.1f}",
            f"{cores:.2f} s: {statistics.median(r[0][0] / r[3][0] for r in rounds):.1f}",
        )
    Console().print(table)


if __name__ == "__main__":
    main()
