"""The index of the saved traces, from the traces and the bugs themselves.

    python -m tests.counterexamples.index > counterexamples/README.md

writes the index again, after `pcheck bugs --save counterexamples` wrote the traces. For the whole
index, the packages that specs host must be installed.
"""

from __future__ import annotations

from collections.abc import Iterator

from pcheck.language.decorators import Bug
from pcheck.loading.rules import rules
from pcheck.loading.spec import SHIPPED, Spec, implementations, shipped
from pcheck.traces.saved import read

FOLDER = SHIPPED.parent / "counterexamples"
HEAD = """# Counterexamples

Each file is the shortest trace of one bug: a protocol with one rule changed. The `.txt` file is for
reading, and `pcheck replay counterexamples/NAME.json` replays the `.json` file. `pcheck bugs NAME`
explains a trace beside the correct protocol. A bug without a trace is a control: the change breaks
nothing, or only makes progress impossible."""
COLUMNS = "| number | bug | changed rule | violates | steps |\n|---|---|---|---|---|"


def index() -> str:
    """Return the text of the index, a section for each spec whose package is installed."""
    specs = [spec for spec in (*shipped(), *implementations()) if spec.bugs]
    return "\n".join([HEAD, *(line for spec in specs for line in _section(spec))])


def _section(spec: Spec) -> Iterator[str]:
    yield f"\n## {spec.name}\n\n{COLUMNS}"
    for bug in spec.bugs:
        yield _row(spec, bug)


def _row(spec: Spec, bug: Bug) -> str:
    changed = ", ".join(f"`{rule.name}`" for rule in rules(bug, spec.builder))
    file = FOLDER / f"{bug.name}.json"
    if not file.is_file():
        violates = "nothing" if bug.safe else f"`{bug.breaks}`"
        return f"| {bug.number} | {bug.name}: {bug.summary} | {changed} | {violates} | |"
    steps = f"[{len(read(file).steps)}]({bug.name}.txt)"
    name = f"[{bug.name}]({bug.name}.json): {bug.summary}"
    return f"| {bug.number} | {name} | {changed} | `{bug.breaks}` | {steps} |"


if __name__ == "__main__":
    print(index())
