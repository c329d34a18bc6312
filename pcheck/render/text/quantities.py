"""Numbers of steps and times in words."""

from __future__ import annotations

from collections.abc import Mapping

from pcheck.text import counted

MIN_SHARE = 0.05  # of all time, for an activity that is named


def after_steps(steps: int) -> str:
    """Return `after 8 steps`, or `in the initial state` for 0 steps."""
    return f"after {counted(steps, 'step')}" if steps else "in the initial state"


def duration(seconds: float) -> str:
    """Return a time in seconds or minutes."""
    return f"{seconds:.2f} s" if seconds < 60 else f"{seconds / 60:.1f} min"


def times(spent: Mapping[str, float]) -> str:
    """Return the time of each activity that took a good part: `3.1 s closing tables, ...`."""
    whole = sum(spent.values())
    named = {name: seconds for name, seconds in spent.items() if seconds >= MIN_SHARE * whole}
    texts = [f"{duration(seconds)} {name}" for name, seconds in named.items()]
    rest = whole - sum(named.values())
    return ", ".join([*texts, *([f"{duration(rest)} other work"] if rest > 0.005 else [])])
