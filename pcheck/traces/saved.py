"""Saved runs: JSON with the printed labels as its steps, so that nothing in it goes stale.

A file never names code to run: it names a spec that ships with pcheck, or is replayed against a
file that the user gives.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path as FilePath
from typing import Any

from pcheck.errors import SpecError, TraceError, UsageError
from pcheck.loading.setup import Question, ask
from pcheck.loading.spec import Spec
from pcheck.semantics.trace import Path

FORMAT, VERSION = "pcheck run", 1


@dataclass(frozen=True)
class SavedRun:
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

    def ask(self, spec: Spec) -> Question:
        """The question that this run answers; whatever no longer exists is an error."""
        try:
            bug = spec.bug(self.bug) if self.bug is not None else None
            asked = ask(spec, self.options, bug=bug, network=self.network, crashes=self.crashes)
        except (UsageError, SpecError) as error:
            raise TraceError(f"cannot be walked any more: {error}") from error
        if (asked.network, asked.crashes) != (self.network, self.crashes):
            raise TraceError("is damaged: it lacks the network or the number of crashes")
        return asked


def of_path(
    question: Question, name: str, why: str, path: Path[Any], refused_at: int | None
) -> SavedRun:
    spec, bug = question.spec, question.bug
    return SavedRun(
        spec=spec.name,
        file=None if spec.shipped else spec.path.name,
        bug=bug.name if bug is not None else None,
        options=dict(question.options),
        network=question.network,
        crashes=question.crashes,
        property=name,
        why=why,
        steps=path.labels,
        refused_at=refused_at,
    )


def read(file: FilePath) -> SavedRun:
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


def _checked(found: Any) -> SavedRun:
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise TraceError(f'is no saved run of pcheck: it lacks "format": "{FORMAT}"')
    version = found.get("version")
    if type(version) is not int or version != VERSION:
        newer = isinstance(version, int) and version > VERSION
        hint = ": it was written by a newer pcheck" if newer else ""
        raise TraceError(f"has the format version {version!r}, this pcheck reads {VERSION}{hint}")
    for name, kinds in SHAPE.items():
        if name not in found or type(found[name]) not in kinds:
            raise TraceError(f"is damaged: {name!r} is missing or of the wrong type")
    if not all(isinstance(step, str) for step in found["steps"]):
        raise TraceError("is damaged: a step is not a label")
    return SavedRun(**{name: found[name] for name in SHAPE} | {"steps": tuple(found["steps"])})


def _brief(error: BaseException) -> str:
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)
