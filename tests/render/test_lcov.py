"""The LCOV file of a coverage, read by a library that is not part of pcheck."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

from lcov_cobertura import LcovCobertura  # type: ignore[import-untyped]

from pcheck import check
from pcheck.render.lcov import lcov
from tests.coverage.lock import checked


def read(text: str) -> dict[str, dict[int, int]]:
    """Return what the library reads: for each file the count of each line."""
    root = ET.fromstring(LcovCobertura(text).convert())
    return {
        str(each.get("filename")): {
            int(line.get("number", "")): int(line.get("hits", ""))
            for line in each.iterfind("lines/line")
        }
        for each in root.iter("class")
    }


def test_another_program_reads_the_same_counts(empty_folder: Path) -> None:
    coverage = checked().coverage
    (lines,) = coverage.to_dict().values()
    assert read(lcov(coverage)) == {"lock.py": {int(line): n for line, n in lines.items()}}


def test_each_file_of_a_shipped_spec_has_a_record() -> None:
    coverage = check("multi_paxos", acceptors=2, rounds=1, crashes=0).coverage
    text = lcov(coverage)
    names = [Path(line.removeprefix("SF:")).name for line in text.splitlines() if line[:3] == "SF:"]
    assert names == ["log.py", "multi_paxos.py"]
    assert text.count("end_of_record") == 2
    assert sum(map(len, read(text).values())) == sum(map(len, coverage.to_dict().values()))
