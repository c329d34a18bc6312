"""`pcheck audit`: the log of a real system, compared with a protocol."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console, RenderableType

from pcheck.audit.auditing import MAX_KEPT, Auditor
from pcheck.audit.checks import FieldAudit
from pcheck.audit.importers.elixir import audit_elixir
from pcheck.audit.importers.etcd import audit_etcd
from pcheck.audit.logs import TICK_EVERY, Log, lines_of, read_log, shown_name
from pcheck.audit.mapping import Translation
from pcheck.audit.objects import audit_object, field_audit_object
from pcheck.audit.places import Place
from pcheck.audit.result import Audit
from pcheck.audit.sizes import sizes_of
from pcheck.cli.progress import Counting
from pcheck.cli.spec_options import SCOPE, Given, option, spec_command, with_default
from pcheck.errors import UsageError
from pcheck.files import check_apart, file_to_write, write_whole
from pcheck.language.cluster import Cluster
from pcheck.loading.options import flag
from pcheck.loading.setup import DEFAULT_NETWORK, MAX_CRASHES, Setup, prepare
from pcheck.loading.spec import Spec
from pcheck.render.text.audit import AuditReport, FieldReport, field_summary, summary
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.trace import follow
from pcheck.text import one_of, unknown
from pcheck.traces.saved import saved_from

EXIT_STATUS = (
    "Exit status: 0 if every run of the log is sound, 1 if one is refused or violates a property, "
    "3 if one is undecided, 2 if the log cannot be read."
)
JSON_LINES = "json"
FIELD_FORMATS: dict[str, tuple[str, Callable[[Iterable[tuple[Place, str]]], FieldAudit]]] = {
    "etcd-raft": ("raft", audit_etcd),
    "elixir-paxos": ("elected_leader", audit_elixir),
}
LOG = "Log"


def audit_command(arguments: Sequence[str]) -> Callable[..., int]:
    """Return `pcheck audit` with the options of the spec that the command line names."""
    return spec_command(arguments, "audit", _general_options(), _audit)


def _audit(spec: Spec, own: Given, given: Given) -> int:
    form = given["form"] or JSON_LINES
    if not given["logs"]:
        raise UsageError(f"name the log: pcheck audit {spec.name} LOG")
    if form not in (JSON_LINES, *FIELD_FORMATS):
        raise UsageError(f"--format: {unknown('format', form, (JSON_LINES, *FIELD_FORMATS))}")
    if form != JSON_LINES:
        return _audit_fields(spec, own, given, form)
    file = file_to_write(given["save"]) if given["save"] else None
    if file is not None:
        check_apart([("--save", file), *(("LOG", Path(each)) for each in given["logs"])])
    gap = given["gap"] or 0
    if gap < 0:
        raise UsageError(f"--gap must be at least 0, got {gap}")
    with redirect_stdout(sys.stderr):  # standard output is for results, not for a spec's prints
        translation = Translation.of_file(Path(given["mapping"])) if given["mapping"] else None
        quiet = given["as_json"] or given["quiet"]
        with Counting("lines read:", TICK_EVERY, quiet=quiet) as counting:
            log = read_log(given["logs"], translation, counting.tick)
        options = _options_for(spec, log, own)
        setup = _setup(spec, options, given, log)
        with Counting("events compared:", TICK_EVERY, log.size, quiet=quiet) as counting:
            sizes = [name for name in options if name not in own]
            numbers = [each.name for each in spec.parameters if each.kind is int]
            defaults = [n for n in numbers if n not in options and setup.options[n]]
            keeps = file is not None or given["as_json"]
            audit = Auditor(
                *(setup, log), gap=gap, sizes=sizes, defaults=defaults, keeps=keeps,
                tick=counting.tick,
            ).audit()  # fmt: skip
    _print(given, lambda: audit_object(audit), AuditReport(audit), summary(audit))
    if file is not None:
        _save(audit, file)
    return audit.status


def _save(audit: Audit, file: Path) -> None:
    """Save the execution of the only run, or say why there is nothing to save."""
    steps = audit.runs[0].execution if len(audit.runs) == 1 else None
    if steps is not None:
        trace = follow(audit.setup.model, steps)
        write_whole(file, saved_from(audit.setup, "", "", trace, None).text())
        return
    why = f"the execution is longer than {MAX_KEPT:,} steps, or begins in mid-run"
    if len(audit.runs) > 1:
        why = "the log has several runs"
    print(f"pcheck: {file} was not written: {why}", file=sys.stderr)


def _setup(spec: Spec, options: Given, given: Given, log: Log) -> Setup:
    """Return the cluster of a log: with its nodes, and as many crashes as it has."""
    crash = {event.number for event in log.events.all if event.kind == "crash"}
    crashes = [
        sum(number in crash for node in run.values() for number in node.events)
        for run in log.runs.values()
    ]
    if max(crashes) > MAX_CRASHES:
        raise UsageError(f"a run of the log has {max(crashes):,} crashes; at most {MAX_CRASHES:,}")
    if not isinstance(spec.build(spec.options(options), None), Cluster):
        raise UsageError(f"{spec.name} is a Model without nodes; a log needs nodes")
    return prepare(
        spec,
        options,
        bug=given["bug"],
        network=given["network"],
        crashes=max(crashes),
        also=given["also"] or (),
    )


def _options_for(spec: Spec, log: Log, own: Given) -> dict[str, Any]:
    """Return the options of the spec that are given, and those that the nodes of a log decide."""
    nodes = frozenset[str]().union(*(event.names for event in log.events.all))
    return sizes_of(spec, nodes, own)


def _audit_fields(spec: Spec, own: Given, given: Given, form: str) -> int:
    name, audit_lines = FIELD_FORMATS[form]
    if spec.name != name:
        raise UsageError(f"--format {form} goes with the spec {name}, not with {spec.name}")
    useless = {"--bug": "bug", "--network": "network", "--map": "mapping", "--gap": "gap"}
    useless |= {"--also": "also", "--save": "save"}
    flags = [*map(flag, own), *(each for each, key in useless.items() if given[key])]
    if flags:
        raise UsageError(f"{flags[0]} does nothing with --format {form}, whose rules are fixed")
    quiet = given["as_json"] or given["quiet"]
    with Counting("lines read:", TICK_EVERY, quiet=quiet) as counting:
        audit = audit_lines(_lines(given["logs"], counting.tick))
    _print(given, lambda: field_audit_object(audit), FieldReport(audit), field_summary(audit))
    return 1 if audit.is_refused else 0


def _lines(files: Sequence[str], tick: Callable[[], None]) -> Iterator[tuple[Place, str]]:
    for file in files:
        for place, text in lines_of(file, shown_name(file)):
            if place.line % TICK_EVERY == 0:
                tick()
            yield place, text


def _print(
    given: Given, found: Callable[[], dict[str, Any]], report: RenderableType, brief: RenderableType
) -> None:
    if given["as_json"]:
        print(json.dumps(found(), indent=2, ensure_ascii=False))
    else:
        Console(highlight=False).print(brief if given["quiet"] else report)


def _general_options() -> Iterator[inspect.Parameter]:
    text = "The log: JSON lines, also compressed with gzip; - is standard input (repeatable)."
    mark = typer.Argument(metavar="LOG...", help=text, show_default=False)
    kind = Annotated[list[str] | None, mark]
    yield inspect.Parameter("logs", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind)
    gap = with_default("The log may leave out this many steps before each event.", "0")
    yield option("gap", int, LOG, "--gap INT", gap)
    mapping = "A .py file that translates each object of the log."
    yield option("mapping", str, LOG, "--map FILE", mapping)
    forms = with_default(f"Format of the log: {one_of((JSON_LINES, *FIELD_FORMATS))}.", JSON_LINES)
    yield option("form", str, LOG, "--format NAME", forms)
    yield option("bug", str, SCOPE, "--bug NAME", "Compare with a known bug of the spec instead.")
    network = with_default(f"Network model: {one_of(NETWORKS)}.", DEFAULT_NETWORK)
    yield option("network", str, SCOPE, "--network NAME", network)
    also = "Add the properties of a .py file (repeatable)."
    yield option("also", list[str], SCOPE, "--also FILE", also)
    save = "Save the execution that was found, for `pcheck replay`."
    yield option("save", str, "Output", "--save FILE", save)
    yield option("as_json", bool, "Output", "--json", "Print the result as JSON.")
    yield option("quiet", bool, "Output", "--quiet,-q", "Print only the answer.")
