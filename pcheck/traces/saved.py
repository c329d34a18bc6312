"""Saved runs: JSON with the printed labels as its steps, so that nothing in it goes stale.

A file never names code to run: it names a spec that ships with pcheck, or is replayed against a
file that the user gives.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pcheck.errors import SpecError, TraceError, UsageError
from pcheck.loading.setup import Setup, prepare
from pcheck.loading.spec import Spec
from pcheck.semantics.trace import Trace

FORMAT, VERSION = "pcheck trace", 2
OLD_FORMATS = {"pcheck run": 1}  # read as well: their keys are the same


@dataclass(frozen=True)
class SavedTrace:
    """A run that violates a property, or reaches one, and all that is needed to walk it again."""

    spec: str
    file: str | None  # the name of the user's file, where the spec does not ship with pcheck
    bug: str | None
    options: dict[str, Any]
    network: str | None
    crashes: int | None
    property: str
    why: str
    steps: tuple[str, ...]
    refused_at: int | None  # the step, from 1, that the correct protocol refuses

    def text(self) -> str:
        return json.dumps({"format": FORMAT, "version": VERSION, **asdict(self)}, indent=2) + "\n"

    def prepare(self, spec: Spec) -> Setup:
        """The question that this run answers; whatever no longer exists is an error."""
        try:
            bug = spec.bug(self.bug) if self.bug is not None else None
            asked = prepare(spec, self.options, bug=bug, network=self.network, crashes=self.crashes)
        except (UsageError, SpecError) as error:
            raise TraceError(f"cannot be walked any more: {error}") from error
        if (asked.network, asked.crashes) != (self.network, self.crashes):
            raise TraceError("is damaged: it lacks the network or the number of crashes")
        return asked


def saved_from(
    setup: Setup, name: str, why: str, path: Trace[Any], refused_at: int | None
) -> SavedTrace:
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
        steps=path.labels,
        refused_at=refused_at,
    )


def read(file: Path) -> SavedTrace:
    try:
        found = json.loads(file.read_bytes())
    except OSError as error:
        raise TraceError(f"{file} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise TraceError(f"{file} is no saved run: it is not JSON ({_brief(error)})") from error
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
    "property": (str,),
    "why": (str,),
    "steps": (list,),
    "refused_at": (int, type(None)),
}


def _checked(found: Any) -> SavedTrace:
    known = {FORMAT: VERSION, **OLD_FORMATS}
    form = found.get("format") if isinstance(found, dict) else None
    if not isinstance(form, str) or form not in known:
        raise TraceError(f'is not a saved trace of pcheck: it lacks "format": "{FORMAT}"')
    version = found.get("version")
    if type(version) is not int or version != known[form]:
        newer = isinstance(version, int) and version > VERSION
        hint = ": a newer pcheck wrote it" if newer else ""
        raise TraceError(
            f"has the format version {version!r}, this pcheck reads {known[form]}{hint}"
        )
    for name, kinds in SHAPE.items():
        if name not in found or type(found[name]) not in kinds:
            raise TraceError(f"is damaged: {name!r} is missing or of the wrong type")
    if not all(isinstance(step, str) for step in found["steps"]):
        raise TraceError("is damaged: a step is not a label")
    return SavedTrace(**{name: found[name] for name in SHAPE} | {"steps": tuple(found["steps"])})


def _brief(error: BaseException) -> str:
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)
