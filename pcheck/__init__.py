"""Check consensus protocols by exploring every reachable state of a small cluster.

This package exports all names that a spec needs, and `check` for notebooks and tests.
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
from pcheck.language.property import (
    Milestone,
    Property,
    Tolerance,
    always,
    can_avoid,
    milestone,
    sometimes,
    still_possible,
)
from pcheck.language.seen import UP, History, Seen
from pcheck.language.values import Map, Set

if TYPE_CHECKING:
    from pcheck.checking import check
    from pcheck.results.result import Result
    from pcheck.results.stepper import Stepper

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Import what needs the engine on first use, so that spec files load without it."""
    if name == "Stepper":
        from pcheck.results.stepper import Stepper

        return Stepper
    if name in ("Result", "check"):
        from pcheck import checking

        return getattr(checking, name)
    raise AttributeError(f"module 'pcheck' has no attribute {name!r}")


__all__ = [
    "UP",
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
    "Stepper",
    "Tolerance",
    "Value",
    "action",
    "always",
    "broadcast",
    "bug",
    "can_avoid",
    "check",
    "either",
    "fixed",
    "group",
    "milestone",
    "send",
    "show",
    "sometimes",
    "spec",
    "still_possible",
    "volatile",
]
