"""pcheck looks at every run of a small cluster and proves that at most one value is chosen.

Everything that a spec needs comes from here; so does `check`, for a notebook or a test.
"""

from typing import TYPE_CHECKING

from pcheck.language.actor import (
    Action,
    Actor,
    Send,
    Step,
    action,
    broadcast,
    either,
    fixed,
    send,
    volatile,
)
from pcheck.language.cluster import Cluster
from pcheck.language.decorators import Bug, Option, bug, spec
from pcheck.language.model import Model
from pcheck.language.names import Group, Id, Value, group
from pcheck.language.printing import show
from pcheck.language.property import Milestone, Property, always, milestone, sometimes
from pcheck.language.seen import History, Seen
from pcheck.language.values import Map, Set

if TYPE_CHECKING:
    from pcheck.checking import Result, check

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """`check` and `Result` bring the engine along: a spec file does not wait for it."""
    if name in ("Result", "check"):
        from pcheck import checking

        return getattr(checking, name)
    raise AttributeError(f"module 'pcheck' has no attribute {name!r}")


__all__ = [
    "Action",
    "Actor",
    "Bug",
    "Cluster",
    "Group",
    "History",
    "Id",
    "Map",
    "Milestone",
    "Model",
    "Option",
    "Property",
    "Result",
    "Seen",
    "Send",
    "Set",
    "Step",
    "Value",
    "action",
    "always",
    "broadcast",
    "bug",
    "check",
    "either",
    "fixed",
    "group",
    "milestone",
    "send",
    "show",
    "sometimes",
    "spec",
    "volatile",
]
