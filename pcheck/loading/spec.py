"""A spec: what a file offers. Its builder, the options that it takes, the bugs beside it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from types import ModuleType
from typing import Any

from pcheck.blame import described, has_place, place_of, place_raised
from pcheck.errors import SpecError, UsageError
from pcheck.language.cluster import Cluster
from pcheck.language.decorators import BUG, BUILDER, Bug
from pcheck.language.model import Model
from pcheck.loading.module import forget, load
from pcheck.loading.options import Parameter, _parameters
from pcheck.text import an, nearest, shown_path

HERE = Path(__file__).resolve().parent.parent
SHIPPED = HERE / "specs" if (HERE / "specs").is_dir() else HERE.parent / "specs"


@dataclass(frozen=True)
class Spec:
    """A builder, and what its file says of it."""

    name: str
    path: Path
    shipped: bool
    builder: Callable[..., Any]
    parameters: tuple[Parameter, ...]
    bugs: tuple[Bug, ...]

    @property
    def summary(self) -> str:
        return (inspect.getdoc(self.builder) or "").partition("\n")[0]

    def bug(self, name: str | int) -> Bug:
        """The bug of this name, or of this number, if only one has it."""
        name = str(name)
        found = [each for each in self.bugs if each.is_called(name)]
        if len(found) == 1:
            return found[0]
        if found:
            names = " or ".join(each.name for each in found)
            raise UsageError(f"bug number {name} of {self.name} is ambiguous: use {names}")
        known = [each.name for each in self.bugs]
        hint = nearest(name.lower(), known) or f"; it has {', '.join(known) or 'none'}"
        raise UsageError(f"{self.name} has no bug {name!r}{hint}")

    def options(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Every option of the builder: as given, or its default."""
        known = {parameter.name: parameter for parameter in self.parameters}
        for name, value in given.items():
            if name not in known:
                hint = nearest(name, known) or f"; it has {', '.join(known) or 'none'}"
                raise UsageError(f"{self.name} has no option {name!r}{hint}")
            known[name].check(value)
        return {name: given.get(name, each.default) for name, each in known.items()}

    def build(self, options: Mapping[str, Any], bug: Bug | None = None) -> Cluster | Model[Any]:
        """What the builder makes of these options, with the bug in place."""
        try:
            built = self.builder(**self.changed(bug, options))
            if bug is not None:
                _put_in_place(bug, built)
        except SpecError as error:
            if has_place(str(error)):
                raise
            place = place_raised(error) or place_of(self.builder)
            raise SpecError(f"{place}{error}") from error
        except (Exception, SystemExit) as error:
            text = f"{place_raised(error)}the builder {self.name} raised {described(error)}"
            raise SpecError(text) from error
        if not isinstance(built, (Cluster, Model)):
            place = place_of(self.builder)
            raise SpecError(
                f"{place}the builder {self.name} returned {an(type(built).__name__)}: "
                "return Cluster({...}, properties=[...]), or a Model"
            )
        return built

    def changed(self, bug: Bug | None, options: Mapping[str, Any]) -> dict[str, Any]:
        """All options, where a bug changes some of them as it leaves them."""
        if bug is None or isinstance(bug.marked, type):
            return dict(options)
        place = place_of(bug.marked)
        for name in bug.asks_for:
            if name not in options:
                raise SpecError(f"{place}the bug {bug.name} asks for {name}, which is no option")
        try:
            changed = bug.marked(**{name: options[name] for name in bug.asks_for})
        except (Exception, SystemExit) as error:
            text = f"the bug {bug.name} raised {described(error)}"
            raise SpecError(f"{place_raised(error)}{text}") from error
        if not isinstance(changed, Mapping):
            text = f"the bug {bug.name} returned {an(type(changed).__name__)}"
            raise SpecError(f"{place}{text}: return the options that it changes, in a dict")
        try:
            return self.options({**options, **changed})
        except UsageError as error:
            raise SpecError(f"{place}the bug {bug.name} is wrong: {error}") from error


