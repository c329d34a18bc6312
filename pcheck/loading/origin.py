"""The origin of a setup: the arguments and files that determine what a search of it finds."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from types import ModuleType

from pcheck.loading.module import PACKAGE, SHIPPED_PACKAGE
from pcheck.loading.options import argument, flag
from pcheck.loading.setup import Setup


def origin_of(setup: Setup) -> dict[str, str]:
    """Return the arguments of a setup by their flags, and the hash of each file by its path.

    The files are those of the specs, and all others from which a spec takes a name. Those of Python
    itself are left out; all of pcheck are one entry.
    """
    bug, options = setup.bug, setup.all_options
    facts = {
        "the spec": setup.spec.name,
        "--bug": bug.name if bug is not None else None,
        **{flag(name): argument(value) for name, value in options.items() if value is not None},
        "--property": ",".join(prop.name for prop in setup.model.properties),
        "--find": setup.target.name if setup.target is not None else None,
        "a given start": "; ".join(setup.start) or None,
    }
    return {
        "pcheck": _hash_of(sorted(PACKAGE.rglob("*.py"))),
        **{name: value for name, value in facts.items() if value is not None},
        **{str(path): _hash_of([path]) for path in sorted(_files(setup))},
    }


def _files(setup: Setup) -> set[Path]:
    """Return the source files of a spec, and of all packages from which they take names."""
    packages = dict[str, list[str]]()
    for name in sys.modules:
        packages.setdefault(_package(name), []).append(name)
    known = {_package(name) for name in _modules(setup)}
    todo, found = [name for package in known for name in packages[package]], set[Path]()
    for name in todo:  # the loop appends to the list
        module = sys.modules[name]
        file = getattr(module, "__file__", None)
        if file is not None and file.endswith(".py"):
            found.add(Path(file).resolve())
        for package in {_package(used) for used in _used_by(module)} - known:
            known.add(package)
            todo += packages.get(package, [])
    return found


def _modules(setup: Setup) -> Iterator[str]:
    """Yield the modules of the spec, of its bug, and of the properties that were added."""
    yield setup.spec.builder.__module__
    if setup.bug is not None:
        yield from (each.__module__ for each in (setup.bug.marked, *setup.bug.also))
    added = {file.resolve() for file in setup.added.files if file is not None}
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file is not None and Path(file) in added:
            yield name


def _package(module: str) -> str:
    """Return the package whose files belong together; each shipped spec stands alone."""
    is_shipped = module.startswith(f"{SHIPPED_PACKAGE}.")
    return module if is_shipped else module.partition(".")[0]


def _used_by(module: ModuleType) -> Iterator[str]:
    """Yield the modules whose names a module uses, except those of Python and pcheck."""
    for value in list(vars(module).values()):
        name = value.__name__ if isinstance(value, ModuleType) else _origin(value)
        package = _package(name)
        if package not in sys.stdlib_module_names and package not in ("", "pcheck"):
            yield name


def _origin(value: object) -> str:
    """Return the name of the module where a class or function was written, or an empty text."""
    name = getattr(value, "__module__", None)
    return name if isinstance(name, str) and name in sys.modules else ""


def _hash_of(paths: list[Path]) -> str:
    total = sha256()
    for path in paths:
        total.update(path.read_bytes())
    return total.hexdigest()[:16]
