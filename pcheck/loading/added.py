"""Properties that a user adds to those of a spec: objects, or files that define them."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

from pcheck.blame import place_of
from pcheck.errors import ParameterName, SpecError, UsageError
from pcheck.language.cluster import Cluster
from pcheck.language.model import Model
from pcheck.language.property import Property
from pcheck.loading.module import check_is_file, forget, load, package_of
from pcheck.loading.spec import Spec
from pcheck.text import an, shown_path

One: TypeAlias = Property | str | Path  # a property, or the path of a file with properties
FILE_ARGUMENT = "the path of a .py file with properties"


@dataclass(frozen=True)
class Added:
    """Properties that were added to those of a spec, and the file of each, if it has one."""

    properties: tuple[Property, ...] = ()
    files: tuple[Path | None, ...] = ()  # one for each property

    @property
    def origins(self) -> dict[str, str | None]:
        """The name of each property with the name of its file, or None without a file."""
        return {
            prop.name: file.name if file is not None else None
            for prop, file in zip(self.properties, self.files, strict=True)
        }

    @property
    def arguments(self) -> tuple[str, ...]:
        """The files, without repetition, as they were named."""
        return tuple(dict.fromkeys(str(file) for file in self.files if file is not None))

    @property
    def summary(self) -> str:
        """The names of the properties with their files: `promises_grow (grow.py)`."""
        names: dict[str | None, list[str]] = {}
        for name, file in self.origins.items():
            names.setdefault(file, []).append(name)
        return "; ".join(
            f"{', '.join(group)}{f' ({file})' if file is not None else ''}"
            for file, group in names.items()
        )


Also: TypeAlias = One | Iterable[One] | Added


def added(spec: Spec, also: Also) -> Added:
    """Return the properties to add to a spec, or raise UsageError or SpecError.

    Each file is loaded again, except files of the package of the spec, whose classes the spec uses.
    """
    if isinstance(also, Added):
        return also
    given = _listed(also)
    files = {each: Path(each) for each in given if isinstance(each, (str, Path))}
    for file in files.values():
        check_is_file(file, FILE_ARGUMENT)
    for folder in {file.resolve().parent for file in files.values()}:
        if package_of(folder) != spec.builder.__module__.rpartition(".")[0]:
            forget(folder)
    found: dict[int, tuple[Property, Path | None]] = {}  # by identity: a file may be named twice
    for each in given:
        if isinstance(each, Property):
            found.setdefault(id(each), (each, None))
        else:
            for prop in _properties_of(files[each]):
                found.setdefault(id(prop), (prop, files[each]))
    props, origins = [prop for prop, _ in found.values()], [file for _, file in found.values()]
    return Added(tuple(props), tuple(origins))


def add(added: Added, spec: Spec, built: Cluster | Model[Any]) -> None:
    """Add the properties to a cluster or Model, or raise SpecError for one that does not fit."""
    own = [prop for prop in built.properties if isinstance(prop, Property)]
    owners = {name: f"in {spec.name}" for prop in own for name in _names(prop)}
    for prop in added.properties:
        place = place_of(prop.test)
        for name in _names(prop):
            if name in owners:
                text = f"two properties are called {name}, here and {owners[name]}; rename one"
                raise SpecError(f"{place}{text}")
        owners |= dict.fromkeys(_names(prop), f"at {place.removesuffix(': ')}")
        if isinstance(built, Cluster):
            try:
                built.add(prop)
            except SpecError as error:
                raise SpecError(f"{place}{error}") from None
        else:
            built.properties = (*built.properties, prop)


def _listed(also: object) -> list[One]:
    """Return the properties and paths that a caller gives, or raise UsageError."""
    is_list = isinstance(also, Iterable) and not isinstance(also, str)
    found: list[Any] = list(also) if is_list else [also]  # type: ignore[call-overload]
    for each in found:
        if not isinstance(each, (Property, str, Path)):
            name = getattr(each, "__name__", None)
            is_function = inspect.isfunction(each)
            what = f"the function {name}" if is_function else an(type(each).__name__)
            hint = f"; write @always(sees=[...]) above {name}" if is_function else ""
            text = f"must hold properties and paths of .py files, got {what}{hint}"
            raise UsageError(ParameterName("also"), text)
    return found


def _properties_of(file: Path) -> list[Property]:
    """Return the properties that a file defines, or raise SpecError if there are none."""
    module = load(file)
    found = [each for each in _values(vars(module)) if not _is_imported(each, module)]
    if not found:
        raise SpecError(
            f"{shown_path(file)}: the file defines no property; write @always(sees=[...]) above "
            "a function with the parameter (seen)"
        )
    return found


def _values(names: Mapping[str, object]) -> Iterator[Property]:
    """Yield the properties among the values of a module, and those in its lists and tuples."""
    for value in names.values():
        yield from (
            each
            for each in (value if isinstance(value, (list, tuple)) else [value])
            if isinstance(each, Property)
        )


def _is_imported(prop: Property, module: ModuleType) -> bool:
    """Return whether another module defines the property, as its own value."""
    home = sys.modules.get(getattr(prop.test, "__module__", ""))
    return home is not module and any(each is prop for each in _values(vars(home or module)))


def _names(prop: Property) -> list[str]:
    """Return the name and the alias of a property."""
    return [name for name in (prop.name, prop.alias) if name]