def find(name: str | Path) -> Spec:
    """A spec by its name, if it ships with pcheck, or by the path of its file."""
    text = str(name)
    if text.endswith(".py") or "/" in text or "\\" in text:
        return _from_file(Path(text))
    path = SHIPPED / f"{text}.py"
    if text not in shipped_names():
        hint = nearest(text, shipped_names())
        if Path(f"{text}.py").is_file():
            hint = f"; for the file beside you write ./{text}.py"
        raise UsageError(f"there is no spec {text!r}{hint or '; `pcheck specs` lists them'}")
    return of_module(load(path), path, shipped=True)


def _from_file(path: Path) -> Spec:
    if path.is_dir():
        raise UsageError(f"{path} is a folder: give the name or the path of a spec")
    if not path.is_file():
        raise UsageError(f"there is no file {path}: give the name or the path of a spec")
    if path.suffix != ".py":
        raise UsageError(f"{path} is no spec: a spec is a .py file")
    shipped = path.resolve().parent == SHIPPED
    if not shipped:
        forget(path.parent)
    return of_module(load(path), path, shipped=shipped)


def shipped() -> Iterator[Spec]:
    """The specs that come with pcheck, by name."""
    for name in shipped_names():
        yield find(name)


def shipped_names() -> list[str]:
    """Without loading anything: the files that have a builder, by their text."""
    return sorted(
        path.stem for path in SHIPPED.glob("*.py") if "@spec" in path.read_text(encoding="utf-8")
    )


def of_module(module: ModuleType, path: Path, *, shipped: bool) -> Spec:
    """The spec in a loaded file: exactly one builder."""
    own = [
        each for each in vars(module).values() if getattr(each, "__module__", 0) == module.__name__
    ]
    builders = [each for each in own if inspect.isfunction(each) and hasattr(each, BUILDER)]
    if not builders:
        raise SpecError(
            f"{shown_path(path)}: there is no builder: write @spec above the function that "
            "returns the cluster"
        )
    if len(builders) > 1:
        names = " and ".join(each.__name__ for each in builders)
        place = place_of(builders[1])
        raise SpecError(f"{place}there are two builders, {names}: one file is one spec")
    return of_builder(builders[0], path=path, shipped=shipped, bugs=_bugs(module, path))


def of_builder(
    builder: Callable[..., Any],
    *,
    path: Path | None = None,
    shipped: bool = False,
    bugs: tuple[Bug, ...] = (),
) -> Spec:
    """The spec of a builder that is at hand, in a notebook or a test."""
    name = path.stem if shipped and path is not None else builder.__name__
    where = path or Path(inspect.getsourcefile(builder) or "?")
    return Spec(name, where, shipped, builder, tuple(_parameters(builder)), bugs)


def _bugs(module: ModuleType, path: Path) -> tuple[Bug, ...]:
    """Those in the file itself, and in the file `..._bugs.py` beside it."""
    modules = [module]
    beside = path.with_name(f"{path.stem}_bugs.py")
    if beside.is_file():
        modules.append(load(beside))
    bugs = tuple(
        vars(each)[BUG]
        for mod in modules
        for each in vars(mod).values()
        if BUG in getattr(each, "__dict__", ()) and each.__module__ == mod.__name__
    )
    for one, other in combinations(bugs, 2):
        if one.name == other.name:
            raise SpecError(
                f"{shown_path(path)}: two bugs are both named {one.name}: tell them apart"
            )
    return bugs


def _put_in_place(bug: Bug, built: object) -> None:
    if bug.actors and not isinstance(built, Cluster):
        raise SpecError(f"the bug {bug.name} changes an actor, but this spec has none")
    for actor in bug.actors:
        assert isinstance(built, Cluster)
        role = actor.__mro__[1]
        if not any(type(each) is role for each in built.actors.values()):
            raise SpecError(
                f"the bug {bug.name} changes {role.__name__}, which no node of this cluster is"
            )
        built.replace(role, actor)
