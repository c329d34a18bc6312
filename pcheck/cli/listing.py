"""`pcheck specs`: the specs that ship with pcheck, or one spec with its bugs."""

from __future__ import annotations

import json
from typing import Any

from rich.console import Console

from pcheck.language.property import Property
from pcheck.loading.spec import Spec, find, shipped
from pcheck.render.text.paragraphs import Paragraph, Rows


def list_specs(name: str | None, *, as_json: bool) -> int:
    """Print the options, properties and bugs of all shipped specs, or of one spec; return 0."""
    found = list(shipped()) if name is None else [find(name)]
    if as_json:
        print(json.dumps([_object(spec) for spec in found], indent=2))
        return 0
    console = Console(highlight=False)
    for spec in found:
        console.print(Paragraph(f"{spec.name}: {spec.summary}", "bold"))
        console.print(Rows(_options(spec)))
        console.print(Rows(_properties(spec)))
        if spec.bugs:
            console.print(Rows(_bugs(spec) if name else [_names(spec)]))
        console.print()
    if name is None:
        hint = "`pcheck specs SPEC` shows what each bug of a spec changes and violates."
        console.print(Paragraph(hint))
    return 0


def _declared(spec: Spec) -> tuple[Property, ...]:
    """Return the properties of the spec with its default options."""
    return spec.build(spec.options({})).properties


def _options(spec: Spec) -> list[tuple[tuple[str, str], ...]]:
    return [
        ((each.flag, "cyan"), (f"default {each.default}", ""), (each.help, ""))
        for each in spec.parameters
    ]


def _properties(spec: Spec) -> list[tuple[tuple[str, str], ...]]:
    return [
        ((prop.name, "green"), (prop.kind.value, ""), (prop.summary, ""))
        for prop in _declared(spec)
    ]


def _names(spec: Spec) -> tuple[tuple[str, str], ...]:
    return ("bugs", "red"), (", ".join(bug.name for bug in spec.bugs), "")


def _bugs(spec: Spec) -> list[tuple[tuple[str, str], ...]]:
    return [
        (
            (f"--bug {bug.name}", "red"),
            ("violates nothing" if bug.safe else f"violates {bug.breaks}", ""),
            (bug.summary, ""),
        )
        for bug in spec.bugs
    ]


def _object(spec: Spec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "summary": spec.summary,
        "options": [
            {
                "name": each.name,
                "default": each.default,
                "help": each.help,
                "min": each.option.min,
                "max": each.option.max,
            }
            for each in spec.parameters
        ],
        "properties": [
            {"name": prop.name, "kind": prop.kind.value, "summary": prop.summary}
            for prop in _declared(spec)
        ],
        "bugs": [
            {
                "name": bug.name,
                "number": bug.number,
                "summary": bug.summary,
                "breaks": bug.breaks,
                "safe": bug.safe,
                "scope": dict(bug.scope),
                "source": bug.source,
            }
            for bug in spec.bugs
        ],
    }
