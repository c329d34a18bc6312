"""A table of whole searches: `python tests/bench/table.py [--threads N] [ROW...]`.

Each row is a cluster that `pcheck explore` searches by default and, if that ends soon, without any
reductions, with all cores or with N threads. Each search has a process of its own, which loads the
machine code before. With Spin and gcc, the rows that Spin's model describes have Spin's time, too.
pytest does not collect this file.
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
MAX_SECONDS = 300
ROWS = {
    "--acceptors 4 --proposers 3 --rounds 1 --crashes 0": (4, 3),  # the sizes of Spin's model
    "--crashes 0": None,
    "": None,
    "--rounds 3": None,
    "--acceptors 5 --proposers 2": None,
    "--acceptors 7 --proposers 3 --rounds 1 --crashes 0": None,
    "--proposers 3 --crashes 0": None,
    "--acceptors 4 --proposers 3 --crashes 0": None,
    "elected_leader --leaders 3": None,
    "raft --terms 3": None,
}
TOO_LARGE = {row for row in ROWS if row not in [*ROWS][:3]}  # without reductions


class Shares:
    """The time in each part of pcheck, without the time in other parts that it calls."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._open: list[str] = []
        self._since = time.perf_counter()

    def switch(self, change: Callable[[], object]) -> None:
        """Add the time since the last change to the open part, and change the open part."""
        now = time.perf_counter()
        self.seconds[self._open[-1] if self._open else "rest"] += now - self._since
        self._since = now
        change()

    def watch(self, owner: Any, name: str, part: str) -> None:
        """Count the time in a method as time of a part."""
        method = getattr(owner, name)

        def watched(*arguments: Any, **options: Any) -> Any:
            self.switch(lambda: self._open.append(part))
            try:
                return method(*arguments, **options)
            finally:
                self.switch(self._open.pop)

        setattr(owner, name, watched)


def watching() -> Shares:
    """Return the shares of the parts of pcheck from now on."""
    from pcheck.search.compiled import explorer
    from pcheck.search.compiled.judging import LevelJudge
    from pcheck.search.compiled.slices import Slices
    from pcheck.search.compiled.store import Store
    from pcheck.search.compiled.tables import Tables
    from pcheck.semantics.handlers import Handlers

    shares = Shares()
    shares.watch(Handlers, "_checked_call", "handlers")
    shares.watch(LevelJudge, "judge_from", "judging")
    shares.watch(Tables, "search", "kernel")
    shares.watch(Slices, "expand_slice", "kernel")
    shares.watch(Store, "flush", "kernel")
    shares.watch(Tables, "fill", "composition")
    shares.watch(Tables, "_answer", "composition")
    shares.watch(explorer, "reduce_cluster", "tables")
    return shares


def measure(arguments: list[str]) -> None:
    """Run `pcheck explore` in this process, and print its result with the shares."""
    from pcheck import check
    from pcheck.cli.main import run

    check("paxos", acceptors=1, proposers=1, engine="compiled", reduce="all")
    shares = watching()
    out, begin = io.StringIO(), time.perf_counter()
    with redirect_stdout(out):
        limit = [] if "--max-seconds" in arguments else ["--max-seconds", str(MAX_SECONDS)]
        run(["explore", *arguments, *limit, "--json"])
    seconds = time.perf_counter() - begin
    shares.switch(lambda: None)
    found = {"seconds": seconds, "shares": shares.seconds, "report": json.loads(out.getvalue())}
    print(json.dumps(found))


def measured(row: str, *options: str) -> dict[str, Any]:
    """Return what a process of its own measures for a row."""
    command = [sys.executable, __file__, "--measure", *row.split(), *options]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def of_spin(sizes: tuple[int, int] | None) -> str:
    """Return the time of Spin for a size of its model, or nothing."""
    if sizes is None or shutil.which("spin") is None or shutil.which("gcc") is None:
        return ""
    sys.path.insert(0, str(ROOT))
    from tests.bench.against_spin import build_spin, run_spin

    with tempfile.TemporaryDirectory() as folder:
        return f"{run_spin(build_spin(Path(folder), *sizes))[0]:.1f}"


def cells(found: dict[str, Any]) -> list[str]:
    """Return the number of states and the seconds of a search."""
    report = found["report"]
    states = f"{report['states']:,}"
    return [
        states if report["verdict"] == "holds" else f"more than {states}",
        f"{found['seconds']:.1f}",
    ]


def line(row: str, *threads: str) -> str:
    """Return the line of the table for a row; `threads` are options."""
    plain = ["", ""] if row in TOO_LARGE else cells(measured(row, "--reduce", "none", *threads))
    found = measured(row, *threads)
    run, seconds = found["report"]["run"], found["seconds"]
    shares = ", ".join(
        f"{part} {100 * spent / seconds:.0f}%"
        for part, spent in Counter(found["shares"]).most_common()
        if spent > 0.04 * seconds
    )
    last = [f"{run['peak_memory'] / 1e6:,.0f} MB", f"{run['handler_calls']:,}", shares]
    return " | ".join(["", f"`{row}`", *plain, *cells(found), of_spin(ROWS.get(row)), *last, ""])


def main() -> None:
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2:])
        return
    heads = [
        *("`pcheck explore`", "`--reduce none`: states", "seconds", "by default: states"),
        *("seconds", "Spin: seconds", "peak memory", "handler calls", "time"),
    ]
    print(" | ".join(["", *heads, ""]).strip())
    print("|---" * len(heads) + "|")
    given = sys.argv[1:]
    threads = given[:2] if given[:1] == ["--threads"] else []
    for row in given[len(threads) :] or ROWS:
        print(line(row, *threads).strip(), flush=True)


if __name__ == "__main__":
    main()
