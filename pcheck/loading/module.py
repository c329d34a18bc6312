"""Execution of a spec file as a module of a private package, with errors that name the place.

Each folder is a package of its own. That of the shipped specs has a public name, `pcheck.specs`, so
that the specs of other folders can import from it.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Sequence
from hashlib import sha256
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from pcheck.blame import has_place, place_raised
from pcheck.errors import SpecError, UsageError
from pcheck.language.hints import raised
from pcheck.language.kinds import DECORATOR
from pcheck.loading.actor_classes import check_actor_classes
from pcheck.loading.patterns import check_captures, check_keywords
from pcheck.loading.unused import check_unused_results
from pcheck.text import nearest, shown_path

PACKAGE = Path(__file__).resolve().parent.parent
IS_WHEEL = (PACKAGE / "specs" / "README.md").is_file()  # otherwise the specs are beside the package
SHIPPED = PACKAGE / "specs" if IS_WHEEL else PACKAGE.parent / "specs"
SHIPPED_PACKAGE = "pcheck.specs"
IMPLEMENTATIONS = SHIPPED / "implementations"  # specs that host packages from PyPI
PACKAGES = {SHIPPED: SHIPPED_PACKAGE, IMPLEMENTATIONS: f"{SHIPPED_PACKAGE}.implementations"}


EXTRA = "'pcheck[implementations]'"
INSTALLS = {"raftos": "--no-deps raftos==0.2.6"}  # it asks for old versions of other packages


def load(path: Path) -> ModuleType:
    """Return the module of a spec file, or raise SpecError with the place of the fault.

    Each folder is a package, so that the files of one folder can import each other.
    """
    package = _ensure_package(path.parent)
    name = f"{package}.{path.stem}"
    if name in sys.modules:
        return sys.modules[name]
    try:
        module = _execute(name, path)
        setattr(sys.modules[package], path.stem, module)  # as an import does
        return module
    except SpecError as error:
        if has_place(str(error)):
            raise
        raise SpecError(f"{place_raised(error)}{error}") from error
    except SyntaxError as error:
        line = f":{error.lineno}" if error.lineno is not None else ""
        where = f"{shown_path(error.filename or path)}{line}: "
        raise SpecError(f"{where}the spec is not valid Python: {error.msg}") from error
    except OSError as error:
        raise SpecError(f"{shown_path(path)} cannot be read: {error.strerror}") from error
    except (Exception, SystemExit) as error:
        where = place_raised(error) or f"{shown_path(path)}: "
        raise SpecError(f"{where}{_loading_error(error, path.parent)}") from error


def check_is_file(path: Path, expected: str) -> None:
    """Raise UsageError unless the path is a .py file; `expected` describes the argument."""
    if path.is_dir():
        raise UsageError(f"{path} is a folder; expected {expected}")
    if not path.is_file():
        raise UsageError(f"the file {path} does not exist; expected {expected}")
    if path.suffix != ".py":
        raise UsageError(f"{path} is not a .py file; expected {expected}")


def forget(folder: Path) -> None:
    """Remove the modules of this folder, so that the next `load` reads the files again.

    The shipped specs are kept, because other files share their classes.
    """
    if folder.resolve() in PACKAGES:
        return
    prefix = package_of(folder)
    for name in [name for name in sys.modules if name == prefix or name.startswith(f"{prefix}.")]:
        del sys.modules[name]


def package_of(folder: Path) -> str:
    """Return the name of the package whose modules are the files of a folder."""
    known = PACKAGES.get(folder.resolve())
    if known is not None:
        return known
    return f"_pcheck_{sha256(str(folder.resolve()).encode()).hexdigest()[:12]}"


def _ensure_package(folder: Path) -> str:
    name = package_of(folder)
    if name in PACKAGES.values():
        import_module(name)
    elif name not in sys.modules:
        package = ModuleType(name)
        package.__path__ = [str(folder.resolve())]
        sys.modules[name] = package
    return name


def _execute(name: str, path: Path) -> ModuleType:
    loader = _SpecLoader(name, path.resolve())
    spec = spec_from_file_location(name, path.resolve(), loader=loader)
    assert spec is not None
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


class _SpecLoader(Loader):
    """A loader that checks and executes a source file, without a cache in the user's folder."""

    def __init__(self, name: str, path: Path) -> None:
        self.name, self.path = name, path

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        tree = self._tree()
        exec(compile(tree, str(self.path), "exec"), module.__dict__)
        check_actor_classes(module, tree)
        check_keywords(module, tree, str(self.path))

    def _tree(self) -> ast.Module:
        """Return the syntax tree of the file, or raise SpecError for a pattern such as `case A`."""
        tree = ast.parse(self.path.read_bytes(), filename=str(self.path))
        check_captures(tree, str(self.path))
        check_unused_results(tree, str(self.path))
        return tree


class _SiblingFinder(MetaPathFinder):
    """A finder that loads `from .consensus import ...` in a spec with the loader of the spec.

    It also loads `from pcheck.specs.consensus import ...`, wherever that is written.
    """

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not name.startswith(("_pcheck_", f"{SHIPPED_PACKAGE}.")) or path is None:
            return None
        found = PathFinder.find_spec(name, path)
        if found is None or found.origin is None or not found.origin.endswith(".py"):
            return None
        return spec_from_file_location(
            name, found.origin, loader=_SpecLoader(name, Path(found.origin))
        )


def _loading_error(error: BaseException, folder: Path) -> str:
    """Return the text of an error in the code of a spec file, and what to write if it is known."""
    default = re.match(r"mutable default <class '(\w+)'> for field (\w+)", str(error))
    if default is not None:
        kind, field = default.groups()
        return f"the default of the field {field} is a {kind}; use a tuple, Set() or Map()"
    hint, name = "", getattr(error, "name", None)
    if "non-frozen dataclass from a frozen one" in str(error):
        hint = f"; write {DECORATOR}"
    if isinstance(error, ModuleNotFoundError) and name:
        hint = _hint_at_module(name, folder)
    return f"loading the spec {raised(error)}{hint}"


def _hint_at_module(name: str, folder: Path) -> str:
    """Return the end of the error about a module that does not exist: how to import a spec."""
    if (folder / f"{name}.py").exists():
        return f"; import a file of the same folder with `from .{name} import ...`"
    if folder.resolve() == IMPLEMENTATIONS:
        return f"; write pip install {INSTALLS.get(name, EXTRA)}"
    stem, known = name.rpartition(".")[2], [path.stem for path in SHIPPED.glob("*.py")]
    if stem in known:
        return f"; import a shipped spec with `from {SHIPPED_PACKAGE}.{stem} import ...`"
    return nearest(stem, known) if name.startswith(f"{SHIPPED_PACKAGE}.") else ""


sys.meta_path.insert(0, _SiblingFinder())
