"""Numbers of steps and times in words."""

from __future__ import annotations

from pcheck.text import counted


def after_steps(steps: int) -> str:
    """Return `after 8 steps`, or `in the initial state` for 0 steps."""
    return f"after {counted(steps, 'step')}" if steps else "in the initial state"


def duration(seconds: float) -> str:
    """Return a time in seconds or minutes."""
    return f"{seconds:.2f} s" if seconds < 60 else f"{seconds / 60:.1f} min"
