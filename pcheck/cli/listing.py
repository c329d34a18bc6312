"""`pcheck specs`: the specs that ship with pcheck, or one spec with its bugs."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.console import Console

from pcheck.language.property import Property
from pcheck.loading.selection import declared
from pcheck.loading.spec import Spec, find, implementations, shipped, to_install
from pcheck.render.text.paragraphs import Paragraph, Rows

EXIT_STATUS = "Exit status: 0 if the specs were listed, 2 usage or spec error."


def specs_command(
    name: Annotated[
        str | None,
        typer.Argument(metavar="SPEC", help="A spec to list alone, with each of its bugs."),
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", metavar="", help="Print a JSON list with an object for each spec."),
    ] = False,
) -> int:
    """Print the options, properties and bugs of all shipped specs, or of one spec; return 0."""
    found = [*shipped(), *implementations()] if name is None else [find(name)]
    if as_json:
        print(json.dumps([_object(spec) for spec in found], indent=2))
        return 0
    console = Console(highlight=False)
    for spec in found:
        console.print(Paragraph(f"{spec.name}: {spec.summary}", "bold"))
        console.print(Rows(_options(spec)))
        console.print(Rows(_properties(spec)))
        if questions := _questions(spec):
            console.print(Paragraph("Questions about the future, for --property NAME:"))
            console.print(Rows([((q.name, "green"), (q.summary, "")) for q in questions]))
        if spec.bugs and name is None:
            console.print(Rows([_names(spec)]))
        elif spec.bugs:
            console.print(Paragraph("Bugs, for --bug NAME or --bug NUMBER:"))
            console.print(Rows(_bugs(spec)))
        console.print()
    if name is None:
        hint = "`pcheck specs SPEC` shows what each bug of a spec changes and violates."
        if missing := to_install(found):
            console.print(Paragraph(f"Not listed: {missing}."))
        console.print(Paragraph(hint))
    return 0


def _declared(spec: Spec) -> list[tuple[Property, str]]:
    """Return each property with the options that add the property: `--learners 2`.

    The options are those of the scopes of bugs; the text is empty for the default options.
    """
    built = spec.build(spec.options({}))
    found = [(prop, "") for prop in built.properties if not prop.is_question]
    scopes = [(name, value) for bug in spec.bugs for name, value in bug.scope.items()]
    names = {each.name: each.flag for each in spec.parameters}
    for name, value in dict.fromkeys(each for each in scopes if each[0] in names):
        known = {prop.name for prop, _ in found}
        properties = spec.build(spec.options({name: value})).properties
        condition = f"{names[name]} {value}"
        found += [(prop, condition) for prop in properties if prop.name not in known]
    return found


def _questions(spec: Spec) -> list[Property]:
    """Return the questions about the future, which are asked only by name."""
    return [prop for prop in declared(spec, spec.build(spec.options({}))) if prop.is_question]


def _options(spec: Spec) -> list[tuple[tuple[str, str], ...]]:
    return [
        ((each.flag, "cyan"), (f"default {each.default}", ""), (each.help, ""))
        for each in spec.parameters
    ]


def _properties(spec: Spec) -> list[tuple[tuple[str, str], ...]]:
    return [
        (
            (prop.name, "green"),
            (prop.kind.value, ""),
            (f"{prop.summary}{f' ({condition})' if condition else ''}", ""),
        )
        for prop, condition in _declared(spec)
    ]


def _names(spec: Spec) -> tuple[tuple[str, str], ...]:
    return ("bugs", "red"), (", ".join(bug.name for bug in spec.bugs), "")


def _bugs(spec: Spec) -> list[tuple[tuple[str, str], ...]]:
    return [
        (
            (f"{bug.number:2}  {bug.name}", "red"),
            ("safe" if bug.safe else f"violates {bug.breaks}", ""),
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
            {
                "name": prop.name,
                "kind": prop.kind.value,
                "summary": prop.summary,
                "condition": condition or None,
            }
            for prop, condition in _declared(spec)
        ],
        "questions": [{"name": q.name, "summary": q.summary} for q in _questions(spec)],
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
