"""Specs: the builder in a spec file, the options of the builder, and the bugs beside it."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from pathlib import Path
from types import ModuleType
from typing import Any

from pcheck.blame import has_place, place_of, place_raised
from pcheck.errors import SpecError, UsageError
from pcheck.language.cluster import Cluster
from pcheck.language.decorators import BUG, BUILDER, Bug
from pcheck.language.hints import raised
from pcheck.language.model import Model
from pcheck.loading.module import (
    EXTRA,
    IMPLEMENTATIONS,
    INSTALLS,
    PACKAGES,
    check_is_file,
    forget,
    load,
)
from pcheck.loading.module import SHIPPED as SHIPPED
from pcheck.loading.options import Parameter, parameters_of
from pcheck.loading.unused import unused_properties
from pcheck.text import an, nearest, one_of, shown_path, unknown

SPEC_ARGUMENT = "the name of a spec or the path of a .py file"


@dataclass(frozen=True)
class Spec:
    """A builder, with its options and the bugs that its file defines."""

    name: str
    path: Path
    shipped: bool
    builder: Callable[..., Any]
    parameters: tuple[Parameter, ...]
    bugs: tuple[Bug, ...]
    warnings: tuple[str, ...] = ()  # about the file

    @property
    def summary(self) -> str:
        """The first line of the builder's docstring."""
        return (inspect.getdoc(self.builder) or "").partition("\n")[0]

    def bug(self, name: str | int) -> Bug:
        """Return the bug with this name, or with this number if no other bug has the number."""
        name = str(name)
        found = [each for each in self.bugs if each.is_called(name)]
        if len(found) == 1:
            return found[0]
        if found:
            names = one_of(each.name for each in found)
            raise UsageError(f"bug number {name} of {self.name} is ambiguous: use {names}")
        known = [each.name for each in self.bugs]
        listed_by = f"pcheck specs {self.name if self.shipped else shown_path(self.path)}"
        raise UsageError(unknown("bug", name, known, of=self.name, listed_by=listed_by))

    def options(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return every option of the builder with the given value or its default."""
        known = {parameter.name: parameter for parameter in self.parameters}
        for name, value in given.items():
            if name not in known:
                raise UsageError(unknown("option", name, known, of=self.name))
            known[name].check(value)
        return {name: given.get(name, each.default) for name, each in known.items()}

    def build(self, options: Mapping[str, Any], bug: Bug | None = None) -> Cluster | Model[Any]:
        """Return the cluster or Model that the builder returns, with the bug applied."""
        try:
            built = self.builder(**self.changed_options(bug, options))
            if bug is not None:
                _replace_actors(bug, built)
        except SpecError as error:
            if has_place(str(error)):
                raise
            place = place_raised(error) or place_of(self.builder)
            raise SpecError(f"{place}{error}") from error
        except (Exception, SystemExit) as error:
            text = f"{place_raised(error)}the builder {self.name} {raised(error)}"
            raise SpecError(text) from error
        if not isinstance(built, (Cluster, Model)):
            place = place_of(self.builder)
            raise SpecError(
                f"{place}the builder {self.name} returned {an(type(built).__name__)}; "
                "return Cluster({...}, properties=[...]) or a Model"
            )
        return built

    def changed_options(self, bug: Bug | None, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return the options as the bug changes them, or raise SpecError if the bug fails."""
        if bug is None or isinstance(bug.marked, type):
            return dict(options)
        place = place_of(bug.marked)
        for name in bug.option_names:
            if name not in options:
                text = f"the parameter {name} of the bug {bug.name} is not an option of {self.name}"
                raise SpecError(f"{place}{text}")
        try:
            changed = bug.marked(**{name: options[name] for name in bug.option_names})
        except (Exception, SystemExit) as error:
            text = f"the bug {bug.name} {raised(error)}"
            raise SpecError(f"{place_raised(error)}{text}") from error
        if not isinstance(changed, Mapping):
            text = f"the bug {bug.name} must return a dict of the options that the bug changes"
            raise SpecError(f"{place}{text}, got {an(type(changed).__name__)}")
        try:
            return self.options({**options, **changed})
        except UsageError as error:
            raise SpecError(
                f"{place}the bug {bug.name} returned a wrong option: {error}"
            ) from error


def find(name: str | Path) -> Spec:
    """Return the spec with this name, if it ships with pcheck, or with this path."""
    text = str(name)
    if is_path(text):
        return _from_file(Path(text))
    for folder in PACKAGES:
        path = folder / f"{text}.py"
        if path in folder.glob("*.py") and _has_builder(path):
            return of_module(load(path), path, shipped=True)
    hint = nearest(text, known_names())
    if Path(f"{text}.py").is_file():
        hint = f"; for the file {text}.py write ./{text}.py"
    raise UsageError(f"unknown spec {text!r}{hint or '; `pcheck specs` lists the known specs'}")


def as_spec(spec: Spec | str | Path | Callable[..., Any]) -> Spec:
    """Return a spec that is given itself, by its name, by its path, or by its builder."""
    if isinstance(spec, Spec):
        return spec
    return of_builder(spec) if callable(spec) else find(spec)


def is_path(text: str) -> bool:
    """Return whether the text is the path of a spec file and not the name of a shipped spec."""
    return text.endswith(".py") or "/" in text or "\\" in text


def as_argument(path: Path) -> str:
    """Return the path of a spec file as an argument of a command, which `is_path` recognises."""
    return str(path) if path.is_absolute() else f"./{path}"


def _from_file(path: Path) -> Spec:
    check_is_file(path, SPEC_ARGUMENT)
    forget(path.parent)
    return of_module(load(path), path, shipped=path.resolve().parent in PACKAGES)


def shipped() -> Iterator[Spec]:
    """Yield the specs that ship with pcheck, in the order of their names."""
    for name in shipped_names():
        yield find(name)


def shipped_names() -> list[str]:
    """Return the names of the shipped specs. No file is executed."""
    return _names_in(SHIPPED)


def known_names() -> list[str]:
    """Return the names of all specs that ship with pcheck, also of those that host a package."""
    return [*shipped_names(), *implementation_names()]


def implementations() -> Iterator[Spec]:
    """Yield the shipped specs that host a package from PyPI, if the package is installed."""
    for name in implementation_names():
        try:
            yield find(name)
        except SpecError as error:
            if not isinstance(error.__cause__, ModuleNotFoundError):
                raise


def to_install(specs: Iterable[Spec]) -> str:
    """Return a sentence about the packages that are not installed, so that specs are missing."""
    listed = {each.name for each in specs}
    missing = [name for name in implementation_names() if name not in listed]
    commands = dict[str, list[str]]()
    for name in missing:
        what = next((how for package, how in INSTALLS.items() if name.startswith(package)), EXTRA)
        commands.setdefault(what, []).append(name)
    return "; ".join(
        f"{' and '.join(names)} {'need' if len(names) > 1 else 'needs'} `pip install {what}`"
        for what, names in commands.items()
    )


def implementation_names() -> list[str]:
    """Return the names of the shipped specs that host a package. No file is executed."""
    return _names_in(IMPLEMENTATIONS)


def _names_in(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.py") if _has_builder(path))


def _has_builder(path: Path) -> bool:
    return "@spec" in path.read_text(encoding="utf-8")


def of_module(module: ModuleType, path: Path, *, shipped: bool) -> Spec:
    """Return the spec of a loaded file, or raise SpecError unless it has exactly one builder."""
    own = [
        each for each in vars(module).values() if getattr(each, "__module__", 0) == module.__name__
    ]
    builders = [each for each in own if inspect.isfunction(each) and hasattr(each, BUILDER)]
    if not builders:
        raise SpecError(
            f"{shown_path(path)}: the file has no builder; write @spec above the function that "
            "returns the cluster"
        )
    if len(builders) > 1:
        names = " and ".join(each.__name__ for each in builders)
        place = place_of(builders[1])
        raise SpecError(f"{place}a spec file must have one builder, got {names}")
    found = of_builder(builders[0], path=path, shipped=shipped, bugs=_bugs(module, path))
    return replace(found, warnings=tuple(_unused(path)))


def _unused(path: Path) -> Iterator[str]:
    """Yield a warning for each property that a spec file defines and does not use."""
    for name, line in _unused_properties(path.read_bytes()):
        place = f"{shown_path(path)}:{line}"
        yield f"{place}: the property {name} is not checked; add it to properties=[...]"


@cache
def _unused_properties(source: bytes) -> tuple[tuple[str, int], ...]:
    return tuple(unused_properties(ast.parse(source)))


def of_builder(
    builder: Callable[..., Any],
    *,
    path: Path | None = None,
    shipped: bool = False,
    bugs: tuple[Bug, ...] = (),
) -> Spec:
    """Return the spec of a builder that is already defined, as in a notebook or a test."""
    name = path.stem if shipped and path is not None else builder.__name__
    where = path or Path(inspect.getsourcefile(builder) or "?")
    return Spec(name, where, shipped, builder, tuple(parameters_of(builder)), bugs)


def _bugs(module: ModuleType, path: Path) -> tuple[Bug, ...]:
    """Return the bugs that the file and the file `..._bugs.py` beside it define."""
    modules = [module]
    bugs_path = path.with_name(f"{path.stem}_bugs.py")
    if bugs_path.is_file():
        modules.append(load(bugs_path))
    bugs = tuple(
        vars(each)[BUG]
        for mod in modules
        for each in vars(mod).values()
        if BUG in getattr(each, "__dict__", ()) and each.__module__ == mod.__name__
    )
    for first, second in combinations(bugs, 2):
        if first.name == second.name:
            raise SpecError(
                f"{shown_path(path)}: two bugs are both named {first.name}; rename one of them"
            )
    return bugs


def _replace_actors(bug: Bug, built: object) -> None:
    """Replace the roles that the bug changes, or raise SpecError if no node has such a role."""
    if bug.actors and not isinstance(built, Cluster):
        raise SpecError(f"the bug {bug.name} changes an actor, but the spec is a Model without one")
    for actor in bug.actors:
        assert isinstance(built, Cluster)
        role = actor.__mro__[1]
        if not any(type(each) is role for each in built.actors.values()):
            name = role.__name__
            raise SpecError(f"the bug {bug.name} changes {name}, but no node is {an(name)}")
        built.replace(role, actor)
