"""Kill a long search ten times at random moments, and compare it with one that is not killed.

.venv/bin/python tests/bench/killed.py --acceptors 5 --proposers 3 --rounds 1 --reduce none
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

KILLS, EVERY = 10, 5  # seconds between two checkpoints


def run(options: list[str], seconds: float | None = None) -> dict[str, Any] | None:
    """Run a search; return its result, or None if it was killed after some seconds."""
    command = [sys.executable, "-m", "pcheck", "explore", *options, "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        out, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return None
    found: dict[str, Any] = json.loads(out)
    del found["run"]
    return found


def main() -> None:
    options = sys.argv[1:] or "--acceptors 4 --proposers 3 --crashes 0".split()
    began = time.monotonic()
    expected = run(options)
    whole = time.monotonic() - began
    print(f"not killed: {whole:.0f} s")
    with tempfile.TemporaryDirectory() as scratch:
        saved = ["--checkpoint", str(Path(scratch) / "saved"), "--checkpoint-every", str(EVERY)]
        began, found, kills = time.monotonic(), None, 0
        moments = random.Random(1)
        while found is None:
            limit = None if kills == KILLS else moments.uniform(1, 2 * whole / KILLS)
            found = run([*options, *saved], limit)
            kills += found is None
    total = time.monotonic() - began
    print(f"killed {kills} times: {total:.0f} s, {total / whole:.2f} times as long")
    print("the same result" if found == expected else f"{expected}\n{found}")


if __name__ == "__main__":
    main()
