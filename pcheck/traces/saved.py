"""Saved traces: JSON files whose steps are the printed labels, so that old files stay readable.

A user may also write a trace by hand: a file with the spec and the steps, and what else the user
wants to fix. All other keys have the defaults of the spec, and a replay judges the last state.

A file never selects code to run. It names a spec that ships with pcheck, or is replayed with a spec
file that the user gives.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from pcheck.errors import SpecError, TraceError, UsageError
from pcheck.language.decorators import Bug
from pcheck.loading.added import Also
from pcheck.loading.setup import Setup, prepare
from pcheck.loading.spec import Spec
from pcheck.semantics.start import GIVEN_START
from pcheck.semantics.trace import Trace
from pcheck.text import unknown

FORMAT, VERSION = "pcheck trace", 2
OLD_FORMATS = {"pcheck run": 1}  # also read, because the keys are the same


@dataclass(frozen=True)
class SavedTrace:
    """A trace that violates or reaches a property, with all that a replay needs.

    `property` is empty if no property is named or violated. `given` holds the keys of the file; a
    replay compares its result only with these.
    """

    spec: str
    file: str | None  # the name of the user's spec file; None if the spec ships with pcheck
    bug: str | None
    options: dict[str, Any]
    network: str | None
    crashes: int | None
    property: str
    why: str
    steps: tuple[str, ...]
    refused_at: int | None  # the first step, from 1, that the correct protocol refuses
    crash_nodes: tuple[str, ...] | None = None  # None: every node may crash
    also: dict[str, str | None] = field(default_factory=dict)  # added properties: name and file
    stops: int | None = None  # None unless the property is a question about the future
    stop_nodes: tuple[str, ...] | None = None  # the nodes that stop at the end
    repeats_after: int | None = None  # the steps before a cycle without end, if there is one
    start: tuple[str, ...] | None = (
        None  # the lines of a given start, in place of the initial state
    )
    given: frozenset[str] = field(
        default_factory=lambda: frozenset(SHAPE), compare=False, repr=False
    )

    def asks_about_future(self) -> bool:
        """Return whether the property is a question about the future."""
        return self.stops is not None or self.repeats_after is not None

    def text(self) -> str:
        """Return the content of the file; what says nothing is left out.

        That is `crash_nodes` if every node may crash, `also` without added properties, `stops`
        without a question about the future, and `start` if the cluster begins as its spec says.
        """
        found = {"format": FORMAT, "version": VERSION, **asdict(self)}
        del found["given"]
        if "why" not in self.given:  # nobody said that the trace is a shortest one
            found["why"] = None
        for name in ("crash_nodes", "stops", "stop_nodes", "repeats_after", "start"):
            if found[name] is None:
                del found[name]
        if self.start is not None:
            found["note"] = GIVEN_START
        if not self.property:
            found |= dict.fromkeys(("property", "why"))
        if not self.also:
            del found["also"]
        return json.dumps(found, indent=2) + "\n"

    def prepare(self, spec: Spec, also: Also = ()) -> Setup:
        """Return the setup of this trace, or raise TraceError if a part of it no longer exists.

        `also` must hold the properties that were added to those of the spec, or their files. A
        trace without `crash_nodes` lets every node crash, whatever the scope of the bug is.
        """
        try:
            bug = _unrestricted(spec.bug(self.bug)) if self.bug is not None else None
            setup = prepare(
                spec,
                self.options,
                bug=bug,
                network=self.network,
                crashes=self.crashes,
                crash_nodes=self.crash_nodes,
                stops=self.stops,
                stop_nodes=self.stop_nodes,
                properties=(self.property,) if self.asks_about_future() else (),
                also=also,
                start=self.start or (),
            )
        except (UsageError, SpecError) as error:
            raise TraceError(f"cannot be replayed: {error}") from error
        if missing := self.also.keys() - setup.added.origins.keys():
            names = " and ".join(sorted(missing))
            raise TraceError(f"cannot be replayed: no file of --also defines the property {names}")
        return setup


def _unrestricted(bug: Bug) -> Bug:
    """Return the bug with a scope that does not restrict which nodes may crash."""
    return replace(bug, scope={k: v for k, v in bug.scope.items() if k != "crash_nodes"})


def saved_from(
    setup: Setup,
    name: str,
    why: str,
    trace: Trace[Any],
    refused_at: int | None,
    stopped: tuple[str, ...] = (),
    repeats_after: int | None = None,
) -> SavedTrace:
    """Return the saved form of a trace that violates or reaches the property `name`.

    `stopped` are the nodes whose stop at the end is the answer no to a question about the future.
    If the steps after the first `repeats_after` repeat for ever, these are the answer.
    """
    spec, bug = setup.spec, setup.bug
    return SavedTrace(
        spec=spec.name,
        file=None if spec.shipped else spec.path.name,
        bug=bug.name if bug is not None else None,
        options=dict(setup.options),
        network=setup.network,
        crashes=setup.crashes,
        property=name,
        why=why,
        steps=trace.labels,
        refused_at=refused_at,
        crash_nodes=setup.crash_nodes,
        also=setup.added.origins,
        stops=len(stopped) if setup.stops is not None else None,
        stop_nodes=stopped or None,
        repeats_after=repeats_after,
        start=setup.start or None,
    )


def read(file: Path) -> SavedTrace:
    """Return the saved trace in a file, or raise TraceError."""
    try:
        found = json.loads(file.read_bytes())
    except OSError as error:
        raise TraceError(f"{file} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise TraceError(
            f"{file} is not a saved trace: it is not JSON ({_brief(error)})"
        ) from error
    try:
        return _checked(found)
    except TraceError as error:
        raise TraceError(f"{file} {error}") from None


SHAPE: dict[str, tuple[type, ...]] = {
    "spec": (str,),
    "file": (str, type(None)),
    "bug": (str, type(None)),
    "options": (dict,),
    "network": (str, type(None)),
    "crashes": (int, type(None)),
    "property": (str, type(None)),
    "why": (str, type(None)),
    "steps": (list,),
    "refused_at": (int, type(None)),
    "stops": (int, type(None)),
    "repeats_after": (int, type(None)),
}
REQUIRED = "spec", "steps"
DEFAULTS: dict[str, Any] = {**dict.fromkeys(SHAPE), "options": {}, "property": "", "why": ""}


def _checked(found: Any) -> SavedTrace:
    """Return the saved trace in a JSON value, or raise TraceError without the name of the file."""
    if not isinstance(found, dict) or not found.keys() & {*REQUIRED, "format"}:
        raise TraceError('is not a trace: it must be an object with the keys "spec" and "steps"')
    if "format" in found:
        _check_format(found)
    else:
        _check_keys(found)
    for name, kinds in SHAPE.items():
        if name in found and type(found[name]) not in kinds:
            raise TraceError(f"is damaged: {name!r} is of the wrong type")
    for name in REQUIRED:
        if name not in found:
            raise TraceError(f"is damaged: {name!r} is missing")
    for name in ("stops", "repeats_after"):
        if isinstance(found.get(name), int) and found[name] < 0:
            raise TraceError(f"is damaged: {name!r} is below 0")
    if not all(isinstance(step, str) for step in found["steps"]):
        raise TraceError("is damaged: a step is not a label")
    given = {name: found[name] for name in SHAPE if found.get(name) is not None}
    nothing = {name for name in ("file", "bug", "refused_at") if name in found}
    steps = tuple(found["steps"])
    lists = {name: _names(found, name) for name in ("crash_nodes", "stop_nodes", "start")}
    lists["start"] = lists["start"] or None
    also = _also(found)
    found_in_file = DEFAULTS | given | {"steps": steps} | lists
    return SavedTrace(**found_in_file, also=also, given=frozenset(given) | nothing)


def _check_keys(found: dict[str, Any]) -> None:
    """Raise TraceError if a file without a format has a key that no trace has."""
    known = {*SHAPE, "crash_nodes", "stop_nodes", "start", "note", "also", "version"}
    for name in found:
        if name not in known:
            raise TraceError(f"cannot be replayed: {unknown('key', name, sorted(known))}")


def _check_format(found: dict[str, Any]) -> None:
    """Raise TraceError if pcheck does not read the format of a file, or its version."""
    known = {FORMAT: VERSION, **OLD_FORMATS}
    form, version = found["format"], found.get("version")
    if not isinstance(form, str) or form not in known:
        raise TraceError(f'is not a trace: its format is {form!r}, not "{FORMAT}"')
    if type(version) is not int or version != known[form]:
        newer = isinstance(version, int) and version > VERSION
        hint = "; a newer pcheck wrote the file" if newer else ""
        raise TraceError(
            f"has format version {version!r}, but this pcheck reads version {known[form]}{hint}"
        )


def _names(found: dict[str, Any], key: str) -> tuple[str, ...] | None:
    """Return the names of nodes, or the lines, under a key, or None without the key."""
    names = found.get(key)
    if names is None:
        return None
    if type(names) is not list or not all(isinstance(name, str) for name in names):
        raise TraceError(f"is damaged: {key!r} is not a list of texts")
    return tuple(names)


def _also(found: dict[str, Any]) -> dict[str, str | None]:
    """Return the names of added properties, each with the name of its file or None."""
    also = found.get("also", {})
    if type(also) is not dict or not all(type(file) in (str, type(None)) for file in also.values()):
        raise TraceError("is damaged: 'also' is not a map from properties to files")
    return also


def _brief(error: BaseException) -> str:
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)
