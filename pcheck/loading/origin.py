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
from pcheck.text import shown_path

SPEC_PACKAGES = "_pcheck_", f"{SHIPPED_PACKAGE}."


def origin_of(setup: Setup) -> dict[str, str]:
    """Return the arguments of a setup by their flags, and the hash of each file by its path.

    The files are those of the specs, and all others from which a spec takes a name. Those of Python
    itself are left out; all of pcheck are one entry.
    """
    bug, options = setup.bug, {**setup.options, **setup.all_options}
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
        **{shown_path(path): _hash_of([path]) for path in sorted(_files())},
    }


def _files() -> set[Path]:
    """Return the source files of the specs, and of all packages from which they take names."""
    todo = [name for name in sys.modules if name.startswith(SPEC_PACKAGES)]
    known, found = set(todo), set[Path]()
    for name in todo:  # the loop appends to the list
        module = sys.modules[name]
        file = getattr(module, "__file__", None)
        if file is not None and file.endswith(".py"):
            found.add(Path(file))
        for used in {*_used_by(module)} - known:
            known.add(used)
            todo.append(used)
    return found


def _used_by(module: ModuleType) -> Iterator[str]:
    """Yield the modules whose names a module uses, with all modules of the same package."""
    for value in list(vars(module).values()):
        name = value.__name__ if isinstance(value, ModuleType) else _origin(value)
        top = name.partition(".")[0]
        if top in sys.stdlib_module_names or top in ("", "pcheck", "__main__"):
            continue
        if name.startswith(SPEC_PACKAGES):
            yield name
            continue
        yield from (each for each in list(sys.modules) if each.partition(".")[0] == top)


def _origin(value: object) -> str:
    """Return the name of the module where a class or function was written, or an empty text."""
    name = getattr(value, "__module__", None)
    return name if isinstance(name, str) and name in sys.modules else ""


def _hash_of(paths: list[Path]) -> str:
    total = sha256()
    for path in paths:
        total.update(path.read_bytes())
    return total.hexdigest()[:16]
