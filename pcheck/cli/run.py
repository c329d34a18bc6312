"""`pcheck run`: a scenario, carried out line by line."""

from __future__ import annotations

import shlex
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from pcheck.cli.drawing import (
    FormatOption,
    OutputOption,
    check_standard_output,
    is_on_standard_output,
    requested_drawing,
)
from pcheck.cli.saved_traces import AlsoOption, SpecArgument
from pcheck.files import check_apart
from pcheck.loading.spec import Spec, find, known_names
from pcheck.scenarios.report import ScenarioReport, summary
from pcheck.scenarios.running import SearchStopped, finding_of, run_scenario
from pcheck.scenarios.setting import setup_of
from pcheck.scenarios.text import Scenario, read_scenario
from pcheck.text import unknown

EXIT_STATUS = (
    "Exit status: 0 if all expectations are fulfilled, 1 if one is not, 2 if a step is not "
    "possible or the file is wrong, 3 if a search stopped before it decided an expectation or "
    "an ellipsis."
)


def run_command(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A scenario: a text file with steps as labels.")
    ],
    spec: SpecArgument = None,
    also: AlsoOption = None,
    quiet: Annotated[
        bool,
        typer.Option("--quiet", "-q", metavar="", help="Print only whether all is as expected."),
    ] = False,
    form: FormatOption = None,
    output: OutputOption = None,
) -> int:
    """Carry out a scenario; return 0 if all its expectations are fulfilled."""
    drawing = requested_drawing(form, output)
    if quiet:
        check_standard_output(drawing, "--quiet")
    if drawing is not None:
        check_apart([("FILE", file), ("-o", drawing.file)])
    scenario = read_scenario(file)
    with redirect_stdout(sys.stderr):  # standard output is for results, not for a spec's prints
        setup = setup_of(scenario, _spec_of(scenario, spec), also or ())
        try:
            run = run_scenario(scenario, setup)
        except SearchStopped as error:
            print(f"pcheck: {error}")
            return 3
        finding = finding_of(run)
    console = Console(highlight=False, stderr=is_on_standard_output(drawing))
    console.print(summary(run) if quiet else ScenarioReport(run, finding))
    if drawing is not None:
        drawing.write(finding)
    if run.failed:
        return 1
    return 3 if run.undecided else 0


def _spec_of(scenario: Scenario, spec: str | None) -> Spec:
    """Return the spec that the user names, or the shipped spec that the scenario names.

    A scenario never selects code to execute, unless the code ships with pcheck.
    """
    line = scenario.spec
    if spec is not None:
        found = find(spec)
        if Path(line.text).stem not in (found.name, found.path.stem):
            raise scenario.at(line, f"the scenario is one of {line.text}, but the spec is {spec}")
        return found
    if line.text in known_names():
        return find(line.text)
    if line.text.endswith(".py"):
        text = f"{line.text} does not ship with pcheck; add the file of the spec, as in"
        command = shlex.join(["pcheck", "run", scenario.place, line.text])
        raise scenario.at(line, f"{text} `{command}`")
    raise scenario.at(line, unknown("spec", line.text, known_names()))
