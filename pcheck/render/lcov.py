"""Coverage as an LCOV file, which editors and continuous integration show beside the source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from pcheck.coverage.lines import Coverage
from pcheck.coverage.source import Source


def lcov(coverage: Coverage) -> str:
    """Return the content of the file: the functions and lines of each source file, with counts."""
    by_file = groupby(coverage.sources, key=lambda source: source.file)
    lines = [line for file, sources in by_file for line in _record(coverage, file, sources)]
    return "".join(f"{line}\n" for line in lines)


def _record(coverage: Coverage, file: str, sources: Iterable[Source]) -> Iterator[str]:
    of_functions = [(source, coverage.of(source)) for source in sources]
    yield "TN:"
    yield f"SF:{_path(file)}"
    calls = [next(iter(counts.values()), 0) for _, counts in of_functions]
    for source, _ in of_functions:
        yield f"FN:{source.first},{source.name}"
    for (source, _), count in zip(of_functions, calls, strict=True):
        yield f"FNDA:{count},{source.name}"
    yield f"FNF:{len(calls)}"
    yield f"FNH:{sum(map(bool, calls))}"
    lines = {line: count for _, counts in of_functions for line, count in counts.items()}
    for line, count in sorted(lines.items()):
        yield f"DA:{line},{count}"
    yield f"LF:{len(lines)}"
    yield f"LH:{sum(map(bool, lines.values()))}"
    yield "end_of_record"


def _path(file: str) -> str:
    """Return the path of a file, relative to the current folder if the file is inside it."""
    path = Path(file).resolve()
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
